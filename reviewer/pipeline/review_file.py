"""Asks the model about one batch of a file, and once more about what was found in it."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewer.changes.batches import Batch, cut, halve
from reviewer.changes.diff import ChangedFile
from reviewer.config.globs import Patterns
from reviewer.config.settings import Settings
from reviewer.context.collect import CONTEXT_SHARE, Surroundings
from reviewer.errors import ContextTooLongError, ReviewerError
from reviewer.finding import Finding, Side
from reviewer.findings import verification
from reviewer.llm import model_catalog, replies
from reviewer.llm.ask import Asking
from reviewer.llm.prompts import Material, Prompts
from reviewer.pipeline.file_result import Merged, Merger, Outcome
from reviewer.pull_request import Snapshot
from reviewer.review import Judgement
from reviewer.review import Outcome as Verdict

log = logging.getLogger(__name__)

# Of a model's window, what the changes may take; the rest is for instructions and the answer.
WINDOW_SHARE = 0.5
CHARACTERS_PER_TOKEN = 3
UNKNOWN_WINDOW = 32_000
# Attention ends before windows do: no request shows more changes than this.
LARGEST_BATCH = 60_000
# A second look is at fewer findings, with more around them.
SECOND_SHARE = 2


def window(model: str, limit: int | None) -> int:
    """Return the room for a batch in characters; `limit` is the window in tokens, if it is set."""
    facts = model_catalog.lookup(model)
    tokens = limit or (facts.context_window if facts else UNKNOWN_WINDOW)
    return min(int(tokens * WINDOW_SHARE * CHARACTERS_PER_TOKEN), LARGEST_BATCH)


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

    surroundings: Surroundings
    snapshot: Snapshot
    config: Settings
    prompts: Prompts
    asking: Asking
    merger: Merger
    window: int
    concurrency: int = 1
    paths: tuple[str, ...] = ()
    guidelines: tuple[tuple[str, str], ...] = ()
    anew: bool = False

    def second_look(self, doubted: Doubted) -> tuple[Merged, tuple[Judgement, ...], bool]:
        """Put a file's findings to sceptical requests, one for each part of the file.

        Returns whether every part got an answer; without one, its findings stay as they are.
        """
        kept: list[Finding] = []
        said: list[Judgement] = []
        answered = True
        for part, findings in _shared(cut(doubted.file, self.window), doubted.merged.findings):
            verdicts = self._verdicts(part, findings)
            left, why = verification.judge(findings, verdicts or ())
            kept += left
            said += why
            answered = answered and verdicts is not None
        dropped = sum(each.outcome is Verdict.DROPPED for each in said)
        merged = replace(doubted.merged, findings=tuple(kept), refuted=dropped)
        return merged, tuple(said), answered

    def _verdicts(
        self, part: Batch, findings: Sequence[Finding]
    ) -> tuple[verification.Verdict, ...] | None:
        prompt = self.prompts.verify(self._material(part, SECOND_SHARE), findings)
        try:
            return self.asking.ask(
                prompt, lambda reply: replies.parse_verdicts(reply, len(findings))
            )
        except ReviewerError as problem:
            log.warning("%s: no second look: %s", part.file.path, problem)
            return None

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

    def _material(self, batch: Batch, share: int = CONTEXT_SHARE) -> Material:
        path = batch.file.path
        special = tuple(
            instruction.instructions
            for instruction in self.config.path_instructions
            if Patterns((instruction.path,)).verdict(path)
        )
        seen = self.surroundings.of(batch, self.window, share)
        return Material(
            batch=batch,
            instructions=self.config.instructions + special,
            context=seen.around,
            related=seen.related,
            notes=seen.cuts,
            threads=tuple(t for t in self.snapshot.conversation.threads if t.path == path),
            siblings=tuple(other for other in self.paths if other != path),
            guidelines=self.guidelines,
            earlier=self.merger.earlier(batch.file),
        )


def _shared(
    parts: Sequence[Batch], findings: Iterable[Finding]
) -> tuple[tuple[Batch, tuple[Finding, ...]], ...]:
    """Give each finding to the part that shows its first line, or to the first part."""
    of_part: dict[int, list[Finding]] = {}
    for finding in findings:
        index = next((n for n, part in enumerate(parts) if _shows(part, finding)), 0)
        of_part.setdefault(index, []).append(finding)
    return tuple((parts[n], tuple(of_part[n])) for n in sorted(of_part))


def _shows(part: Batch, finding: Finding) -> bool:
    lines = (line for hunk in part.hunks for line in hunk.lines)
    if finding.side is Side.NEW:
        return any(line.new == finding.start_line for line in lines)
    return any(line.new is None and line.old == finding.start_line for line in lines)
