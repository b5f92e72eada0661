"""Verification: applies the verdicts of a second, sceptical request to the findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewer.finding import Finding, Origin
from reviewer.review import VerdictOutcome, Verification
from reviewer.severity import Confidence, Severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification says of the finding with this number, which counts from 1.

    `word` is keep, lower or drop; any other keeps. `severity` is used by lower only.
    """

    finding: int
    word: str
    severity: Severity
    reason: str


def apply_verdicts(
    findings: Sequence[Finding], verdicts: Iterable[Verdict]
) -> tuple[tuple[Finding, ...], tuple[Verification, ...]]:
    """Apply the verdicts, whose numbers count the findings from 1; return what is left, and why.

    A finding without a verdict stays. What a rule has found is never dropped or lowered: it is
    proven. A severity is only ever lowered.
    """
    said = {verdict.finding: verdict for verdict in verdicts}
    left: list[Finding] = []
    verifications: list[Verification] = []
    for number, finding in enumerate(findings, 1):
        verdict = said.get(number)
        if verdict is None or finding.origin is Origin.RULE:
            left.append(finding)
            continue
        outcome, survivor = _apply(finding, verdict)
        verifications.append(Verification(finding, outcome, verdict.reason))
        if survivor:
            left.append(survivor)
    return tuple(left), tuple(verifications)


def _apply(finding: Finding, verdict: Verdict) -> tuple[VerdictOutcome, Finding | None]:
    match verdict.word:
        case "drop":
            return VerdictOutcome.DROPPED, None
        case "lower":
            return VerdictOutcome.LOWERED, _lower(finding, verdict.severity)
        case _:
            return VerdictOutcome.KEPT, finding


def _lower(finding: Finding, wanted: Severity) -> Finding:
    """Lower the severity as wanted, or by one step; at the lowest, lower the confidence."""
    if finding.severity is Severity.LOW:
        candidate = replace(finding.candidate, confidence=Confidence.LOW)
    else:
        lower = min(wanted, Severity(finding.severity - 1))
        candidate = replace(finding.candidate, severity=lower)
    return replace(finding, candidate=candidate)
