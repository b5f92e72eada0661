"""Each row of the fault list names a defence, and how it is shown that the fault needs it."""

import pytest

from scripts import faults, mutants
from scripts.mutants import ROOT, Defence

DEFENCES = mutants.defences()
ROWS = {row["row"] for row in faults.rows()}
TESTS = {case.place: case.rows for case in faults.cases()}


def named(defence: Defence) -> str:
    return " ".join(defence.rows)


def test_every_row_has_a_defence_that_is_shown_to_be_needed() -> None:
    assert {row for defence in DEFENCES for row in defence.rows} == ROWS


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
        assert set(TESTS[place]) & set(defence.rows)


def test_every_row_is_shown_by_a_whole_run_or_has_a_reason_why_not() -> None:
    assert [fault.row for fault in faults.table() if not fault.covered] == []


def test_tests_show_rows_that_the_fault_list_has() -> None:
    assert {row for rows in TESTS.values() for row in rows} <= ROWS
