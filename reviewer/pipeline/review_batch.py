"""Asks the model about one batch of changes, and verifies the findings in it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from reviewer.changes import batches
from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import Part, split
from reviewer.changes.selection import Selection
from reviewer.config.enums import Batching
from reviewer.config.globs import Patterns
from reviewer.config.settings import Settings
from reviewer.context import whole_change
from reviewer.context.collect import ContextCollector, PartContext, Room
from reviewer.context.discussion import Speakers
from reviewer.context.whole_change import WholeChange
from reviewer.errors import (
    ContextTooLongError,
    InputError,
    ModelError,
    ModelNotFoundError,
    ModelRefusedError,
    ModelUnreachableError,
    ReviewerError,
)
from reviewer.finding import Finding, Origin
from reviewer.findings import ranking
from reviewer.findings.placement import FileCandidates
from reviewer.llm import budget, replies
from reviewer.llm.ask import ModelClient
from reviewer.llm.prompts import BatchRequest, PartRequest, Prompts
from reviewer.llm.replies import BatchReply
from reviewer.memory.previous_review import PreviousReview
from reviewer.pipeline import file_result
from reviewer.pipeline.file_result import FileResult, PartResult
from reviewer.pull_request import Snapshot
from reviewer.redaction.scan import Redaction
from reviewer.review import Overview, Verification

log = logging.getLogger(__name__)

# The changes' share of a model's context window; the rest is for instructions and the reply.
WINDOW_SHARE = 0.5
CHARACTERS_PER_TOKEN = 3
UNKNOWN_WINDOW = 32_000
# Divide the room of a batch of one file: context that is larger only dilutes the change. A
# verification is about few findings, so it gets more.
_NEARBY_SHARE = 3
_NEARBY_SHARE_TO_VERIFY = 2
_RELATED_SHARE = 6
# The same for a batch of the whole change: its context takes a third of what its changes take, but
# a small change gets some characters more.
_CONTEXT_SHARE = 3
_LEAST_CONTEXT = 3_000
LARGEST_WHOLE = 200_000
"""Characters of a request about the whole change, which is read for what needs two files to see."""
FINAL_ERRORS = (InputError, ModelRefusedError, ModelNotFoundError)
"""After one of these, no later request can succeed: the remaining files are not asked about."""
_NO_SECTION = "the model's replies say nothing about it"
_Outcome: TypeAlias = BatchReply | ReviewerError


def window(model: str, limit: int | None) -> int:
    """Return the room for changes in characters; `limit` is the window in tokens, if it is set."""
    facts = budget.lookup(model)
    tokens = limit or (facts.context_window if facts else UNKNOWN_WINDOW)
    return int(tokens * WINDOW_SHARE * CHARACTERS_PER_TOKEN)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The results of the parts of a batch, and the overview if its reply had one."""

    results: tuple[PartResult, ...]
    overview: Overview = field(default_factory=Overview)


