"""What one run found, skipped and spent: the value that every output is rendered from."""

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from reviewer.config.shard import Shard
from reviewer.errors import CancelledError
from reviewer.finding import Dismissal, Finding, Origin
from reviewer.severity import Severity
from reviewer.text import truncate


class Status(enum.Enum):
    """What became of one changed file."""

    REVIEWED = "reviewed"
    SKIPPED = "skipped"
    FAILED = "not reviewed"


@dataclass(frozen=True, slots=True)
class FileReport:
    """One row of the coverage table.

    `reason` says why the file was skipped or failed; `cuts` names what the model was not shown.
    `key` names what the review of the file depended on, empty when it is not to be remembered;
    `since` is the head that it was read at, empty for the present one. `findings` are those shown,
    `known` all that are remembered.
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


class VerdictOutcome(enum.Enum):
    """What a verification did to a finding."""

    KEPT = "kept"
    LOWERED = "lowered"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Verification:
    """The verification of one finding.

    `finding` is as it was before; `reason` is in the model's words (untrusted text).
    """

    finding: Finding
    outcome: VerdictOutcome
    reason: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """How many candidates are not shown, by cause."""

    unplaced: int = 0
    refuted: int = 0
    dismissed: int = 0
    duplicate: int = 0
    below_threshold: int = 0
    over_limit: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What the run cost; `cost` in US dollars, None when a price or a usage is not known."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = Decimal(0)
    models: tuple[str, ...] = ()


LONGEST_OVERVIEW = 2_000
"""Characters; what is longer says nothing that a reader waits for."""
LONGEST_CHANGE = 300
MOST_CHANGES = 10


@dataclass(frozen=True, slots=True)
class Overview:
    """What the change does, in the model's words (untrusted text)."""

    text: str = ""
    major_changes: tuple[str, ...] = ()

    def shortened(self) -> "Overview":
        """Return what a reader waits for: a text within its limit, the first changes in a line."""
        lines = (truncate.line(change, LONGEST_CHANGE) for change in self.major_changes)
        return Overview(
            truncate.shorten(self.text.strip(), LONGEST_OVERVIEW),
            tuple(filter(None, lines))[:MOST_CHANGES],
        )


@dataclass(frozen=True, slots=True)
class Review:
    """The result of a run on one head commit; findings are ordered, the worst first.

    `notes` are for everybody, `asides` for who looks into the job summary. `fixed` lists findings
    of the review before that are gone, `dismissed` what maintainers do not want to hear again,
    `verifications` how each finding was verified. `spent` is the run's, `total` the pull request's
    so far.
    `inline` holds the numbers of the findings that are told at their lines; `shard` says which
    share of the files the run had, None for all. The next run reads `key` (the prompts, models and
    settings that the review was made with; empty when it must not be reused), `next_number` (of
    the next new finding) and `paused` (the login of who paused the reviews, or empty).
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
    cancelled: CancelledError | None = None
    fixed: tuple[Finding, ...] = ()
    dismissed: tuple[Dismissal, ...] = ()
    verifications: tuple[Verification, ...] = ()
    total: Spent | None = None
    inline: frozenset[int] = frozenset()
    shard: Shard | None = None
    key: str = ""
    next_number: int = 1
    paused: str = ""

    @property
    def model_texts(self) -> tuple[str, ...]:
        """Every text that a model wrote."""
        texts = [self.overview.text, *self.overview.major_changes]
        texts += [verification.reason for verification in self.verifications]
        texts += [report.summary for report in self.files]
        known = (finding for report in self.files for finding in report.known)
        for finding in (*self.findings, *known):
            if finding.origin is Origin.MODEL:
                texts += finding.candidate.texts
        return tuple(texts)

    @property
    def severities(self) -> Counter[Severity]:
        """How many findings of each severity are shown."""
        return Counter(finding.candidate.severity for finding in self.findings)

    def files_with(self, status: Status) -> tuple[FileReport, ...]:
        """List the files that ended with one status."""
        return tuple(report for report in self.files if report.status is status)

    @property
    def no_problems_text(self) -> str:
        """Say that nothing was found, and in how many of the files.

        Who opens a pull request can choose names and words by which files are skipped.
        """
        read, there = len(self.files_with(Status.REVIEWED)), len(self.files)
        return "no problems found" + (f" in {read:,} of {there:,} files" if read < there else "")

    @property
    def complete(self) -> bool:
        """Whether everything selected was reviewed whole."""
        return not self.cancelled and not any(
            report.status is Status.FAILED or report.cuts for report in self.files
        )


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Order findings by severity, then confidence, then place."""

    def rank(finding: Finding) -> tuple[int, int, str, int, str]:
        said = finding.candidate
        return -said.severity, -said.confidence, said.path, finding.start_line, said.title

    return tuple(sorted(findings, key=rank))
