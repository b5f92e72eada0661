"""Reads the repository's guidelines for its code."""

import logging
from collections.abc import Iterable

from reviewer.errors import ForgeError
from reviewer.ports import Forge

log = logging.getLogger(__name__)

LONGEST = 8_000
"""Characters of one guideline file that a prompt shows."""


def read(forge: Forge, paths: Iterable[str], base_sha: str) -> tuple[tuple[str, str], ...]:
    """Return path and text of each guideline file, each text at most about LONGEST characters.

    They are read at the base commit, which the author of the change cannot edit. A file that does
    not exist or cannot be read is left out; the latter is logged.
    """
    found = ((path, _read_one(forge, path, base_sha)) for path in paths)
    return tuple((path, text) for path, text in found if text)


def _read_one(forge: Forge, path: str, base_sha: str) -> str:
    try:
        data = forge.content(path, base_sha) or b""
    except ForgeError as problem:
        log.warning("The guideline file %s could not be read: %s", path, problem)
        return ""
    text = data.decode(errors="replace").strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n[cut at {LONGEST:,} characters]"
