"""Asks the model about one batch of changes, or about the whole change."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.config.settings import Settings
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
from reviewer.finding import Candidate
from reviewer.findings import agreement
from reviewer.findings.candidates import FileCandidates
from reviewer.findings.other_tools.tool_findings import NO_TOOLS, ToolFindings
from reviewer.llm import replies
from reviewer.llm.ask import ModelClient
from reviewer.llm.batch_request import BatchRequest
from reviewer.llm.prompts import Prompts
from reviewer.llm.replies import BatchReply
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.recall import Recalled
from reviewer.pipeline import file_result
from reviewer.pipeline.batch_requests import BatchRequests
from reviewer.pipeline.file_result import FileResult, PartResult
from reviewer.prompt import Prompt, Usage
from reviewer.pull_request import PullRequest
from reviewer.redaction.scan import Redaction
from reviewer.review.result import Overview

log = logging.getLogger(__name__)

FINAL_ERRORS = (InputError, ModelRefusedError, ModelNotFoundError)
"""After one of these, no later request can succeed: the remaining files are not asked about."""
_Outcome: TypeAlias = BatchReply | ReviewerError


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The results of the parts of a batch, and the overview if its reply had one.

    `again` holds the parts that the small model leaves to the preferred one: they have no result.
    """

    results: tuple[PartResult, ...]
    overview: Overview = field(default_factory=Overview)
    again: Batch | None = None


