"""The files of the reviewed commit: from a checkout where it matches the commit, else the forge."""

import hashlib
from functools import partial

from reviewer.adapters.files.confined import ConfinedFolder
from reviewer.errors import ForgeError, WorkspaceError
from reviewer.ports import Forge

LARGEST = 1 << 20
"""Bytes of one file; GitHub's contents API returns no larger ones either."""


class Checkout:
    """The plain files of one commit, as `ports.Workspace`; usable from any thread.

    The tree of the commit, read from the forge, lists the files and git's hashes of their
    contents. A file of the checkout is used only if its content has that hash: what a step of the
    job added or changed there is not part of the commit. Nothing in the checkout is executed, and
    neither is git.
    """

    def __init__(self, folder: str, forge: Forge, sha: str) -> None:
        """Read the tree of commit `sha`; `folder` is empty where there is no checkout.

        Raises ForgeError when the tree cannot be read.
        """
        self._forge = forge
        self._sha = sha
        self._folder = ConfinedFolder(folder) if folder else None
        self._blobs = forge.blobs(sha)

    def paths(self) -> tuple[str, ...]:
        """Return the paths of the plain files, sorted."""
        return tuple(sorted(self._blobs))

    def read(self, path: str) -> str:
        """Return a file's text, from the checkout or else from the forge."""
        self._require(path)
        text = self.near(path)
        return self._fetch(path) if text is None else text

    def near(self, path: str) -> str | None:
        """Return a file's text if the checkout has it as the commit does, else None."""
        name = self._require(path)
        if self._folder is None:
            return None
        try:
            data = self._folder.read(path, LARGEST)
        except WorkspaceError:
            return None
        return data.decode(errors="replace") if _blob_name(data, len(name)) == name else None

    def _require(self, path: str) -> str:
        if path not in self._blobs:
            raise WorkspaceError(f"{path[:200]!r} is no plain file of the reviewed commit.")
        return self._blobs[path]

    def _fetch(self, path: str) -> str:
        try:
            data = self._forge.content(path, self._sha, optional=True)
        except ForgeError as problem:
            raise WorkspaceError(f"{path[:200]!r} could not be read: {problem.what}") from problem
        return (data or b"").decode(errors="replace")


def _blob_name(data: bytes, digits: int) -> str:
    """Return git's hash of a content: SHA-1 for 40 digits, else SHA-256."""
    digest = partial(hashlib.sha1, usedforsecurity=False) if digits == 40 else hashlib.sha256  # noqa: PLR2004
    return digest(b"blob %d\0" % len(data) + data).hexdigest()
