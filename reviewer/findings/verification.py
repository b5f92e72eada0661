"""Applies the verdicts of the verification, a second and sceptical request, to the findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewer.finding import Finding, Origin
from reviewer.review import VerdictOutcome, Verification
from reviewer.severity import Confidence, Severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """The model's verdict on the finding with this number in the prompt, from 1.

    `word` is keep, lower or drop; any other word keeps the finding. `severity` is for lower only.
    """

    finding: int
    word: str
    severity: Severity
    reason: str


def apply_verdicts(
    findings: Sequence[Finding], verdicts: Iterable[Verdict]
) -> tuple[tuple[Finding, ...], tuple[Verification, ...]]:
    """Return the findings that remain, and a verification for each verdict that was applied.

    A finding without a verdict stays. A rule finding is a fact and is never dropped or lowered. A
    severity is never raised.
    """
    by_number = {verdict.finding: verdict for verdict in verdicts}
    left: list[Finding] = []
    verifications: list[Verification] = []
    for number, finding in enumerate(findings, 1):
        verdict = by_number.get(number)
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
    """Return the finding with the wanted severity, but at least one step lower.

    At the lowest severity, the confidence becomes low instead.
    """
    if finding.severity is Severity.LOW:
        candidate = replace(finding.candidate, confidence=Confidence.LOW)
    else:
        lower = min(wanted, Severity(finding.severity - 1))
        candidate = replace(finding.candidate, severity=lower)
    return replace(finding, candidate=candidate)
