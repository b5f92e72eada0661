"""Reads the JSON of GitHub's REST responses: what was written, changed files, contents, rights.

Every function raises ValueError for a shape that cannot be.
"""

import base64
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from reviewer import ports
from reviewer.adapters.github.graphql_json import GitHubObject
from reviewer.errors import NotFoundError
from reviewer.pull_request import Comment, ListedFile, TreeListing

LARGEST_CONTENT = 1024 * 1024
"""Bytes; above this GitHub's JSON form has no content."""
_KINDS = {"dir": "a directory", "symlink": "a symbolic link", "submodule": "a submodule"}
_PLAIN_FILES = ("100644", "100755")
_LINK = "120000"


class IssueComment(GitHubObject):
    """What POST …/issues/{number}/comments and PATCH …/issues/comments/{id} leave."""

    wrong = "it holds no comment"

    id: int
    html_url: str
    body: str


class Posted(GitHubObject):
    """What any other write leaves."""

    wrong = "it has no id"

    id: int


class NamedCommit(GitHubObject):
    """A commit of a comparison."""

    wrong = "a commit has no hash"

    sha: str


class SharedHistory(GitHubObject):
    """GET …/compare/{base}...{head}, as far as it is about the commit that both share."""

    wrong = "it holds no merge base"

    merge_base_commit: NamedCommit


class CollaboratorPermission(GitHubObject):
    """GET …/collaborators/{login}/permission."""

    wrong = "it holds no permission"

    permission: str


class TreeEntry(GitHubObject):
    """An entry of a tree; `mode` is git's."""

    wrong = "an entry of a tree lacks a field"

    path: str
    mode: str
    sha: str | None = None
    size: int | None = None


class Tree(GitHubObject):
    """GET …/git/trees/{sha}."""

    wrong = "it holds no tree"

    tree: list[TreeEntry]
    truncated: bool = False


class PullRequestFile(GitHubObject):
    """A row of GET …/pulls/{number}/files."""

    wrong = "a changed file lacks a field"

    filename: str
    status: str
    additions: int
    deletions: int
    patch: str | None = None
    previous_filename: str | None = None


class FileContent(GitHubObject):
    """GET …/contents/{path} of a file up to LARGEST_CONTENT."""

    type: Literal["file"]
    encoding: Literal["base64"]
    content: str


class LargeFile(GitHubObject):
    """GET …/contents/{path} of a larger file; `sha` is git's hash of it, `size` in bytes."""

    type: Literal["file"]
    encoding: Literal["none"]
    sha: str
    size: int


class BlobContent(GitHubObject):
    """GET …/git/blobs/{sha}."""

    wrong = "it holds no blob"

    encoding: Literal["base64"]
    content: str


class NoFile(GitHubObject):
    """GET …/contents/{path} of anything else."""

    type: Literal["dir", "symlink", "submodule"]


_CONTENT = TypeAdapter[FileContent | LargeFile | NoFile](FileContent | LargeFile | NoFile)


def comment(value: object) -> Comment:
    """Read the comment that a write has left."""
    left = IssueComment.parse(value)
    return Comment(left.id, left.body, left.html_url, mine=True)


def read_posted(value: object) -> int:
    """Read the number of what a write has left."""
    return Posted.parse(value).id


def merge_base(value: object) -> str:
    """Read the hash of the newest commit that two histories share."""
    return SharedHistory.parse(value).merge_base_commit.sha


def may_write(value: object) -> bool:
    """Return True if a collaborator's permission is enough to write."""
    return CollaboratorPermission.parse(value).permission in {"admin", "maintain", "write"}


def blobs(value: object) -> dict[str, ports.Blob]:
    """Read the plain files of a tree."""
    entries = Tree.parse(value).tree
    return {
        each.path: ports.Blob(each.sha, each.size or 0)
        for each in entries
        if each.sha is not None and each.mode in _PLAIN_FILES
    }


def listing(value: object) -> TreeListing:
    """Read the paths of a tree's files and links."""
    tree = Tree.parse(value)
    kinds = (*_PLAIN_FILES, _LINK)
    paths = tuple(each.path for each in tree.tree if each.mode in kinds)
    return TreeListing(paths, complete=not tree.truncated)


def changed_files(value: object) -> tuple[ListedFile, ...]:
    """Read one page of the list of changed files."""
    if not isinstance(value, list):
        raise ValueError("it holds no list of files")  # noqa: TRY004  # as other odd shapes do
    return tuple(map(_listed_file, value))


def _listed_file(value: object) -> ListedFile:
    row = PullRequestFile.parse(value)
    return ListedFile(
        path=row.filename,
        status=row.status,
        additions=row.additions,
        deletions=row.deletions,
        patch=row.patch,
        previous_path=row.previous_filename,
    )


def content(name: str, value: object) -> bytes | LargeFile:
    """Read the bytes of a file, which messages call `name`, if it is at most LARGEST_CONTENT.

    Raises NotFoundError for anything else than a file.
    """
    if isinstance(value, list):
        raise _not_a_file(name, "dir")
    try:
        found = _CONTENT.validate_python(value)
    except ValidationError:
        raise ValueError("it holds no content") from None
    match found:
        case FileContent():
            return base64.b64decode(found.content)
        case LargeFile():
            return found
        case NoFile():
            raise _not_a_file(name, found.type)


def blob(value: object) -> bytes:
    """Read the bytes of a blob."""
    return base64.b64decode(BlobContent.parse(value).content)


def too_large_error(name: str, limit: int) -> NotFoundError:
    """Return the error for a file that is larger than `limit` bytes."""
    return NotFoundError(f"{name} is larger than {limit:,} bytes.", remedy="Make it smaller.")


def _not_a_file(name: str, kind: str) -> NotFoundError:
    return NotFoundError(f"{name} is {_KINDS[kind]}.", remedy="Put a plain file in its place.")
