"""What the repository itself says of how its code should look."""

import logging
from collections.abc import Iterable

from reviewer.errors import ForgeError
from reviewer.ports import Forge

log = logging.getLogger(__name__)

LONGEST = 8_000
"""Characters of one file that a prompt has room for."""


def read(forge: Forge, paths: Iterable[str], base_sha: str) -> tuple[tuple[str, str], ...]:
    """Read the named files at the base commit, where the author of the change has no say.

    A file that is not there, or cannot be read, is left out.
    """
    found = ((path, _read_one(forge, path, base_sha)) for path in paths)
    return tuple((path, text) for path, text in found if text)


def _read_one(forge: Forge, path: str, base_sha: str) -> str:
    try:
        data = forge.content(path, base_sha) or b""
    except ForgeError as problem:
        log.warning("The guideline file %s is not read: %s", path, problem)
        return ""
    text = data.decode(errors="replace").strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n[cut at {LONGEST:,} characters]"
