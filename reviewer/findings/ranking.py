"""Decides which findings are shown and in which order, and counts the others."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reviewer.config.settings import Settings
from reviewer.finding import Dismissal, Finding, Origin, normalize, resembles
from reviewer.findings import placement
from reviewer.review import Withheld

# Characters; a shorter quote, such as "return None", is in many files for different reasons.
_SHORTEST_SHARED_QUOTE = 30
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
