"""Takes each defence out of a copy of the program, and sees the test fail that is about it.

`python scripts/mutants.py [GH LO7 ...]`: those rows or groups of the fault list, all by default.
"""

import argparse
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DEFENCES = ROOT / "tests" / "defences"
COPIED = ("reviewer", "templates", "tests", "schema", "examples", "scripts", "docs", "container",
          "demo", ".github", "entrypoint.py", "pyproject.toml", "action.yml", "Dockerfile",
          "Makefile", "requirements.lock")  # fmt: skip
WORKERS = 2
SECONDS = 300
"""How long a test may take; one that hangs without its defence has failed too."""
# pytest: tests were run and some failed.
FAILED = 1


@dataclass(frozen=True, slots=True)
class Defence:
    """A defence against some rows of the fault list, and how it is shown to be needed.

    `take` stands once in `file`; with `put` in its place the test `fails`. Where no change of one
    place takes it out, `shown` is a test that holds both sides, or `note` says what was seen once.
    """

    rows: tuple[str, ...]
    defence: str
    file: str = ""
    take: str = ""
    put: str = ""
    fails: str = ""
    shown: str = ""
    note: str = ""


def defences() -> list[Defence]:
    """Read what tests/defences has, file by file."""
    return [
        Defence(**{**entry, "rows": tuple(entry["rows"])})
        for path in sorted(DEFENCES.glob("*.toml"))
        for entry in tomllib.loads(path.read_text("utf-8"))["without"]
    ]


def asked_for(rows: tuple[str, ...], names: list[str]) -> bool:
    """Whether one of the rows is named, itself or by its group; without names all are."""
    return not names or any(row == name or row[:2] == name for row in rows for name in names)


def copy(folder: Path) -> Path:
    """Make a copy of the program and its tests, which may be broken."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    return folder


def survives(defence: Defence, folder: Path) -> str:
    """Say what is wrong when the test passes, or cannot be run, without the defence."""
    path = folder / defence.file
    whole = path.read_text("utf-8")
    if whole.count(defence.take) != 1:
        return f"what is to be taken out stands {whole.count(defence.take)} times in the file"
    path.write_text(whole.replace(defence.take, defence.put), "utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider",
             str(folder / "tests" / defence.fails)],
            cwd=folder,
            # Compiled files would outlive the change that they were made of.
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return ""
    finally:
        path.write_text(whole, "utf-8")
    # One that finds no pytest ends so too.
    if done.returncode == FAILED and " failed" in done.stdout:
        return ""
    return "the test passes" if done.returncode == 0 else f"pytest says:\n{done.stdout[-800:]}"


def main() -> int:
    """Try each defence that was asked for; 1 when a test does not miss its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="rows or groups of the fault list, such as GH1 LO")
    names = parser.parse_args().rows
    chosen = [defence for defence in defences() if defence.fails and asked_for(defence.rows, names)]
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(WORKERS) as pool:
        copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for number in range(WORKERS):
            (folder := Path(temporary, str(number))).mkdir()
            copies.put(copy(folder))

        def attempt(defence: Defence) -> str:
            folder = copies.get()
            try:
                return survives(defence, folder)
            finally:
                copies.put(folder)

        unmissed = 0
        for defence, problem in zip(chosen, pool.map(attempt, chosen), strict=True):
            unmissed += bool(problem)
            print(f"{' '.join(defence.rows)}: {problem or 'missed by ' + defence.fails}")
    print(f"{len(chosen) - unmissed} of {len(chosen)} defences are missed when they are taken out.")
    return 1 if unmissed else 0


if __name__ == "__main__":
    sys.exit(main())
