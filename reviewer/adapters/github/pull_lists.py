"""The lists of a repository's pull requests: those of a branch, and those that changed lately."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reviewer.adapters.github import graphql_json
from reviewer.adapters.github.graphql_json import Actor, FirstPage, Node, NodePage
from reviewer.adapters.github.snapshot_json import login, moment
from reviewer.adapters.github.transport.refusals import GitHubResponse
from reviewer.ports import MOST_LISTED
from reviewer.pull_request import ListedPull

CHANGED = """
query Changed($owner: String!, $name: String!, $size: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: $size, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number createdAt updatedAt authorAssociation author { __typename login }
        comments(first: 1) { totalCount }
      }
    }
  }
}
"""
_AIM = "list pull requests"


class CommentCount(Node):
    """The comments on a pull request as a whole."""

    total_count: int


class ChangedNode(Node):
    """A pull request of CHANGED."""

    wrong = "a pull request lacks a field"

    number: int
    created_at: str
    updated_at: str
    author_association: str
    author: Actor | None
    comments: CommentCount


class ChangedOfRepository(Node):
    """The repository, as far as CHANGED asks for it."""

    pull_requests: NodePage[ChangedNode]


class ChangedData(Node):
    """The data of CHANGED."""

    wrong = "it holds no list of pull requests"

    repository: ChangedOfRepository


class RepositoryName(Node):
    """The repository that a pull request's head is in."""

    name_with_owner: str


class HeadNode(Node):
    """A pull request of `queries.OF_BRANCH`; of a deleted fork `head_repository` is null."""

    wrong = "a pull request lacks its head"

    number: int
    head_ref_oid: str
    head_repository: RepositoryName | None = None


class OfBranchOfRepository(Node):
    """The repository, as far as `queries.OF_BRANCH` asks for it."""

    pull_requests: FirstPage[HeadNode]


class OfBranchData(Node):
    """The data of `queries.OF_BRANCH`."""

    wrong = "it holds no list of pull requests"

    repository: OfBranchOfRepository


@dataclass(frozen=True, slots=True)
class PullListPage:
    """Pull requests, each with its latest change, in that order; `after` leads to the next page."""

    rows: tuple[tuple[datetime, ListedPull], ...]
    after: str | None


def changed_since(
    ask: Callable[[str | None], PullListPage], moment: datetime
) -> tuple[ListedPull, ...]:
    """List what changed after a moment; `ask` reads a page after a cursor."""
    found: list[ListedPull] = []
    after: str | None = None
    seen: set[str | None] = set()
    while len(found) < MOST_LISTED and after not in seen and len(seen) < MOST_LISTED // 10:
        seen.add(after)
        page = ask(after)
        found += [each for when, each in page.rows if when > moment]
        after = page.after
        if after is None or any(when <= moment for when, _ in page.rows[-1:]):
            break
    return tuple(found[:MOST_LISTED])


def read(response: GitHubResponse) -> PullListPage:
    """Read a page of CHANGED.

    Raises NotFoundError, ForbiddenError, or TransientError for what may pass by itself.
    """

    def decode(value: object) -> PullListPage:
        read = ChangedData.parse(graphql_json.data(response, value, _AIM))
        pulls = read.repository.pull_requests
        rows = tuple(map(_parse_listed, pulls.rows))
        more = bool(pulls.nodes) and pulls.page_info.has_next_page
        return PullListPage(rows, pulls.page_info.end_cursor if more else None)

    return response.read(decode)


def _parse_listed(node: ChangedNode) -> tuple[datetime, ListedPull]:
    listed = ListedPull(
        node.number,
        login(node.author),
        node.author_association,
        moment(node.created_at),
        commented=node.comments.total_count > 0,
    )
    return moment(node.updated_at), listed


def of_head(response: GitHubResponse, sha: str, repository: str) -> tuple[int, ...]:
    """Read OF_BRANCH: the numbers of the pull requests that end in this commit.

    Raises what `read` raises.
    """

    def decode(value: object) -> tuple[int, ...]:
        read = OfBranchData.parse(graphql_json.data(response, value, _AIM))
        pulls = read.repository.pull_requests.rows
        return tuple(pull.number for pull in pulls if _ends_in(pull, sha, repository))

    return response.read(decode)


def _ends_in(pull: HeadNode, sha: str, repository: str) -> bool:
    if pull.head_repository is None or pull.head_ref_oid != sha:
        return False
    return pull.head_repository.name_with_owner.lower() == repository.lower()
