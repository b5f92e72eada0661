"""What a finished review means for the workflow."""

from dataclasses import replace

import pytest

from reviewer.config.enums import FailOn
from reviewer.memory import state
from reviewer.outputs import step_outputs
from reviewer.review import Spent
from reviewer.severity import Severity
from tests import builders

CLEAN = state.of(builders.review())


def state_with_one(severity: Severity) -> state.State:
    return state.of(builders.review(builders.finding(severity=severity)))


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize(
    ("fail_on", "floor"),
    [
        (FailOn.CRITICAL, Severity.CRITICAL),
        (FailOn.HIGH, Severity.HIGH),
        (FailOn.MEDIUM, Severity.MEDIUM),
        (FailOn.LOW, Severity.LOW),
    ],
)
def test_a_gate_is_reached_from_its_severity_on(
    fail_on: FailOn, floor: Severity, severity: Severity
) -> None:
    expected = step_outputs.GATE_REACHED if severity >= floor else 0
    assert step_outputs.exit_code(state_with_one(severity), fail_on) == expected


def test_never_is_never_reached_and_nothing_found_reaches_no_severity() -> None:
    assert step_outputs.exit_code(state_with_one(Severity.CRITICAL), FailOn.NEVER) == 0
    assert step_outputs.exit_code(CLEAN, FailOn.LOW) == 0


def test_incomplete_is_reached_by_a_gap_and_by_nothing_else() -> None:
    gap = replace(CLEAN, complete=False)
    assert step_outputs.exit_code(gap, FailOn.INCOMPLETE) == step_outputs.GATE_REACHED
    assert step_outputs.exit_code(state_with_one(Severity.CRITICAL), FailOn.INCOMPLETE) == 0


def test_the_word_is_never_clean_when_something_was_left_out() -> None:
    gap = replace(CLEAN, complete=False)
    assert step_outputs.outputs(CLEAN, None, Spent())["verdict"] == "clean"
    assert step_outputs.outputs(gap, None, Spent())["verdict"] == "incomplete"
    assert (
        step_outputs.outputs(state_with_one(Severity.LOW), None, Spent())["verdict"] == "findings"
    )


def test_an_unknown_cost_is_the_word_unknown() -> None:
    assert step_outputs.outputs(CLEAN, None, Spent(cost=None))["cost"] == "unknown"


def test_the_comment_is_named_where_there_is_one() -> None:
    comment = builders.comment(3_000_000_001, "body")
    assert step_outputs.outputs(CLEAN, comment, Spent())["comment-id"] == "3000000001"
    assert step_outputs.outputs(CLEAN, comment, Spent())["comment-url"] == comment.url
    assert step_outputs.outputs(CLEAN, None, Spent())["comment-id"] == ""
