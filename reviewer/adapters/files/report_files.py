"""The report files in the workspace: written for later steps, read from earlier jobs."""

import logging
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from reviewer.adapters.files.confined import ConfinedFolder
from reviewer.errors import WorkspaceError

log = logging.getLogger(__name__)

MOST = 512
"""Reports; GitHub starts at most 256 jobs from a matrix."""


def read(
    workspace: str, names: Iterable[str], *, largest: int
) -> tuple[tuple[str, bytes | WorkspaceError], ...]:
    """Read report files by path, and every `*.json` below a folder; missing names are left out.

    Each file may have `largest` bytes, all together twice as many: they may come out of an
    outside contributor's archive, and a small archive can unpack to a large one. A file that is
    not read is returned as the WorkspaceError that says why. At most MOST files are read.
    """
    folder = ConfinedFolder(workspace)
    paths = [path for name in names for path in _expand(folder, name.strip("/"))]
    found: list[tuple[str, bytes | WorkspaceError]] = []
    room = 2 * largest
    for path in paths[:MOST]:
        data = _read(folder, path, min(largest, room))
        room -= len(data) if isinstance(data, bytes) else 0
        found.append((path, data))
    return tuple(found)


def _expand(folder: ConfinedFolder, name: str) -> tuple[str, ...]:
    if name.endswith(".json"):
        return (name,)
    try:
        return tuple(path for path in folder.files(name) if path.endswith(".json"))
    except WorkspaceError as missing:
        log.info("No reports there: %s", missing)
        return ()


def _read(folder: ConfinedFolder, path: str, room: int) -> bytes | WorkspaceError:
    try:
        return folder.read(path, room)
    except WorkspaceError as problem:
        return problem


def write(parent: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Write texts by file name; return the path of each, relative to the folder `parent`.

    That is the workspace of a job. Later steps need relative paths, because the workspace has
    another path outside of the container. The workspace may hold an outside contributor's
    checkout: the files get a folder with a new, unpredictable name and no link is followed. With
    an empty `parent`, or when writing fails, the result is empty; the log says why.
    """
    if not parent:
        return {}
    folder = f"code-review-{secrets.token_hex(4)}"
    try:
        Path(parent, folder).mkdir(mode=0o755)
        for name, text in texts.items():
            _create(Path(parent, folder, name), text)
    except OSError as problem:
        log.warning("The reports were not written to the workspace: %s", problem.strerror)
        return {}
    return {name: f"{folder}/{name}" for name in texts}


def _create(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, mode=0o644), "w", encoding="utf-8") as file:
        file.write(text)
