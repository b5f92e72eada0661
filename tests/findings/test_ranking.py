"""Which findings are shown, and what is counted instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.config import settings as config
from reviewer.config.enums import FailOn
from reviewer.config.settings import Settings
from reviewer.config.workflow.inputs import Inputs
from reviewer.finding import Dismissal, Finding, Origin
from reviewer.findings import ranking
from reviewer.review.result import worst_first
from reviewer.severity import Confidence, Severity
from tests import builders, strategies
from tests.faults import faults

HIGH = builders.finding(title="High", start_line=1, quote="a = 1")
LOW = builders.finding(title="Low", start_line=5, quote="b = 1", severity=Severity.LOW)
UNSURE = builders.finding(title="Unsure", start_line=9, quote="c = 1", confidence=Confidence.LOW)


def test_the_worst_comes_first_then_the_surest() -> None:
    shown, _ = ranking.rank((LOW, UNSURE, HIGH), config.load(Inputs(), None))
    assert [finding.title for finding in shown] == ["High", "Unsure", "Low"]


def test_thresholds_and_the_limit_are_counted() -> None:
    settings = config.load(
        Inputs(), b"min-severity: high\nmin-confidence: medium\nmax-findings: 1\n"
    )
    other = builders.finding(title="Other", start_line=20, quote="d = 1")
    shown, withheld = ranking.rank((LOW, UNSURE, HIGH, other, HIGH), settings)
    assert [finding.title for finding in shown] == ["High"]
    assert (withheld.below_threshold, withheld.over_limit, withheld.duplicate) == (2, 1, 1)


PROVEN = builders.revise(
    builders.finding(
        title="Possible secret: jwt", start_line=3, end_line=3, quote="key = [REDACTED:jwt:1]"
    ),
    category="security",
    origin=Origin.RULE,
)


@faults("DF12")
def test_a_word_of_the_model_takes_no_place_of_what_a_rule_has_found() -> None:
    model = builders.revise(PROVEN, origin=Origin.MODEL)
    for same in (
        builders.revise(model, title="Only a sample"),
        builders.revise(model, quote="key = 1"),
    ):
        assert ranking.rank((same, PROVEN), config.load(Inputs(), None))[0] == (PROVEN,)
    elsewhere = builders.revise(model, path="a.py", severity=Severity.CRITICAL)
    shown, _ = ranking.rank((elsewhere, PROVEN), config.load(Inputs(), None))
    assert shown == (elsewhere, PROVEN)


@faults("HD11")
def test_a_worse_finding_on_the_lines_of_a_rule_is_shown_beside_it() -> None:
    worse = builders.revise(PROVEN, severity=Severity.CRITICAL, origin=Origin.MODEL, title="Leaks")
    shown, _ = ranking.rank((worse, PROVEN), config.load(Inputs(), None))
    assert shown == (worse, PROVEN)


@faults("HD11")
@pytest.mark.parametrize("path", ["src/pay.py", "src/other.py"])
def test_a_finding_below_a_threshold_replaces_no_other(path: str) -> None:
    """It has the worse severity, so it would be the one that is kept of the two."""
    doubtful = builders.finding(severity=Severity.CRITICAL, confidence=Confidence.LOW)
    sure = builders.revise(builders.finding(), path=path)
    settings = config.load(Inputs(), b"min-confidence: medium\n")
    shown, _ = ranking.rank((doubtful, sure), settings)
    assert shown == (sure,)


@faults("HD11")
def test_a_dismissed_finding_takes_none_of_another_file_along() -> None:
    done = builders.finding(path="src/a.py")
    same = builders.finding(path="src/b.py")
    shown, _ = ranking.rank((done, same), config.load(Inputs(), None), (Dismissal(done, "dev"),))
    assert shown == (same,)


@faults("HD11")
def test_a_dismissal_does_not_cover_a_worse_finding() -> None:
    mild = builders.finding(severity=Severity.LOW)
    worse = builders.finding(severity=Severity.HIGH)
    assert not ranking.is_dismissed(worse, (Dismissal(mild, "dev"),))
    assert ranking.is_dismissed(mild, (Dismissal(worse, "dev"),))


@faults("DF12")
def test_two_rules_may_report_one_line() -> None:
    other = builders.revise(PROVEN, title="Invisible characters")
    shown, _ = ranking.rank((other, PROVEN), config.load(Inputs(), None))
    assert set(shown) == {other, PROVEN}


@faults("DF12")
def test_many_findings_of_the_model_do_not_displace_those_of_rules_nor_the_other_way_round() -> (
    None
):
    settings = config.load(Inputs(), b"max-findings: 4\n")
    flood = [
        builders.finding(title=f"T{n}", start_line=n, quote=f"q = {n}", severity=Severity.CRITICAL)
        for n in range(10, 30)
    ]
    rules = [
        builders.revise(PROVEN, title=f"Possible secret: {n}", start_line=n, quote=f"k = {n}")
        for n in range(40, 60)
    ]
    shown, withheld = ranking.rank((*flood, *rules), settings)
    assert [finding.origin for finding in shown] == [Origin.MODEL] * 2 + [Origin.RULE] * 2
    assert withheld.over_limit == 36
    assert len(ranking.rank(rules, settings)[0]) == 4


def titles_in_full(*findings: Finding, **settings: object) -> list[str]:
    """Choose what the comment shows in full of findings in the order of their harm."""
    chosen = ranking.choose_visible(worst_first(findings), Settings(**settings))  # type: ignore[arg-type]
    return [finding.title for finding in chosen]


def flood(severity: Severity = Severity.CRITICAL) -> list[Finding]:
    """Make nine findings of a model."""
    return [
        builders.finding(title=f"T{n}", start_line=n, quote=f"q = {n}", severity=severity)
        for n in range(11, 20)
    ]


def test_what_is_of_low_severity_or_doubtful_is_not_shown_in_full() -> None:
    assert titles_in_full(HIGH, LOW, UNSURE) == ["High"]
    assert titles_in_full(LOW, UNSURE) == []


def test_at_most_as_many_as_are_wanted_are_shown_in_full_the_worst_first() -> None:
    assert titles_in_full(HIGH, *flood()) == ["T11", "T12", "T13", "T14", "T15", "T16"]
    assert titles_in_full(HIGH, *flood(), max_visible=1) == ["T11"]
    assert len(titles_in_full(HIGH, *flood(), max_visible=200)) == 10


@faults("HD15")
def test_what_fails_the_step_is_shown_in_full_however_much_there_is_of_it() -> None:
    gate = (FailOn.INCOMPLETE, FailOn.CRITICAL, FailOn.HIGH)
    assert titles_in_full(UNSURE, LOW, *flood(), fail_on=gate) == [
        *(f"T{n}" for n in range(11, 20)),
        "Unsure",
    ]
    assert titles_in_full(HIGH, LOW, fail_on=(FailOn.LOW,), max_visible=1) == ["High", "Low"]
    assert titles_in_full(LOW, fail_on=(FailOn.EXCLUDED, FailOn.INCOMPLETE)) == []


@faults("HD15")
def test_many_findings_of_the_model_do_not_push_those_of_rules_out_of_sight() -> None:
    assert titles_in_full(PROVEN, *flood())[-1] == PROVEN.title
    assert titles_in_full(PROVEN, *flood(), max_visible=2)[-1] == PROVEN.title


@given(
    st.lists(strategies.findings(), max_size=12),
    st.integers(1, 8),
    st.lists(st.sampled_from(list(FailOn)), min_size=1, max_size=3),
)
def test_more_than_are_wanted_are_shown_in_full_only_if_each_fails_the_step(
    findings: list[Finding], most: int, gate: list[FailOn]
) -> None:
    ordered = tuple(dict.fromkeys(worst_first(findings)))
    chosen = ranking.choose_visible(ordered, Settings(max_visible=most, fail_on=tuple(gate)))
    assert [finding for finding in ordered if finding in chosen] == list(chosen)
    floors = [each.value for each in gate]
    failing = [f for f in ordered if any(f.severity >= s for s in Severity if s.label in floors)]
    assert set(failing) <= set(chosen)
    assert len(chosen) <= max(most, len(failing))
    notable = [f for f in ordered if min(f.severity, f.confidence) > 1]
    assert len(chosen) >= min(most, len(notable))


def test_the_same_code_in_two_files_can_be_two_problems() -> None:
    quote = "if (++sync > 100) return setImmediate(next, err)"
    one = builders.finding(path="route.js", title="Skips a handler", quote=quote)
    other = builders.finding(path="index.js", title="Hangs after 100 routes", quote=quote)
    assert len(ranking.rank((one, other), Settings())[0]) == 2
    same = builders.revise(other, title="Skips a handler")
    (shown,), _ = ranking.rank((one, same), Settings())
    assert shown.also in ((f"index.js:{same.start_line}",), (f"route.js:{one.start_line}",))
