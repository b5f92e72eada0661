"""The second look: what it lets stand of the findings, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewer.finding import Confidence, Finding, Origin, Severity
from reviewer.review import Judgement, Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the second look says of the finding with this number, which counts from 1.

    `word` is keep, lower or drop, or what a model made of it; `severity` counts for lower only.
    """

    finding: int
    word: str
    severity: Severity
    reason: str


def apply_verdicts(
    findings: Sequence[Finding], verdicts: Iterable[Verdict]
) -> tuple[tuple[Finding, ...], tuple[Judgement, ...]]:
    """Apply the verdicts, whose numbers count the findings from 1; return what is left, and why.

    A finding without a verdict stays. What a rule has found is never dropped or lowered: it is
    proven. A severity is only ever lowered.
    """
    said = {verdict.finding: verdict for verdict in verdicts}
    left: list[Finding] = []
    judgements: list[Judgement] = []
    for number, finding in enumerate(findings, 1):
        verdict = said.get(number)
        if verdict is None or finding.origin is Origin.RULE:
            left.append(finding)
            continue
        outcome, survivor = _apply(finding, verdict)
        judgements.append(Judgement(finding, outcome, verdict.reason))
        if survivor:
            left.append(survivor)
    return tuple(left), tuple(judgements)


def _apply(finding: Finding, verdict: Verdict) -> tuple[Outcome, Finding | None]:
    match verdict.word:
        case "drop":
            return Outcome.DROPPED, None
        case "lower":
            return Outcome.LOWERED, _lowered(finding, verdict.severity)
        case _:
            return Outcome.KEPT, finding


def _lowered(finding: Finding, wanted: Severity) -> Finding:
    """Lower the severity as wanted, or by one step; at the lowest, lower the confidence."""
    if finding.severity is Severity.LOW:
        return replace(finding, confidence=Confidence.LOW)
    return replace(finding, severity=min(wanted, Severity(finding.severity - 1)))
