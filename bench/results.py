"""What was measured, as a file: rows with the day, the commit and the machine.

`bench` and `peers` are measured by two commands, so each has these for itself.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.measuring import Row

ROOT = Path(__file__).parent.parent
PATH = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Results:
    """The rows of one command; `notes` have versions, and what could not be measured."""

    date: str
    commit: str
    machine: str
    python: str
    notes: tuple[str, ...]
    rows: tuple[Row, ...]


def load(path: Path = PATH) -> Mapping[str, Results]:
    """Return what each command has measured last, by the command's name."""
    if not path.is_file():
        return {}
    return {name: _read(each) for name, each in json.loads(path.read_text("utf-8")).items()}


def _read(members: Mapping[str, object]) -> Results:
    match members:
        case {"rows": list(rows), "notes": list(notes), **others}:
            texts = {name: str(value) for name, value in others.items()}
            return Results(**texts, notes=tuple(notes), rows=tuple(Row(**row) for row in rows))
        case _:
            raise ValueError("results.json has no rows")


def save(name: str, results: Results, path: Path = PATH) -> None:
    """Put what a command has measured in the place of what it measured before."""
    kept = {**load(path), name: results}
    members = {name: asdict(each) for name, each in sorted(kept.items())}
    path.write_text(json.dumps(members, indent=1, ensure_ascii=False) + "\n", "utf-8")


def make(rows: Sequence[Row], notes: Sequence[str] = ()) -> Results:
    """Return rows with the day, the commit and the machine of now."""
    describe = ("git", "describe", "--always", "--dirty", "--abbrev=7")
    told = subprocess.run(describe, cwd=ROOT, capture_output=True, text=True, check=False)
    return Results(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        commit=told.stdout.strip() or "unknown",
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        python=sys.version.split()[0],
        notes=tuple(notes),
        rows=tuple(rows),
    )
