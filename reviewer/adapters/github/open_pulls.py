"""Lists the open pull requests, and which of their heads have a review: one query a page."""

from dataclasses import dataclass
from functools import partial

from reviewer.adapters.github import graphql_json
from reviewer.adapters.github.graphql_json import Actor, FirstPage, Node, PageInfo
from reviewer.adapters.github.snapshot_json import (
    CommentNode,
    LabelNode,
    login,
    moment,
    parse_comment,
    rows,
)
from reviewer.adapters.github.transport import refusals
from reviewer.adapters.github.transport.http import Repository
from reviewer.adapters.github.transport.refusals import GitHubResponse
from reviewer.pull_request import Conversation, OpenPulls, PullRequest, PullState, Snapshot

# Bodies of comments make a page large, and GitHub ends a query after 10 seconds. Our comment is
# usually the first; one that is not among these is found when the pull request is read by itself.
_QUERY = """
query OpenPulls($owner: String!, $name: String!, $after: String) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    pullRequests(
      states: OPEN, first: 25, after: $after, orderBy: {field: UPDATED_AT, direction: ASC}
    ) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number isDraft changedFiles
        author { login }
        isCrossRepository headRepository { nameWithOwner }
        baseRefName baseRefOid headRefOid
        createdAt authorAssociation
        labels(first: 100) { nodes { name } }
        comments(first: 20) {
          nodes { fullDatabaseId body url viewerDidAuthor editor { login } }
        }
      }
    }
  }
}
"""
MOST_PAGES = 40
"""1,000 pull requests: more than one run can review."""


class OpenPullNode(Node):
    """A pull request of the list; of a deleted fork `head_repository` is null."""

    wrong = "a pull request lacks a field"

    number: int
    is_draft: bool
    changed_files: int
    author: Actor | None
    is_cross_repository: bool
    head_repository: object
    base_ref_name: str
    base_ref_oid: str
    head_ref_oid: str
    created_at: str
    author_association: str
    labels: FirstPage[LabelNode] | None
    comments: FirstPage[CommentNode] | None


class OpenPullList(Node):
    """A page of the open pull requests."""

    nodes: list[OpenPullNode | None]
    page_info: PageInfo


class OpenPullsOfRepository(Node):
    """The repository, as far as the query asks for it."""

    pull_requests: OpenPullList


class OpenPullsViewer(Node):
    """Whom the token speaks for."""

    login: str


class OpenPullsData(Node):
    """The data of the query."""

    wrong = "it holds no list of pull requests"

    viewer: OpenPullsViewer
    repository: OpenPullsOfRepository


def read_all(repository: Repository) -> OpenPulls:
    """List the open pull requests, at most those of MOST_PAGES pages.

    The pages are read while the list may change, so a pull request that is on two of them is
    listed once. Raises ForgeError.
    """
    found: dict[int, Snapshot] = {}
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = _read_page(repository, after)
        found |= {row.pull.number: row for row in page.rows}
        if page.after is None:
            return OpenPulls(tuple(found.values()))
        if page.after == after:
            raise refusals.repeated_pages_error("the open pull requests")
        after = page.after
    return OpenPulls(tuple(found.values()), complete=False)


@dataclass(frozen=True, slots=True)
class OpenPullsPage:
    """Some rows, and the cursor of the next page, None for the last one."""

    rows: tuple[Snapshot, ...]
    after: str | None


def _read_page(repository: Repository, after: str | None) -> OpenPullsPage:
    query = repository.ask(_QUERY, {"after": after})
    return repository.retry("Listing the open pull requests", lambda: read(repository.send(query)))


def read(response: GitHubResponse) -> OpenPullsPage:
    """Read a page of the list.

    Raises NotFoundError, ForbiddenError, or TransientError for what may pass by itself.
    """
    return response.read(partial(_decode, response))


def _decode(response: GitHubResponse, value: object) -> OpenPullsPage:
    data = graphql_json.data(response, value, "list the open pull requests")
    read = OpenPullsData.parse(data)
    listed = read.repository.pull_requests
    found = tuple(_snapshot(node, read.viewer.login) for node in listed.nodes if node)
    more = listed.page_info.has_next_page
    return OpenPullsPage(found, listed.page_info.end_cursor if more else None)


def _snapshot(node: OpenPullNode, viewer: str) -> Snapshot:
    pull = PullRequest(
        number=node.number,
        title="",
        body="",
        author=login(node.author),
        base_ref=node.base_ref_name,
        base_sha=node.base_ref_oid,
        head_sha=node.head_ref_oid,
        from_fork=node.is_cross_repository or node.head_repository is None,
        draft=node.is_draft,
        state=PullState.OPEN,
        changed_files=node.changed_files,
        labels=tuple(label.name for label in rows(node.labels)),
        association=node.author_association,
        opened_at=moment(node.created_at),
    )
    comments = (parse_comment(each, viewer) for each in rows(node.comments))
    return Snapshot(pull, Conversation(tuple(each for each in comments if each.mine)))
