"""Ranks the findings to show, and applies the verdicts of the verification to findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewer.config.enums import lowest_severity
from reviewer.config.settings import Settings
from reviewer.finding import Dismissal, Finding, Origin, normalize, resembles
from reviewer.findings import placement
from reviewer.review import Ground, VerdictOutcome, Verification, Withheld
from reviewer.severity import Confidence, Severity

# Characters; a shorter quote, such as "return None", is in many files for different reasons.
_SHORTEST_SHARED_QUOTE = 30
_GRAVE_CATEGORIES = frozenset({"security", "data-loss"})
MOST_DISMISSED = 50
"""The latest dismissals that are remembered; each takes room in the comment's hidden state."""


def rank(
    findings: Iterable[Finding], config: Settings, dismissed: Sequence[Dismissal] = ()
) -> tuple[tuple[Finding, ...], Withheld]:
    """Return the findings to show, the worst first, and how many are withheld for each cause.

    Duplicates are merged; dismissed findings, those below a threshold of `config` and those over
    its `max_findings` are left out.
    """
    single, duplicates = placement.dedupe(tuple(findings))
    distinct = _merge_across_files(single)
    remaining = tuple(f for f in distinct if not is_dismissed(f, dismissed))
    wanted = tuple(
        finding
        for finding in remaining
        if finding.severity >= config.min_severity and finding.confidence >= config.min_confidence
    )
    shown = _limit(wanted, config.max_findings)
    withheld = Withheld(
        duplicate=duplicates + len(single) - len(distinct),
        dismissed=len(distinct) - len(remaining),
        below_threshold=len(remaining) - len(wanted),
        over_limit=len(wanted) - len(shown),
    )
    return shown, withheld


def _limit(wanted: tuple[Finding, ...], most: int) -> tuple[Finding, ...]:
    """Return the first `most` findings; rule findings may take up to half of the places.

    A model that is manipulated to report many findings must not displace those of the rules, and
    many of these must not displace the others.
    """
    places = range(len(wanted))
    from_rules = [n for n in places if wanted[n].origin is Origin.RULE][: max(1, most // 2)]
    kept = frozenset(from_rules)
    others = [n for n in places if n not in kept][: most - len(from_rules)]
    return tuple(wanted[n] for n in sorted((*from_rules, *others)))


def choose_visible(findings: Sequence[Finding], config: Settings) -> tuple[Finding, ...]:
    """Return the findings that the comment shows in full, in the given order, the worst first.

    They are those that fail the step, and then others up to `max_visible` of `config`, without
    those of low severity or low confidence.
    """
    gate = lowest_severity(config.fail_on)
    failing = tuple(f for f in findings if gate and f.severity >= gate)
    others = tuple(f for f in findings if f not in failing and not _is_minor(f))
    room = config.max_visible - len(failing)
    chosen = (*failing, *(_limit(others, room) if room > 0 else ()))
    return tuple(finding for finding in findings if finding in chosen)


def _is_minor(finding: Finding) -> bool:
    return finding.severity is Severity.LOW or finding.confidence is Confidence.LOW


def _merge_across_files(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return one finding for a problem that several files have, with the other places in `also`.

    It is the same problem if the origin and the category are the same, and either the title or a
    quote of at least _SHORTEST_SHARED_QUOTE.
    """
    merged: list[Finding] = []
    topics: dict[tuple[str, str, str, str], int] = {}
    for finding in findings:
        kind = (finding.origin.value, finding.category)
        names = [(*kind, "title", normalize(finding.title))]
        if len(quote := normalize(finding.quote)) >= _SHORTEST_SHARED_QUOTE:
            names.append((*kind, "quote", quote))
        first = next((topics[name] for name in names if name in topics), None)
        if first is None or merged[first].path == finding.path:
            topics |= dict.fromkeys(names, len(merged))
            merged.append(finding)
        else:
            place = f"{finding.path}:{finding.start_line}"
            merged[first] = replace(merged[first], also=(*merged[first].also, place))
    return tuple(merged)


def merge_dismissals(
    known: Iterable[Dismissal], fresh: Iterable[Dismissal]
) -> tuple[Dismissal, ...]:
    """Return known and fresh dismissals, one for each finding; the latest MOST_DISMISSED."""
    by_fingerprint = {each.finding.fingerprint: each for each in (*known, *fresh)}
    return tuple(by_fingerprint.values())[-MOST_DISMISSED:]


def is_dismissed(finding: Finding, dismissed: Iterable[Dismissal]) -> bool:
    """Return True if a maintainer dismissed this finding.

    Dismissing a model finding does not dismiss a rule finding on the same lines.
    """
    return any(
        resembles(finding, each.finding)
        for each in dismissed
        if finding.origin is Origin.MODEL or each.finding.origin is Origin.RULE
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The model's verdict on the finding with this number in the prompt, from 1.

    `word` is keep, lower or drop; any other word keeps the finding. `severity` is for lower only.
    """

    finding: int
    word: str
    severity: Severity
    reason: str
    ground: Ground = Ground.NONE


def apply_verdicts(
    findings: Sequence[Finding], verdicts: Iterable[Verdict]
) -> tuple[tuple[Finding, ...], tuple[Verification, ...]]:
    """Return the findings that remain, and a verification for each verdict that was applied.

    A finding without a verdict stays. A rule finding is a fact and is never dropped or lowered. A
    severity is never raised. The authors' words never excuse a finding of category security or
    data-loss or of severity critical: it is kept.
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
        verifications.append(Verification(finding, outcome, verdict.reason, verdict.ground))
        if survivor:
            left.append(survivor)
    return tuple(left), tuple(verifications)


def _apply(finding: Finding, verdict: Verdict) -> tuple[VerdictOutcome, Finding | None]:
    if verdict.ground is Ground.ANNOUNCED and _is_grave(finding):
        return VerdictOutcome.KEPT, finding
    match verdict.word:
        case "drop":
            return VerdictOutcome.DROPPED, None
        case "lower":
            return VerdictOutcome.LOWERED, _lower(finding, verdict.severity)
        case _:
            return VerdictOutcome.KEPT, finding


def _is_grave(finding: Finding) -> bool:
    return finding.category in _GRAVE_CATEGORIES or finding.severity is Severity.CRITICAL


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
