"""The one GraphQL query: a pull request, our comments on it and its review threads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

from reviewer.adapters import answers
from reviewer.adapters.answers import Answer
from reviewer.adapters.retrying import TransientError
from reviewer.errors import ForgeError
from reviewer.pull_request import Comment, PullRequest, PullState, ReviewThread

Row = TypeVar("Row")
# The ends of both lists as far as they were read, comments first; None is the beginning.
Cursors: TypeAlias = tuple[str | None, str | None]

# Both lists turn their pages together, and one that has ended stays at its end. 100 is GitHub's
# largest page; the first comments of a thread say what it is about.
QUERY = """
query Snapshot(
  $owner: String!, $name: String!, $number: Int!, $comments: String, $threads: String
) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      number title body isDraft state changedFiles
      author { login }
      isCrossRepository headRepository { nameWithOwner }
      baseRefName baseRefOid headRefOid
      labels(first: 100) { nodes { name } }
      comments(first: 100, after: $comments) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body url viewerDidAuthor }
      }
      reviewThreads(first: 100, after: $threads) {
        pageInfo { hasNextPage endCursor }
        nodes { path line isResolved comments(first: 20) { nodes { body } } }
      }
    }
  }
}
"""
# 10,000 comments: a list that goes on is more likely to be a fault than a conversation.
MOST_PAGES = 100
# GitHub's name for the author of what a deleted account left behind.
GHOST = "ghost"


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


def _page(answer: Answer, value: object) -> Page:
    match value:
        case {"errors": [_, *_] as errors}:
            raise _failure(answer, errors)
        case {"data": {"repository": None | {"pullRequest": None}}}:
            raise answers.not_found("The pull request")
        case {
            "data": {
                "repository": {
                    "pullRequest": {"comments": comments, "reviewThreads": threads} as pull
                }
            }
        }:
            said, said_end, more_said = _rows(comments, _comment)
            noted, noted_end, more_noted = _rows(threads, _thread)
            ours = tuple(comment for comment in said if comment.mine)
            more = more_said or more_noted
            return Page(_pull(pull), ours, noted, (said_end, noted_end), more)
        case _:
            raise ValueError("it holds no pull request with its conversation")


def _failure(answer: Answer, errors: list[object]) -> ForgeError | TransientError:
    """Say what errors mean; what came beside them is a part at most and not used."""
    told = [row for row in errors if isinstance(row, dict)]
    kinds = {row.get("type") for row in told}
    said = " ".join(" ".join(str(row.get("message")) for row in told).split())[:300]
    if "RATE_LIMITED" in kinds:
        return answers.limited(answer)
    if "NOT_FOUND" in kinds:
        return answers.not_found("The pull request")
    if "Resource not accessible" in said:
        return answers.forbidden(answer)
    problem = ForgeError(
        f"GitHub could not read the pull request: {said}",
        cause="GitHub answered with errors and a part of the data at most.",
        remedy="Run the workflow again.",
    )
    return TransientError(problem, attempts=2)


def _pull(value: dict[str, object]) -> PullRequest:
    match value:
        case {
            "number": int(number),
            "title": str(title),
            "body": str() | None as body,
            "author": author,
            "baseRefName": str(base_ref),
            "baseRefOid": str(base_sha),
            "headRefOid": str(head_sha),
            "isCrossRepository": bool(crosses),
            "headRepository": head_repository,
            "isDraft": bool(draft),
            "state": "OPEN" | "CLOSED" | "MERGED" as state,
            "changedFiles": int(changed_files),
            "labels": labels,
        }:
            return PullRequest(
                number=number,
                title=title,
                body=body or "",
                author=GHOST if author is None else _text(author, "login"),
                base_ref=base_ref,
                base_sha=base_sha,
                head_sha=head_sha,
                # Of a deleted fork nothing is left but its commits.
                from_fork=crosses or head_repository is None,
                draft=draft,
                state=PullState[state],
                changed_files=changed_files,
                labels=_labels(labels),
            )
        case _:
            raise ValueError("the pull request lacks a field")


def _labels(value: object) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case {"nodes": [*nodes]}:
            return tuple(_text(node, "name") for node in nodes)
        case _:
            raise ValueError("the labels are no list")


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


def _comment(value: object) -> Comment:
    match value:
        # A BigInt travels as text.
        case {
            "fullDatabaseId": str(number),
            "body": str(body),
            "url": str(url),
            "viewerDidAuthor": bool(mine),
        }:
            return Comment(int(number), body, url, mine)
        case _:
            raise ValueError("a comment lacks a field")


def _thread(value: object) -> ReviewThread:
    match value:
        case {
            "path": str(path),
            "line": int() | None as line,
            "isResolved": bool(resolved),
            "comments": {"nodes": [*nodes]},
        }:
            bodies = tuple(_text(node, "body") for node in nodes)
            return ReviewThread(path, line, resolved, bodies)
        case _:
            raise ValueError("a review thread lacks a field")


def _text(node: object, name: str) -> str:
    match node:
        case dict() if isinstance(text := node.get(name), str):
            return text
        case _:
            raise ValueError(f"a {name} is no text")
