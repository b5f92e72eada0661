"""Which findings are shown, and what is counted instead."""

from reviewer import config, ranking
from reviewer.findings import Confidence, Severity
from reviewer.inputs import Inputs
from tests import builders

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
