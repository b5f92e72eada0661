"""Ranks the findings to show, each once, and applies the verdicts of the verification to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.config.enums import lowest_severity
from reviewer.config.settings import Settings
from reviewer.finding import LONGEST_BODY, Dismissal, Finding, Origin, covers, normalize, resembles
from reviewer.review.result import Withheld, worst_first
from reviewer.review.verification import Ground, VerdictOutcome, Verification
from reviewer.severity import Confidence, Severity
from reviewer.text import truncate

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
    given = tuple(findings)
    remaining = tuple(f for f in given if not is_dismissed(f, dismissed))
    wanted = tuple(
        finding
        for finding in remaining
        if finding.severity >= config.min_severity and finding.confidence >= config.min_confidence
    )
    # Last: one that is dismissed or below a threshold must not replace another one.
    single, _ = dedupe(wanted)
    distinct = _merge_across_files(single)
    shown = _limit(distinct, config.max_findings)
    withheld = Withheld(
        duplicate=len(wanted) - len(distinct),
        dismissed=len(given) - len(remaining),
        below_threshold=len(remaining) - len(wanted),
        over_limit=len(distinct) - len(shown),
    )
    return shown, withheld


def dedupe(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], int]:
    """Return the findings without duplicates, the worst first, and the number of duplicates.

    Duplicates have overlapping lines, and the same title, or the same quote and category, apart
    from letter case and spaces. The worst one is kept. Findings of rules and of tools are always
    kept, and a model finding that repeats one is a duplicate unless it is worse: for a rule, the
    quote is enough. What it says of the lines that a tool quotes may be another problem. The result
    does not depend on the order of `findings`.
    """
    kept: list[Finding] = []
    places: dict[tuple[str, ...], list[Finding]] = {}
    ordered = worst_first(sorted(findings, key=repr))
    for finding in sorted(ordered, key=lambda each: each.origin is Origin.MODEL):
        where = (finding.path, finding.side.value)
        title = (*where, "title", normalize(finding.title))
        quote = (*where, "quote", normalize(finding.quote))
        problem = (*quote, finding.category)
        own = {Origin.RULE: quote, Origin.MODEL: problem, Origin.TOOL: title}[finding.origin]
        if finding.origin is not Origin.MODEL or not any(
            covers(it, finding) and overlap(it, finding)
            for topic in (title, quote, problem)
            for it in places.get(topic, [])
        ):
            kept.append(finding)
            for topic in {title, own}:
                places.setdefault(topic, []).append(finding)
    return worst_first(kept), len(ordered) - len(kept)


def overlap(one: Finding, other: Finding) -> bool:
    """Return True if the lines of two findings of one file have a line in common."""
    return one.start_line <= other.end_line and other.start_line <= one.end_line


def _limit(wanted: tuple[Finding, ...], most: int) -> tuple[Finding, ...]:
    """Return the first `most` findings; rule findings may take up to half of the places.

    A model that is manipulated to report many findings must not displace those of the rules, and
    many of these must not displace the others. Tools have half of the places that are left, and
    those that nobody else needs. The worst of all is always among them.
    """
    places = range(len(wanted))
    from_rules = [n for n in places if wanted[n].origin is Origin.RULE][: most // 2]
    room = most - len(from_rules)
    from_tools = [n for n in places if wanted[n].origin is Origin.TOOL]
    last = frozenset(from_tools[max(1, room // 2) :])
    kept = frozenset(from_rules)
    others = sorted((n for n in places if n not in kept), key=lambda n: n in last)[:room]
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

    It is the same problem if the origin, the category and the title are the same. The same code in
    two files is not enough: what it does there can be another problem.
    """
    merged: list[Finding] = []
    topics: dict[tuple[str, ...], int] = {}
    for finding in findings:
        about = (finding.origin.value, finding.category, *finding.tools)
        topic = (*about, normalize(finding.title))
        first = topics.get(topic)
        if first is None or merged[first].path == finding.path:
            topics[topic] = len(merged)
            merged.append(finding)
        else:
            place = f"{finding.path}:{finding.start_line}"
            merged[first] = replace(merged[first], also=(*merged[first].also, place))
    return tuple(merged)


