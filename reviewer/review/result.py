"""The result of one run: findings, files and costs. Every output is rendered from it."""

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from operator import add

from reviewer.config.shard import Shard
from reviewer.errors import CancelledError
from reviewer.finding import Dismissal, Finding, Origin
from reviewer.prompt import PlannedRequest
from reviewer.review.job_identity import JobIdentity
from reviewer.review.promise import PromiseGap
from reviewer.review.spending import Bill, Ledger, Spent
from reviewer.review.verification import Verification
from reviewer.severity import Severity
from reviewer.text import truncate

_BY_FORK = "according to a run that the fork controls"


class Status(enum.Enum):
    """The result of one changed file."""

    REVIEWED = "reviewed"
    SKIPPED = "skipped"
    """There is nothing to read, or the workflow or the base commit's file excludes it."""
    EXCLUDED = "excluded"
    """One of our default rules left it out, although there is something to read."""
    FAILED = "not reviewed"
    """It should have been reviewed."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """One row of the coverage table.

    `reason` says why the file was skipped or failed. `cuts` lists the parts that the model did not
    see, and what of its reply could not be read. `key` is a hash of the file's change, empty if the
    result must not be reused. `since` is the head at which the file was reviewed, empty for the
    present one. `findings` are those shown, `known` all that are remembered. `unread_lines` counts
    the changed lines of a file that one of our default rules left out; `checked` says that a
    built-in rule understood each of them. `content` is a hash of the bytes of a file without lines,
    empty if they were not read. `verified` is False if the verification of its findings is missing.
    """

    path: str
    status: Status
    reason: str = ""
    summary: str = ""
    findings: tuple[Finding, ...] = ()
    cuts: tuple[str, ...] = ()
    key: str = ""
    since: str = ""
    known: tuple[Finding, ...] = ()
    unread_lines: int = 0
    checked: bool = False
    content: str = ""
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Withheld:
    """The numbers of findings that are not shown, by cause.

    `malformed` ones lack what a finding needs. The quotes of `unplaced` ones are nowhere in the
    change.
    """

    malformed: int = 0
    unplaced: int = 0
    refuted: int = 0
    dismissed: int = 0
    duplicate: int = 0
    below_threshold: int = 0
    over_limit: int = 0

    def __add__(self, other: "Withheld") -> "Withheld":
        """Add up the numbers of each cause."""
        return Withheld(*map(add, astuple(self), astuple(other)))


@dataclass(frozen=True, slots=True)
class GivenLearning:
    """A learning that the review was made with, and for how many files."""

    text: str
    origin: str
    files: int


LONGEST_OVERVIEW = 2_000
"""Characters; a longer overview would hide the findings below it."""
LONGEST_CHANGE = 300
MOST_CHANGES = 10


@dataclass(frozen=True, slots=True)
class Overview:
    """What the change does; all of it is the model's text, untrusted.

    `gaps` are the differences from linked issues, `promises` is the identity of what these asked
    for when the change was compared with them (`Promises.identity`).
    """

    text: str = ""
    major_changes: tuple[str, ...] = ()
    gaps: tuple[PromiseGap, ...] = ()
    promises: str = ""

    def shorten(self) -> "Overview":
        """Return the overview within the limits above; each major change becomes one line."""
        lines = (truncate.line(change, LONGEST_CHANGE) for change in self.major_changes)
        return Overview(
            truncate.shorten(self.text.strip(), LONGEST_OVERVIEW),
            tuple(filter(None, lines))[:MOST_CHANGES],
            self.gaps,
            self.promises,
        )


@dataclass(frozen=True, slots=True)
class Review:
    """The result of a run on one head commit; findings are ordered, the worst first.

    `notes` are shown everywhere, `foot_notes` too, but at the foot of the comment, and
    `job_summary_notes` in the job summary only. `fixed` lists findings of the last review that are
    gone, `dismissed` those that maintainers dismissed, `unchecked` those of which this review
    cannot tell, because their code was not read again.
    `subject` is what was reviewed where there is no pull request, such as "main..HEAD".
    `by_fork` says that a run which the fork controls made the review.
    `lacks_whole` says that the request about the whole change has no usable reply.
    `spent` is for this run, `ledger` for all runs on the pull request so far (None outside of a
    run). `bills` are those of the runs that made the review, None if it was this one. `inline`
    holds the numbers of the findings with an inline comment. `tool_problems` say why findings of
    other tools may be missing. `learnings` are those of the base commit that it was made with.
    `requests` has the result of each request to the model. `shard` is
    the run's share of the files, None for all. `moment` orders the reviews of a pull request
    (seconds since 1970, or later).

    The next run reads `key` (a hash of the prompts, models and settings; empty if results must not
    be reused), `unread` (a hash of what was not read), `next_number` (for the next new finding),
    `paused` (the login of the person who paused the reviews, or empty), `runs` (when earlier runs
    asked a model, in Unix seconds) and `tries` (the number of reviews of the same head). `began` is
    when this run began, `job` which job it is. `listens` says that the workflow takes commands: its
    text names comments, or one has started a run. `learning` is Markdown: what became of the
    reason of the `/ignore` that started the run, as a learning.
    """

    head_sha: str
    base_sha: str
    overview: Overview
    findings: tuple[Finding, ...]
    files: tuple[FileReport, ...]
    withheld: Withheld
    spent: Spent
    notes: tuple[str, ...] = ()
    job_summary_notes: tuple[str, ...] = ()
    foot_notes: tuple[str, ...] = ()
    cancelled: CancelledError | None = None
    fixed: tuple[Finding, ...] = ()
    unchecked: tuple[Finding, ...] = ()
    dismissed: tuple[Dismissal, ...] = ()
    verifications: tuple[Verification, ...] = ()
    requests: tuple[PlannedRequest, ...] = ()
    ledger: Ledger | None = None
    bills: tuple[Bill, ...] | None = None
    inline: frozenset[int] = frozenset()
    tool_problems: tuple[str, ...] = ()
    learnings: tuple[GivenLearning, ...] = ()
    shard: Shard | None = None
    by_fork: bool = False
    lacks_whole: bool = False
    key: str = ""
    unread: str = ""
    next_number: int = 1
    paused: str = ""
    runs: tuple[int, ...] = ()
    tries: int = 1
    began: int = 0
    moment: int = 0
    job: JobIdentity = field(default_factory=JobIdentity)
    listens: bool = False
    learning: str = ""
    subject: str = ""

    @property
    def model_texts(self) -> tuple[str, ...]:
        """All texts that a model wrote, for the search for secrets."""
        texts = [self.overview.text, *self.overview.major_changes]
        texts += [gap.text for gap in self.overview.gaps]
        for verification in self.verifications:
            texts += [verification.reason, verification.evidence]
        texts += [report.summary for report in self.files]
        known = (finding for report in self.files for finding in report.known)
        for finding in (*self.findings, *self.unchecked, *known):
            if finding.origin is Origin.MODEL:
                texts += finding.candidate.texts
        return tuple(texts)

    @property
    def severities(self) -> Counter[Severity]:
        """The number of findings of each severity, those included that were not checked again."""
        return Counter(finding.severity for finding in (*self.findings, *self.unchecked))

    def files_with(self, status: Status) -> tuple[FileReport, ...]:
        """Return the rows of the files that have this status."""
        return tuple(report for report in self.files if report.status is status)

    @property
    def headline(self) -> str:
        """The result in a few words; "no problems found" only if the review is complete.

        Of a review that a fork's run made, it says so.
        """
        parts = [self._counts_text] if self.severities else []
        if self.by_fork:
            nothing = "" if self._dropped_texts else "no problems reported"
            parts = [*(parts or [nothing]), _BY_FORK]
        elif not self.complete:
            parts.append("incomplete")
        elif not parts:
            parts = [self._no_problems_text]
        return " · ".join(filter(None, (*parts, *self._dropped_texts, self._excluded_text)))

    @property
    def _counts_text(self) -> str:
        """The number of findings of each severity, such as "3 findings: 1 high · 2 low"."""
        counts = [f"{n} {each.label}" for each, n in sorted(self.severities.items(), reverse=True)]
        total = self.severities.total()
        noun = f"finding{'s' * (total > 1)}"
        return (
            f"{counts[0]} {noun}" if len(counts) == 1 else f"{total} {noun}: {' · '.join(counts)}"
        )

    @property
    def _dropped_texts(self) -> tuple[str, ...]:
        """What the model reported and nobody sees, because we could not use it."""
        withheld = self.withheld
        return tuple(
            f"{count:,} finding{'s' * (count > 1)} could not be {what}"
            for count, what in ((withheld.malformed, "read"), (withheld.unplaced, "placed"))
            if count
        )

    @property
    def _no_problems_text(self) -> str:
        """The statement that nothing was found, with the share of files that were reviewed."""
        done, count = len(self.files_with(Status.REVIEWED)), len(self.files)
        if done:
            return "no problems found" + (f" in {done:,} of {count:,} files" * (done < count))
        return "nothing was reviewed" if self.has_excluded else "nothing to review"

    @property
    def _excluded_text(self) -> str:
        rows = self.files_with(Status.EXCLUDED)
        files, lines = len(rows), sum(row.unread_lines for row in rows)
        counts = f"{files:,} file{'s' * (files > 1)} ({lines:,} line{'s' * (lines != 1)})"
        return f"{counts} excluded by default" if rows else ""

    @property
    def has_excluded(self) -> bool:
        """True if one of our default rules left out a file."""
        return bool(self.files_with(Status.EXCLUDED))

    @property
    def says_something(self) -> bool:
        """True if there is a result that people should see, so that a comment is worth making."""
        found = self.findings or self.unchecked or self.fixed or self.has_excluded
        return bool(found or self.files_with(Status.REVIEWED))

    @property
    def clean(self) -> bool:
        """True if the review is complete, reports nothing, and no default rule left out a file."""
        return self.complete and not (self.findings or self.unchecked or self.has_excluded)

    @property
    def complete(self) -> bool:
        """True if every selected file was reviewed, without cuts, to the end and by our own run.

        A review that shows nothing, although the model reported something, is not complete, nor is
        one that lacks reports of other tools, or a look at the whole of a change.
        """
        unseen = self.withheld.unplaced and not (self.findings or self.unchecked)
        if self.cancelled or self.by_fork or self.withheld.malformed or unseen:
            return False
        if self.tool_problems or self.lacks_whole:
            return False
        return not any(report.status is Status.FAILED or report.cuts for report in self.files)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings ordered by severity, then confidence, path, line and title."""

    def rank(finding: Finding) -> tuple[int, int, str, int, str]:
        it = finding.candidate
        return -it.severity, -it.confidence, it.path, finding.start_line, it.title

    return tuple(sorted(findings, key=rank))
