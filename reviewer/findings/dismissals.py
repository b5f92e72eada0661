"""Findings that maintainers dismissed, which are not shown again."""

from collections.abc import Iterable

from reviewer.finding import Dismissal, Finding, Origin, resembles

MOST_DISMISSED = 50
"""Dismissals that are remembered, the latest; each takes room in the comment's hidden state."""


def merge(known: Iterable[Dismissal], fresh: Iterable[Dismissal]) -> tuple[Dismissal, ...]:
    """Return known and fresh dismissals, one for each finding; the latest MOST_DISMISSED."""
    by_fingerprint = {each.finding.fingerprint: each for each in (*known, *fresh)}
    return tuple(by_fingerprint.values())[-MOST_DISMISSED:]


def is_dismissed(finding: Finding, dismissed: Iterable[Dismissal]) -> bool:
    """Whether a maintainer dismissed this finding.

    Dismissing a model finding does not dismiss a rule finding on the same lines.
    """
    return any(
        resembles(finding, each.finding)
        for each in dismissed
        if finding.origin is Origin.MODEL or each.finding.origin is Origin.RULE
    )