@dataclass(frozen=True, slots=True)
class WholeResult:
    """The sections and the overview of the reply about the whole change, or what prevented it."""

    sections: Mapping[str, FileCandidates] = field(default_factory=dict)
    overview: Overview = field(default_factory=Overview)
    problem: ReviewerError | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What the verification of a batch left of its `findings`.

    `complete` is False if there was no reply; all findings are left then.
    """

    findings: tuple[Finding, ...]
    left: tuple[Finding, ...]
    verifications: tuple[Verification, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class BatchReviewer:
    """Asks about batches of one pull request; safe to share between threads.

    `redaction` masks secrets as the prompts do. `room` is what the model's window leaves for
    changes, in characters, `paths` lists all changed files, `guidelines` holds paths and texts at
    the base commit, `concurrency` is the number of requests at a time. `refresh_overview` asks for the overview
    again although no file changed.
    """

    context: ContextCollector
    snapshot: Snapshot
    speakers: Speakers
    config: Settings
    prompts: Prompts
    client: ModelClient
    previous: PreviousReview
    redaction: Redaction
    room: int
    batching: Batching = Batching.CHANGE
    concurrency: int = 1
    paths: tuple[str, ...] = ()
    guidelines: tuple[tuple[str, str], ...] = ()
    refresh_overview: bool = False

    @property
    def window(self) -> int:
        """The largest batch in characters."""
        return min(self.room, batches.LARGEST_BATCH)

    def reuse(self, file: ChangedFile) -> FileResult | None:
        """Return the remembered result of a file whose change is the same as before, else None."""
        return file_result.reuse(file, self.previous, self.prompts.as_prompt_text)

    def merge(self, file: ChangedFile, results: Sequence[PartResult]) -> FileResult:
        """Make one result of the replies about a file, rule findings and earlier findings."""
        return file_result.merge(
            file, results, self.previous, self.prompts.as_prompt_text, self.redaction
        )

    def add(
        self, file: ChangedFile, result: FileResult, section: FileCandidates
    ) -> tuple[FileResult, tuple[Finding, ...]]:
        """Add what the request about the whole change found in a file."""
        return file_result.add(file, result, section, self.prompts.as_prompt_text)

    def read_by_rules(self, selection: Selection) -> tuple[FileResult, ...]:
        """Return a result for each file that is not reviewed, with the findings of the rules."""
        return file_result.read_by_rules(
            selection, self.previous, self.prompts.as_prompt_text, self.redaction
        )

    def pack(self, files: Sequence[ChangedFile]) -> tuple[Batch, ...]:
        """Return the batches that hold the changes of the files."""
        match self.batching:
            case Batching.FILE:
                return batches.separate(part for file in files for part in split(file, self.window))
            case Batching.CHANGE:
                groups = self.context.group(files)
                return batches.pack(
                    (
                        [part for file in group for part in split(file, self.window)]
                        for group in groups
                    ),
                    self.window,
                )

    def review(self, batch: Batch) -> BatchResult:
        """Ask about a batch, and about each part once more that the reply says nothing about.

        A batch that is too long for the model, or whose reply cannot be used, is asked about in
        halves. An error is returned as the result of its parts.
        """
        match self._request_review(batch):
            case BatchReply() as reply:
                # An overview that was not asked for saw only a part of the change.
                overview = reply.overview if batch.whole else Overview()
                return BatchResult(self._read_reply(batch, reply), overview)
            case problem:
                return BatchResult(self._review_halves(batch, problem))

    def _read_reply(self, batch: Batch, reply: BatchReply) -> tuple[PartResult, ...]:
        """Return the results of a reply; what it lacks or was cut off in is asked for again."""
        found = {
            path: section
            for path, section in reply.sections.items()
            if not section.truncated or len(batch.parts) == 1
        }
        missing = tuple(part for part in batch.parts if part.file.path not in found)
        if not missing:
            return _collect(batch.parts, found)
        again = Batch(missing)
        log.warning("The reply has no whole section about %s; asking once more", again.label)
        match self._request_review(again):
            case BatchReply(sections=second):
                return _collect(batch.parts, reply.sections | second)
            case problem:
                return _collect(batch.parts, reply.sections, problem)

    def _review_halves(self, batch: Batch, problem: ReviewerError) -> tuple[PartResult, ...]:
        """Ask about the halves of a batch, and about theirs as long as one of two succeeds.

        So one file that the model server refuses does not keep the others from a review.
        """
        halves = batch.halves() if _may_be_split(batch, problem) else ()
        if not halves:
            return tuple(PartResult(part, problem) for part in batch.parts)
        log.warning("%s: asking in %d parts: %s", batch.label, len(halves), problem.what)
        outcomes = [(half, self._request_review(half)) for half in halves]
        goes_on = any(isinstance(outcome, BatchReply) for _, outcome in outcomes)
        results: list[PartResult] = []
        for half, outcome in outcomes:
            match outcome:
                case BatchReply() as reply:
                    results += self._read_reply(half, reply)
                case failed if len(half.parts) > 1 and (goes_on or _is_too_long(failed)):
                    results += self._review_halves(half, failed)
                case failed:
                    results += (PartResult(part, failed) for part in half.parts)
        return tuple(results)

    def _request_review(self, batch: Batch) -> _Outcome:
        prompt = self.prompts.review(self._make_request(batch))
        names = {self.prompts.as_prompt_text(path): path for path in batch.paths}
        try:
            return self.client.ask(prompt, lambda reply: replies.parse_review(reply, names))
        except ReviewerError as problem:
            log.warning("%s: %s", batch.label, problem)
            return problem

    def show_whole(self, files: Sequence[ChangedFile]) -> WholeChange:
        """Return what a request about all files shows of them."""
        ordered = [file for group in self.context.group(files) for file in group]
        return whole_change.fit(ordered, min(self.room, LARGEST_WHOLE))

    def ask(self, task: Batch | WholeChange) -> "BatchResult | WholeResult":
        """Ask about a batch or about the whole change."""
        match task:
            case Batch():
                return self.review(task)
            case WholeChange():
                return self.review_whole(task)

    def review_whole(self, change: WholeChange) -> "WholeResult":
        """Ask for the overview, and for findings that need two files to see."""
        request = self._make_request(Batch(change.parts))
        paths = (*request.paths, *(outline.path for outline in change.outlines))
        names = {self.prompts.as_prompt_text(path): path for path in paths}
        try:
            reply = self.client.ask(
                self.prompts.whole(request, change),
                lambda reply: replies.parse_change(reply, names),
            )
        except ReviewerError as problem:
            log.warning("The request about the whole change failed: %s", problem)
            return WholeResult(problem=problem)
        return WholeResult(reply.sections, reply.overview)

    def verify(self, batch: Batch, findings: Sequence[Finding]) -> Verified:
        """Judge findings in a batch against each other; if it is too long, in its halves."""
        prompt = self.prompts.verify(self._make_request(batch, verifies=True), findings)
        try:
            verdicts = self.client.ask(
                prompt, lambda reply: replies.parse_verdicts(reply, len(findings))
            )
        except ContextTooLongError as problem:
            if len(batch.parts) > 1:
                return self._verify_halves(batch, findings)
            return self._leave_unverified(batch, findings, problem)
        except ReviewerError as problem:
            return self._leave_unverified(batch, findings, problem)
        left, reasons = ranking.apply_verdicts(findings, verdicts)
        return Verified(tuple(findings), left, reasons)

    @staticmethod
    def _leave_unverified(
        batch: Batch, findings: Sequence[Finding], problem: ReviewerError
    ) -> Verified:
        log.warning("%s: the findings are not verified: %s", batch.label, problem)
        return Verified(tuple(findings), tuple(findings), complete=False)

    def _verify_halves(self, batch: Batch, findings: Sequence[Finding]) -> Verified:
        found = [self.verify(half, mine) for half, mine in assign(batch.halves(), findings) if mine]
        return Verified(
            tuple(findings),
            tuple(finding for each in found for finding in each.left),
            tuple(reason for each in found for reason in each.verifications),
            complete=all(each.complete for each in found),
        )

    def _make_request(self, batch: Batch, *, verifies: bool = False) -> BatchRequest:
        paths = frozenset(batch.paths)
        return BatchRequest(
            parts=tuple(
                self._describe(part, self._find_room(part, batch, verifies=verifies), paths)
                for part in batch.parts
            ),
            instructions=self.config.instructions,
            siblings=tuple(other for other in self.paths if other not in paths),
            guidelines=self.guidelines,
            whole=batch.whole,
        )

    def _describe(self, part: Part, room: Room | None, beside: frozenset[str]) -> PartRequest:
        path = part.file.path
        return PartRequest(
            part,
            context=self.context.collect(part, room, beside) if room else PartContext(),
            instructions=tuple(
                instruction.instructions
                for instruction in self.config.path_instructions
                if Patterns((instruction.path,)).verdict(path)
            ),
            threads=tuple(
                self.speakers.describe(thread)
                for thread in self.snapshot.conversation.threads
                if thread.path == path
            ),
            earlier=file_result.earlier_findings(
                part.file, self.previous, self.prompts.as_prompt_text
            ),
        )

    def _find_room(self, part: Part, batch: Batch, *, verifies: bool) -> Room | None:
        """Return the room for the context of a part, None for a request about the whole change.

        Half of the room of a batch is the same for every part.
        """
        if self.batching is Batching.FILE:
            share = _NEARBY_SHARE_TO_VERIFY if verifies else _NEARBY_SHARE
            return Room(self.window // share, self.window // _RELATED_SHARE)
        left = self.window - batch.size
        if left < 0:
            return None
        room = min(left, max(_LEAST_CONTEXT, batch.size // _CONTEXT_SHARE))
        mine = (room // len(batch.parts) + room * part.size // batch.size) // 2
        return Room(mine * 2 // 3, mine // 3)


def _collect(
    parts: Sequence[Part],
    sections: Mapping[str, FileCandidates],
    problem: ReviewerError | None = None,
) -> tuple[PartResult, ...]:
    """Return a result for each part: its section, or the problem if there is none."""
    missing = problem or ModelError(_NO_SECTION)
    return tuple(PartResult(part, sections.get(part.file.path, missing)) for part in parts)


def _may_be_split(batch: Batch, problem: ReviewerError) -> bool:
    """Return True if smaller requests may succeed where this one failed."""
    if _is_too_long(problem):
        return True
    hopeless = (*FINAL_ERRORS, ModelUnreachableError)
    return (
        len(batch.parts) > 1
        and isinstance(problem, ModelError)
        and not isinstance(problem, hopeless)
    )


def _is_too_long(problem: ReviewerError) -> bool:
    return isinstance(problem, ContextTooLongError)


def assign(
    packed: Sequence[Batch], findings: Sequence[Finding]
) -> tuple[tuple[Batch, tuple[Finding, ...]], ...]:
    """Return each batch with the model's findings whose first line it shows.

    A finding whose line no batch shows, because of a cut, goes to the first one with its file.
    """
    mine: list[list[Finding]] = [[] for _ in packed]
    for finding in findings:
        if finding.origin is not Origin.MODEL:
            continue
        of_file = [
            (n, part)
            for n, batch in enumerate(packed)
            for part in batch.parts
            if part.file.path == finding.path
        ]
        shown = next(
            (n for n, part in of_file if part.shows(finding.side, finding.start_line)), None
        )
        if shown is None and of_file:
            shown = of_file[0][0]
        if shown is not None:
            mine[shown].append(finding)
    return tuple(zip(packed, map(tuple, mine), strict=True))
