"""Each row of the fault list names a defence, and how it is shown that the fault needs it."""

import pytest

from scripts import faults, mutants, patches
from scripts.mutants import ROOT, Defence

DEFENCES = mutants.defences()
ROWS = {row["row"] for row in faults.rows()}
TESTS = {case.place: case.rows for case in faults.cases()}


def rows_of(defence: Defence) -> str:
    return " ".join(defence.rows)


def test_every_row_has_a_defence_that_is_shown_to_be_needed() -> None:
    assert {row for defence in DEFENCES for row in defence.rows} == ROWS


@pytest.mark.parametrize("defence", DEFENCES, ids=rows_of)
def test_a_defence_is_shown_in_one_way_by_a_test_of_its_rows(defence: Defence) -> None:
    assert sum(map(bool, (defence.fails, defence.shown, defence.note))) == 1
    assert bool(defence.patch) == bool(defence.fails)
    if test := defence.fails or defence.shown:
        place = test.partition("[")[0]
        assert set(TESTS[place]) & set(defence.rows)


@pytest.mark.parametrize("defence", [each for each in DEFENCES if each.patch], ids=rows_of)
def test_the_function_that_has_a_defence_exists(defence: Defence) -> None:
    """`make mutants` applies the patch and sees the test fail; that takes minutes."""
    source = (ROOT / defence.file).read_text("utf-8")
    assert patches.parse(defence.patch).before
    assert defence.function == patches.MODULE or defence.function in dict(patches.functions(source))


def test_every_row_is_shown_by_a_whole_run_or_has_a_reason_why_not() -> None:
    assert [fault.row for fault in faults.table() if not fault.covered] == []


def test_tests_show_rows_that_the_fault_list_has() -> None:
    assert {row for rows in TESTS.values() for row in rows} <= ROWS
