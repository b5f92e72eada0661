"""Asks the model about one batch, and turns all answers about a file into its row."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from reviewer import context, history, placement, pricing, replies, verification
from reviewer.asking import Asking
from reviewer.batch import Batch, cut, halve
from reviewer.config import Config
from reviewer.context import Context
from reviewer.diff import ChangedFile
from reviewer.errors import ContextTooLongError, ForgeError, ReviewerError
from reviewer.findings import Finding, Origin
from reviewer.globs import Patterns
from reviewer.history import Basis
from reviewer.ports import Forge
from reviewer.prompts import Material, Prompts
from reviewer.pull_request import Snapshot
from reviewer.replies import FileReply
from reviewer.review import FileReport, Judgement, Status
from reviewer.review import Outcome as Verdict

log = logging.getLogger(__name__)

# Of a model's window, what the changes may take; the rest is for instructions and the answer.
WINDOW_SHARE = 0.5
CHARACTERS_PER_TOKEN = 3
UNKNOWN_WINDOW = 32_000
# Attention ends before windows do: no request shows more changes than this.
LARGEST_BATCH = 60_000
# Around the hunks, a third of a batch's room helps; more only dilutes it.
CONTEXT_SHARE = 3


def window(model: str, limit: int | None) -> int:
    """Return the room for a batch in characters; `limit` is the window in tokens, if it is set."""
    facts = pricing.lookup(model)
    tokens = limit or (facts.context_window if facts else UNKNOWN_WINDOW)
    return min(int(tokens * WINDOW_SHARE * CHARACTERS_PER_TOKEN), LARGEST_BATCH)


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
class Doubted:
    """A file whose findings are looked at again."""

    file: ChangedFile
    merged: Merged


@dataclass(frozen=True, slots=True)
class BatchReviewer:
    """Asks about batches of one pull request; safe to share between threads.

    `window` is the room for a batch in characters, `paths` lists all changed files, `guidelines`
    holds paths and texts of the base commit, `concurrency` counts requests at a time. `anew` wants
    the overview in new words.
    """

    forge: Forge
    snapshot: Snapshot
    config: Config
    prompts: Prompts
    asking: Asking
    window: int
    concurrency: int = 1
    paths: tuple[str, ...] = ()
    guidelines: tuple[tuple[str, str], ...] = ()
    basis: Basis = field(default_factory=Basis)
    anew: bool = False

    def unchanged(self, file: ChangedFile) -> Merged | None:
        """Return what is remembered of a file whose change is the same as before."""
        row = history.unchanged(file, self.basis, self.prompts.shown)
        return Merged(row, row.known) if row else None

    def still_there(self, files: Sequence[ChangedFile]) -> Callable[[Finding], bool]:
        """Make the question whether the code of a finding is still among the changes."""
        by_path = {file.path: file for file in files}

        def ask(finding: Finding) -> bool:
            file = by_path.get(finding.path)
            return bool(file and history.standing(file, (finding,), self.prompts.shown))

        return ask

    def merge(self, file: ChangedFile, outcomes: Sequence[Outcome]) -> Merged:
        """Make one row of all answers about a file and of what was said about it before."""
        merged = merge(file, outcomes, self.prompts.shown)
        earlier = self._earlier(file)
        findings = history.joined(earlier, merged.findings)
        key = "" if merged.report.cuts else history.unit_key(file)
        if merged.report.status is Status.FAILED:
            key = ""
        return replace(merged, report=replace(merged.report, key=key), findings=findings)

    def _earlier(self, file: ChangedFile) -> tuple[Finding, ...]:
        """List what was said about the file before and still stands in its code."""
        unit = self.basis.units.get(file.path)
        return history.standing(file, unit.findings, self.prompts.shown) if unit else ()

    def second_look(self, doubted: Doubted) -> tuple[Merged, tuple[Judgement, ...]]:
        """Put a file's findings to a sceptical request; without an answer they stay as they are."""
        file, merged = doubted.file, doubted.merged
        shares = cut(file, self.window)
        prompt = self.prompts.verify(self._material(shares[0], room=self.window), merged.findings)
        try:
            verdicts = self.asking.ask(
                prompt, lambda reply: replies.parse_verdicts(reply, len(merged.findings))
            )
        except ReviewerError as problem:
            log.warning("%s: no second look: %s", file.path, problem)
            return merged, ()
        kept, said = verification.judge(merged.findings, verdicts)
        dropped = sum(each.outcome is Verdict.DROPPED for each in said)
        return replace(merged, findings=kept, refuted=dropped), said

    def review(self, batch: Batch) -> tuple[Outcome, ...]:
        """Ask about one batch; if it is too long for the model, about its halves, once."""
        outcome = self._ask(batch)
        if not isinstance(outcome.result, ContextTooLongError):
            return (outcome,)
        halves = halve(batch)
        log.warning(
            "%s is too long for the model; asking in %d parts", batch.file.path, len(halves)
        )
        return tuple(self._ask(half) for half in halves) or (outcome,)

    def _ask(self, batch: Batch) -> Outcome:
        prompt = self.prompts.review(self._material(batch))
        try:
            return Outcome(batch, self.asking.ask(prompt, replies.parse_review))
        except ReviewerError as problem:
            log.warning("%s: %s", batch.file.path, problem)
            return Outcome(batch, problem)

    def _material(self, batch: Batch, room: int | None = None) -> Material:
        path = batch.file.path
        special = tuple(
            instruction.instructions
            for instruction in self.config.path_instructions
            if Patterns((instruction.path,)).verdict(path)
        )
        surroundings = self._context(batch, room or self.window // CONTEXT_SHARE)
        return Material(
            batch=batch,
            instructions=self.config.instructions + special,
            context=surroundings.text,
            notes=surroundings.cuts,
            threads=tuple(t for t in self.snapshot.conversation.threads if t.path == path),
            siblings=tuple(other for other in self.paths if other != path),
            guidelines=self.guidelines,
            earlier=self._earlier(batch.file),
        )

    def _context(self, batch: Batch, room: int) -> Context:
        if batch.file.status == "added":
            # Its hunks are the whole file.
            return Context("")
        try:
            data = self.forge.content(batch.file.path, self.snapshot.pull.head_sha)
        except ForgeError as problem:
            # The hunks alone can be reviewed; the lines around them only help.
            log.warning("%s is read without its surroundings: %s", batch.file.path, problem)
            return Context("", ("the lines around the changes could not be read",))
        # Bytes that are not UTF-8 look as they do in the hunks.
        content = (data or b"").decode(errors="replace")
        return context.around(content, batch.hunks, room)


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
