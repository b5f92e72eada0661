"""The reports in the workspace: those that a run leaves to later steps, and those it is given."""

import logging
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from reviewer.adapters.files.confined import Beneath
from reviewer.errors import WorkspaceError
from reviewer.outputs.report_v1 import LARGEST

log = logging.getLogger(__name__)

MOST = 512
"""Reports; GitHub starts at most 256 jobs from a matrix."""
LARGEST_TOGETHER = 2 * LARGEST
"""Bytes of all reports; the archive that a stranger packs small may be large when unpacked."""


def read(workspace: str, names: Iterable[str]) -> tuple[tuple[str, bytes | WorkspaceError], ...]:
    """Read files, and the `*.json` of folders, each by its path; what cannot be read says why.

    They may have come out of a stranger's archive. A name that stands for nothing is left out.
    """
    folder = Beneath(workspace)
    paths = [path for name in names for path in _named(folder, name.strip("/"))]
    found: list[tuple[str, bytes | WorkspaceError]] = []
    room = LARGEST_TOGETHER
    for path in paths[:MOST]:
        data = _read(folder, path, min(LARGEST, room))
        room -= len(data) if isinstance(data, bytes) else 0
        found.append((path, data))
    return tuple(found)


def _named(folder: Beneath, name: str) -> tuple[str, ...]:
    if name.endswith(".json"):
        return (name,)
    try:
        return tuple(path for path in folder.files(name) if path.endswith(".json"))
    except WorkspaceError as missing:
        log.info("No reports there: %s", missing)
        return ()


def _read(folder: Beneath, path: str, room: int) -> bytes | WorkspaceError:
    try:
        return folder.read(path, room)
    except WorkspaceError as problem:
        return problem


def write(workspace: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Write texts by file name; return their paths relative to the workspace, as steps need them.

    The workspace has another name outside of the container, and may hold a stranger's checkout:
    the folder is a new one that nobody can have foreseen, and no link is followed. A report that
    cannot be written is named in the log and left out.
    """
    if not workspace:
        return {}
    folder = f"code-review-{secrets.token_hex(4)}"
    try:
        Path(workspace, folder).mkdir(mode=0o755)
        for name, text in texts.items():
            _create(Path(workspace, folder, name), text)
    except OSError as problem:
        log.warning("The reports were not written to the workspace: %s", problem.strerror)
        return {}
    return {name: f"{folder}/{name}" for name in texts}


def _create(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, mode=0o644), "w", encoding="utf-8") as file:
        file.write(text)