@dataclass(frozen=True, slots=True)
class WholeResult:
    """The sections and the overview of the reply about the whole change, or what prevented it."""

    sections: Mapping[str, FileCandidates] = field(default_factory=dict)
    overview: Overview = field(default_factory=Overview)
    problem: ReviewerError | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class BatchReviewer:
    """Asks about batches of one pull request; safe to share between threads.

    `recalled` holds the files that keep their results, `previous` is the last review in it.
    `redaction` masks secrets as the prompts do. `concurrency` is the number of requests at a time.
    `refresh_overview` asks for the overview again although no file changed. `asks` is True if a
    request is to be sent. `tools` holds what other tools found.
    """

    requests: BatchRequests
    pull: PullRequest
    config: Settings
    prompts: Prompts
    client: ModelClient
    previous: PreviousReview
    recalled: Recalled
    redaction: Redaction
    concurrency: int = 1
    refresh_overview: bool = False
    asks: bool = True
    tools: ToolFindings = NO_TOOLS

    def reuse(self, file: ChangedFile) -> FileResult | None:
        """Return the result of a file that keeps that of the last review, else None."""
        return file_result.keep(file, self.recalled.rows.get(file.path), self.tools)

    def merge(self, file: ChangedFile, results: Sequence[PartResult]) -> FileResult:
        """Make one result of the replies about a file, and what rules, tools and runs found."""
        as_prompt_text, redaction = self.prompts.as_prompt_text, self.redaction
        return file_result.merge(
            file, results, self.recalled, as_prompt_text, redaction, self.tools
        )

    def find_new(
        self, file: ChangedFile, result: FileResult, section: FileCandidates
    ) -> FileResult:
        """Return what the request about the whole change found in a file beyond its result."""
        return file_result.find_new(file, result, section, self.prompts.as_prompt_text)

    def read_by_rules(self, selection: Selection) -> tuple[FileResult, ...]:
        """Return a result for each file that is not reviewed, with the findings of the rules."""
        as_prompt_text, redaction = self.prompts.as_prompt_text, self.redaction
        return file_result.read_by_rules(
            selection, self.previous, as_prompt_text, redaction, self.tools
        )

    def review(self, batch: Batch) -> BatchResult:
        """Ask about a batch, and about each part once more that the reply says nothing about.

        A batch that is too long for the model is asked about in smaller ones, as often as needed. A
        batch whose reply cannot be used is asked about in halves. An error is returned as the
        result of its parts.
        """
        pieces = self.requests.fit(batch, self.make_prompt)
        if len(pieces) > 1:
            return self._review_each(pieces)
        (batch,) = pieces
        match self._request_review(batch):
            case BatchReply() as reply:
                # An overview that was not asked for saw only a part of the change.
                overview = reply.overview if batch.whole else Overview()
                return BatchResult(self._read_reply(batch, reply), overview)
            case ContextTooLongError() as problem:
                return self._review_smaller(batch, problem)
            case problem:
                return BatchResult(self._review_halves(batch, problem))

    def _review_smaller(self, batch: Batch, problem: ContextTooLongError) -> BatchResult:
        pieces = self.requests.shrink(batch, self.make_prompt)
        if not pieces:
            return BatchResult(_collect(batch, {}, problem))
        how = f"in {len(pieces)} parts" if len(pieces) > 1 else "with less around the change"
        log.info("%s: asking %s", batch.label, how)
        return self._review_each(pieces)

    def _review_each(self, pieces: Sequence[Batch]) -> BatchResult:
        """Ask about the pieces of a batch in turn, until an error that holds for all others.

        A file is given up once its smallest part was too long: the others are hardly shorter.
        """
        results: list[PartResult] = []
        overview = Overview()
        for piece in pieces:
            if problem := _find_final(piece, results):
                results += _collect(piece, {}, problem)
                continue
            reviewed = self.review(piece)
            results += reviewed.results
            overview = reviewed.overview
        return BatchResult(tuple(results), overview)

    def _read_reply(self, batch: Batch, reply: BatchReply) -> tuple[PartResult, ...]:
        """Return the results of a reply; what it lacks or was cut off in is asked for again."""
        sections = agreement.move_to_quoted(
            reply.sections, [part.file for part in batch.parts], self.prompts.as_prompt_text
        )
        found = {
            path: section
            for path, section in sections.items()
            if not section.truncated or len(batch.parts) == 1
        }
        missing = tuple(part for part in batch.parts if part.file.path not in found)
        if not missing:
            return _collect(batch, found, usage=reply.usage)
        again = replace(batch, parts=missing, whole=False)
        log.warning("The reply has no whole section about %s; asking once more", again.label)
        match self._request_review(again):
            case BatchReply(sections=second):
                return _collect(batch, sections | second, usage=reply.usage)
            case problem:
                return _collect(batch, sections, problem, reply.usage)

    def _review_halves(self, batch: Batch, problem: ReviewerError) -> tuple[PartResult, ...]:
        """Ask about the halves of a batch, and about theirs as long as one of two succeeds.

        So one file that the model server refuses does not keep the others from a review.
        """
        halves = batch.halves() if _may_be_split(batch, problem) else ()
        if not halves:
            return _collect(batch, {}, problem)
        log.warning("%s: asking in %d parts: %s", batch.label, len(halves), problem.what)
        outcomes = [(half, self._request_review(half)) for half in halves]
        goes_on = any(isinstance(outcome, BatchReply) for _, outcome in outcomes)
        results: list[PartResult] = []
        for half, outcome in outcomes:
            match outcome:
                case BatchReply() as reply:
                    results += self._read_reply(half, reply)
                case ContextTooLongError() as failed:
                    results += self._review_smaller(half, failed).results
                case failed if len(half.parts) > 1 and goes_on:
                    results += self._review_halves(half, failed)
                case failed:
                    results += _collect(half, {}, failed)
        return tuple(results)

    def make_prompt(self, batch: Batch) -> Prompt:
        """Return the request about a batch, if it fits the window."""
        return self.prompts.review(self.requests.make(batch))

    def _request_review(self, batch: Batch) -> _Outcome:
        request = self.requests.make(batch)
        self.requests.guidelines.record(request.rules.cuts, request.rules.learned)
        names = batch.names(self.prompts.as_prompt_text)
        gate = self.config.unknown_severity
        try:
            reply = self.client.ask(
                self.prompts.review(request),
                lambda reply: replies.parse_review(reply, names, gate),
            )
        except ReviewerError as problem:
            level = logging.INFO if isinstance(problem, ContextTooLongError) else logging.WARNING
            log.log(level, "%s: %s", batch.label, problem.what)
            return problem
        return replace(reply, sections=_check_rules(reply.sections, request))

    def review_whole(self, change: WholeChange, share: float = 1.0) -> "WholeResult":
        """Ask for the overview, and for findings that need two files to see.

        Shows less of the change, as often as the prompt is too long, and then only `share` of what
        may be beside it.
        """
        room = self.requests.context_window.room
        change = self.requests.fit_whole(change, room) or change
        request = self.requests.make(Batch(change.parts, share=share))
        self.requests.guidelines.record(request.rules.cuts, request.rules.learned)
        paths = (*request.paths, *(outline.path for outline in change.outlines))
        names = {self.prompts.as_prompt_text(path): path for path in paths}
        gate = self.config.unknown_severity
        try:
            reply = self.client.ask(
                self.prompts.whole(request, change),
                lambda reply: replies.parse_change(reply, names, gate),
            )
        except ReviewerError as problem:
            log.warning("The request about the whole change failed: %s", problem)
            smaller = self.requests.fit_whole(change, change.size // 2) or change
            shrinks = share > 0 or smaller.size < change.size
            if isinstance(problem, ContextTooLongError) and shrinks:
                return self.review_whole(smaller, share=0.0)
            return WholeResult(problem=problem)
        overview = reply.overview if change.is_complete else replace(reply.overview, gaps=())
        return WholeResult(_check_rules(reply.sections, request), overview, usage=reply.usage)


def _check_rules(
    sections: Mapping[str, FileCandidates], request: BatchRequest
) -> dict[str, FileCandidates]:
    """Return the sections with no other rules than those that the request shows."""

    def check(candidate: Candidate) -> Candidate:
        return candidate if request.shows(candidate.rule) else replace(candidate, rule="")

    return {
        path: replace(section, candidates=tuple(map(check, section.candidates)))
        for path, section in sections.items()
    }


def _collect(
    batch: Batch,
    sections: Mapping[str, FileCandidates],
    problem: ReviewerError | None = None,
    usage: Usage | None = None,
) -> tuple[PartResult, ...]:
    """Return a result for each part: its section, or the problem if there is none."""
    missing = problem or ModelError("the model's replies say nothing about it")
    return tuple(
        PartResult(part, sections.get(part.file.path, missing), batch.second, usage=usage)
        for part in batch.parts
    )


def _find_final(batch: Batch, results: Sequence[PartResult]) -> ReviewerError | None:
    """Return the error because of which a batch need not be asked about, after these results."""
    too_long: dict[str, ReviewerError] = {}
    for each in results:
        if isinstance(each.result, FINAL_ERRORS):
            return each.result
        if isinstance(each.result, ContextTooLongError):
            too_long[each.part.file.path] = each.result
    if all(path in too_long for path in batch.paths):
        return too_long[batch.paths[0]]
    return None


def _may_be_split(batch: Batch, problem: ReviewerError) -> bool:
    """Return True if smaller requests may succeed where this one failed."""
    hopeless = isinstance(problem, (*FINAL_ERRORS, ModelUnreachableError))
    return len(batch.parts) > 1 and isinstance(problem, ModelError) and not hopeless
