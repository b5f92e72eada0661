"""The two queries that may be a run's first request: which pull request, and what it looks like.

What reads their responses is in other modules, because it imports pydantic: the first request does
not wait for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from reviewer.pull_request import Comment, PullRequest, ReviewThread

# Cursors after the last comment and the last thread read; None starts from the beginning.
Cursors: TypeAlias = tuple[str | None, str | None]

# Both lists are read page by page together; one that has ended stays at its end. The first
# comments of a thread are enough to know what it is about.
_SNAPSHOT = """
query Snapshot(
  $owner: String!, $name: String!, $number: Int!, $size: Int!
  $comments: String, $threads: String%(variables)s
) {
  viewer { login }
  repository(owner: $owner, name: $name) {%(fields)s
    pullRequest(number: $number) {
      number title body isDraft state changedFiles
      author { __typename login }
      isCrossRepository headRepository { nameWithOwner }
      baseRefName baseRefOid headRefOid
      createdAt authorAssociation
      labels(first: 100) { nodes { name } }
      commits(first: 50) { nodes { commit { messageHeadline } } }
      closingIssuesReferences(first: 10) { nodes { title } }
      comments(first: $size, after: $comments) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body url viewerDidAuthor editor { __typename login } }
      }
      reviewThreads(first: $size, after: $threads) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id path line isResolved
          resolvedBy { login }
          comments(first: 20) {
            nodes {
              fullDatabaseId body viewerDidAuthor
              author { __typename login }
              reactions(content: THUMBS_DOWN, first: 10) { nodes { user { login } } }
            }
          }
        }
      }
    }
  }
}
"""
SNAPSHOT = _SNAPSHOT % {"variables": "", "fields": ""}
# Of a link, GraphQL gives the address as text: only the folder tells it from a file, and proves
# that a file does not exist.
SNAPSHOT_WITH_FILE = _SNAPSHOT % {
    "variables": ", $file: String!, $folder: String!",
    "fields": """
    file: object(expression: $file) { ... on Blob { oid isBinary isTruncated text } }
    folder: object(expression: $folder) { ... on Tree { entries { name mode oid } } }""",
}
# One page is enough: forks may have a branch of the same name, but not a hundred of them.
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


LARGEST_PAGE = 100
"""Rows of a page, GitHub's most."""
_SMALLEST_PAGE = 10


@dataclass(slots=True)
class PageSize:
    """The rows of the next page; smaller once GitHub could not answer for as many."""

    rows: int = LARGEST_PAGE

    def shrink(self) -> None:
        """Ask for half as many rows from now on."""
        self.rows = max(_SMALLEST_PAGE, self.rows // 2)


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """One page: our comments and the threads up to the cursors `ends`; `more` of either follow.

    `files` has the file of SNAPSHOT_WITH_FILE by its name: its bytes, or None where it is proven
    that there is no such file.
    """

    pull: PullRequest
    comments: tuple[Comment, ...]
    threads: tuple[ReviewThread, ...]
    ends: Cursors
    more: bool
    files: Mapping[str, bytes | None] = field(default_factory=dict)
