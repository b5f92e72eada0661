"""Declares what one run leaves for the next, and takes it from a review."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    WrapSerializer,
)

from reviewer.finding import Dismissal, Finding
from reviewer.review.job_identity import JobIdentity
from reviewer.review.promise import MOST_GAPS, PromiseGap
from reviewer.review.result import FileReport, Review, Status
from reviewer.review.spending import MOST_BILLS, Bill, Dollars, Ledger, read_dollars, write_dollars
from reviewer.severity import Severity

MOST_RUNS = 100
"""Remembered moments of runs; with so many within a day, any daily limit of use is reached."""
_DAY = 86_400

# Limits are checked here because a value out of range would fail much later: as a cost that cannot
# be added up, or a state that is too large even without its units.
_Count: TypeAlias = Annotated[int, Field(ge=0, le=10**12)]
_Number: TypeAlias = Annotated[int, Field(ge=1, le=10**9)]
_Commit: TypeAlias = Annotated[str, Field(max_length=64)]
_Text: TypeAlias = Annotated[str, Field(max_length=2_000)]


def _flatten(row: dict[str, Any]) -> dict[str, Any]:
    """Put the members of a finding's candidate beside its own; the lines are the finding's.

    The model's reasoning is left out: it would take the room of what the next run needs.
    """
    candidate = row.pop("candidate")
    candidate.pop("reasoning", None)
    return {**candidate, **row}


def _nest(row: object) -> object:
    if not isinstance(row, dict):
        return row
    # pydantic takes this value as Python, and in strict mode a list is no tuple.
    members = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
    return {**members, "candidate": members}


def _write_finding(finding: Finding, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
    return _flatten(write(finding))


def _write_dismissal(dismissal: Dismissal, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
    row = write(dismissal)
    return {**row, "finding": _flatten(row["finding"])}


def _nest_dismissal(row: object) -> object:
    return {**row, "finding": _nest(row.get("finding"))} if isinstance(row, dict) else row


def _check_place(finding: Finding) -> Finding:
    if finding.number < 0 or not 1 <= finding.start_line <= finding.end_line:
        raise ValueError
    return finding


# Findings are stored flat, as comments before Candidate was a part of Finding have them.
_Finding: TypeAlias = Annotated[
    Finding, BeforeValidator(_nest), AfterValidator(_check_place), WrapSerializer(_write_finding)
]
_Dismissal: TypeAlias = Annotated[
    Dismissal, BeforeValidator(_nest_dismissal), WrapSerializer(_write_dismissal)
]


@dataclass(frozen=True, slots=True)
class Unit:
    """One reviewed file as it is remembered.

    `key` identifies what the result depends on (`file_key.FileKey`), empty if it must not be
    reused. `since` is the head at which it was reviewed. `findings` includes those below the
    thresholds; `verified` is False if their verification is missing.
    """

    path: str
    key: str
    since: str
    summary: str
    findings: tuple[_Finding, ...] = ()
    verified: bool = True


@dataclass(frozen=True, slots=True)
class State:
    """One finished review, as far as a later run needs it.

    An empty `head_sha` means that there was no review. `key` is that of `review_key` in
    `previous_review`. `tokens` and `cost` are totals of the pull request; `cost` is in US dollars,
    as text, empty if unknown. `charged` is the same with estimates of what is unknown, empty if it
    is the same as `cost` or a price is unknown. `bills` are those of the last runs. `paused` is the
    login of the person who paused the reviews, or empty. `next_number` is for the next new finding.
    Of the `excluded_files`, which have `unread_lines`, a built-in rule checked `checked_files`.
    `unread` is a hash of what was not read (`gone.Gone`). `moment` grows with each state that is
    written for a pull request, so that a copy of an old one is recognised. `shown` is a hash of the
    comment's text (`hash_text`), so that a changed text is recognised. `job` is the one that wrote
    the review. `listens` and `lacks_whole` are those of Review.
    """

    head_sha: _Commit = ""
    base_sha: _Commit = ""
    key: _Text = ""
    complete: bool = False
    critical: _Count = 0
    high: _Count = 0
    medium: _Count = 0
    low: _Count = 0
    reviewed_files: _Count = 0
    skipped_files: _Count = 0
    failed_files: _Count = 0
    excluded_files: _Count = 0
    checked_files: _Count = 0
    unread_lines: _Count = 0
    unread: _Text = ""
    by_fork: bool = False
    lacks_whole: bool = False
    tokens: _Count = 0
    cost: Dollars = ""
    charged: Dollars = ""
    bills: Annotated[tuple[Bill, ...], Field(max_length=MOST_BILLS)] = ()
    units: tuple[Unit, ...] = ()
    overview: _Text = ""
    major_changes: tuple[str, ...] = ()
    gaps: Annotated[tuple[PromiseGap, ...], Field(max_length=MOST_GAPS)] = ()
    promises: _Text = ""
    """The identity of what the linked issues asked for when the change was compared with them."""
    unchecked: tuple[_Finding, ...] = ()
    dismissed: tuple[_Dismissal, ...] = ()
    posted: Annotated[tuple[_Number, ...], Field(max_length=1_000)] = ()
    """Numbers of the findings with an inline comment, or for which one was planned."""
    paused: _Text = ""
    next_number: _Number = 1
    runs: Annotated[tuple[_Count, ...], Field(max_length=MOST_RUNS)] = ()
    """When runs asked a model within the last day, in Unix seconds, oldest first."""
    tries: _Count = 0
    """Reviews of the present head."""
    moment: _Count = 0
    shown: _Text = ""
    job: JobIdentity = field(default_factory=JobIdentity)
    listens: bool = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All remembered findings, including those below the thresholds and unchecked ones."""
        of_units = tuple(finding for unit in self.units for finding in unit.findings)
        return of_units + self.unchecked

    @property
    def is_finished(self) -> bool:
        """True if nothing is left to be done about the same head."""
        return self.complete and self.is_verified

    @property
    def is_verified(self) -> bool:
        """True if the verification of no file is missing."""
        return all(unit.verified for unit in self.units)

    @property
    def ledger(self) -> Ledger:
        """What all runs on the pull request have cost."""
        # A state without tokens is of a pull request on which no model was asked.
        cost = self.cost or ("" if self.tokens else "0")
        charged = read_dollars(self.charged or cost)
        return Ledger(self.tokens, read_dollars(cost), charged, self.bills)

    def with_ledger(self, ledger: Ledger) -> "State":
        """Return the state with another cost of the pull request."""
        cost, charged = write_dollars(ledger.cost), write_dollars(ledger.charged)
        return replace(
            self,
            tokens=ledger.tokens,
            cost=cost,
            charged="" if charged == cost else charged,
            bills=ledger.bills,
        )

    @property
    def posted_findings(self) -> tuple[Finding, ...]:
        """The findings with an inline comment, or for which one was planned."""
        return tuple(finding for finding in self.findings if finding.number in self.posted)


