"""The folder of a run in the workspace, where later steps of the job find its reports."""

import logging
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

log = logging.getLogger(__name__)


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
