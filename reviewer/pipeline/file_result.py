"""Turns all answers about a file, and what was said of it before, into its row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.errors import ReviewerError
from reviewer.finding import Finding, Origin
from reviewer.findings import builtin_rules, placement
from reviewer.llm.replies import FileReply
from reviewer.memory import previous_review
from reviewer.memory.previous_review import Basis
from reviewer.redaction.scan import Redaction
from reviewer.review import FileReport, Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking about one batch: a reply, or the problem that prevented it."""

    batch: Batch
    result: FileReply | ReviewerError


@dataclass(frozen=True, slots=True)
class Merged:
    """A file's row, its findings and how many of the model's candidates could not be used.

    `doubtful` says that a second look has something to look at.
    """

    report: FileReport
    findings: tuple[Finding, ...] = ()
    unplaced: int = 0
    refuted: int = 0

    @property
    def doubtful(self) -> bool:
        """Whether some finding is the model's own."""
        return any(finding.origin is Origin.MODEL for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Merger:
    """Makes rows; `shown` is what prompts do to a line's text, `redaction` must be theirs."""

    shown: Callable[[str], str]
    basis: Basis = field(default_factory=Basis)
    redaction: Redaction = field(default_factory=Redaction)

    def unchanged(self, file: ChangedFile) -> Merged | None:
        """Return what is remembered of a file whose change is the same as before."""
        row = previous_review.unchanged(file, self.basis, self.shown)
        return Merged(row, row.known) if row else None

    def still_there(self, files: Sequence[ChangedFile]) -> Callable[[Finding], bool]:
        """Make the question whether the code of a finding is still among the changes."""
        by_path = {file.path: file for file in files}

        def ask(finding: Finding) -> bool:
            file = by_path.get(finding.path)
            return bool(file and previous_review.standing(file, (finding,), self.shown))

        return ask

    def merge(self, file: ChangedFile, outcomes: Sequence[Outcome]) -> Merged:
        """Make one row of all answers about a file and of what was said about it before."""
        merged = merge(file, outcomes, self.shown)
        earlier = self.earlier(file)
        proven = builtin_rules.find(file, self.redaction)
        # A rule says it anew each time: else an earlier word of the model's could stand for it.
        said = previous_review.joined(earlier, merged.findings)
        findings = (*proven, *(each for each in said if each.origin is Origin.MODEL))
        key = "" if merged.report.cuts else previous_review.unit_key(file)
        if merged.report.status is Status.FAILED:
            key = ""
        return replace(merged, report=replace(merged.report, key=key), findings=findings)

    def earlier(self, file: ChangedFile) -> tuple[Finding, ...]:
        """List what was said about the file before and still stands in its code."""
        unit = self.basis.units.get(file.path)
        return previous_review.standing(file, unit.findings, self.shown) if unit else ()


def merge(file: ChangedFile, outcomes: Sequence[Outcome], shown: Callable[[str], str]) -> Merged:
    """Make one row of all answers about a file; a part without an answer is a named gap.

    `shown` is what the prompts did to the text that the model quotes.
    """
    answered = [o.result for o in outcomes if isinstance(o.result, FileReply)]
    problems = [o.result for o in outcomes if isinstance(o.result, ReviewerError)]
    if not answered:
        reason = problems[0].what if problems else "cancelled"
        return Merged(FileReport(file.path, Status.FAILED, reason))
    candidates = [candidate for reply in answered for candidate in reply.candidates]
    places = placement.Places(file, shown)
    placed = [places.place(candidate) for candidate in candidates]
    findings = tuple(finding for finding in placed if finding)
    report = FileReport(
        path=file.path,
        status=Status.REVIEWED,
        summary=" ".join(reply.summary for reply in answered),
        cuts=_cuts(outcomes, answered),
    )
    discarded = sum(reply.discarded for reply in answered)
    return Merged(report, findings, len(placed) - len(findings) + discarded)


def _cuts(outcomes: Sequence[Outcome], answered: Iterable[FileReply]) -> tuple[str, ...]:
    cuts = [cut for outcome in outcomes for cut in outcome.batch.cuts]
    cuts += [
        f"part {outcome.batch.part} of {outcome.batch.parts} not reviewed: {outcome.result.what}"
        for outcome in outcomes
        if isinstance(outcome.result, ReviewerError)
    ]
    cuts += ["the model's answer was cut short" for reply in answered if reply.truncated]
    return tuple(dict.fromkeys(cuts))
