"""Reads the responses to `queries.SNAPSHOT`: the pull request with its conversation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from reviewer.adapters.github import blob_texts, graphql_json, refusals
from reviewer.adapters.github.graphql_json import Actor, FirstPage, Node, NodeT, PageInfo
from reviewer.adapters.github.queries import SnapshotPage
from reviewer.adapters.github.refusals import GitHubResponse
from reviewer.pull_request import Comment, PullRequest, PullState, ReviewComment, ReviewThread

# What a token may not see comes as null beside an error, and everything else with it.
_OPTIONAL = ("closingIssuesReferences", "file", "folder")

# GitHub's name for the author of what a deleted account left behind.
GHOST = "ghost"


class LabelNode(Node):
    """A label of the pull request."""

    wrong = "a name is no text"

    name: str


class IssueNode(Node):
    """An issue that the pull request would close."""

    wrong = "a title is no text"

    title: str


class CommitMessage(Node):
    """The part of a commit that is shown."""

    message_headline: str


class CommitNode(Node):
    """A commit of the pull request."""

    wrong = "a commit lacks its message"

    commit: CommitMessage


class Reactor(Node):
    """Who put a reaction."""

    login: str


class ReactionNode(Node):
    """A thumbs down; the user is null once the account is deleted."""

    wrong = "a reaction lacks its user"

    user: Reactor | None


class ReviewCommentNode(Node):
    """A comment in a review thread; its id is a BigInt, which travels as text."""

    wrong = "a comment of a thread lacks a field"

    full_database_id: str
    body: str
    viewer_did_author: bool
    author: Actor | None
    reactions: FirstPage[ReactionNode] | None


class ThreadNode(Node):
    """A review thread; `line` is null once it is outdated."""

    wrong = "a review thread lacks a field"

    id: str
    path: str
    line: int | None
    is_resolved: bool
    resolved_by: Actor | None
    comments: FirstPage[ReviewCommentNode] | None


class CommentNode(Node):
    """A comment of the conversation; its id is a BigInt, which travels as text."""

    wrong = "a comment lacks a field"

    full_database_id: str
    body: str
    url: str
    viewer_did_author: bool
    editor: Actor | None


class CommentPage(Node):
    """A page of the comments; no node of it may be null."""

    wrong = "a list lacks its rows"

    nodes: list[CommentNode]
    page_info: PageInfo


class ThreadPage(Node):
    """A page of the review threads; no node of it may be null."""

    wrong = "a list lacks its rows"

    nodes: list[ThreadNode]
    page_info: PageInfo


class PullNode(Node):
    """The pull request of `queries.SNAPSHOT`; of a deleted fork `head_repository` is null."""

    wrong = "the pull request lacks a field"

    number: int
    title: str
    body: str | None
    author: Actor | None
    base_ref_name: str
    base_ref_oid: str
    head_ref_oid: str
    is_cross_repository: bool
    head_repository: object
    is_draft: bool
    state: Literal["OPEN", "CLOSED", "MERGED"]
    changed_files: int
    labels: FirstPage[LabelNode] | None
    created_at: str
    author_association: str
    commits: FirstPage[CommitNode] | None = None
    closing_issues_references: FirstPage[IssueNode] | None = None
    comments: CommentPage
    review_threads: ThreadPage


class PullOfRepository(Node):
    """The repository, as far as `queries.SNAPSHOT` asks for it."""

    pull_request: PullNode | None
    file: object = None
    folder: object = None


class Viewer(Node):
    """Whom the token speaks for."""

    login: str


class SnapshotData(Node):
    """The data of `queries.SNAPSHOT`."""

    wrong = "it holds no pull request with its conversation"

    viewer: Viewer
    repository: PullOfRepository | None


def page(response: GitHubResponse, value: object, *, file: str = "") -> SnapshotPage:
    """Read `value`, the JSON of the response to SNAPSHOT; comments of others are left out.

    `file` is the path of the file that the query asked for too, "" without one.
    Raises NotFoundError, ForbiddenError, TransientError for what may pass by itself, and ValueError
    for what is no such response (`GitHubResponse.read` names it).
    """
    data = graphql_json.data(response, value, "read the pull request", optional=_OPTIONAL)
    read = SnapshotData.parse(data)
    if read.repository is None or read.repository.pull_request is None:
        raise refusals.not_found_error("The pull request")
    files = blob_texts.read_in_folder(file, read.repository.file, read.repository.folder)
    return _page(read.repository.pull_request, read.viewer.login, files)


def _page(pull: PullNode, viewer: str, files: Mapping[str, bytes | None]) -> SnapshotPage:
    comments, threads = pull.comments, pull.review_threads
    read = (_comment(node, viewer) for node in comments.nodes)
    return SnapshotPage(
        pull=_pull_request(pull),
        comments=tuple(comment for comment in read if comment.mine),
        threads=tuple(_thread(node, viewer) for node in threads.nodes),
        ends=(comments.page_info.end_cursor, threads.page_info.end_cursor),
        more=comments.page_info.has_next_page or threads.page_info.has_next_page,
        files=files,
    )


def _pull_request(pull: PullNode) -> PullRequest:
    return PullRequest(
        number=pull.number,
        title=pull.title,
        body=pull.body or "",
        author=login(pull.author),
        base_ref=pull.base_ref_name,
        base_sha=pull.base_ref_oid,
        head_sha=pull.head_ref_oid,
        # Of a deleted fork nothing is left but its commits.
        from_fork=pull.is_cross_repository or pull.head_repository is None,
        draft=pull.is_draft,
        state=PullState[pull.state],
        changed_files=pull.changed_files,
        labels=tuple(label.name for label in rows(pull.labels)),
        commits=tuple(row.commit.message_headline for row in rows(pull.commits)),
        issues=tuple(issue.title for issue in rows(pull.closing_issues_references)),
        association=pull.author_association,
        opened_at=moment(pull.created_at),
        head_repository=_read_name(pull.head_repository),
    )


def _read_name(repository: object) -> str:
    """Return "owner/name"; only links need it, so no other answer is an error."""
    name = repository.get("nameWithOwner") if isinstance(repository, dict) else None
    return name if isinstance(name, str) else ""


def _comment(node: CommentNode, viewer: str) -> Comment:
    editor = node.editor.login if node.editor else ""
    return Comment(
        id=int(node.full_database_id),
        body=node.body,
        url=node.url,
        mine=node.viewer_did_author,
        edited_by="" if _is_same(editor, viewer) else editor,
    )


def _thread(node: ThreadNode, viewer: str) -> ReviewThread:
    resolver = node.resolved_by.login if node.resolved_by else ""
    return ReviewThread(
        path=node.path,
        line=node.line,
        resolved=node.is_resolved,
        comments=tuple(map(_review_comment, rows(node.comments))),
        id=node.id,
        resolved_by=resolver,
        resolved_by_me=bool(resolver) and _is_same(resolver, viewer),
    )


def _review_comment(node: ReviewCommentNode) -> ReviewComment:
    reactors = (reaction.user for reaction in rows(node.reactions))
    return ReviewComment(
        id=int(node.full_database_id),
        body=node.body,
        mine=node.viewer_did_author,
        author=login(node.author),
        thumbs_down=tuple(reactor.login for reactor in reactors if reactor),
    )


def _is_same(login: str, viewer: str) -> bool:
    # An app's login ends in [bot] for the app itself and not for others.
    return login.removesuffix("[bot]") == viewer.removesuffix("[bot]")


def rows(page: FirstPage[NodeT] | None) -> list[NodeT]:
    """Return the nodes that the token may see; GraphQL gives null where there is no list."""
    return [node for node in page.nodes if node is not None] if page else []


def login(actor: Actor | None) -> str:
    """Return the login of the author of something."""
    return actor.login if actor else GHOST


def moment(text: str) -> datetime:
    """Read a DateTime; raises ValueError for one without a zone."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("a time has no zone")
    return read
