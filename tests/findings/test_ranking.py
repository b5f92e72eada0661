"""Which findings are shown, and what is counted instead."""

import pytest

from reviewer.config import settings as config
from reviewer.config.inputs import Inputs
from reviewer.finding import Dismissal, Origin
from reviewer.findings import ranking
from reviewer.severity import Confidence, Severity
from tests import builders
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
def test_a_finding_below_a_threshold_stands_for_no_other(path: str) -> None:
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
