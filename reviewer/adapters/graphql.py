"""The one GraphQL query: a pull request, our comments on it and its review threads."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from reviewer.adapters import answers
from reviewer.adapters.answers import Answer
from reviewer.adapters.retrying import TransientError
from reviewer.errors import ForgeError
from reviewer.pull_request import Comment, PullRequest, PullState, ReviewThread

# Both lists turn their pages together; 100 is GitHub's largest page.
QUERY = """
query Snapshot(
  $owner: String!, $name: String!, $number: Int!,
  $withComments: Boolean!, $commentsAfter: String, $withThreads: Boolean!, $threadsAfter: String
) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      number title body isDraft state changedFiles
      author { login }
      isCrossRepository headRepository { nameWithOwner }
      baseRefName baseRefOid headRefOid
      labels(first: 100) { nodes { name } }
      comments(first: 100, after: $commentsAfter) @include(if: $withComments) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body url viewerDidAuthor }
      }
      reviewThreads(first: 100, after: $threadsAfter) @include(if: $withThreads) {
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
    """One answer; a cursor is None where its list has ended."""

    pull: PullRequest
    comments: tuple[Comment, ...]
    threads: tuple[ReviewThread, ...]
    comments_after: str | None
    threads_after: str | None


def pages(ask: Callable[[Mapping[str, object]], Page]) -> Iterator[Page]:
    """Ask until both lists have ended; `ask` takes the variables of the lists.

    Raises ForgeError when a list goes in circles or has more than MOST_PAGES pages.
    """
    page = ask(_variables("", ""))
    yield page
    for _ in range(MOST_PAGES - 1):
        before = (page.comments_after, page.threads_after)
        if before == (None, None):
            return
        page = ask(_variables(*before))
        yield page
        if {page.comments_after, page.threads_after} & ({*before} - {None}):
            raise ForgeError("GitHub's list of comments goes in circles.")
    if (page.comments_after, page.threads_after) != (None, None):
        raise ForgeError(f"The conversation has more than {MOST_PAGES} pages of comments.")


def _variables(comments_after: str | None, threads_after: str | None) -> dict[str, object]:
    """Ask for the lists that have not ended; an empty cursor is their beginning."""
    return {
        "withComments": comments_after is not None,
        "commentsAfter": comments_after or None,
        "withThreads": threads_after is not None,
        "threadsAfter": threads_after or None,
    }


def page(answer: Answer) -> Page:
    """Read the answer to the query.

    Raises NotFoundError, ForbiddenError, or TransientError for errors that may pass.
    """
    match answer.read(_envelope):
        case {"errors": [*errors]} if errors:
            raise _failure(answer, errors)
        case {"data": {"repository": {"pullRequest": dict() as pull}}}:
            return answer.read(lambda _: _page(pull))
        case {"data": {"repository": None | {"pullRequest": None}}}:
            raise answers.not_found("The pull request")
        case _:
            raise answers.unreadable(answer.request, "it holds no pull request")


def _envelope(value: object) -> object:
    return value


def _failure(answer: Answer, errors: list[object]) -> ForgeError | TransientError:
    """Say what errors in an answer mean; what came beside them is not used."""
    kinds = {row.get("type") for row in errors if isinstance(row, dict)}
    texts = [str(row.get("message")) for row in errors if isinstance(row, dict)]
    said = " ".join(" ".join(texts).split())[:300]
    if "RATE_LIMITED" in kinds:
        return answers.limited(answer)
    if "NOT_FOUND" in kinds:
        return answers.not_found(f"The pull request ({said})")
    if "Resource not accessible" in said:
        return answers.forbidden(answer)
    problem = ForgeError(
        f"GitHub could not read the pull request: {said}",
        cause="GitHub answered with errors and at most a part of what was asked.",
        remedy="Run the workflow again.",
    )
    return TransientError(problem, attempts=2)


def _page(value: object) -> Page:
    match value:
        case {**fields}:
            comments, comments_after = _list(fields.get("comments"), _comment)
            threads, threads_after = _list(fields.get("reviewThreads"), _thread)
            ours = tuple(comment for comment in comments if comment.mine)
            return Page(_pull(fields), ours, threads, comments_after, threads_after)
        case _:
            raise ValueError("the pull request is no object")
