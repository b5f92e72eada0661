"""Prints every fault to survive, the tests that show it, and the defences against it.

`python -m scripts.faults [GH LO7 ...]`: those rows or groups of the fault list, all by default.

Whole runs start the action, in this process, as a process or as a container. `tests/invariants.py`
holds what they leave against the invariants; a test there that held no run against them fails.
"""

import argparse
import ast
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import mutants

ROOT = Path(__file__).parent.parent
ROWS = ROOT / "tests" / "faults.csv"


@dataclass(frozen=True, slots=True)
class Case:
    """A test that shows some rows; `why` no run of the action can, where none can."""

    rows: tuple[str, ...]
    place: str
    whole: bool
    why: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the fault list, the tests that show it and the defences against it."""

    row: str
    fault: str
    expected: str
    exit: str
    cases: tuple[Case, ...]
    defences: tuple[str, ...]

    @property
    def covered(self) -> bool:
        """A whole run shows the fault, or a test says why none can."""
        return any(case.whole or case.why for case in self.cases)


def cases() -> Iterator[Case]:
    """Yield the tests that show rows, from their source text."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and (rows := _arguments(node, "faults")):
                place = f"{path.relative_to(ROOT / 'tests')}::{node.name}"
                why = " ".join(_arguments(node, "no_run"))
                yield Case(rows, place, path.parent.name in {"runs", "e2e"} and not why, why)


def _arguments(function: ast.FunctionDef, mark: str) -> tuple[str, ...]:
    """Return the texts given to a mark: `@faults(...)` or `@pytest.mark.no_run(...)`."""
    return tuple(
        str(argument.value)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        and ast.unparse(decorator.func).rpartition(".")[2] == mark
        for argument in decorator.args
        if isinstance(argument, ast.Constant)
    )


def rows() -> list[dict[str, str]]:
    """Read tests/faults.csv."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table() -> list[Fault]:
    """Return all rows in their order."""
    found, defences = list(cases()), mutants.defences()
    return [
        Fault(
            row["row"],
            row["fault"],
            row["expected"],
            row["exit"],
            tuple(case for case in found if row["row"] in case.rows),
            tuple(each.defence for each in defences if row["row"] in each.rows),
        )
        for row in rows()
    ]


def _lines(fault: Fault) -> Iterator[str]:
    yield f"{fault.row}  {fault.fault}"
    yield f"    expected: {fault.expected}; exit {fault.exit}"
    if not fault.covered:
        yield "    MISSING: no whole run shows it"
    for case in fault.cases:
        level = "run " if case.whole else "test"
        yield f"    {level}: {case.place}" + (f" ({case.why})" if case.why else "")
    yield from (f"    defence: {defence}" for defence in fault.defences)
    yield ""


def main() -> int:
    """Print the rows that were asked for; 1 when a row misses its whole run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="rows or groups of the fault list, such as GH1 LO")
    asked = parser.parse_args().rows
    chosen = [fault for fault in table() if mutants.asked_for((fault.row,), asked)]
    for fault in chosen:
        print("\n".join(_lines(fault)))
    covered = sum(fault.covered for fault in chosen)
    print(f"{covered} of {len(chosen)} rows are covered.")
    return 0 if covered == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
