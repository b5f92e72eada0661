"""What the verification keeps, lowers and drops."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.finding import CATEGORIES, Finding, Origin
from reviewer.findings import ranking
from reviewer.findings.ranking import Verdict
from reviewer.review.verification import Ground, VerdictOutcome
from reviewer.severity import Confidence, Severity
from tests import builders
from tests.faults import faults

HIGH = builders.finding(severity=Severity.HIGH)


def verdict(word: str, severity: Severity = Severity.LOW, number: int = 1) -> Verdict:
    return Verdict(number, word, severity, "line 3 guards it")


def test_what_is_dropped_is_gone_and_its_reason_is_kept() -> None:
    left, said = ranking.apply_verdicts((HIGH,), (verdict("drop"),))
    assert left == ()
    assert [(each.outcome, each.reason) for each in said] == [
        (VerdictOutcome.DROPPED, "line 3 guards it")
    ]
    assert said[0].finding == HIGH


def test_a_kept_finding_stays_as_it_is() -> None:
    left, said = ranking.apply_verdicts((HIGH,), (verdict("keep"),))
    assert left == (HIGH,)
    assert said[0].outcome is VerdictOutcome.KEPT


@pytest.mark.parametrize(
    ("wanted", "given_"),
    [
        (Severity.LOW, Severity.LOW),
        (Severity.MEDIUM, Severity.MEDIUM),
        (Severity.HIGH, Severity.MEDIUM),
        (Severity.CRITICAL, Severity.MEDIUM),
    ],
)
def test_a_severity_is_lowered_and_never_raised(wanted: Severity, given_: Severity) -> None:
    left, _ = ranking.apply_verdicts((HIGH,), (verdict("lower", wanted),))
    assert left == (builders.revise(HIGH, severity=given_),)


def test_below_low_the_confidence_is_lowered() -> None:
    low = builders.finding(severity=Severity.LOW)
    left, _ = ranking.apply_verdicts((low,), (verdict("lower"),))
    assert left == (builders.revise(low, confidence=Confidence.LOW),)


def test_a_finding_without_a_verdict_and_one_with_an_unknown_word_stay() -> None:
    left, said = ranking.apply_verdicts((HIGH, HIGH), (verdict("burn", number=2),))
    assert left == (HIGH, HIGH)
    assert len(said) == 1


@faults("DF12")
def test_no_model_can_drop_a_finding_of_a_rule() -> None:
    proven = builders.revise(HIGH, origin=Origin.RULE)
    assert ranking.apply_verdicts((proven,), (verdict("drop"),)) == ((proven,), ())


GRAVE = (
    builders.revise(HIGH, category="security"),
    builders.revise(HIGH, category="data-loss", severity=Severity.LOW),
    builders.revise(HIGH, category="other", severity=Severity.CRITICAL),
)


@faults("ST8")
@pytest.mark.parametrize("word", ["drop", "lower", "keep", "approve"])
@pytest.mark.parametrize("finding", GRAVE, ids=lambda finding: finding.category)
def test_words_of_the_authors_never_excuse_a_grave_finding(finding: Finding, word: str) -> None:
    announced = replace(verdict(word), ground=Ground.ANNOUNCED)
    left, said = ranking.apply_verdicts((finding,), (announced,))
    assert left == (finding,)
    assert [(each.outcome, each.ground) for each in said] == [
        (VerdictOutcome.KEPT, Ground.ANNOUNCED)
    ]


@pytest.mark.parametrize("ground", [each for each in Ground if each is not Ground.ANNOUNCED])
@pytest.mark.parametrize("finding", GRAVE, ids=lambda finding: finding.category)
def test_any_other_ground_drops_a_grave_finding(finding: Finding, ground: Ground) -> None:
    assert ranking.apply_verdicts((finding,), (replace(verdict("drop"), ground=ground),))[0] == ()


@pytest.mark.parametrize("category", sorted({*CATEGORIES} - {"security", "data-loss"}))
def test_what_is_announced_as_intended_is_dropped_if_it_is_not_grave(category: str) -> None:
    announced = replace(verdict("drop"), ground=Ground.ANNOUNCED)
    assert (
        ranking.apply_verdicts((builders.revise(HIGH, category=category),), (announced,))[0] == ()
    )


@given(
    st.lists(
        st.builds(
            Verdict,
            st.integers(0, 2),
            st.sampled_from(["keep", "drop", "lower", "approve"]),
            st.sampled_from(Severity),
            st.text(),
        ),
        max_size=3,
    )
)
def test_nothing_is_invented_and_nothing_gets_worse(verdicts: list[Verdict]) -> None:
    left, _ = ranking.apply_verdicts((HIGH,), verdicts)
    assert all(f.title == HIGH.title and f.severity <= HIGH.severity for f in left)


def alike(*severities: Severity) -> tuple[Finding, ...]:
    return tuple(
        builders.finding(title=f"No. {n}", start_line=n, severity=severity)
        for n, severity in enumerate(severities, 1)
    )


def keep(number: int, same_as: int = 0) -> Verdict:
    return replace(verdict("keep", number=number), same_as=same_as)


def test_of_findings_with_one_cause_the_worst_remains_with_the_places_of_the_others() -> None:
    found = alike(Severity.LOW, Severity.HIGH, Severity.MEDIUM)
    left, said = ranking.apply_verdicts(found, (keep(1), keep(2, 1), keep(3, 1)))
    (joined,) = left
    assert replace(joined, candidate=found[1].candidate, also=()) == found[1]
    assert joined.also == ("src/pay.py:1", "src/pay.py:3")
    assert joined.body == (
        f"{found[1].body}\n\nThe same cause, at src/pay.py:1: No. 1. At src/pay.py:3: No. 3."
    )
    assert [each.outcome for each in said] == [
        VerdictOutcome.JOINED, VerdictOutcome.KEPT, VerdictOutcome.JOINED,
    ]  # fmt: skip


@pytest.mark.parametrize("same_as", [0, 2, 3, -1, 99])
def test_a_cause_that_is_no_earlier_finding_joins_nothing(same_as: int) -> None:
    found = alike(Severity.HIGH, Severity.HIGH)
    assert ranking.apply_verdicts(found, (keep(1), keep(2, same_as)))[0] == found


def test_nothing_is_joined_to_what_was_dropped_or_to_a_fact() -> None:
    found = alike(Severity.HIGH, Severity.HIGH)
    assert ranking.apply_verdicts(found, (verdict("drop"), keep(2, 1)))[0] == found[1:]
    proven = (builders.revise(found[0], origin=Origin.RULE), found[1])
    assert ranking.apply_verdicts(proven, (keep(1), keep(2, 1)))[0] == proven


@given(
    st.lists(st.sampled_from(Severity), min_size=1, max_size=6),
    st.lists(
        st.builds(
            Verdict,
            st.integers(0, 7),
            st.sampled_from(["keep", "lower", "drop"]),
            st.sampled_from(Severity),
            st.just(""),
            same_as=st.integers(-1, 8),
        ),
        max_size=9,
    ),
)
def test_what_is_not_dropped_is_there_or_its_place_is(
    severities: list[Severity], verdicts: list[Verdict]
) -> None:
    found = alike(*severities)
    left, said = ranking.apply_verdicts(found, verdicts)
    dropped = [each.finding.start_line for each in said if each.outcome is VerdictOutcome.DROPPED]
    told = [each.start_line for each in left]
    told += [int(place.partition(":")[2]) for each in left for place in each.also]
    assert sorted(told + dropped) == [each.start_line for each in found]
