"""Reads what a reply, or a report of another run, says about one file: candidates within limits.

Both are untrusted, so there is one reader: it gives the limits of Candidate's members to each row,
leaves out rows that are none or say the same, and keeps the worst MOST.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewer.finding import Candidate
from reviewer.text import json_members, truncate
from reviewer.text.json_members import UnusableError

MOST = 200
"""Candidates of one reply or report about one file."""
LONGEST_SUMMARY = 500
"""Characters; what is longer says nothing that a reader waits for."""


@dataclass(frozen=True, slots=True)
class FileCandidates:
    """What one reply or report says about one file, in its order.

    `discarded` counts findings that were malformed, repeated or too many; `truncated` says that a
    reply was cut off, so that more may have been meant to follow.
    """

    summary: str
    candidates: tuple[Candidate, ...]
    discarded: int
    truncated: bool = False


def collect(
    rows: Sequence[object], *, path: str, summary: str, truncated: bool = False
) -> FileCandidates:
    """Read the rows of one file, each with the members of a candidate.

    A row without quote, title or body is left out and counted; its other members have defaults, and
    unknown ones are ignored. `path` is that of rows that name none.
    """
    kept = _keep_worst(_drop_repeated(_read(row, path) for row in rows))
    return FileCandidates(
        truncate.line(summary, LONGEST_SUMMARY), kept, len(rows) - len(kept), truncated
    )


def _read(row: object, path: str) -> Candidate | None:
    try:
        candidate = json_members.read(Candidate, row)
    except UnusableError:
        return None
    return candidate if candidate.path else replace(candidate, path=path)


def _drop_repeated(candidates: Iterable[Candidate | None]) -> list[Candidate]:
    """Keep the first of those that say the same: models may repeat themselves without end."""
    first: dict[tuple[str, str, str], Candidate] = {}
    for candidate in filter(None, candidates):
        first.setdefault((candidate.path, candidate.quote, candidate.title), candidate)
    return list(first.values())


def _keep_worst(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """Keep the worst as far as there is room, in the order in which they came."""
    order = range(len(candidates))
    ranked = sorted(order, key=lambda i: (-candidates[i].severity, -candidates[i].confidence))
    return tuple(candidates[i] for i in sorted(ranked[:MOST]))
