"""What a comment remembers, and what damage does to it."""

import base64
import json
import zlib
from dataclasses import asdict, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer import state
from reviewer.findings import Severity
from reviewer.review import FileReport, Spent, Status
from reviewer.state import State
from tests import builders

STATE = state.of(
    builders.review(
        builders.finding(),
        builders.finding(severity=Severity.LOW),
        files=(builders.reviewed(), FileReport("b.lock", Status.SKIPPED, "lock file")),
    ),
    "1:model:fallback:abc",
)


def line(values: object, version: int = state.VERSION) -> str:
    packed = zlib.compress(json.dumps(values).encode())
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return f"<!-- code-review-action:state v={version} {text} -->"


def test_a_state_comes_back_as_it_was() -> None:
    assert state.decode(f"a review\n{state.encode(STATE)}\n") == STATE


def test_a_state_counts_what_the_review_holds() -> None:
    assert (STATE.critical, STATE.high, STATE.medium, STATE.low) == (0, 1, 0, 1)
    assert (STATE.reviewed_files, STATE.skipped_files, STATE.tokens) == (1, 1, 1280)
    assert STATE.complete
    assert STATE.cost == "0.001600"


def test_an_unknown_cost_stays_unknown() -> None:
    spent = Spent(1, 10, 10, None, ("local",))
    assert state.of(builders.review(spent=spent), "key").cost == ""


def test_a_state_of_another_version_is_foreign() -> None:
    assert state.decode(line(asdict(STATE), version=2)) is None


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "no state at all",
        "<!-- code-review-action:state v=1 -->",
        "<!-- code-review-action:state v=1 AAAA -->",
        "<!-- code-review-action:state v=1 A -->",
        state.encode(STATE)[:-30] + " -->",
        line([]),
        line({}),
        line(asdict(STATE) | {"extra": 1}),
        line(asdict(STATE) | {"complete": 1}),
        line(asdict(STATE) | {"high": True}),
        line(asdict(STATE) | {"head_sha": None}),
        line("x" * 1_000_000),
    ],
)
def test_a_damaged_state_is_no_state(damaged: str) -> None:
    assert state.decode(damaged) is None


def test_a_state_quoted_inside_a_line_is_not_read() -> None:
    assert state.decode(f"> {state.encode(STATE)}") is None


def test_the_last_state_counts() -> None:
    newer = replace(STATE, head_sha="f" * 40)
    assert state.decode(f"{state.encode(STATE)}\n{state.encode(newer)}") == newer


@given(st.text())
def test_any_text_is_a_state_or_none(text: str) -> None:
    assert state.decode(f"<!-- code-review-action:state v=1 {text} -->") is None


@given(
    st.builds(
        State,
        head_sha=st.text(),
        base_sha=st.text(),
        key=st.text(max_size=300),
        complete=st.booleans(),
        critical=st.integers(),
        high=st.integers(),
        medium=st.integers(),
        low=st.integers(),
        reviewed_files=st.integers(),
        skipped_files=st.integers(),
        tokens=st.integers(),
        cost=st.decimals(allow_nan=False, allow_infinity=False).map(str),
    )
)
def test_every_state_survives_the_round_trip(kept: State) -> None:
    assert state.decode(state.encode(kept)) == kept


def test_costs_are_kept_to_a_millionth() -> None:
    spent = Spent(1, 1, 1, Decimal("0.0000014"), ("m",))
    assert state.of(builders.review(spent=spent), "key").cost == "0.000001"
