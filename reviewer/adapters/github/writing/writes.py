"""Every write to GitHub, carried out once even when a response is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reviewer.adapters.github import graphql_json, rest_json
from reviewer.adapters.github.graphql_json import Node
from reviewer.adapters.github.transport.http import Repository, Request
from reviewer.adapters.github.transport.refusals import GitHubResponse
from reviewer.adapters.github.writing import check_runs
from reviewer.adapters.github.writing.proposals import Proposals
from reviewer.errors import OvertakenError
from reviewer.finding import Side
from reviewer.operations import (
    CreateCheckRun,
    CreateComment,
    CreateReview,
    InlineComment,
    OpenPull,
    Operation,
    PushFile,
    React,
    ReplyToThread,
    ResolveThread,
    UpdateComment,
)
from reviewer.pull_request import Comment, OpenedPull, ReviewComment, Snapshot

T = TypeVar("T")

MOST_POSTS = 3
_SIDES = {Side.NEW: "RIGHT", Side.OLD: "LEFT"}
RESOLVE = """
mutation Resolve($thread: ID!) {
  resolveReviewThread(input: {threadId: $thread}) { thread { isResolved } }
}
"""


class ResolvedThread(Node):
    """The thread that RESOLVE was about."""

    is_resolved: bool


class Resolution(Node):
    """What RESOLVE leaves."""

    thread: ResolvedThread


class ResolveData(Node):
    """The data of RESOLVE."""

    wrong = "it holds no resolved thread"

    resolve_review_thread: Resolution


@dataclass(frozen=True, slots=True)
class Writes:
    """Writes to one repository; `snapshot` reads a pull request with its conversation.

    A request without a response may have been carried out. So before a second attempt, the
    conversation is read and searched for what the first attempt left there.
    """

    repository: Repository
    snapshot: Callable[[int], Snapshot]

    def apply(self, operation: Operation) -> Comment | OpenedPull | None:
        """Carry out one write; raises what ports.Forge.apply raises."""
        match operation:
            case CreateComment():
                return self._create(operation)
            case UpdateComment():
                return self._update(operation)
            case PushFile() | OpenPull():
                return Proposals(self.repository).apply(operation)
            case CreateReview() | ResolveThread() | ReplyToThread() | React() | CreateCheckRun():
                self._add(operation)
        return None

    def _add(
        self, operation: CreateReview | ResolveThread | ReplyToThread | React | CreateCheckRun
    ) -> None:
        match operation:
            case CreateReview():
                self._review(operation)
            case ResolveThread():
                self._resolve(operation)
            case ReplyToThread():
                self._reply(operation)
            case React():
                self._react(operation)
            case CreateCheckRun():
                check_runs.create(self.repository, operation)

    def _create(self, wanted: CreateComment) -> Comment:
        url = self.repository.url(f"issues/{wanted.number}/comments")
        post = Request("POST", url, body={"body": wanted.body}, writes=True)
        return self._write_once(
            "Posting the comment",
            lambda: self.repository.send(post).read(rest_json.comment),
            found=lambda: self._find_posted(wanted),
        )

    def _find_posted(self, wanted: CreateComment) -> Comment | None:
        """Return the comment that an earlier attempt left, or else the newest of ours, if any.

        A body other than the wanted one is not replaced: a newer run may have written it.
        """
        comments = self.snapshot(wanted.number).conversation.comments
        ours = [comment for comment in comments if _first_line(comment.body) == wanted.marker]
        if not ours:
            return None
        same = [comment for comment in ours if _normalise(comment.body) == _normalise(wanted.body)]
        return max(same or ours, key=lambda comment: comment.id)

    def _update(self, wanted: UpdateComment) -> Comment:
        url = self.repository.url(f"issues/comments/{wanted.id}")
        body = {"body": wanted.body}
        patch = Request("PATCH", url, body=body, writes=True, optional=wanted.optional)
        what = "Updating the comment"
        if wanted.optional:
            return self.repository.retry_optional(
                what, lambda: self.repository.send(patch).read(rest_json.comment), attempts=1
            )
        return self._write_once(
            what,
            lambda: self.repository.send(patch).read(rest_json.comment),
            found=lambda: self._find_updated(wanted),
            attempts=None,
        )

    def _find_updated(self, wanted: UpdateComment) -> Comment | None:
        """Return the comment if it has the wanted body, None if it still has the earlier one.

        Raises OvertakenError for any other body.
        """
        if wanted.was is None:
            return None
        comments = self.snapshot(wanted.number).conversation.comments
        there = next((comment for comment in comments if comment.id == wanted.id), None)
        if there is None or _normalise(there.body) == _normalise(wanted.was):
            return None
        if _normalise(there.body) == _normalise(wanted.body):
            return there
        raise OvertakenError("Another run has written into the comment in the meantime.")

    def _review(self, wanted: CreateReview) -> None:
        body = {
            "commit_id": wanted.commit_sha,
            # The event that neither approves the pull request nor requests changes.
            "event": "COMMENT",
            "comments": [_inline_json(comment) for comment in wanted.comments],
        }
        url = self.repository.url(f"pulls/{wanted.number}/reviews")
        post = Request("POST", url, body=body, writes=True)
        self._write_once(
            "Posting the inline comments",
            lambda: self.repository.send(post).read(rest_json.read_posted),
            found=lambda: self._find_review(wanted),
        )

    def _find_review(self, wanted: CreateReview) -> bool | None:
        """Return True if the comments are there: GitHub posts a review as a whole or not at all."""
        threads = self.snapshot(wanted.number).conversation.threads
        there = {_last_line(t.comments[0].body) for t in threads if t.mine and not t.resolved}
        return there.issuperset(comment.marker for comment in wanted.comments) or None

    def _reply(self, wanted: ReplyToThread) -> None:
        path = f"pulls/{wanted.number}/comments/{wanted.comment_id}/replies"
        post = Request("POST", self.repository.url(path), body={"body": wanted.body}, writes=True)
        self._write_once(
            "Replying in the thread",
            lambda: self.repository.send(post).read(rest_json.read_posted),
            found=lambda: self._find_reply(wanted),
        )

    def _find_reply(self, wanted: ReplyToThread) -> bool | None:
        threads = self.snapshot(wanted.number).conversation.threads
        remarks = (remark for thread in threads for remark in thread.comments)
        return any(_is_ours(remark, wanted.marker) for remark in remarks) or None

    def _resolve(self, wanted: ResolveThread) -> None:
        ask = self.repository.graphql(RESOLVE, {"thread": wanted.id}, writes=True)
        self.repository.retry(
            "Resolving a thread", lambda: check_resolved(self.repository.send(ask))
        )

    def _react(self, wanted: React) -> None:
        """Add a reaction; GitHub keeps one of a kind for each user, so it may be repeated."""
        path = f"{wanted.subject.value}/comments/{wanted.comment_id}/reactions"
        body = {"content": wanted.reaction.value}
        post = Request("POST", self.repository.url(path), body=body, writes=True)
        self.repository.retry(
            "Reacting to the comment",
            lambda: self.repository.send(post).read(rest_json.read_posted),
        )

    def _write_once(
        self,
        what: str,
        post: Callable[[], T],
        *,
        found: Callable[[], T | None],
        attempts: int | None = MOST_POSTS,
    ) -> T:
        """Return what `post` leaves; before another attempt, what `found` finds of the first one.

        Raises what `ports.Forge.apply` raises.
        """
        posted = False

        def ask() -> T:
            nonlocal posted
            if posted and (left := found()):
                return left
            posted = True
            return post()

        return self.repository.retry(what, ask, attempts=attempts)


def check_resolved(response: GitHubResponse) -> None:
    """Check that the response to RESOLVE shows a resolved thread.

    Raises ForbiddenError, NotFoundError, or TransientError for what may pass by itself.
    """

    def decode(value: object) -> None:
        data = graphql_json.data(response, value, "resolve a review thread")
        if not ResolveData.parse(data).resolve_review_thread.thread.is_resolved:
            raise ValueError(ResolveData.wrong)

    response.read(decode)


def _inline_json(comment: InlineComment) -> dict[str, object]:
    side = _SIDES[comment.side]
    value: dict[str, object] = {
        "path": comment.path,
        "line": comment.end_line,
        "side": side,
        "body": comment.body,
    }
    if comment.start_line < comment.end_line:
        value |= {"start_line": comment.start_line, "start_side": side}
    return value


def _is_ours(remark: ReviewComment, marker: str) -> bool:
    return remark.mine and _last_line(remark.body) == marker


def _first_line(body: str) -> str:
    return body.partition("\n")[0].rstrip()


def _last_line(body: str) -> str:
    return _normalise(body).rpartition("\n")[2]


def _normalise(body: str) -> str:
    """Undo what web forms and servers change: line ends, and white space around the text."""
    return body.replace("\r\n", "\n").strip()
