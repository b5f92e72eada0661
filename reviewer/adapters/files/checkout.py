"""The reviewed commit as a workspace: a checkout where it tells the truth, else the forge."""

import hashlib
from functools import partial

from reviewer.adapters.files.confined import Beneath
from reviewer.errors import ForgeError, WorkspaceError
from reviewer.ports import Forge

LARGEST = 1 << 20
"""Bytes of one file; GitHub's JSON form has no larger ones either."""


class Checkout:
    """The plain files of one commit; usable from any thread.

    The commit's own list says what there is, and git's names of the contents say what is in it: a
    file that a step of the job has left in the folder, or changed, is not part of the commit and
    cannot be read. Nothing of the checkout is run, git included.
    """

    def __init__(self, folder: str, forge: Forge, sha: str) -> None:
        """Read the commit's list; `folder` is empty where there is no checkout.

        Raises ForgeError when the list cannot be read.
        """
        self._forge = forge
        self._sha = sha
        self._beneath = Beneath(folder) if folder else None
        self._blobs = forge.blobs(sha)

    def paths(self) -> tuple[str, ...]:
        """List the plain files of the commit, sorted."""
        return tuple(sorted(self._blobs))

    def read(self, path: str) -> str:
        """Return a file's text; raises WorkspaceError for what is no plain file of the commit."""
        self._require(path)
        text = self.near(path)
        return self._fetched(path) if text is None else text

    def near(self, path: str) -> str | None:
        """Return what the checkout has, or None where it is not what the commit has."""
        name = self._require(path)
        if self._beneath is None:
            return None
        try:
            data = self._beneath.read(path, LARGEST)
        except WorkspaceError:
            return None
        return data.decode(errors="replace") if _blob(data, len(name)) == name else None

    def _require(self, path: str) -> str:
        if path not in self._blobs:
            raise WorkspaceError(f"{path[:200]!r} is no plain file of the reviewed commit.")
        return self._blobs[path]

    def _fetched(self, path: str) -> str:
        try:
            data = self._forge.content(path, self._sha)
        except ForgeError as problem:
            raise WorkspaceError(f"{path[:200]!r} could not be read: {problem.what}") from problem
        return (data or b"").decode(errors="replace")


def _blob(data: bytes, digits: int) -> str:
    """Name a content as git does, in a repository of SHA-1 or of SHA-256."""
    digest = partial(hashlib.sha1, usedforsecurity=False) if digits == 40 else hashlib.sha256  # noqa: PLR2004
    return digest(b"blob %d\0" % len(data) + data).hexdigest()
