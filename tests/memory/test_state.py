"""What a comment remembers, and what damage does to it."""

import base64
import hashlib
import json
import zlib
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from reviewer.finding import Dismissal, Finding
from reviewer.memory import state, state_line
from reviewer.memory.state import State
from reviewer.review.result import FileReport, Status
from reviewer.review.spending import Spent
from reviewer.severity import Severity
from tests import builders, strategies

STATE = state.from_review(
    builders.review(
        builders.finding(),
        builders.finding(severity=Severity.LOW),
        files=(builders.file_report(), FileReport("b.lock", Status.SKIPPED, "lock file")),
        key="1:model:fallback:abc",
    )
)


COUNTS = st.integers(0, 10**12)


def line(values: object, version: int = state_line.VERSION) -> str:
    packed = zlib.compress(json.dumps(values).encode())
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return f"<!-- code-review-action:state v={version} {text} unsigned -->"


def state_with(**values: int) -> object:
    found = builders.revise(builders.finding(), **values)
    unit = state.Unit("src/pay.py", "key", "abc", "", (found,))
    return TypeAdapter(State).dump_python(State(units=(unit,)), mode="json", exclude_defaults=True)


def test_a_state_comes_back_as_it_was() -> None:
    assert state_line.decode(f"a review\n{state_line.encode(STATE)}\n") == STATE


def test_a_state_has_the_numbers_of_the_review() -> None:
    assert (STATE.critical, STATE.high, STATE.medium, STATE.low) == (0, 1, 0, 1)
    assert (STATE.reviewed_files, STATE.skipped_files, STATE.tokens) == (1, 1, 1280)
    assert STATE.complete
    assert STATE.cost == "0.001600"


def test_an_unknown_cost_stays_unknown() -> None:
    spent = Spent(1, 10, 10, None, ("local",))
    assert state.from_review(builders.review(spent=spent)).cost == ""


def test_a_state_of_another_version_is_foreign() -> None:
    assert state_line.decode(line({}, version=1)) is None


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "no state at all",
        "<!-- code-review-action:state v=2 -->",
        "<!-- code-review-action:state v=2 AAAA unsigned -->",
        "<!-- code-review-action:state v=2 A unsigned -->",
        state_line.encode(STATE)[:-39] + " unsigned -->",
        line([]),
        line({"complete": 1}),
        line({"high": True}),
        line({"head_sha": None}),
        line({"units": [{"path": "a.py"}]}),
        line({"cost": "a lot"}),
        line({"cost": "1E+999999"}),
        line({"critical": -1}),
        line({"next_number": 0}),
        line({"posted": [0]}),
        line({"posted": list(range(1, 5_000))}),
        line({"overview": "x" * 5_000}),
        line(state_with(start_line=0)),
        line(state_with(start_line=3, end_line=2)),
        line(state_with(number=-1)),
        line("x" * 2_000_000),
    ],
)
def test_a_damaged_state_is_no_state(damaged: str) -> None:
    assert state_line.decode(damaged) is None


def test_a_state_quoted_inside_a_line_is_not_read() -> None:
    assert state_line.decode(f"> {state_line.encode(STATE)}") is None


def test_of_two_states_the_last_one_applies() -> None:
    newer = replace(STATE, head_sha="f" * 40)
    assert state_line.decode(f"{state_line.encode(STATE)}\n{state_line.encode(newer)}") == newer


def test_units_and_dismissals_come_back_with_their_findings() -> None:
    found = builders.finding(severity=Severity.LOW)
    kept = replace(
        STATE,
        units=(state.Unit("src/pay.py", "key", "abc", "Pays.", (found,)),),
        dismissed=(Dismissal(found, "mona", "on purpose"),),
    )
    assert state_line.decode(state_line.encode(kept)) == kept


@given(strategies.findings())
def test_every_member_of_a_finding_but_its_reasoning_comes_back(reasoned: Finding) -> None:
    found = builders.revise(reasoned, reasoning="")
    assert state_line.encode(State(units=(state.Unit("a", "", "", "", (reasoned,)),))) == (
        state_line.encode(State(units=(state.Unit("a", "", "", "", (found,)),)))
    )
    kept = State(
        units=(state.Unit("src/pay.py", "key", "abc", "Pays.", (found,)),),
        dismissed=(Dismissal(found, "mona"),),
    )
    assert state_line.decode(state_line.encode(kept)) == kept


def test_a_state_that_is_too_large_forgets_units_without_findings_first() -> None:
    noise = tuple(
        state.Unit(f"{hashlib.sha256(str(n).encode()).hexdigest()}.py", str(n), "abc", "x")
        for n in range(2_000)
    )
    said = state.Unit("src/pay.py", "key", "abc", "", (builders.finding(),))
    body = state_line.encode(replace(STATE, units=(*noise, said)))
    assert len(body) <= state_line.LARGEST + 100
    decoded = state_line.decode(body)
    assert decoded
    assert said in decoded.units
    assert 0 < len(decoded.units) < 2_001


def test_a_state_that_is_too_large_forgets_the_rules_of_findings_before_the_findings() -> None:
    def noise(number: int) -> str:
        return hashlib.sha512(str(number).encode()).hexdigest()

    findings = [
        builders.revise(builders.finding(number=n), quote=noise(n), rule=noise(-n))
        for n in range(1, 250)
    ]
    units = tuple(state.Unit("src/pay.py", "", "abc", "", (each,)) for each in findings)
    body = state_line.encode(replace(STATE, units=units, unchecked=(findings[0],)))
    decoded = state_line.decode(body)
    assert decoded
    assert len(decoded.units) == len(units)
    assert {each.rule for each in decoded.findings} == {""}


@given(st.text())
def test_any_text_in_the_place_of_a_state_is_no_state(text: str) -> None:
    assert state_line.decode(f"<!-- code-review-action:state v=2 {text} unsigned -->") is None


@given(
    st.builds(
        State,
        head_sha=st.text(max_size=64),
        base_sha=st.text(max_size=64),
        key=st.text(max_size=300),
        complete=st.booleans(),
        critical=COUNTS,
        high=COUNTS,
        medium=COUNTS,
        low=COUNTS,
        reviewed_files=COUNTS,
        skipped_files=COUNTS,
        tokens=COUNTS,
        cost=st.decimals(0, 1_000_000, places=6).map("{:.6f}".format),
    )
)
def test_every_state_survives_the_round_trip(kept: State) -> None:
    assert state_line.decode(state_line.encode(kept)) == kept


def test_costs_are_kept_to_a_millionth() -> None:
    spent = Spent(1, 1, 1, Decimal("0.0000014"), ("m",))
    assert state.from_review(builders.review(spent=spent)).cost == "0.000001"
