"""Which findings are shown, and in which order; what is not shown is counted."""

from collections.abc import Iterable

from reviewer import placement
from reviewer.config import Config
from reviewer.findings import Finding
from reviewer.review import Withheld


def rank(findings: Iterable[Finding], config: Config) -> tuple[tuple[Finding, ...], Withheld]:
    """Merge duplicates, apply the repository's thresholds and its limit, the worst first."""
    distinct, duplicates = placement.dedupe(tuple(findings))
    wanted = tuple(
        finding
        for finding in distinct
        if finding.severity >= config.min_severity and finding.confidence >= config.min_confidence
    )
    shown = wanted[: config.max_findings]
    withheld = Withheld(
        duplicate=duplicates,
        below_threshold=len(distinct) - len(wanted),
        over_limit=len(wanted) - len(shown),
    )
    return shown, withheld