def from_review(review: Review) -> State:
    """Return what a later run needs of a review."""
    severities = review.severities
    # Outside of a run, a review has no moment.
    asked = bool(review.spent.requests and review.began)
    reviewed = len(review.files_with(Status.REVIEWED))
    excluded = review.files_with(Status.EXCLUDED)
    remembered = State(
        head_sha=review.head_sha,
        base_sha=review.base_sha,
        key=review.key,
        complete=review.complete,
        critical=severities[Severity.CRITICAL],
        high=severities[Severity.HIGH],
        medium=severities[Severity.MEDIUM],
        low=severities[Severity.LOW],
        reviewed_files=reviewed,
        skipped_files=len(review.files) - reviewed,
        failed_files=len(review.files_with(Status.FAILED)),
        excluded_files=len(excluded),
        checked_files=sum(row.checked for row in excluded),
        unread_lines=sum(row.unread_lines for row in excluded),
        unread=review.unread,
        by_fork=review.by_fork,
        lacks_whole=review.lacks_whole,
        units=tuple(
            _make_unit(row, review.head_sha) for row in review.files if row.key or row.known
        ),
        overview=review.overview.text,
        major_changes=review.overview.major_changes,
        gaps=review.overview.gaps,
        promises=review.overview.promises,
        unchecked=review.unchecked,
        dismissed=review.dismissed,
        posted=tuple(sorted(review.inline)),
        paused=review.paused,
        next_number=review.next_number,
        tries=review.tries,
        runs=add_run(review.runs, review.began) if asked else review.runs,
        moment=review.moment,
        job=review.job,
        listens=review.listens,
    )
    spent = review.spent
    return remembered.with_ledger(review.ledger or Ledger(spent.tokens, spent.cost, spent.dollars))


def add_run(runs: Sequence[int], now: int) -> tuple[int, ...]:
    """Return the moments of runs that are less than a day old, and this one, in Unix seconds."""
    return (*(moment for moment in runs if now - _DAY < moment), now)[-MOST_RUNS:]


def _make_unit(row: FileReport, head_sha: str) -> Unit:
    since = row.since or head_sha
    return Unit(row.path, row.key, since, row.summary, row.known, verified=row.verified)
