"""Reads the candidates of one file from a reply or report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from reviewer.finding import Candidate
from reviewer.grades import read_severity
from reviewer.review.result import Withheld
from reviewer.severity import Severity
from reviewer.text import json_members, truncate
from reviewer.text.json_members import UnusableError

MOST_CANDIDATES = 200
"""Candidates of one reply or report about one file."""
LONGEST_SUMMARY = 500
"""Characters; a longer summary of a file is cut."""


@dataclass(frozen=True, slots=True)
class FileCandidates:
    """The summary and the candidates of one reply or report about one file, in its order.

    `dropped` counts the findings that were malformed, repeated or too many. `ungraded` counts the
    candidates with an unknown severity. `truncated` says that the reply was cut off, so more
    candidates may be missing; `ambiguous` that it held several results, of which this is the last.
    """

    summary: str
    candidates: tuple[Candidate, ...]
    dropped: Withheld = field(default_factory=Withheld)
    ungraded: int = 0
    truncated: bool = False
    ambiguous: bool = False


def collect_candidates(
    rows: Sequence[object], *, path: str, summary: str, gate: Severity = Severity.MEDIUM
) -> FileCandidates:
    """Read the rows of one file, each with the members of a candidate; return at most 200.

    A row without quote, title or body is malformed; other members have defaults, and unknown ones
    are ignored. Every candidate gets `path`, whatever its row says. An unknown severity becomes
    `gate`. `summary` is cut at LONGEST_SUMMARY.
    """
    read = [found for row in rows if (found := _read_candidate(row, path, gate))]
    distinct = _drop_repeated(candidate for candidate, _ in read)
    kept = _keep_worst(distinct)
    return FileCandidates(
        truncate.line(summary, LONGEST_SUMMARY),
        kept,
        Withheld(
            malformed=len(rows) - len(read),
            duplicate=len(read) - len(distinct),
            over_limit=len(distinct) - len(kept),
        ),
        ungraded=sum(not graded for _, graded in read),
    )


def _read_candidate(row: object, path: str, gate: Severity) -> tuple[Candidate, bool] | None:
    """Return the candidate in a row, and True if its severity is known; None if there is none."""
    try:
        members = json_members.as_object(row)
        candidate = json_members.read(Candidate, members)
    except UnusableError:
        return None
    severity = read_severity(json_members.get(members, "severity"))
    return replace(candidate, path=path, severity=severity or gate), severity is not None


def _drop_repeated(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the first of equal candidates: a model may repeat itself until it is cut off.

    One with another severity or confidence is not equal.
    """
    first: dict[tuple[object, ...], Candidate] = {}
    for each in candidates:
        about = (each.quote, each.title, each.severity, each.confidence)
        first.setdefault(about, each)
    return list(first.values())


def _keep_worst(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """Return the MOST_CANDIDATES worst ones, in the order of the reply."""
    order = range(len(candidates))
    ranked = sorted(order, key=lambda i: (-candidates[i].severity, -candidates[i].confidence))
    return tuple(candidates[i] for i in sorted(ranked[:MOST_CANDIDATES]))
