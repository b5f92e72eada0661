"""Each row of the fault list names a defence, and how it is shown that the fault needs it."""

import csv

import pytest

from scripts import faults, mutants
from scripts.mutants import ROOT, Defence

DEFENCES = mutants.defences()
TESTS = {case.place for case in faults.cases()}


def named(defence: Defence) -> str:
    return " ".join(defence.rows)


def test_every_row_has_a_defence_that_is_shown_to_be_needed() -> None:
    with faults.ROWS.open(encoding="utf-8", newline="") as file:
        rows = {row["row"] for row in csv.DictReader(file)}
    assert {row for defence in DEFENCES for row in defence.rows} == rows


@pytest.mark.parametrize("defence", DEFENCES, ids=named)
def test_what_is_taken_out_stands_where_it_is_said_to(defence: Defence) -> None:
    """`make mutants` takes it out and sees the test fail; that takes minutes."""
    told = (bool(defence.fails), bool(defence.shown), bool(defence.note))
    assert sum(told) == 1
    if defence.fails:
        text = (ROOT / defence.file).read_text("utf-8")
        assert text.count(defence.take) == 1
        assert defence.put != defence.take
    if test := defence.fails or defence.shown:
        place = test.partition("[")[0]
        assert place in TESTS
        assert any(f"_{row}_" in place for row in defence.rows)


def test_the_table_is_what_the_tests_say_and_misses_no_row() -> None:
    table = faults.table()
    assert faults.TABLE.read_text("utf-8") == table
    assert "**missing**" not in table
