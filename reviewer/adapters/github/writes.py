"""Every write to GitHub: carried out once, whatever becomes of the answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reviewer.adapters.github import check_runs, graphql_json, rest_json
from reviewer.adapters.github.graphql_json import Node
from reviewer.adapters.github.http import Repository, Request
from reviewer.adapters.github.refusals import GitHubResponse
from reviewer.errors import OvertakenError
from reviewer.finding import Side
from reviewer.ports import (
    CreateCheckRun,
    CreateComment,
    CreateReview,
    InlineComment,
    Operation,
    React,
    ReplyToThread,
    ResolveThread,
    UpdateComment,
)
from reviewer.pull_request import Comment, ReviewComment, Snapshot

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

    What was sent and not answered may have been carried out: before a second attempt, what the
    first one left is looked for.
    """

    repository: Repository
    snapshot: Callable[[int], Snapshot]

    def apply(self, operation: Operation) -> Comment | None:
        """Carry out one write; raises what ports.Forge.apply raises."""
        match operation:
            case CreateComment():
                return self._create(operation)
            case UpdateComment():
                return self._update(operation)
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
        return None

    def _create(self, wanted: CreateComment) -> Comment:
        url = self.repository.url(f"issues/{wanted.number}/comments")
        post = Request("POST", url, body={"body": wanted.body}, writes=True)
        return self._once(
            "Posting the comment",
            lambda: self.repository.send(post).read(rest_json.comment),
            found=lambda: self._posted(wanted),
        )

    def _posted(self, wanted: CreateComment) -> Comment | None:
        """Find the comment whose answer was lost, else the newest of ours.

        Another body than the wanted one is left alone: a newer run may have written it.
        """
        comments = self.snapshot(wanted.number).conversation.comments
        ours = [comment for comment in comments if _first_line(comment.body) == wanted.marker]
        if not ours:
            return None
        same = [comment for comment in ours if _normal(comment.body) == _normal(wanted.body)]
        return max(same or ours, key=lambda comment: comment.id)

    def _update(self, wanted: UpdateComment) -> Comment:
        url = self.repository.url(f"issues/comments/{wanted.id}")
        patch = Request("PATCH", url, body={"body": wanted.body}, writes=True)
        return self._once(
            "Updating the comment",
            lambda: self.repository.send(patch).read(rest_json.comment),
            found=lambda: self._updated(wanted),
            attempts=None,
        )

    def _updated(self, wanted: UpdateComment) -> Comment | None:
        """Find the comment as it was wanted; None where it says what it said before."""
        if wanted.was is None:
            return None
        comments = self.snapshot(wanted.number).conversation.comments
        there = next((comment for comment in comments if comment.id == wanted.id), None)
        if there is None or _normal(there.body) == _normal(wanted.was):
            return None
        if _normal(there.body) == _normal(wanted.body):
            return there
        raise OvertakenError("Another run wrote into the comment meanwhile.")

    def _review(self, wanted: CreateReview) -> None:
        body = {
            "commit_id": wanted.commit_sha,
            # The one event that neither approves nor blocks anything.
            "event": "COMMENT",
            "comments": [_inline(comment) for comment in wanted.comments],
        }
        url = self.repository.url(f"pulls/{wanted.number}/reviews")
        post = Request("POST", url, body=body, writes=True)
        self._once(
            "Commenting at the lines",
            lambda: self.repository.send(post).read(rest_json.posted),
            found=lambda: self._commented(wanted),
        )

    def _commented(self, wanted: CreateReview) -> bool | None:
        """Whether the comments are there; GitHub posts all of a review or nothing."""
        threads = self.snapshot(wanted.number).conversation.threads
        there = {_last_line(t.comments[0].body) for t in threads if t.mine and not t.resolved}
        return there.issuperset(comment.marker for comment in wanted.comments) or None

    def _reply(self, wanted: ReplyToThread) -> None:
        path = f"pulls/{wanted.number}/comments/{wanted.comment_id}/replies"
        post = Request("POST", self.repository.url(path), body={"body": wanted.body}, writes=True)
        self._once(
            "Answering in the thread",
            lambda: self.repository.send(post).read(rest_json.posted),
            found=lambda: self._replied(wanted),
        )

    def _replied(self, wanted: ReplyToThread) -> bool | None:
        threads = self.snapshot(wanted.number).conversation.threads
        remarks = (remark for thread in threads for remark in thread.comments)
        return any(_is(remark, wanted.marker) for remark in remarks) or None

    def _resolve(self, wanted: ResolveThread) -> None:
        ask = self.repository.graphql(RESOLVE, {"thread": wanted.id}, writes=True)
        self.repository.patiently(
            "Resolving a thread", lambda: check_resolved(self.repository.send(ask))
        )

    def _react(self, wanted: React) -> None:
        """Put a reaction, which GitHub does not double."""
        path = f"{wanted.subject.value}/comments/{wanted.comment_id}/reactions"
        body = {"content": wanted.reaction.value}
        post = Request("POST", self.repository.url(path), body=body, writes=True)
        self.repository.patiently(
            "Reacting to the comment", lambda: self.repository.send(post).read(rest_json.posted)
        )

    def _once(
        self,
        what: str,
        post: Callable[[], T],
        *,
        found: Callable[[], T | None],
        attempts: int | None = MOST_POSTS,
    ) -> T:
        """Write, and never a second time what an earlier attempt has left."""
        posted = False

        def ask() -> T:
            nonlocal posted
            if posted and (left := found()):
                return left
            posted = True
            return post()

        return self.repository.patiently(what, ask, attempts=attempts)


def check_resolved(response: GitHubResponse) -> None:
    """Check that the response to RESOLVE shows a resolved thread.

    Raises ForbiddenError, NotFoundError, or TransientError for what may pass by itself.
    """

    def decode(value: object) -> None:
        data = graphql_json.data(response, value, "resolve a review thread")
        if not ResolveData.parse(data).resolve_review_thread.thread.is_resolved:
            raise ValueError(ResolveData.wrong)

    response.read(decode)


def _inline(comment: InlineComment) -> dict[str, object]:
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


def _is(remark: ReviewComment, marker: str) -> bool:
    return remark.mine and _last_line(remark.body) == marker


def _first_line(body: str) -> str:
    return body.partition("\n")[0].rstrip()


def _last_line(body: str) -> str:
    return _normal(body).rpartition("\n")[2]


def _normal(body: str) -> str:
    """Undo what forms and servers do to the ends of lines and of texts."""
    return body.replace("\r\n", "\n").strip()
