"""Fakes behind the ports: a forge that remembers and a model that answers by script."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from reviewer.errors import NotFoundError, ReviewerError
from reviewer.operations import (
    CreateCheckRun,
    CreateComment,
    CreateReview,
    OpenPull,
    Operation,
    PushFile,
    React,
    ReplyToThread,
    ResolveThread,
    UpdateComment,
)
from reviewer.ports import Archive, Blob
from reviewer.prompt import ListedModel, Prompt, Reply, Usage
from reviewer.pull_request import (
    Comment,
    Conversation,
    ListedFile,
    ListedPull,
    PullRequest,
    ReviewComment,
    ReviewThread,
    Snapshot,
    TreeListing,
)
from tests import builders

MERGE_BASE = "5ba5e00" + "0" * 33


@dataclass(frozen=True)
class FakeCommitFiles:
    """Contents by path."""

    contents: Mapping[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.contents.get(path)


@dataclass
class FakeForge:
    """Applies operations to itself, so that a second run sees what the first one wrote.

    `before_apply` is called with each operation first; it may change the forge or raise.
    """

    pull: PullRequest = field(default_factory=builders.pull)
    comments: list[Comment] = field(default_factory=list)
    rows: Sequence[ListedFile] = ()
    diff: str | None = None
    contents: Mapping[str, bytes] = field(default_factory=dict)
    # What the merge base has; any other commit has `contents`.
    old_contents: Mapping[str, bytes] = field(default_factory=dict)
    # Paths of links, which the list of a tree has.
    links: Sequence[str] = ()
    listed_whole: bool = True
    threads: list[ReviewThread] = field(default_factory=list)
    writers: frozenset[str] = frozenset()
    listed: Sequence[ListedPull] = ()
    applied: list[Operation] = field(default_factory=list)
    before_apply: Callable[[Operation], None] = lambda _operation: None

    def snapshot(self, number: int, *, optional: bool = False) -> Snapshot:
        mine = tuple(comment for comment in self.comments if comment.mine)
        return Snapshot(self.pull, Conversation(mine, tuple(self.threads)))

    def pulls_of(self, sha: str, branch: str, repository: str) -> tuple[int, ...]:
        return (self.pull.number,) if sha == self.pull.head_sha else ()

    def changed_since(self, moment: datetime) -> tuple[ListedPull, ...]:
        return tuple(self.listed)

    def changed_files(
        self, number: int, count: int, first: tuple[ListedFile, ...] | None = None
    ) -> tuple[ListedFile, ...]:
        return tuple(self.rows)

    def raw_diff(self, pull: PullRequest) -> str | None:
        return self.diff

    def content(self, path: str, sha: str, *, optional: bool = False) -> bytes | None:
        return self._contents_at(sha).get(path)

    def find_existing(self, paths: Sequence[str], sha: str) -> tuple[str, ...]:
        return tuple(path for path in paths if path in self._contents_at(sha))

    def large_content(self, path: str, sha: str) -> bytes | None:
        return self.content(path, sha)

    def text_contents(self, paths: Sequence[str], sha: str) -> Mapping[str, bytes]:
        found = self._contents_at(sha)
        return {path: found[path] for path in paths if path in found}

    def archive(self, sha: str) -> Archive:
        found = self._contents_at(sha)
        return lambda files: FakeCommitFiles({p: d for p, d in found.items() if p in files})

    def blobs(self, sha: str, *, optional: bool = False) -> Mapping[str, Blob]:
        return {
            path: Blob(hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(), len(data))
            for path, data in self._contents_at(sha).items()
        }

    def list_tree(self, sha: str) -> TreeListing:
        return TreeListing((*self._contents_at(sha), *self.links), complete=self.listed_whole)

    def _contents_at(self, sha: str) -> Mapping[str, bytes]:
        return self.old_contents if sha == MERGE_BASE else self.contents

    def merge_base(self, base_sha: str, head_sha: str) -> str:
        return MERGE_BASE

    def may_write(self, login: str) -> bool:
        return login in self.writers

    def apply(self, operation: Operation) -> Comment | None:
        self.before_apply(operation)
        self.applied.append(operation)
        match operation:
            case CreateComment(body=body):
                ids = [comment.id for comment in self.comments]
                self.comments.append(builders.comment(max(ids, default=100) + 1, body))
                return self.comments[-1]
            case UpdateComment(id=comment_id, body=body):
                return self._updated(comment_id, body)
            case CreateReview():
                self._comment_inline(operation)
            case ResolveThread(id=thread_id):
                self._resolve(thread_id)
            case ReplyToThread() | React() | CreateCheckRun() | PushFile() | OpenPull():
                pass
        return None

    def _comment_inline(self, review: CreateReview) -> None:
        for inline in review.comments:
            number = len(self.threads) + 1
            remark = ReviewComment(number, inline.body, mine=True)
            thread = ReviewThread(
                inline.path, inline.end_line, resolved=False, comments=(remark,), id=f"T{number}"
            )
            self.threads.append(thread)

    def _resolve(self, thread_id: str) -> None:
        self.threads = [
            replace(thread, resolved=True, resolved_by_me=True)
            if thread.id == thread_id
            else thread
            for thread in self.threads
        ]

    def _updated(self, comment_id: int, body: str) -> Comment:
        for index, comment in enumerate(self.comments):
            if comment.id == comment_id:
                self.comments[index] = replace(comment, body=body)
                return self.comments[index]
        raise NotFoundError("The comment does not exist.")

    def delete(self, comment_id: int) -> None:
        self.comments = [comment for comment in self.comments if comment.id != comment_id]


@dataclass
class ScriptedModel:
    """Answers each prompt by calling `answer`; an error that it returns is raised."""

    answer: Callable[[Prompt], str | ReviewerError]
    name: str = "scripted"
    prompts: list[Prompt] = field(default_factory=list)
    listed: ListedModel = field(default_factory=ListedModel)
    capacity: int = 8

    def complete(self, prompt: Prompt) -> Reply:
        self.prompts.append(prompt)
        said = self.answer(prompt)
        if isinstance(said, ReviewerError):
            raise said
        return Reply(said, self.name, truncated=False, usage=Usage(100, 10))

    def read_list(self) -> ListedModel:
        return self.listed
