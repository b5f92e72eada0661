"""Which findings are shown, and in which order; what is not shown is counted."""

from collections.abc import Iterable
from dataclasses import replace

from reviewer import history, placement
from reviewer.config import Config
from reviewer.findings import Dismissal, Finding, plain
from reviewer.review import Withheld

# Characters; "return None" stands in many files for many reasons.
_TELLING = 30


def rank(
    findings: Iterable[Finding], config: Config, dismissed: Iterable[Dismissal] = ()
) -> tuple[tuple[Finding, ...], Withheld]:
    """Merge duplicates, apply what people and the repository do not want, the worst first."""
    single, duplicates = placement.dedupe(tuple(findings))
    distinct = _across(single)
    unheard = tuple(dismissed)
    news = tuple(finding for finding in distinct if not history.heard(finding, unheard))
    wanted = tuple(
        finding
        for finding in news
        if finding.severity >= config.min_severity and finding.confidence >= config.min_confidence
    )
    shown = wanted[: config.max_findings]
    withheld = Withheld(
        duplicate=duplicates + len(single) - len(distinct),
        dismissed=len(distinct) - len(news),
        below_threshold=len(news) - len(wanted),
        over_limit=len(wanted) - len(shown),
    )
    return shown, withheld


def _across(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Tell a problem once that several files have: the worst place first, the others named.

    The same problem means the same category, and the same title or the same telling quote.
    """
    told: list[Finding] = []
    topics: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        names = [(finding.category, "title", plain(finding.title))]
        if len(quote := plain(finding.quote)) >= _TELLING:
            names.append((finding.category, "quote", quote))
        first = next((topics[name] for name in names if name in topics), None)
        if first is None or told[first].path == finding.path:
            topics |= dict.fromkeys(names, len(told))
            told.append(finding)
        else:
            place = f"{finding.path}:{finding.start_line}"
            told[first] = replace(told[first], also=(*told[first].also, place))
    return tuple(told)
