"""Opens files beneath one folder and nowhere else, whatever strangers have put in it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from reviewer.errors import WorkspaceError

DEEPEST = 64
"""Folders below each other; git has no limit, and no real repository comes near."""
MOST_FILES = 100_000
# A FIFO would wait for a writer, a terminal could become ours.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


class Beneath:
    """Reads plain files below a folder; usable from any thread.

    No path is ever given to the system: it is walked name by name, each opened relative to the
    folder before it and without following a link, so that nothing swapped meanwhile leads out.
    """

    def __init__(self, folder: str) -> None:
        """Take the folder, which is trusted; what is in it is not."""
        self._folder = folder

    def read(self, path: str, limit: int) -> bytes:
        """Read a whole file of at most `limit` bytes.

        Raises WorkspaceError for a path that leads out of the folder, for links of both kinds,
        for what is no plain file or on another device, and for what cannot be read.
        """
        with self._opened(path, _FILE) as (file, device):
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise _refused(path, "it is no plain file")
            if found.st_nlink != 1:
                raise _refused(path, "it has other names (hard links)")
            if found.st_dev != device:
                raise _refused(path, "it is on another device")
            # What the size says may be untrue by now.
            data = _up_to(file, limit + 1) if found.st_size <= limit else b""
            if found.st_size > limit or len(data) > limit:
                raise _refused(path, f"it has more than {limit:,} bytes")
            return data

    def files(self, path: str = "") -> Iterator[str]:
        """Yield the paths of the plain files below a folder, sorted, at most MOST_FILES.

        Raises WorkspaceError when the folder is none or cannot be read; of what stands below, what
        is neither file nor folder is left out.
        """
        with self._opened(path, _FOLDER) as (folder, _):
            found = 0
            for place, folders, names, inner in os.fwalk(".", dir_fd=folder):
                folders.sort()
                if place.count("/") >= DEEPEST:
                    folders.clear()
                for name in sorted(names):
                    if stat.S_ISREG(os.stat(name, dir_fd=inner, follow_symlinks=False).st_mode):
                        yield "/".join(filter(None, (path, place[2:], name)))
                        found += 1
                if found >= MOST_FILES:
                    return

    @contextmanager
    def _opened(self, path: str, last: int) -> Iterator[tuple[int, int]]:
        """Open a path name by name; yield its descriptor and the device of the folder."""
        names = _names(path)
        try:
            here = os.open(self._folder, _FOLDER)
            device = os.fstat(here).st_dev
            try:
                for name in names:
                    flags = last if name is names[-1] else _FOLDER
                    here, left = os.open(name, flags, dir_fd=here), here
                    os.close(left)
                yield here, device
            finally:
                os.close(here)
        except OSError as problem:
            raise _refused(path, (problem.strerror or "it cannot be read").lower()) from None


def _names(path: str) -> list[str]:
    names = path.split("/") if path else []
    if not {"", ".", ".."}.isdisjoint(names) or "\0" in path:
        raise _refused(path, "it is no path below the folder")
    if len(names) > DEEPEST:
        raise _refused(path, f"it is more than {DEEPEST} folders deep")
    return names


def _up_to(file: int, limit: int) -> bytes:
    parts = bytearray()
    while len(parts) < limit and (part := os.read(file, limit - len(parts))):
        parts += part
    return bytes(parts)


def _refused(path: str, why: str) -> WorkspaceError:
    return WorkspaceError(f"{path[:200]!r} was not read: {why}.")
