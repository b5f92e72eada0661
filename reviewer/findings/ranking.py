"""Which findings are shown, and in which order; what is not shown is counted."""

from collections.abc import Iterable
from dataclasses import replace

from reviewer.config.settings import Settings
from reviewer.finding import Dismissal, Finding, Origin, plain
from reviewer.findings import dismissals, placement
from reviewer.review import Withheld

# Characters; "return None" stands in many files for many reasons.
_TELLING = 30


def rank(
    findings: Iterable[Finding], config: Settings, dismissed: Iterable[Dismissal] = ()
) -> tuple[tuple[Finding, ...], Withheld]:
    """Merge duplicates, apply what people and the repository do not want, the worst first."""
    single, duplicates = placement.dedupe(tuple(findings))
    distinct = _across(single)
    unheard = tuple(dismissed)
    news = tuple(finding for finding in distinct if not dismissals.heard(finding, unheard))
    wanted = tuple(
        finding
        for finding in news
        if finding.severity >= config.min_severity and finding.confidence >= config.min_confidence
    )
    shown = _most(wanted, config.max_findings)
    withheld = Withheld(
        duplicate=duplicates + len(single) - len(distinct),
        dismissed=len(distinct) - len(news),
        below_threshold=len(news) - len(wanted),
        over_limit=len(wanted) - len(shown),
    )
    return shown, withheld


def _most(wanted: tuple[Finding, ...], most: int) -> tuple[Finding, ...]:
    """Keep the first `most`, but no fewer of what rules have found than fill half of the room.

    A model that is talked into a flood must not drown them, and they must not drown the rest.
    """
    places = range(len(wanted))
    proven = [n for n in places if wanted[n].origin is Origin.RULE][: max(1, most // 2)]
    kept = frozenset(proven)
    others = [n for n in places if n not in kept][: most - len(proven)]
    return tuple(wanted[n] for n in sorted((*proven, *others)))


def _across(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Tell a problem once that several files have: the worst place first, the others named.

    The same problem means the same category, and the same title or the same telling quote.
    """
    told: list[Finding] = []
    topics: dict[tuple[str, str, str, str], int] = {}
    for finding in findings:
        kind = (finding.origin.value, finding.category)
        names = [(*kind, "title", plain(finding.title))]
        if len(quote := plain(finding.quote)) >= _TELLING:
            names.append((*kind, "quote", quote))
        first = next((topics[name] for name in names if name in topics), None)
        if first is None or told[first].path == finding.path:
            topics |= dict.fromkeys(names, len(told))
            told.append(finding)
        else:
            place = f"{finding.path}:{finding.start_line}"
            told[first] = replace(told[first], also=(*told[first].also, place))
    return tuple(told)
