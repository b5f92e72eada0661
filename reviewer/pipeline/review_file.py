"""Asks the model about one batch of a file, and verifies the findings in a file."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewer.changes.batches import Batch, halve, split
from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.config.globs import Patterns
from reviewer.config.settings import Settings
from reviewer.context.collect import CONTEXT_SHARE, ContextCollector
from reviewer.context.discussion import Speakers
from reviewer.errors import ContextTooLongError, ReviewerError
from reviewer.finding import Finding, Side
from reviewer.findings import ranking
from reviewer.llm import budget, replies
from reviewer.llm.ask import ModelClient
from reviewer.llm.prompts import BatchRequest, Prompts
from reviewer.memory.previous_review import PreviousReview
from reviewer.pipeline import file_result
from reviewer.pipeline.file_result import BatchResult, FileResult
from reviewer.pull_request import Snapshot
from reviewer.redaction.scan import Redaction
from reviewer.review import VerdictOutcome, Verification

log = logging.getLogger(__name__)

# The changes' share of a model's context window; the rest is for instructions and the reply.
WINDOW_SHARE = 0.5
CHARACTERS_PER_TOKEN = 3
UNKNOWN_WINDOW = 32_000
# Characters of changes in one request at most: models read long prompts less carefully.
LARGEST_BATCH = 60_000
# A verification is about few findings, so it gets more context than a review.
VERIFICATION_SHARE = 2


def window(model: str, limit: int | None) -> int:
    """Return the room for a batch in characters; `limit` is the window in tokens, if it is set."""
    facts = budget.lookup(model)
    tokens = limit or (facts.context_window if facts else UNKNOWN_WINDOW)
    return min(int(tokens * WINDOW_SHARE * CHARACTERS_PER_TOKEN), LARGEST_BATCH)


@dataclass(frozen=True, slots=True)
class BatchReviewer:
    """Asks about batches of one pull request; safe to share between threads.

    `redaction` masks secrets as the prompts do. `window` is the largest batch in characters,
    `paths` lists all changed files, `guidelines` holds paths and texts at the base commit,
    `concurrency` is the number of requests at a time. `refresh_overview` asks for the overview
    again although no file changed. `asks` is True if a file has no remembered result.
    """

    context: ContextCollector
    snapshot: Snapshot
    speakers: Speakers
    config: Settings
    prompts: Prompts
    client: ModelClient
    previous: PreviousReview
    redaction: Redaction
    window: int
    concurrency: int = 1
    paths: tuple[str, ...] = ()
    guidelines: tuple[tuple[str, str], ...] = ()
    refresh_overview: bool = False
    asks: bool = True

    def reuse(self, file: ChangedFile) -> FileResult | None:
        """Return the remembered result of a file whose change is the same as before, else None."""
        return file_result.reuse(file, self.previous, self.prompts.as_prompt_text)

    def merge(self, file: ChangedFile, results: Sequence[BatchResult]) -> FileResult:
        """Make one result of the replies about a file, rule findings and earlier findings."""
        return file_result.merge(
            file, results, self.previous, self.prompts.as_prompt_text, self.redaction
        )

    def read_by_rules(self, selection: Selection) -> tuple[FileResult, ...]:
        """Return a result for each file that is not reviewed, with the findings of the rules."""
        return file_result.read_by_rules(
            selection, self.previous, self.prompts.as_prompt_text, self.redaction
        )

    def verify(
        self, file: ChangedFile, result: FileResult
    ) -> tuple[FileResult, tuple[Verification, ...], bool]:
        """Verify a file's findings, with one request for each batch of the file.

        Returns the result with the findings that remain, the verifications, and True if every
        batch got a reply. The findings of a batch without a reply stay as they are.
        """
        kept: list[Finding] = []
        verifications: list[Verification] = []
        complete = True
        for part, findings in _group_by_part(split(file, self.window), result.findings):
            verdicts = self._request_verdicts(part, findings)
            left, reasons = ranking.apply_verdicts(findings, verdicts or ())
            kept += left
            verifications += reasons
            complete = complete and verdicts is not None
        dropped = sum(each.outcome is VerdictOutcome.DROPPED for each in verifications)
        verified = replace(result, findings=tuple(kept), refuted=dropped)
        return verified, tuple(verifications), complete

    def _request_verdicts(
        self, part: Batch, findings: Sequence[Finding]
    ) -> tuple[ranking.Verdict, ...] | None:
        prompt = self.prompts.verify(self._make_request(part, VERIFICATION_SHARE), findings)
        try:
            return self.client.ask(
                prompt, lambda reply: replies.parse_verdicts(reply, len(findings))
            )
        except ReviewerError as problem:
            log.warning("%s: the findings are not verified: %s", part.file.path, problem)
            return None

    def review(self, batch: Batch) -> tuple[BatchResult, ...]:
        """Ask about one batch; if it is too long for the model, ask about its halves, once.

        An error is returned as the result of its batch.
        """
        outcome = self._request_review(batch)
        if not isinstance(outcome.result, ContextTooLongError):
            return (outcome,)
        halves = halve(batch)
        log.warning(
            "%s is too long for the model; asking in %d parts", batch.file.path, len(halves)
        )
        return tuple(self._request_review(half) for half in halves) or (outcome,)

    def _request_review(self, batch: Batch) -> BatchResult:
        threads = tuple(
            self.speakers.describe(thread)
            for thread in self.snapshot.conversation.threads
            if thread.path == batch.file.path
        )
        prompt = self.prompts.review(replace(self._make_request(batch), threads=threads))
        try:
            return BatchResult(batch, self.client.ask(prompt, replies.parse_review))
        except ReviewerError as problem:
            log.warning("%s: %s", batch.file.path, problem)
            return BatchResult(batch, problem)

    def _make_request(self, batch: Batch, share: int = CONTEXT_SHARE) -> BatchRequest:
        path = batch.file.path
        special = tuple(
            instruction.instructions
            for instruction in self.config.path_instructions
            if Patterns((instruction.path,)).verdict(path)
        )
        return BatchRequest(
            batch=batch,
            context=self.context.collect(batch, self.window, share),
            instructions=self.config.instructions + special,
            siblings=tuple(other for other in self.paths if other != path),
            guidelines=self.guidelines,
            earlier=file_result.earlier_findings(
                batch.file, self.previous, self.prompts.as_prompt_text
            ),
        )


def _group_by_part(
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
