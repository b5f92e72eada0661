"""Takes each defence out of a copy of the program, and sees the test fail that is about it.

`python -m scripts.mutants [GH LO7 ...]`: those rows or groups of the fault list, all by default.
With `--check` no test is run: it only says which patches of tests/defences do not apply.
"""

import argparse
import ast
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts import patches

ROOT = Path(__file__).parent.parent
DEFENCES = ROOT / "tests" / "defences"
COPIED = ("reviewer", "tests", "schema", "examples", "scripts", "docs", "container",
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

    With `patch` applied inside `function` of `file`, the test `fails`; a function is named as in
    "Class.method", and "module" means the whole file. Where no change of one place takes the
    defence out, `shown` is a test that holds both sides, or `note` says what was seen once.
    """

    rows: tuple[str, ...]
    defence: str
    file: str = ""
    function: str = ""
    patch: str = ""
    fails: str = ""
    shown: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        """The rows, and what the defence does."""
        return f"{' '.join(self.rows)}: {self.defence}"

    def broken(self, root: Path) -> str:
        """Return the text of the file under `root` without the defence.

        Raises PatchError where the patch does not apply.
        """
        path = root / self.file
        if not path.is_file():
            raise patches.PatchError(f"There is no {self.file}.")
        return patches.apply(patches.parse(self.patch), path.read_text("utf-8"), self.function)


def defences() -> list[Defence]:
    """Read what tests/defences has, file by file."""
    return [
        Defence(**{**entry, "rows": tuple(entry["rows"])})
        for path in sorted(DEFENCES.glob("*.toml"))
        for entry in tomllib.loads(path.read_text("utf-8"))["without"]
    ]


def asked_for(rows: tuple[str, ...], names: list[str]) -> bool:
    """Return True if one of the rows is named, itself or by its group; without names all are."""
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


def problem_of_patch(defence: Defence) -> str:
    """Say why the patch does not apply, and where else it would; empty where it applies."""
    try:
        broken = defence.broken(ROOT)
        if defence.file.endswith(".py"):
            # What is no Python any more would fail every test.
            ast.parse(broken)
    except SyntaxError as error:
        return f"{defence.file} is no Python without it: {error.msg}, line {error.lineno}"
    except patches.PatchError as error:
        elsewhere = "".join(f"\n  but {place} has it" for place in _places(defence))
        return f"{defence.file}: {error}{elsewhere}"
    return ""


def _places(defence: Defence) -> Iterator[str]:
    """Yield the functions of the program that have what a patch takes out."""
    patch = patches.parse(defence.patch)
    for path in sorted((ROOT / "reviewer").rglob("*.py")):
        source = path.read_text("utf-8")
        for name, span in [
            (patches.MODULE, patches.Span(0, len(source))),
            *patches.functions(source),
        ]:
            if len(list(patches.find(patch, source, span))) == 1:
                yield f"{path.relative_to(ROOT)} {name}"


def survives(defence: Defence, folder: Path) -> str:
    """Say what is wrong when the test passes, or cannot be run, without the defence."""
    if problem := problem_of_patch(defence):
        return problem
    path = folder / defence.file
    whole = path.read_text("utf-8")
    path.write_text(defence.broken(folder), "utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider",
             f"{folder}/tests/{defence.fails}"],
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


def attempt(chosen: list[Defence]) -> Iterator[str]:
    """Take out one defence after the other, in two copies at a time; yield what is wrong."""
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(WORKERS) as pool:
        copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for number in range(WORKERS):
            (folder := Path(temporary, str(number))).mkdir()
            copies.put(copy(folder))

        def one(defence: Defence) -> str:
            folder = copies.get()
            try:
                return survives(defence, folder)
            finally:
                copies.put(folder)

        yield from pool.map(one, chosen)


def main() -> int:
    """Try each defence that was asked for; 1 when a test does not miss its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only check if the patches apply")
    parser.add_argument("rows", nargs="*", help="rows or groups of the fault list, such as GH1 LO")
    arguments = parser.parse_args()
    chosen = [each for each in defences() if each.patch and asked_for(each.rows, arguments.rows)]
    problems = map(problem_of_patch, chosen) if arguments.check else attempt(chosen)
    unmissed = 0
    for defence, problem in zip(chosen, problems, strict=True):
        unmissed += bool(problem)
        if problem or not arguments.check:
            print(f"{defence.title}\n  {problem or 'missed by ' + defence.fails}", flush=True)
    done = "apply" if arguments.check else "are missed when they are taken out"
    print(f"{len(chosen) - unmissed} of {len(chosen)} defences {done}.")
    return 1 if unmissed else 0


if __name__ == "__main__":
    sys.exit(main())
