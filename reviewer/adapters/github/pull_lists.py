"""The list of a repository's pull requests: its queries, and what their answers say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from reviewer.adapters.github import graphql_json, queries
from reviewer.adapters.github.refusals import Answer
from reviewer.head import Head
from reviewer.pull_request import Opened

# More than one branch of this name is another fork's; nobody has a hundred.
OF_BRANCH = """
query OfBranch($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(
      headRefName: $branch, states: OPEN, first: 100,
      orderBy: {field: CREATED_AT, direction: DESC}
    ) {
      nodes { number headRefOid headRepository { nameWithOwner } }
    }
  }
}
"""
OPENED = """
query Opened($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: 100, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor }
      nodes { number createdAt authorAssociation author { login } }
    }
  }
}
"""
# A thousand pull requests; whoever opens more in a day is beyond any limit that counts them.
MOST_PAGES = 10
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Page:
    """Pull requests, the newest first, each with when it was opened; `after` leads to the next."""

    rows: tuple[tuple[datetime, Opened], ...]
    after: str | None


def opened_before(ask: Callable[[str | None], Page], moment: datetime) -> tuple[Opened, ...]:
    """List what was opened in the 24 hours before a moment; `ask` reads a page after a cursor."""
    found: list[Opened] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = ask(after)
        found += [each for when, each in page.rows if moment - _DAY < when <= moment]
        after = page.after
        if after is None or page.rows[-1][0] <= moment - _DAY:
            break
    return tuple(found)


def read(answer: Answer) -> Page:
    """Read a page of the list; raises what graphql.read raises."""
    return answer.read(partial(_read, answer))


def _read(answer: Answer, value: object) -> Page:
    match queries.data(answer, value, "list pull requests"):
        case {
            "repository": {
                "pullRequests": {
                    "nodes": [*rows],
                    "pageInfo": {"hasNextPage": bool(more), "endCursor": str() | None as end},
                }
            }
        }:
            return Page(tuple(map(graphql_json.opened, rows)), end if more and rows else None)
        case _:
            raise ValueError("it holds no list of pull requests")


def of_head(answer: Answer, head: Head) -> tuple[int, ...]:
    """List the numbers of those that end in the head; raises what graphql.read raises."""
    return answer.read(partial(_of_head, answer, head))


def _of_head(answer: Answer, head: Head, value: object) -> tuple[int, ...]:
    match queries.data(answer, value, "list pull requests"):
        case {"repository": {"pullRequests": {"nodes": [*rows]}}}:
            return tuple(number for node in rows for number in _number(node, head))
        case _:
            raise ValueError("it holds no list of pull requests")


def _number(node: object, head: Head) -> tuple[int, ...]:
    match node:
        case {
            "number": int(number),
            "headRefOid": head.sha,
            "headRepository": {"nameWithOwner": str(repository)},
        } if repository.lower() == head.repository.lower():
            return (number,)
        case {"number": int(), "headRefOid": str()}:
            return ()
        case _:
            raise ValueError("a pull request lacks its head")
