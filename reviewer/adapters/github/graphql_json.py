"""Reads the nodes of GraphQL's answers: the pull request, its comments and review threads.

Every function raises ValueError for a shape that cannot be.
"""

from collections.abc import Iterator
from datetime import datetime

from reviewer.pull_request import (
    Comment,
    Opened,
    PullRequest,
    PullState,
    Remark,
    ReviewThread,
)

# GitHub's name for the author of what a deleted account left behind.
GHOST = "ghost"


def pull(value: dict[str, object]) -> PullRequest:
    """Read a pull request; what the token may not see of it stays empty."""
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
            "createdAt": str(created),
            "authorAssociation": str(association),
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
                labels=tuple(_text(node, "name") for node in _nodes(labels)),
                commits=tuple(_subject(node) for node in _nodes(value.get("commits"))),
                issues=tuple(
                    _text(node, "title") for node in _nodes(value.get("closingIssuesReferences"))
                ),
                association=association,
                opened_at=_moment(created),
            )
        case _:
            raise ValueError("the pull request lacks a field")


def opened(value: object) -> tuple[datetime, Opened]:
    """Read when a pull request was opened, and by whom."""
    match value:
        case {
            "number": int(number),
            "createdAt": str(created),
            "authorAssociation": str(association),
            "author": author,
        }:
            login = GHOST if author is None else _text(author, "login")
            return _moment(created), Opened(number, login, association)
        case _:
            raise ValueError("a pull request lacks a field")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time has no zone")
    return moment


def comment(viewer: str, value: object) -> Comment:
    """Read a comment of the conversation; `viewer` is the login that the token speaks for."""
    match value:
        # A BigInt travels as text.
        case {
            "fullDatabaseId": str(number),
            "body": str(body),
            "url": str(url),
            "viewerDidAuthor": bool(mine),
            "editor": editor,
        }:
            by = "" if editor is None else _text(editor, "login")
            return Comment(int(number), body, url, mine, "" if _same(by, viewer) else by)
        case _:
            raise ValueError("a comment lacks a field")


def thread(viewer: str, value: object) -> ReviewThread:
    """Read a review thread; `viewer` is the login that the token speaks for."""
    match value:
        case {
            "id": str(identity),
            "path": str(path),
            "line": int() | None as line,
            "isResolved": bool(resolved),
            "resolvedBy": resolver,
            "comments": comments,
        }:
            by = "" if resolver is None else _text(resolver, "login")
            return ReviewThread(
                path=path,
                line=line,
                resolved=resolved,
                comments=tuple(_remark(node) for node in _nodes(comments)),
                id=identity,
                resolved_by=by,
                resolved_by_me=bool(by) and _same(by, viewer),
            )
        case _:
            raise ValueError("a review thread lacks a field")


def _same(login: str, viewer: str) -> bool:
    # An app's login ends in [bot] for the app itself and not for others.
    return login.removesuffix("[bot]") == viewer.removesuffix("[bot]")


def _remark(value: object) -> Remark:
    match value:
        case {
            "fullDatabaseId": str(number),
            "body": str(body),
            "viewerDidAuthor": bool(mine),
            "author": author,
            "reactions": reactions,
        }:
            return Remark(
                id=int(number),
                body=body,
                mine=mine,
                author=GHOST if author is None else _text(author, "login"),
                thumbs_down=tuple(_reactors(reactions)),
            )
        case _:
            raise ValueError("a comment of a thread lacks a field")


def _reactors(reactions: object) -> Iterator[str]:
    for node in _nodes(reactions):
        match node:
            case {"user": {"login": str(login)}}:
                yield login
            case {"user": None}:
                # The account is gone.
                continue
            case _:
                raise ValueError("a reaction lacks its user")


def _subject(node: object) -> str:
    match node:
        case {"commit": {"messageHeadline": str(headline)}}:
            return headline
        case _:
            raise ValueError("a commit lacks its message")


def _nodes(value: object) -> list[object]:
    """Return the rows of a list of which one page is enough; null where there is nothing."""
    match value:
        case None:
            return []
        case {"nodes": [*found]}:
            # A node that the token may not see is null.
            return [node for node in found if node is not None]
        case _:
            raise ValueError("a list lacks its rows")


def _text(node: object, name: str) -> str:
    match node:
        case dict() if isinstance(text := node.get(name), str):
            return text
        case _:
            raise ValueError(f"a {name} is no text")
