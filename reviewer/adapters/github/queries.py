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
    nameWithOwner
    pullRequest(number: $number) {
      number title body isDraft state changedFiles
      author { __typename login }
      isCrossRepository headRepository { nameWithOwner }
      baseRefName baseRefOid headRefOid
      createdAt authorAssociation
      labels(first: 100) { nodes { name } }
      commits(first: 50) { nodes { commit { messageHeadline } } }
      closingIssuesReferences(first: 10) {
        nodes { number title body repository { nameWithOwner isPrivate } }
      }
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
# Of a link, GraphQL gives the address as text: only the folder shows that it is no file, and proves
# that a file does not exist.
_FILE = """
    file: object(expression: $file) { ... on Blob { oid isBinary isTruncated text } }
    folder: object(expression: $folder) { ... on Tree { entries { name mode oid } } }"""
# The version of the default branch is the one that comments start.
_WORKFLOW = """
    workflow: object(expression: $workflow) { ... on Blob { isTruncated text } }"""
_BESIDE = """
    beside: object(expression: $beside) { ... on Blob { oid isBinary isTruncated text } }"""
_PLACES = """
query Places($owner: String!, $name: String!%(variables)s) {
  repository(owner: $owner, name: $name) {%(fields)s
  }
}
"""
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

    `files` has the files that were asked for too, by their paths: the bytes, or None where it is
    proven that there is no such file. `places` says of other paths if there is anything. `workflow`
    is the text of the workflow that was asked for, "" if it is not known. `others` are the first
    lines of the comments of other accounts.
    """

    pull: PullRequest
    comments: tuple[Comment, ...]
    threads: tuple[ReviewThread, ...]
    ends: Cursors
    more: bool
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    places: Mapping[str, bool] = field(default_factory=dict)
    workflow: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileQuery:
    """What the first query asks for besides the pull request: files at the commit `sha`.

    `path` is in a folder. `places` are paths of which it asks only if there is anything. `beside`
    is another file of the same folder, which is asked for too. `workflow` is the path of a
    workflow, which is asked for at the default branch; "" for none.
    """

    path: str
    sha: str
    places: tuple[str, ...] = ()
    beside: str = ""
    workflow: str = ""

    @property
    def snapshot(self) -> str:
        """The query for the pull request and the file."""
        variables, fields = ", $file: String!, $folder: String!", _FILE
        if self.beside:
            variables, fields = f"{variables}, $beside: String!", f"{fields}{_BESIDE}"
        if self.workflow:
            variables, fields = f"{variables}, $workflow: String!", f"{fields}{_WORKFLOW}"
        variables, fields = variables + _declare(self.places), fields + _ask_for(self.places)
        return _SNAPSHOT % {"variables": variables, "fields": fields}

    @property
    def places_only(self) -> str:
        """The query for the places alone."""
        return _PLACES % {"variables": _declare(self.places), "fields": _ask_for(self.places)}

    @property
    def variables(self) -> dict[str, object]:
        """The variables of `snapshot`, without those of the pull request."""
        folder = self.path.rpartition("/")[0]
        files = {"file": f"{self.sha}:{self.path}", "folder": f"{self.sha}:{folder}"}
        beside = {"beside": f"{self.sha}:{self.beside}"} if self.beside else {}
        workflow = {"workflow": f"HEAD:{self.workflow}"} if self.workflow else {}
        return files | beside | workflow | self.place_variables

    @property
    def place_variables(self) -> dict[str, object]:
        """The variables of `places_only`."""
        return {name: f"{self.sha}:{path}" for name, path in self.names.items()}

    @property
    def names(self) -> Mapping[str, str]:
        """The places by the names that the query gives them."""
        return {f"place{number}": path for number, path in enumerate(self.places)}


def _declare(places: tuple[str, ...]) -> str:
    return "".join(f", $place{number}: String!" for number in range(len(places)))


def _ask_for(places: tuple[str, ...]) -> str:
    return "".join(
        f"\n    place{number}: object(expression: $place{number}) {{ __typename }}"
        for number in range(len(places))
    )
