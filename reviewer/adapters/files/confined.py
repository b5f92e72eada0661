"""Reads files below one folder and nowhere else, even when its contents are hostile."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from reviewer.errors import MissingFileError, WorkspaceError

DEEPEST = 64
"""Levels of folders; git has no limit, but no real repository comes near this one."""
MOST_FILES = 100_000
"""Files that one listing returns; GitHub lists as many entries of a tree."""
# Opening a FIFO would block until there is a writer; a terminal could become the controlling one.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


class ConfinedFolder:
    """Reads plain files below a folder; usable from any thread.

    A path is opened name by name, each relative to the folder opened before it and without
    following links. So no link that is put in place meanwhile leads out of the folder.
    """

    def __init__(self, folder: str, *, most_files: int = MOST_FILES) -> None:
        """Keep the path of the folder, which is trusted; its contents are not.

        A listing has at most `most_files` entries.
        """
        self._folder = folder
        self._most_files = most_files

    def read(self, path: str, limit: int) -> bytes:
        """Read a whole file of at most `limit` bytes.

        Raises WorkspaceError for a path that leads out of the folder, for symbolic and hard
        links, for anything but a plain file, for files on another device, larger ones, and files
        that cannot be read.
        """
        with self._open(path, _FILE) as (file, device):
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise _refusal(path, "it is no plain file")
            if found.st_nlink != 1:
                raise _refusal(path, "it has other names (hard links)")
            if found.st_dev != device:
                raise _refusal(path, "it is on another device")
            # The file may have grown since its size was read.
            data = _read_up_to(file, limit + 1) if found.st_size <= limit else b""
            if found.st_size > limit or len(data) > limit:
                raise _refusal(path, f"it has more than {limit:,} bytes")
            return data

    def files(self, path: str = "") -> Iterator[str]:
        """Yield the paths of the plain files below a folder, sorted, up to the limit of a listing.

        Links and devices are left out. Raises WorkspaceError when `path` is no folder or cannot be
        read.
        """
        with self._open(path, _FOLDER) as (folder, _):
            found = 0
            for place, folders, names, inner in os.fwalk(".", dir_fd=folder):
                folders.sort()
                if place.count("/") >= DEEPEST:
                    folders.clear()
                for name in sorted(names):
                    if stat.S_ISREG(os.stat(name, dir_fd=inner, follow_symlinks=False).st_mode):
                        yield "/".join(filter(None, (path, place[2:], name)))
                        found += 1
                if found >= self._most_files:
                    return

    def list(self, path: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of the folders and of the plain files in a folder, both sorted.

        Links and devices are left out, and whatever comes after the limit of a listing. Raises
        WorkspaceError as `files` does.
        """
        with self._open(path, _FOLDER) as (folder, _), os.scandir(folder) as entries:
            found = tuple(islice(entries, self._most_files))
            folders = (each.name for each in found if each.is_dir(follow_symlinks=False))
            files = (each.name for each in found if each.is_file(follow_symlinks=False))
            return tuple(sorted(folders)), tuple(sorted(files))

    @contextmanager
    def _open(self, path: str, last: int) -> Iterator[tuple[int, int]]:
        """Open a path name by name; yield its descriptor and the device number of the folder."""
        names = _split(path)
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
        except FileNotFoundError:
            raise MissingFileError(f"{path[:200]!r} was not read: there is no such file.") from None
        except OSError as problem:
            raise _refusal(path, (problem.strerror or "it cannot be read").lower()) from None


def _split(path: str) -> list[str]:
    names = path.split("/") if path else []
    if not {"", ".", ".."}.isdisjoint(names) or "\0" in path:
        raise _refusal(path, "it is no path below the folder")
    if len(names) > DEEPEST:
        raise _refusal(path, f"it is more than {DEEPEST} folders deep")
    return names


def _read_up_to(file: int, limit: int) -> bytes:
    parts = bytearray()
    while len(parts) < limit and (part := os.read(file, limit - len(parts))):
        parts += part
    return bytes(parts)


def _refusal(path: str, why: str) -> WorkspaceError:
    return WorkspaceError(f"{path[:200]!r} was not read: {why}.")
