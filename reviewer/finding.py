"""A finding: one problem we report, its place in the diff and its identity across runs."""

import enum
import hashlib
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


class Origin(enum.Enum):
    """Who found it."""

    MODEL = "model"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Finding:
    """A candidate whose quote was found in the diff; lines count from 1 in `side`'s version.

    `number` is what people call it by (F3), 0 until it has one; it stays the same across pushes.
    `also` names further places with the same problem, as "path:line".
    """

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
    number: int = 0
    also: tuple[str, ...] = ()
    origin: Origin = Origin.MODEL

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that neither moved lines nor other words change."""
        identity = "\0".join((self.path, self.category, plain(self.quote)))
        return hashlib.sha256(identity.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A finding that a maintainer does not want to hear again while its code is unchanged.

    `by` is a login; `reason` is what they said, untrusted text, or how we know.
    """

    finding: Finding
    by: str
    reason: str = ""


def resembles(one: Finding, other: Finding) -> bool:
    """Whether two runs speak of the same problem, though in other words or at other lines.

    The same means the same file, the same category or title, and quotes of which one has all lines
    of the other, one after the other.
    """
    if one.path != other.path or one.side is not other.side:
        return False
    short, long = sorted((_lines(one.quote), _lines(other.quote)), key=len)
    alike = one.category == other.category or plain(one.title) == plain(other.title)
    starts = range(len(long) - len(short) + 1)
    return alike and any(long[start : start + len(short)] == short for start in starts)


def _lines(quote: str) -> tuple[str, ...]:
    return tuple(filter(None, map(plain, quote.split("\n"))))


def plain(text: str) -> str:
    """Reduce a text to what counts when two are compared: no letter case, single spaces."""
    return " ".join(text.casefold().split())
