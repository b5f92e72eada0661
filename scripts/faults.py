"""Makes tests/FAULTS.md: every fault to survive, the tests that show it, and what is missing."""

import ast
import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import mutants

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "tests" / "FAULTS.md"
ROWS = ROOT / "tests" / "faults.csv"
ROW = re.compile(r"(?:^test_|_)([A-Z]{2}\d+)(?=_)")
HEAD = """\
# Faults to survive

Made by `make generate` from the names of the tests; `pytest -k GH1_` runs a row's.
{done} of {all} rows are covered.

A test under "whole runs" starts the action, in this process, as a process or as a container, and \
`tests/invariants.py` holds what it leaves against the invariants: I1 one comment for each \
instance, I2 a finished review stands in the job summary before it is published, I3 no secret in \
anything that is written or in a prompt, I4 what was left out is listed and then nothing looks \
clean, I5 the deadline, I6 no runner command but ours, I7 no older head over a newer one. A test \
there that held no run against them fails; `tests/test_invariants.py` shows that each is seen to \
be broken.

A row's defences are those that `make mutants` takes out of a copy of the program, one by one, to \
see a test of the row fail; `tests/defences` says how.

| row | fault | expected | exit | whole runs | other tests | defences |
|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A test that carries a row's name; `why` there can be no run of the action, if there can."""

    row: str
    place: str
    whole: bool
    why: str

    @property
    def shown(self) -> str:
        """The place, and the reason where there is no run."""
        return f"`{self.place}`" + (f" ({self.why})" if self.why else "")


def cases() -> Iterator[Case]:
    """Yield the rows of each test."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                place = f"{path.relative_to(ROOT / 'tests')}::{node.name}"
                why = next(filter(None, map(_why, node.decorator_list)), "")
                whole = path.parent.name in {"runs", "e2e"} and not why
                for row in ROW.findall(node.name):
                    yield Case(row, place, whole, why)


def _why(decorator: ast.expr) -> str:
    """Read the reason of `@pytest.mark.no_run(reason)`."""
    match decorator:
        case ast.Call(func=ast.Attribute(attr="no_run"), args=[ast.Constant(value=str(why))]):
            return why
        case _:
            return ""


def table() -> str:
    """Return the whole file; a row without a whole run must say why there can be none."""
    found, defences = list(cases()), mutants.defences()
    with ROWS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if unknown := {case.row for case in found} - {row["row"] for row in rows}:
        sys.exit(f"tests name rows that {ROWS.name} does not have: {', '.join(sorted(unknown))}")
    lines = []
    done = 0
    for fault in rows:
        mine = sorted(
            {case for case in found if case.row == fault["row"]}, key=lambda each: each.place
        )
        covered = any(case.whole or case.why for case in mine)
        done += covered
        whole = "<br>".join(case.shown for case in mine if case.whole or case.why)
        others = "<br>".join(case.shown for case in mine if not (case.whole or case.why))
        cells = [fault["row"], fault["fault"], fault["expected"], fault["exit"]]
        defended = "<br>".join(each.defence for each in defences if fault["row"] in each.rows)
        cells += [whole or "**missing**", others, defended]
        lines.append(f"| {' | '.join(cells)} |\n")
    return HEAD.format(done=done, all=len(rows)) + "".join(lines)
