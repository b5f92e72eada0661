"""The loopback GitHub's memory as the nested fields that GraphQL queries walk through."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from graphql import GraphQLError

from reviewer.pull_request import PullState
from tests.loopback import payloads, proposals
from tests.loopback.state import (
    Access,
    Entry,
    Issue,
    IssueComment,
    Pull,
    Repository,
    ReviewComment,
    Site,
    Submodule,
    Symlink,
    Thread,
    Token,
    Tree,
)

_LARGEST_PAGE = 100
_LARGEST_TEXT = 512_000
Fields: TypeAlias = dict[str, object]
Connection: TypeAlias = Callable[..., Fields]
Row = TypeVar("Row")


def root(site: Site, token: Token) -> Fields:
    """Where every query starts."""

    def repository(owner: str, name: str, **_: object) -> Fields:
        found = site.repository(f"{owner}/{name}")
        if found is None or token.access is Access.NONE:
            raise _not_found(f"a Repository with the name '{owner}/{name}'")
        return _repository(site, token, found)

    def resolve(input: Mapping[str, str]) -> Fields:  # noqa: A002  # GitHub's name
        return {"thread": _resolved(site, token, input["threadId"])}

    return {
        "repository": repository,
        "viewer": {"login": token.login},
        "resolveReviewThread": resolve,
        **proposals.mutations(site, token),
    }


def _resolved(site: Site, token: Token, name: str) -> Fields:
    if not token.resolves:
        raise GraphQLError(
            "Resource not accessible by integration", extensions={"type": "FORBIDDEN"}
        )
    for repo in site.repositories.values():
        for thread in (thread for pull in repo.pulls.values() for thread in pull.threads):
            if thread.id == name:
                thread.resolved, thread.resolved_by = True, token.login
                return _thread(site, token, thread)
    raise _not_found(f"a node with the global id of '{name}'")


def _not_found(what: str) -> GraphQLError:
    return GraphQLError(f"Could not resolve to {what}.", extensions={"type": "NOT_FOUND"})


def _repository(site: Site, token: Token, repo: Repository) -> Fields:
    def pull_request(number: int) -> Fields:
        pull = repo.pulls.get(number)
        if pull is None:
            raise _not_found(f"a PullRequest with the number of {number}")
        return _pull(site, token, repo, pull)

    def pull_requests(**wanted: object) -> Fields:
        rows = [pull for pull in repo.pulls.values() if _is_wanted(pull, wanted)]
        by_change = "UPDATED_AT" in str(wanted.get("orderBy"))
        rows.sort(key=lambda pull: (-_changed(pull) if by_change else 0, -pull.number))
        if "ASC" in str(wanted.get("orderBy")):
            rows.reverse()
        page = connection(site, "pullRequests", rows, lambda each: _pull(site, token, repo, each))
        return page(**wanted)

    def git_object(expression: str) -> Fields | None:
        if site.hides_files:
            raise GraphQLError("Something went wrong", extensions={"type": "INTERNAL"})
        sha, _, path = expression.partition(":")
        sha = repo.default_branch if sha == "HEAD" else sha.removeprefix("refs/heads/")
        tree = repo.trees.get(repo.refs.get(sha, sha), {})
        return _blob(tree[path]) if path in tree else _folder(tree, path)

    owner, name = repo.full_name.split("/")
    return {
        "object": git_object,
        "ref": lambda qualifiedName: proposals.find_ref(repo, qualifiedName),  # noqa: N803
        "id": proposals.node_id(repo),
        "name": name,
        "nameWithOwner": repo.full_name,
        "owner": actor(owner),
        "isArchived": repo.archived,
        "pullRequest": pull_request,
        "pullRequests": pull_requests,
    }


def _blob(entry: Entry) -> Fields | None:
    """A blob; GitHub cuts its text after 512 kB, and has none for what is not UTF-8."""
    if isinstance(entry, Submodule):
        return None
    data = entry.target.encode() if isinstance(entry, Symlink) else entry
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = None
    binary = text is None or "\0" in text
    return {
        "__typename": "Blob",
        "oid": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(),
        "byteSize": len(data),
        "isBinary": binary,
        "isTruncated": len(data) > _LARGEST_TEXT,
        "text": None if binary else (text or "")[:_LARGEST_TEXT],
    }


def _folder(tree: Tree, path: str) -> Fields | None:
    """A folder with what is right below it, None where there is none."""
    prefix = f"{path}/" if path else ""
    below = {name.removeprefix(prefix): tree[name] for name in tree if name.startswith(prefix)}
    if not below:
        return None
    files = {name: entry for name, entry in below.items() if "/" not in name}
    folders = {name.partition("/")[0] for name in below.keys() - files.keys()}
    entries = [{"name": name, "mode": 0o40000, "oid": "0" * 40} for name in folders]
    entries += [_entry(name, entry) for name, entry in files.items()]
    return {"__typename": "Tree", "entries": entries}


def _entry(name: str, entry: Entry) -> Fields:
    match entry:
        case Submodule(sha, _):
            return {"name": name, "mode": 0o160000, "oid": sha}
        case _:
            mode = 0o120000 if isinstance(entry, Symlink) else 0o100644
            blob = _blob(entry) or {}
            return {"name": name, "mode": mode, "oid": blob["oid"]}


def _is_wanted(pull: Pull, wanted: Mapping[str, object]) -> bool:
    states = wanted.get("states")
    is_state = not isinstance(states, list) or pull.state.name in states
    return is_state and wanted.get("headRefName") in {None, pull.head_ref}


def _changed(pull: Pull) -> int:
    return max(pull.opened, pull.updated)


def _pull(site: Site, token: Token, repo: Repository, pull: Pull) -> Fields:
    head = {"nameWithOwner": pull.head_repository} if pull.head_repository else None
    comments = partial(_comment, token, repo)
    threads = partial(_thread, site, token)
    return {
        "id": f"PR_{repo.id}_{pull.number}",
        "number": pull.number,
        "title": pull.title,
        # GraphQL has no null here: a missing body is an empty one.
        "body": pull.body or "",
        "url": f"https://github.com/{repo.full_name}/pull/{pull.number}",
        "author": actor(pull.author),
        "authorAssociation": pull.association,
        "createdAt": payloads.stamp(pull.opened),
        "updatedAt": payloads.stamp(_changed(pull)),
        "baseRefName": pull.base_ref,
        "baseRefOid": pull.base_sha,
        "headRefName": pull.head_ref,
        "headRefOid": pull.head_sha,
        "headRepository": head,
        "baseRepository": {"nameWithOwner": repo.full_name},
        "isCrossRepository": pull.fork,
        "isDraft": pull.draft,
        "state": pull.state.name,
        "closed": pull.state is not PullState.OPEN,
        "merged": pull.state is PullState.MERGED,
        "locked": pull.locked,
        "changedFiles": pull.counted_files,
        "additions": sum(row.additions for row in pull.files),
        "deletions": sum(row.deletions for row in pull.files),
        "labels": connection(site, "labels", pull.labels, _label),
        "commits": connection(site, "commits", pull.commits, _commit),
        "closingIssuesReferences": connection(site, "closing", pull.issues, _issue),
        "comments": connection(site, "comments", repo.conversation(pull.number), comments),
        "reviewThreads": connection(site, "reviewThreads", pull.threads, threads),
    }


def _comment(token: Token, repo: Repository, comment: IssueComment) -> Fields:
    return {
        "id": comment.node_id,
        # BigInt travels as text: JavaScript's numbers end before 64 bits do.
        "fullDatabaseId": str(comment.id),
        "databaseId": comment.id,
        "body": comment.body,
        "url": payloads.comment_url(repo, comment),
        "author": actor(comment.author),
        "viewerDidAuthor": comment.author == token.login,
        "editor": actor(comment.editor),
        "isMinimized": comment.minimized,
        "minimizedReason": "outdated" if comment.minimized else None,
        "createdAt": payloads.stamp(),
        "updatedAt": payloads.stamp(comment.edits),
    }


def _thread(site: Site, token: Token, thread: Thread) -> Fields:
    def said(comment: ReviewComment) -> Fields:
        return {
            "id": f"PRRC_{comment.id}",
            "fullDatabaseId": str(comment.id),
            "author": actor(comment.author),
            "body": comment.body,
            "viewerDidAuthor": comment.author == token.login,
            "reactions": partial(_reactions, site, comment),
        }

    return {
        "id": thread.id,
        "path": thread.path,
        "line": thread.line,
        "isResolved": thread.resolved,
        "resolvedBy": actor(thread.resolved_by),
        "isOutdated": thread.line is None,
        "comments": connection(site, "comments", thread.comments, said),
    }


def _reactions(site: Site, comment: ReviewComment, content: str, first: int) -> Fields:
    logins = comment.thumbs_down if content == "THUMBS_DOWN" else []
    return connection(site, "reactions", logins, lambda login: {"user": actor(login)})(first)


def _commit(subject: str) -> Fields:
    return {"commit": {"messageHeadline": subject}}


def _issue(issue: str | Issue) -> Fields:
    issue = Issue(0, issue) if isinstance(issue, str) else issue
    repository = {"nameWithOwner": issue.repository, "isPrivate": issue.private}
    return {
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "repository": repository,
    }


def _label(name: str) -> Fields:
    return {"name": name}


def actor(login: str | None) -> Fields | None:
    """An account; GraphQL shows the login of an app without its [bot]."""
    if login is None:
        return None
    kind = "Bot" if login.endswith("[bot]") else "User"
    name = login.removesuffix("[bot]")
    return {"__typename": kind, "login": name, "url": f"https://github.com/{name}"}


def connection(
    site: Site, name: str, rows: Sequence[Row], shown: Callable[[Row], Fields]
) -> Connection:
    """A list in pages; GitHub refuses to show one without a size, or more than 100 at once."""

    def page(
        first: int | None = None, after: str | None = None, last: int | None = None, **_: object
    ) -> Fields:
        size = first if first is not None else last
        _check_size(name, size)
        start = _position(after)
        if first is None:
            start = max(start, len(rows) - (size or 0))
        end = start + (size or 0)
        more = site.endless_pages or end < len(rows)
        info = {
            "hasNextPage": more,
            "hasPreviousPage": start > 0,
            "startCursor": _cursor(start) if rows else None,
            "endCursor": _cursor(end if more else len(rows)) if rows or more else None,
        }
        chosen = [shown(row) for row in rows[start:end]]
        return {
            "nodes": chosen,
            "edges": [{"node": node, "cursor": ""} for node in chosen],
            "pageInfo": info,
            "totalCount": len(rows),
        }

    return page


def _check_size(name: str, size: int | None) -> None:
    if size is None:
        text = f"You must provide a `first` or `last` value to properly paginate the `{name}`"
        kind = "MISSING_PAGINATION_BOUNDARIES"
    elif not 1 <= size <= _LARGEST_PAGE:
        text = f"`first` on the `{name}` connection must be from 1 to {_LARGEST_PAGE}, not {size}"
        kind = "EXCESSIVE_PAGINATION"
    else:
        return
    raise GraphQLError(f"{text}.", extensions={"type": kind})


def _cursor(position: int) -> str:
    return base64.b64encode(f"cursor:{position}".encode()).decode()


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("cursor:"))
    except ValueError as error:
        text = f"`{cursor}` does not appear to be a valid cursor."
        raise GraphQLError(text, extensions={"type": "INVALID_CURSOR_ARGUMENTS"}) from error
