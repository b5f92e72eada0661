"""Where a change and the issues that it is to close differ; neither is a finding."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

MOST_GAPS = 8
"""Rows of one review; with more, the issue is about something else."""
LONGEST_QUOTE = 300
LONGEST_GAP = 300
"""Characters of the quote, and of the sentence about the difference."""


class GapKind(enum.Enum):
    """What differs."""

    MISSING = "missing"
    """An issue asks for it, and the change does not do it."""
    EXTRA = "extra"
    """The change does it, and nobody asked for it."""


@dataclass(frozen=True, slots=True)
class PromiseGap:
    """One difference between the change and a linked issue.

    `quote` is a sentence of the issue `issue` for MISSING, and a changed line of the file `path`
    for EXTRA; we have looked for it there. `text` is the model's, untrusted.
    """

    issue: int
    kind: GapKind
    quote: str
    text: str
    path: str = ""


def group_by_issue(gaps: Sequence[PromiseGap]) -> tuple[tuple[int, tuple[PromiseGap, ...]], ...]:
    """Return the rows of each issue, what is missing first."""
    numbers = sorted({gap.issue for gap in gaps})
    return tuple(
        (number, tuple(sorted(rows, key=lambda gap: gap.kind is not GapKind.MISSING)))
        for number in numbers
        if (rows := [gap for gap in gaps if gap.issue == number])
    )
