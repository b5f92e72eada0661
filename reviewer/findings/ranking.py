"""Which findings are shown, and in which order; what is not shown is counted."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reviewer.config.settings import Config
from reviewer.finding import Dismissal, Finding, Origin, plain
from reviewer.findings import dismissals, placement
from reviewer.review import Withheld

# Characters; "return None" stands in many files for many reasons.
_SHORTEST_SHARED_QUOTE = 30


def rank(
    findings: Iterable[Finding], config: Config, dismissed: Sequence[Dismissal] = ()
) -> tuple[tuple[Finding, ...], Withheld]:
    """Merge duplicates, apply what people and the repository do not want, the worst first."""
    single, duplicates = placement.dedupe(tuple(findings))
    distinct = _merge_across_files(single)
    news = tuple(f for f in distinct if not dismissals.is_dismissed(f, dismissed))
    wanted = tuple(
        finding
        for finding in news
        if finding.severity >= config.min_severity and finding.confidence >= config.min_confidence
    )
    shown = _limit(wanted, config.max_findings)
    withheld = Withheld(
        duplicate=duplicates + len(single) - len(distinct),
        dismissed=len(distinct) - len(news),
        below_threshold=len(news) - len(wanted),
        over_limit=len(wanted) - len(shown),
    )
    return shown, withheld


def _limit(wanted: tuple[Finding, ...], most: int) -> tuple[Finding, ...]:
    """Keep the first `most`, but no fewer of what rules have found than fill half of the room.

    A model that is talked into a flood must not drown them, and they must not drown the rest.
    """
    places = range(len(wanted))
    proven = [n for n in places if wanted[n].origin is Origin.RULE][: max(1, most // 2)]
    kept = frozenset(proven)
    others = [n for n in places if n not in kept][: most - len(proven)]
    return tuple(wanted[n] for n in sorted((*proven, *others)))


def _merge_across_files(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Tell a problem once that several files have: the worst place first, the others named.

    The same problem means the same category, and the same title or the same telling quote.
    """
    merged: list[Finding] = []
    topics: dict[tuple[str, str, str, str], int] = {}
    for finding in findings:
        kind = (finding.origin.value, finding.category)
        names = [(*kind, "title", plain(finding.title))]
        if len(quote := plain(finding.quote)) >= _SHORTEST_SHARED_QUOTE:
            names.append((*kind, "quote", quote))
        first = next((topics[name] for name in names if name in topics), None)
        if first is None or merged[first].path == finding.path:
            topics |= dict.fromkeys(names, len(merged))
            merged.append(finding)
        else:
            place = f"{finding.path}:{finding.start_line}"
            merged[first] = replace(merged[first], also=(*merged[first].also, place))
    return tuple(merged)
