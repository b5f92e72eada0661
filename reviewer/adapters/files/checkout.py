"""The files of a commit from a checkout, where it has them as the commit does."""

import os
from collections.abc import Mapping

from reviewer.adapters.files.confined import ConfinedFolder
from reviewer.errors import WorkspaceError
from reviewer.ports import LARGEST_FILE, Blob
from reviewer.text.digest import hash_as_git


class Checkout:
    """The plain files of a commit in a folder, as `ports.CommitFiles`; usable from any thread.

    A file of the checkout is used only if its content has the hash that the tree of the commit
    gives it: what a step of the job added or changed there is not part of the commit. Nothing in
    the checkout is executed, and neither is git.
    """

    def __init__(self, folder: str, files: Mapping[str, Blob]) -> None:
        """Keep the folder, and the files of the commit by path."""
        self._folder = ConfinedFolder(folder)
        self._files = files

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file if the checkout has it as the commit does, else None."""
        if path not in self._files:
            return None
        try:
            data = self._folder.read(path, LARGEST_FILE)
        except WorkspaceError:
            return None
        sha = self._files[path].sha
        return data if hash_as_git(data, len(sha)) == sha else None


def is_empty(folder: str) -> bool:
    """Return True if a folder has no entry, as in a job without a checkout, or cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return True
