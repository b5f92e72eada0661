"""The kept inputs: seeds, what a search found interesting, and what once broke something."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "corpus"


def files(target: str) -> list[Path]:
    return sorted((FOLDER / target).iterdir())


def seeds(target: str) -> list[bytes]:
    return [path.read_bytes() for path in files(target)]


def keep(target: str, data: bytes) -> Path:
    """Save what broke a target; from then on every run of the tests tries it."""
    path = FOLDER / target / f"found-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    return path
