"""A finding: one problem we report, its place in the diff and its identity across runs."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Annotated, Any, cast

from reviewer.grades import read_confidence, read_severity
from reviewer.severity import Confidence, Severity
from reviewer.text import digest, json_members, truncate

CATEGORIES = (
    "logic",
    "error-handling",
    "concurrency",
    "resources",
    "security",
    "data-loss",
    "contract",
    "tests",
    "performance",
    "other",
)

# What all built-in rules are about.
_RULE_CATEGORY = "security"
LONGEST_BODY = 4_000
"""Characters; a longer body is cut."""
# In characters; longer texts are cut.
_REASONING = 1_000
_TITLE = 200
_QUOTE = 2_000
_SUGGESTION = 4_000
_RULE = 200


class Side(enum.Enum):
    """The version of the file that a line number is about; GitHub calls them RIGHT and LEFT."""

    NEW = "new"
    OLD = "old"


def _cut_quote(text: str, limit: int) -> str:
    """Cut a quote after a whole line and add no mark, so that it can still be found in the diff."""
    text = text.strip("\r\n").rstrip()
    if len(text) <= limit:
        return text
    last = text.rfind("\n", 0, limit)
    return text[: last if last > 0 else limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One problem as the model or a rule reports it, before its place is checked.

    The members of a finding are declared here alone, each with how the model is asked for it and
    how it is read (`json_members`). Prompts, replies, published reports, the JSON report, its
    schema and the remembered state follow from these declarations.

    The model writes the members in this order: it reasons before it quotes and decides. Line
    numbers are those that the model stated; they may be any integer, even negative. `reasoning` is
    for the report alone: no comment shows it, and no later run remembers it.
    """

    path: Annotated[str, json_members.optional_text(asked=False)]
    reasoning: Annotated[str, json_members.optional_line(_REASONING)] = ""
    quote: Annotated[str, json_members.text(_QUOTE, cut=_cut_quote)]
    start_line: Annotated[int, json_members.line_number()]
    end_line: Annotated[int, json_members.line_number(last=True)]
    severity: Annotated[
        Severity,
        json_members.one_word(
            Severity.by_label(), lambda value: read_severity(value) or Severity.MEDIUM
        ),
    ]
    confidence: Annotated[Confidence, json_members.one_word(Confidence.by_label(), read_confidence)]
    category: Annotated[str, json_members.one_of(CATEGORIES, otherwise="other")]
    title: Annotated[str, json_members.text(_TITLE, cut=truncate.line)]
    body: Annotated[str, json_members.text(LONGEST_BODY)]
    suggestion: Annotated[str | None, json_members.code(_SUGGESTION)] = None
    rule: Annotated[str, json_members.nullable_line(_RULE)] = ""

    @property
    def members(self) -> dict[str, Any]:
        """Return the members of a candidate by name; those that a subclass adds are left out."""
        return {field.name: getattr(self, field.name) for field in fields(Candidate)}

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts in the model's own words: all but the path, which is the file's."""
        members = self.members.items()
        return tuple(
            text for name, value in members if name != "path" for text in _find_texts(value)
        )


def _find_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _find_texts(part)


class Origin(enum.Enum):
    """What found the problem: the model, a built-in rule or another tool."""

    MODEL = "model"
    RULE = "rule"
    TOOL = "tool"


def _member(name: str) -> property:
    """Return a property that reads a member of the candidate."""
    return property(attrgetter(f"candidate.{name}"))


@dataclass(frozen=True, slots=True)
class Finding:
    """A candidate whose quote was found in the diff, and the lines where it was found.

    Lines count from 1 in `side`'s version; those of the candidate are only what the model stated.
    `number` is shown to people (F3) and stays the same across pushes; it is 0 until one is
    assigned. `also` lists further places with the same problem, as "path:line". `tools` names the
    tools that report it, each with its rule.

    The members of the candidate that many modules use are properties here too.
    """

    candidate: Candidate
    start_line: int
    end_line: int
    side: Side
    number: int = 0
    also: tuple[str, ...] = ()
    origin: Origin = Origin.MODEL
    tools: tuple[str, ...] = ()

    @classmethod
    def of_rule(
        cls,
        path: str,
        number: int,
        *,
        side: Side = Side.NEW,
        quote: str,
        severity: Severity,
        title: str,
        body: str,
    ) -> "Finding":
        """Return the finding of a built-in rule about one line, which is certain."""
        candidate = Candidate(
            path=path,
            start_line=number,
            end_line=number,
            quote=quote,
            severity=severity,
            confidence=Confidence.HIGH,
            category=_RULE_CATEGORY,
            title=title,
            body=body,
        )
        return cls(candidate, number, number, side, origin=Origin.RULE)

    path = cast("str", _member("path"))
    """The changed file's path."""
    quote = cast("str", _member("quote"))
    """The code that the finding is about, as prompts show it."""
    severity = cast("Severity", _member("severity"))
    """How much harm the problem does."""
    confidence = cast("Confidence", _member("confidence"))
    """How sure the model is."""
    category = cast("str", _member("category"))
    """One of CATEGORIES."""
    title = cast("str", _member("title"))
    """The harm in one line; untrusted text."""
    body = cast("str", _member("body"))
    """What happens on which input; untrusted text of several lines."""
    suggestion = cast("str | None", _member("suggestion"))
    """Code that replaces the quote; None if the model proposed none."""
    rule = cast("str", _member("rule"))
    """The team's rule that the change breaks, "" if none; untrusted text."""

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits that identify the finding across runs.

        They depend on path, category and quote, not on line numbers, title or body. Those of a
        tool's finding depend on its rule too: a tool may report several problems of a line.
        """
        rules = self.tools if self.origin is Origin.TOOL else ()
        return digest.identify("finding", self.path, self.category, normalize(self.quote), *rules)


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A finding that a maintainer dismissed; it is not shown again while its code is unchanged.

    `by` is a login. `reason` is the text of their command, untrusted, or how they dismissed it:
    "resolved" or "thumbs down".
    """

    finding: Finding
    by: str
    reason: str = ""


def resembles(one: Finding, other: Finding) -> bool:
    """Return True if two findings are about the same problem, despite other words or lines.

    They are if file and side are the same, category or title is the same, and the lines of one
    quote are contained in the other. A finding of a tool is about what its rule is about, whatever
    else is found in the same lines.
    """
    if one.path != other.path or one.side is not other.side:
        return False
    short, long = sorted((quoted_lines(one), quoted_lines(other)), key=len)
    if Origin.TOOL in {one.origin, other.origin}:
        alike = not set(one.tools).isdisjoint(other.tools)
    else:
        alike = one.category == other.category or normalize(one.title) == normalize(other.title)
    starts = range(len(long) - len(short) + 1)
    return alike and any(long[start : start + len(short)] == short for start in starts)


def covers(one: Finding, other: Finding) -> bool:
    """Return True if a finding is at least as severe and as certain as another one.

    Only then may it replace both: a threshold could leave out the one and not the other.
    """
    return one.severity >= other.severity and one.confidence >= other.confidence


def quoted_lines(finding: Finding) -> tuple[str, ...]:
    """Return the lines of the quote for comparison, without blank ones."""
    return tuple(filter(None, map(normalize, finding.quote.split("\n"))))


def normalize(text: str) -> str:
    """Return a text for comparison: without letter case, with single spaces."""
    return " ".join(text.casefold().split())
