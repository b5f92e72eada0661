"""Reads the JSON of GitHub's REST answers: what was written, changed files, contents, rights.

Every function raises ValueError for a shape that cannot be.
"""

import base64

from reviewer.errors import NotFoundError
from reviewer.pull_request import Comment, ListedFile

LARGEST_CONTENT = 1024 * 1024
"""Bytes; above this GitHub's JSON form has no content."""
_KINDS = {"dir": "a directory", "symlink": "a symbolic link", "submodule": "a submodule"}


def comment(value: object) -> Comment:
    """Read the comment that a write has left."""
    match value:
        case {"id": int(number), "html_url": str(url), "body": str(body)} if not isinstance(
            number, bool
        ):
            return Comment(number, body, url, mine=True)
        case _:
            raise ValueError("it holds no comment")


def posted(value: object) -> int:
    """Read the number of what a write has left."""
    match value:
        case {"id": int(number)} if not isinstance(number, bool):
            return number
        case _:
            raise ValueError("it has no id")


def descends(value: object) -> bool:
    """Read whether a comparison shows nothing but commits on top."""
    match value:
        case {"status": str(status)}:
            return status in {"ahead", "identical"}
        case _:
            raise ValueError("it holds no comparison")


def may_write(value: object) -> bool:
    """Read whether a collaborator's permission is enough to write."""
    match value:
        case {"permission": str(permission)}:
            return permission in {"admin", "maintain", "write"}
        case _:
            raise ValueError("it holds no permission")


def blobs(value: object) -> dict[str, str]:
    """Read the plain files of a tree, each with git's name of its content."""
    match value:
        case {"tree": [*rows]}:
            return dict(blob for row in rows for blob in _blob(row))
        case _:
            raise ValueError("it holds no tree")


def _blob(value: object) -> tuple[tuple[str, str], ...]:
    match value:
        case {"path": str(path), "mode": "100644" | "100755", "sha": str(sha)}:
            return ((path, sha),)
        case {"path": str(), "mode": str()}:
            return ()
        case _:
            raise ValueError("an entry of a tree lacks a field")


def changed_files(value: object) -> tuple[ListedFile, ...]:
    """Read one page of the list of changed files."""
    match value:
        case [*rows]:
            return tuple(map(_changed_file, rows))
        case _:
            raise ValueError("it holds no list of files")


def _changed_file(value: object) -> ListedFile:
    match value:
        case {
            "filename": str(path),
            "status": str(status),
            "additions": int(additions),
            "deletions": int(deletions),
            **others,
        }:
            patch, previous = others.get("patch"), others.get("previous_filename")
            if isinstance(patch, str | None) and isinstance(previous, str | None):
                return ListedFile(path, status, additions, deletions, patch, previous)
            raise ValueError("a changed file has an odd patch")
        case _:
            raise ValueError("a changed file lacks a field")


def content(name: str, value: object) -> bytes:
    """Read the bytes of a file, which messages call `name`.

    Raises NotFoundError where something else than a file stands, and for a file that is larger
    than LARGEST_CONTENT, which GitHub does not hand out.
    """
    match value:
        case {"type": "file", "encoding": "base64", "content": str(coded)}:
            return base64.b64decode(coded)
        case {"type": "file", "encoding": "none"}:
            raise NotFoundError(
                f"{name} is larger than {LARGEST_CONTENT:,} bytes.", remedy="Make it smaller."
            )
        case {"type": "symlink" | "submodule" | "dir" as kind}:
            raise _not_a_file(name, kind)
        case [*_]:
            raise _not_a_file(name, "dir")
        case _:
            raise ValueError("it holds no content")


def _not_a_file(name: str, kind: str) -> NotFoundError:
    return NotFoundError(f"{name} is {_KINDS[kind]}.", remedy="Put a plain file in its place.")
