"""Findings that maintainers do not want to hear again."""

from collections.abc import Iterable

from reviewer.finding import Dismissal, Finding, Origin, resembles

# More than this is no memory but a list of everything that was ever said.
MOST_DISMISSED = 50


def merge(known: Iterable[Dismissal], fresh: Iterable[Dismissal]) -> tuple[Dismissal, ...]:
    """Join what maintainers dismissed, each once, the latest MOST_DISMISSED of them."""
    by_fingerprint = {each.finding.fingerprint: each for each in (*known, *fresh)}
    return tuple(by_fingerprint.values())[-MOST_DISMISSED:]


def is_dismissed(finding: Finding, dismissed: Iterable[Dismissal]) -> bool:
    """Whether a maintainer does not want to hear of this finding.

    Who dismisses words of the model has not dismissed what a rule says of the same lines.
    """
    return any(
        resembles(finding, each.finding)
        for each in dismissed
        if finding.origin is Origin.MODEL or each.finding.origin is Origin.RULE
    )
