"""What a finished review means for the workflow."""

from dataclasses import replace

import pytest

from reviewer.config.enums import FailOn
from reviewer.memory import state
from reviewer.memory.state import State
from reviewer.outputs import step_outputs
from reviewer.review.spending import Spent
from reviewer.severity import Severity
from tests import builders
from tests.faults import faults

CLEAN = state.from_review(builders.review())
GAP = replace(CLEAN, complete=False)
BLIND = replace(CLEAN, reviewed_files=0, excluded_files=1)


def state_with_one(severity: Severity) -> State:
    return state.from_review(builders.review(builders.finding(severity=severity)))


def fails(known: State, *limits: FailOn, on_incomplete: bool = True) -> bool:
    return bool(step_outputs.find_reached_limits(known, limits, fail_on_incomplete=on_incomplete))


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize(
    ("limit", "floor"),
    [
        (FailOn.CRITICAL, Severity.CRITICAL),
        (FailOn.HIGH, Severity.HIGH),
        (FailOn.MEDIUM, Severity.MEDIUM),
        (FailOn.LOW, Severity.LOW),
    ],
)
def test_a_gate_is_reached_from_its_severity_on(
    limit: FailOn, floor: Severity, severity: Severity
) -> None:
    assert fails(state_with_one(severity), limit) is (severity >= floor)
    assert fails(state_with_one(severity), FailOn.EXCLUDED, limit) is (severity >= floor)


@pytest.mark.parametrize("limits", [(FailOn.CRITICAL, FailOn.LOW), (FailOn.LOW, FailOn.CRITICAL)])
def test_of_two_severities_the_lower_one_fails_the_step_in_any_order(
    limits: tuple[FailOn, ...],
) -> None:
    assert fails(state_with_one(Severity.LOW), *limits)


def test_never_is_never_reached_and_nothing_found_reaches_no_severity() -> None:
    assert not fails(state_with_one(Severity.CRITICAL), FailOn.NEVER)
    assert not fails(BLIND, FailOn.NEVER)
    assert not fails(CLEAN, FailOn.LOW)


def test_incomplete_is_reached_by_a_gap_and_by_nothing_else() -> None:
    assert fails(GAP, FailOn.INCOMPLETE)
    assert not fails(state_with_one(Severity.CRITICAL), FailOn.INCOMPLETE)


@faults("HD7")
def test_a_severity_is_reached_by_a_gap_too_unless_the_workflow_says_otherwise() -> None:
    assert fails(GAP, FailOn.CRITICAL)
    assert not fails(GAP, FailOn.CRITICAL, on_incomplete=False)
    assert fails(GAP, FailOn.CRITICAL, FailOn.INCOMPLETE, on_incomplete=False)
    assert not fails(GAP, FailOn.EXCLUDED)


@faults("HD7")
def test_excluded_is_reached_by_what_a_default_rule_left_out() -> None:
    left_out = replace(CLEAN, excluded_files=1, unread_lines=3)
    assert fails(left_out, FailOn.EXCLUDED)
    assert fails(left_out, FailOn.LOW, FailOn.EXCLUDED)
    assert not fails(left_out, FailOn.LOW, FailOn.INCOMPLETE)
    assert not fails(CLEAN, FailOn.EXCLUDED)


@faults("HD7")
@pytest.mark.parametrize("limit", [limit for limit in FailOn if limit is not FailOn.NEVER])
def test_a_review_that_read_nothing_passes_no_gate(limit: FailOn) -> None:
    assert fails(BLIND, limit, on_incomplete=False)
    assert fails(replace(BLIND, excluded_files=0, failed_files=1), limit, on_incomplete=False)
    nothing_there = replace(BLIND, excluded_files=0)
    assert not fails(nothing_there, limit)


def test_a_lock_file_that_a_rule_checked_is_not_nothing() -> None:
    assert not fails(replace(BLIND, checked_files=1), FailOn.LOW)
    assert fails(replace(BLIND, checked_files=1), FailOn.EXCLUDED)


def test_a_gate_on_a_severity_judges_only_what_a_fork_reported() -> None:
    of_fork = replace(CLEAN, by_fork=True, complete=False)
    assert not fails(of_fork, FailOn.LOW)
    assert fails(of_fork, FailOn.LOW, FailOn.INCOMPLETE)
    assert fails(replace(of_fork, high=1), FailOn.HIGH)


def test_the_word_is_excluded_when_a_default_rule_left_something_out() -> None:
    left_out = replace(CLEAN, excluded_files=1, unread_lines=3)
    outputs = step_outputs.make_outputs(left_out, None, Spent())
    assert (outputs["verdict"], outputs["complete"]) == ("excluded", "true")
    assert outputs["unreviewed-lines"] == "3"


def test_the_word_is_never_clean_when_something_was_left_out() -> None:
    assert step_outputs.make_outputs(CLEAN, None, Spent())["verdict"] == "clean"
    assert step_outputs.make_outputs(GAP, None, Spent())["verdict"] == "incomplete"
    assert (
        step_outputs.make_outputs(state_with_one(Severity.LOW), None, Spent())["verdict"]
        == "findings"
    )


def test_an_unknown_cost_is_the_word_unknown() -> None:
    assert step_outputs.make_outputs(CLEAN, None, Spent(cost=None))["cost"] == "unknown"


def test_the_comment_is_named_where_there_is_one() -> None:
    comment = builders.comment(3_000_000_001, "body")
    assert step_outputs.make_outputs(CLEAN, comment, Spent())["comment-id"] == "3000000001"
    assert step_outputs.make_outputs(CLEAN, comment, Spent())["comment-url"] == comment.url
    assert step_outputs.make_outputs(CLEAN, None, Spent())["comment-id"] == ""
