"""Writes tests/FAULTS.md: every fault to survive, the tests that show it, and what is missing."""

import ast
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "tests" / "FAULTS.md"
ROWS = ROOT / "tests" / "faults.csv"
ROW = re.compile(r"(?:^test_|_)([A-Z]{2}\d+)(?=_)")


def tests() -> Iterator[tuple[str, str]]:
    """Yield the row and the place of each test that carries a row's name."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for row in ROW.findall(node.name):
                    yield row, f"{path.relative_to(ROOT / 'tests')}::{node.name}"


def table() -> str:
    """Return the whole file."""
    covered: dict[str, list[str]] = {}
    for row, place in tests():
        covered.setdefault(row, []).append(place)
    with ROWS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    unknown = covered.keys() - {row["row"] for row in rows}
    if unknown:
        sys.exit(f"tests name rows that {ROWS.name} does not have: {', '.join(sorted(unknown))}")
    done = sum(row["row"] in covered for row in rows)
    lines = [
        "# Faults to survive",
        "",
        "Made by `make generate` from the names of the tests; `pytest -k GH1_` runs a row's.",
        f"{done} of {len(rows)} rows are covered.",
        "",
        "| row | fault | expected | exit | state | tests |",
        "|---|---|---|---|---|---|",
    ]
    for fault in rows:
        places = sorted(set(covered.get(fault["row"], [])))
        state = "covered" if places else "**missing**"
        cells = [fault["row"], fault["fault"], fault["expected"], fault["exit"], state]
        shown = "<br>".join(f"`{place}`" for place in places)
        lines.append("| " + " | ".join(cells) + f" | {shown} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
