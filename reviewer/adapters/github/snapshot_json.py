"""Reads the responses to `queries.SNAPSHOT`: the pull request with its conversation."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from pydantic import ConfigDict

from reviewer import logins
from reviewer.adapters.github import blob_texts, graphql_json, issue_json
from reviewer.adapters.github.graphql_json import Actor, FirstPage, Node, NodePage, NodeT
from reviewer.adapters.github.issue_json import IssueNode
from reviewer.adapters.github.queries import FileQuery, SnapshotPage
from reviewer.adapters.github.transport.refusals import GitHubResponse, not_found_error
from reviewer.pull_request import Comment, PullRequest, PullState, ReviewComment, ReviewThread

# What a token may not see comes as null beside an error, and everything else with it.
_OPTIONAL = ("closingIssuesReferences", "file", "folder", "beside", "workflow")

# GitHub's name for the author of what a deleted account left behind.
GHOST = "ghost"
_LINE = 200


class LabelNode(Node):
    """A label of the pull request."""

    wrong = "a name is no text"

    name: str


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
    comments: NodePage[CommentNode]
    review_threads: NodePage[ThreadNode]


class PullOfRepository(Node):
    """The repository, as far as `queries.SNAPSHOT` asks for it; its other members are places."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, object]

    name_with_owner: str
    pull_request: PullNode | None
    file: object = None
    folder: object = None
    workflow: object = None
    beside: object = None


class Viewer(Node):
    """Whom the token speaks for."""

    login: str


class SnapshotData(Node):
    """The data of `queries.SNAPSHOT`."""

    wrong = "it holds no pull request with its conversation"

    viewer: Viewer
    repository: PullOfRepository | None


def page(response: GitHubResponse, value: object, asked: FileQuery | None = None) -> SnapshotPage:
    """Read `value`, the JSON of the response to SNAPSHOT; comments of others are left out.

    `asked` is what the query asked for besides, None if it did not.
    Raises NotFoundError, ForbiddenError, TransientError for what may pass by itself, and ValueError
    for what is no such response (`GitHubResponse.read` names it).
    """
    names = asked.names if asked else {}
    optional = (*_OPTIONAL, *names)
    data = graphql_json.data(response, value, "read the pull request", optional=optional)
    read = SnapshotData.parse(data)
    if read.repository is None or read.repository.pull_request is None:
        raise not_found_error("The pull request")
    files = _read_files(read.repository, asked)
    # Beside an error, null does not mean that there is nothing.
    is_whole = isinstance(value, dict) and not value.get("errors")
    found = read.repository.__pydantic_extra__ if is_whole else {}
    places = {path: found[name] is not None for name, path in names.items() if name in found}
    pull = _pull_request(read.repository.pull_request, read.repository.name_with_owner)
    known = _page(read.repository.pull_request, pull, read.viewer.login, files, places)
    return replace(known, workflow=_read_text(read.repository.workflow))


def _read_files(
    repository: PullOfRepository, asked: FileQuery | None
) -> Mapping[str, bytes | None]:
    if asked is None:
        return {}
    folder = repository.folder
    files = blob_texts.read_in_folder(asked.path, repository.file, folder)
    if not asked.beside:
        return files
    return {**files, **blob_texts.read_in_folder(asked.beside, repository.beside, folder)}


def _page(
    node: PullNode,
    pull: PullRequest,
    viewer: str,
    files: Mapping[str, bytes | None],
    places: Mapping[str, bool],
) -> SnapshotPage:
    comments, threads = node.comments, node.review_threads
    # A token sees what it wrote, so no comment of ours is null.
    read = [parse_comment(node, viewer) for node in comments.rows]
    return SnapshotPage(
        pull=pull,
        comments=tuple(comment for comment in read if comment.mine),
        threads=tuple(_thread(node, viewer) for node in threads.rows),
        ends=(comments.page_info.end_cursor, threads.page_info.end_cursor),
        more=comments.page_info.has_next_page or threads.page_info.has_next_page,
        files=files,
        places=places,
        others=tuple(each.body[:_LINE].partition("\n")[0] for each in read if not each.mine),
    )


def _pull_request(pull: PullNode, repository: str) -> PullRequest:
    closed = pull.closing_issues_references
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
        issues=issue_json.read_titles(closed, repository),
        linked_issues=issue_json.read_linked(closed, repository),
        association=pull.author_association,
        opened_at=moment(pull.created_at),
        head_repository=_read_name(pull.head_repository),
    )


def _read_text(blob: object) -> str:
    """Return the text of a workflow; without it only a hint is missing, so nothing is an error."""
    text = blob.get("text") if isinstance(blob, dict) and not blob.get("isTruncated") else None
    return text if isinstance(text, str) else ""


def _read_name(repository: object) -> str:
    """Return "owner/name"; only links need it, so no other answer is an error."""
    name = repository.get("nameWithOwner") if isinstance(repository, dict) else None
    return name if isinstance(name, str) else ""


def parse_comment(node: CommentNode, viewer: str) -> Comment:
    """Read a comment; `viewer` is the login of whom the token speaks for."""
    editor = node.editor.name if node.editor else ""
    return Comment(
        id=int(node.full_database_id),
        body=node.body,
        url=node.url,
        mine=node.viewer_did_author,
        edited_by="" if logins.is_same(editor, viewer) else editor,
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
        # GraphQL has no type of who resolved. Taken for ours, a person's dismisses nothing.
        resolved_by_me=bool(resolver) and logins.may_be_same(resolver, viewer),
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


def rows(page: FirstPage[NodeT] | None) -> list[NodeT]:
    """Return the nodes that the token may see; GraphQL gives null where there is no list."""
    return page.rows if page else []


def login(actor: Actor | None) -> str:
    """Return the login of the author of something, as `logins.spell` does."""
    return actor.name if actor else GHOST


def moment(text: str) -> datetime:
    """Read a DateTime; raises ValueError for one without a zone."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("a time has no zone")
    return read
