"""The GraphQL query for a pull request with its conversation, and the one GraphQL write."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

from reviewer.adapters.github import graphql_json, refusals
from reviewer.adapters.github.refusals import Answer
from reviewer.adapters.http.retry import TransientError
from reviewer.errors import ForgeError
from reviewer.pull_request import Comment, PullRequest, ReviewThread

Row = TypeVar("Row")
# The ends of both lists as far as they were read, comments first; None is the beginning.
Cursors: TypeAlias = tuple[str | None, str | None]

# Both lists turn their pages together, and one that has ended stays at its end. 100 is GitHub's
# largest page; the first comments of a thread say what it is about.
QUERY = """
query Snapshot(
  $owner: String!, $name: String!, $number: Int!, $comments: String, $threads: String
) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      number title body isDraft state changedFiles
      author { login }
      isCrossRepository headRepository { nameWithOwner }
      baseRefName baseRefOid headRefOid
      createdAt authorAssociation
      labels(first: 100) { nodes { name } }
      commits(first: 50) { nodes { commit { messageHeadline } } }
      closingIssuesReferences(first: 10) { nodes { title } }
      comments(first: 100, after: $comments) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body url viewerDidAuthor editor { login } }
      }
      reviewThreads(first: 100, after: $threads) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id path line isResolved
          resolvedBy { login }
          comments(first: 20) {
            nodes {
              fullDatabaseId body viewerDidAuthor
              author { login }
              reactions(content: THUMBS_DOWN, first: 10) { nodes { user { login } } }
            }
          }
        }
      }
    }
  }
}
"""
# What a token may not see comes as null beside an error, and everything else with it.
_OPTIONAL = "closingIssuesReferences"
RESOLVE = """
mutation Resolve($thread: ID!) {
  resolveReviewThread(input: {threadId: $thread}) { thread { isResolved } }
}
"""
# 10,000 comments: a list that goes on is more likely to be a fault than a conversation.
MOST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: our comments and the threads between two cursors; `more` says of either list."""

    pull: PullRequest
    comments: tuple[Comment, ...]
    threads: tuple[ReviewThread, ...]
    ends: Cursors
    more: bool


def pages(ask: Callable[[Cursors], Page]) -> Iterator[Page]:
    """Ask for page after page until both lists have ended.

    Raises ForgeError when they go in circles or past MOST_PAGES.
    """
    after: Cursors = (None, None)
    seen = {after}
    for _ in range(MOST_PAGES):
        page = ask(after)
        yield page
        if not page.more:
            return
        # The page after the last one is empty and has no end of its own.
        after = (page.ends[0] or after[0], page.ends[1] or after[1])
        if after in seen:
            raise ForgeError("GitHub's list of comments goes in circles.")
        seen.add(after)
    raise ForgeError(f"The conversation has more than {MOST_PAGES} pages of comments.")


def read(answer: Answer) -> Page:
    """Read the answer to the query; comments of others are left out.

    Raises NotFoundError, ForbiddenError, or TransientError for what may pass by itself.
    """
    return answer.read(partial(_page, answer))


def resolved(answer: Answer) -> None:
    """Check that a thread was resolved.

    Raises ForbiddenError, NotFoundError, or TransientError for what may pass by itself.
    """
    answer.read(partial(_resolved, answer))


def _resolved(answer: Answer, value: object) -> None:
    match data(answer, value, "resolve a review thread"):
        case {"resolveReviewThread": {"thread": {"isResolved": True}}}:
            return
        case _:
            raise ValueError("it holds no resolved thread")


def _page(answer: Answer, value: object) -> Page:
    match value:
        case {"errors": [_, *_] as errors} if not all(map(_is_optional, errors)):
            raise _failure(answer, errors, "read the pull request")
        case {"data": {"repository": None | {"pullRequest": None}}}:
            raise refusals.not_found("The pull request")
        case {
            "data": {
                "viewer": {"login": str(viewer)},
                "repository": {
                    "pullRequest": {"comments": comments, "reviewThreads": threads} as pull
                },
            }
        }:
            said, said_end, more_said = _rows(comments, partial(graphql_json.comment, viewer))
            noted, noted_end, more_noted = _rows(threads, partial(graphql_json.thread, viewer))
            ours = tuple(comment for comment in said if comment.mine)
            more = more_said or more_noted
            return Page(graphql_json.pull(pull), ours, noted, (said_end, noted_end), more)
        case _:
            raise ValueError("it holds no pull request with its conversation")


def data(answer: Answer, value: object, aim: str) -> object:
    """Return the data of an answer whose query has no optional part; `aim` names it.

    Raises what read raises.
    """
    match value:
        case {"errors": [_, *_] as errors}:
            raise _failure(answer, errors, aim)
        case {"data": found}:
            return found
        case _:
            raise ValueError("it holds no data")


def _is_optional(error: object) -> bool:
    match error:
        case {"path": [*steps]}:
            return _OPTIONAL in steps
        case _:
            return False


def _failure(answer: Answer, errors: list[object], aim: str) -> ForgeError | TransientError:
    """Say what errors mean; what came beside them is a part at most and not used."""
    told = [row for row in errors if isinstance(row, dict)]
    kinds = {str(row.get("type")) for row in told}
    said = " ".join(" ".join(str(row.get("message")) for row in told).split())[:300]
    if "RATE_LIMITED" in kinds:
        return refusals.limited(answer)
    if "NOT_FOUND" in kinds:
        return refusals.not_found("What the query asked for")
    if "FORBIDDEN" in kinds or "Resource not accessible" in said:
        return refusals.forbidden(answer)
    problem = ForgeError(
        f"GitHub could not {aim}: {said}",
        cause="GitHub answered with errors and a part of the data at most.",
        remedy="Run the workflow again.",
    )
    return TransientError(problem, attempts=2)


def _rows(
    value: object, decode: Callable[[object], Row]
) -> tuple[tuple[Row, ...], str | None, bool]:
    """Return the rows of a page, its last cursor, and whether more follow."""
    match value:
        case {
            "nodes": [*nodes],
            "pageInfo": {"hasNextPage": bool(more), "endCursor": str() | None as end},
        }:
            return tuple(map(decode, nodes)), end, more
        case _:
            raise ValueError("a list lacks its rows")
