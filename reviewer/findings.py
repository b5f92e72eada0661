"""A finding: one problem we report, and its place in the diff."""

import enum
from dataclasses import dataclass


class Severity(enum.IntEnum):
    """How much harm the problem does; ordered, so that thresholds compare."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The word used in configuration, replies and reports."""
        return self.name.lower()


class Confidence(enum.IntEnum):
    """How sure the model is; ordered."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        """The word used in configuration, replies and reports."""
        return self.name.lower()


class Side(enum.Enum):
    """Which version of the file a line number counts in (GitHub's RIGHT and LEFT)."""

    NEW = "new"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding as the model worded it: typed and capped, its place not yet checked.

    Lines are what the model said and may be anything, 0 and negative included.
    """

    path: str
    start_line: int
    end_line: int
    quote: str
    severity: Severity
    confidence: Confidence
    category: str
    title: str
    body: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A candidate whose quote was found in the diff; lines count from 1 in `side`'s version."""

    path: str
    start_line: int
    end_line: int
    side: Side
    quote: str
    severity: Severity
    confidence: Confidence
    category: str
    title: str
    body: str
    suggestion: str | None = None
