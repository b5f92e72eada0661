"""Groups the differences from linked issues for the comment."""

from collections.abc import Sequence

from reviewer.promise import GapKind, PromiseGap


def by_issue(gaps: Sequence[PromiseGap]) -> tuple[tuple[int, tuple[PromiseGap, ...]], ...]:
    """Return the rows of each issue, what is missing first."""
    numbers = sorted({gap.issue for gap in gaps})
    return tuple(
        (number, tuple(sorted(rows, key=lambda gap: gap.kind is not GapKind.MISSING)))
        for number in numbers
        if (rows := [gap for gap in gaps if gap.issue == number])
    )