def merge_dismissals(
    known: Iterable[Dismissal], fresh: Iterable[Dismissal]
) -> tuple[Dismissal, ...]:
    """Return known and fresh dismissals, one for each finding; the latest MOST_DISMISSED.

    The same finding with another severity is another one.
    """
    merged = {
        (each.finding.fingerprint, each.finding.severity, each.finding.origin): each
        for each in (*known, *fresh)
    }
    return tuple(merged.values())[-MOST_DISMISSED:]


def is_dismissed(finding: Finding, dismissed: Iterable[Dismissal]) -> bool:
    """Return True if a maintainer dismissed this finding.

    Dismissing a model finding does not dismiss a rule finding on the same lines, nor a worse one,
    nor one of a tool that it did not name.
    """
    return any(
        resembles(finding, each.finding)
        for each in dismissed
        if (finding.origin is not Origin.RULE or each.finding.origin is Origin.RULE)
        and each.finding.severity >= finding.severity
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The model's verdict on the finding with this number in the prompt, from 1.

    `word` is keep, lower or drop; any other word keeps the finding. `severity` is for lower only.
    `same_as` is the number of a finding with the same cause, or any other number for none.
    """

    finding: int
    word: str
    severity: Severity
    reason: str
    ground: Ground = Ground.NONE
    evidence: str = ""
    same_as: int = 0


def apply_verdicts(
    findings: Sequence[Finding], verdicts: Iterable[Verdict]
) -> tuple[tuple[Finding, ...], tuple[Verification, ...]]:
    """Return the findings that remain, and a verification for each verdict that was applied.

    A finding without a verdict stays. A rule finding is a fact and is never dropped or lowered. A
    severity is never raised. The authors' words never excuse a finding of category security or
    data-loss or of severity critical: it is kept. Of findings with the same cause, the worst one
    remains, with the places of the others.
    """
    by_number = {verdict.finding: verdict for verdict in verdicts}
    survivors: dict[int, Finding] = {}
    applied: dict[int, Verification] = {}
    for number, finding in enumerate(findings, 1):
        verdict = by_number.get(number)
        if verdict is None or finding.origin is not Origin.MODEL:
            survivors[number] = finding
            continue
        outcome, survivor = _apply(finding, verdict)
        applied[number] = Verification(
            finding, outcome, verdict.reason, verdict.ground, verdict.evidence
        )
        if survivor:
            survivors[number] = survivor
    for first, others in _find_causes(survivors, by_number):
        joined = [survivors.pop(other) for other in sorted(others)]
        survivors[first] = _join(survivors[first], joined)
        for other in others:
            applied[other] = replace(applied[other], outcome=VerdictOutcome.JOINED)
    return tuple(survivors.values()), tuple(applied.values())


def _join(worst: Finding, others: Sequence[Finding]) -> Finding:
    """Return a finding with the places of others that have the same cause, and what they are."""
    places = {f"{each.path}:{each.start_line}": each.title for each in others}
    effects = [f"{place}: {title}." for place, title in places.items() if title != worst.title]
    more = f"\n\nThe same cause, at {' At '.join(effects)}" if effects else ""
    candidate = replace(worst.candidate, body=truncate.shorten(worst.body + more, LONGEST_BODY))
    return replace(worst, candidate=candidate, also=tuple(dict.fromkeys((*worst.also, *places))))


def _find_causes(
    survivors: Mapping[int, Finding], verdicts: Mapping[int, Verdict]
) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return the number of the worst finding of each cause, with the numbers of the others.

    Only findings of the model that have a verdict are joined.
    """
    causes: dict[int, list[int]] = {}
    cause_of: dict[int, int] = {}
    for number, finding in survivors.items():
        if number not in verdicts or finding.origin is not Origin.MODEL:
            continue
        cause = cause_of.get(verdicts[number].same_as, number)
        cause_of[number] = cause
        causes.setdefault(cause, []).append(number)
    ranked = (sorted(each, key=lambda n: -survivors[n].severity) for each in causes.values())
    return tuple((first, tuple(others)) for first, *others in ranked if others)


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
