"""Changes in, review out: asks about every selected file, verifies, and sums up."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes import batches
from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.config.enums import Verify
from reviewer.errors import (
    CancelledError,
    InputError,
    ModelNotFoundError,
    ModelRefusedError,
    ModelUnreachableError,
    ReviewerError,
)
from reviewer.finding import Dismissal
from reviewer.findings.placement import FileCandidates
from reviewer.llm import replies
from reviewer.pipeline import worker_pool
from reviewer.pipeline.file_result import BatchResult, FileResult, assemble
from reviewer.pipeline.review_file import BatchReviewer
from reviewer.review import Overview, Review, Status, Verification

log = logging.getLogger(__name__)

# After these no later request can succeed either: a hundred files must not mean a hundred of them.
FINAL_ERRORS = (InputError, ModelRefusedError, ModelNotFoundError)


def review(
    reviewer: BatchReviewer, selection: Selection, dismissed: tuple[Dismissal, ...] = ()
) -> Review:
    """Ask about every selected file that changed, and make one review of old and new replies.

    Raises the first problem when there was something to review and nothing of it was reviewed. A
    CancelledError only ends the asking: what is known by then is the review, marked as cancelled.
    """
    kept = {file.path: row for file in selection.files if (row := reviewer.reuse(file))}
    asked = [file for file in selection.files if file.path not in kept]
    parts = [part for file in asked for part in batches.split(file, reviewer.window)]
    answers, stop = _ask(reviewer, parts)
    results = {file.path: reviewer.merge(file, answers[file.path]) for file in asked}
    _raise_if_nothing_was_reviewed([*results.values()], answers, kept=bool(kept))
    verified = _verify(reviewer, results, asked) if stop is None else _Verified(results, stop=stop)
    made = assemble(
        [kept.get(file.path) or verified.results[file.path] for file in selection.files],
        pull=reviewer.snapshot.pull,
        config=reviewer.config,
        selection=selection,
        previous=reviewer.previous,
        dismissed=dismissed,
        as_prompt_text=reviewer.prompts.as_prompt_text,
        spent=reviewer.client.budget.spent(),
    )
    return _finish(reviewer, made, verified, asked, alone=len(parts) == 1)


_Results = dict[str, list[BatchResult]]


def _ask(reviewer: BatchReviewer, parts: Sequence[Batch]) -> tuple[_Results, ReviewerError | None]:
    """Ask about all parts; return the results by path and what stopped the asking early."""
    answers: _Results = {part.file.path: [] for part in parts}
    done = 0

    def note(part: Batch, results: tuple[BatchResult, ...]) -> ReviewerError | None:
        nonlocal done
        done += 1
        answers[part.file.path] += results
        log.info("%d/%d %s", done, len(parts), _label(part))
        return _reason_to_stop(results, answers)

    left, stop = worker_pool.run_all(
        parts, reviewer.review, concurrency=reviewer.concurrency, on_result=note
    )
    for part in left:
        if stop:
            answers[part.file.path].append(BatchResult(part, stop))
    return answers, stop


def _reason_to_stop(results: Sequence[BatchResult], answers: _Results) -> ReviewerError | None:
    """Return the problem after which no later request can succeed either, if there was one."""
    for each in results:
        if isinstance(each.result, FINAL_ERRORS):
            return each.result
        # A server that has answered before may answer again.
        if isinstance(each.result, ModelUnreachableError) and not _has_reply(answers):
            return each.result
    return None


def _has_reply(answers: _Results) -> bool:
    results = (each for of_file in answers.values() for each in of_file)
    return any(isinstance(each.result, FileCandidates) for each in results)


def _label(part: Batch) -> str:
    return part.file.path + (f" (part {part.part} of {part.parts})" if part.parts > 1 else "")


def _raise_if_nothing_was_reviewed(
    results: Sequence[FileResult], answers: _Results, *, kept: bool
) -> None:
    if results and not kept and all(each.report.status is Status.FAILED for each in results):
        tried = [each for path in answers for each in answers[path]]
        raise next(each.result for each in tried if isinstance(each.result, ReviewerError))


@dataclass(frozen=True, slots=True)
class _Verified:
    """The results by path after the verification, and what it said.

    `unverified` lists the paths whose findings got no verdict; `stop` is what ended it early.
    """

    results: dict[str, FileResult]
    verifications: tuple[Verification, ...] = ()
    unverified: tuple[str, ...] = field(default=())
    stop: ReviewerError | None = None


def _verify(
    reviewer: BatchReviewer, results: dict[str, FileResult], asked: Sequence[ChangedFile]
) -> _Verified:
    """Put every finding of the model to a sceptical request, file by file.

    A file whose request failed keeps its findings, which a note says.
    """
    if reviewer.config.verify is Verify.OFF:
        return _Verified(results)
    results = dict(results)
    files = [file for file in asked if results[file.path].has_model_findings]
    verifications: list[Verification] = []
    unverified: list[str] = []

    def note(
        file: ChangedFile, verified: tuple[FileResult, tuple[Verification, ...], bool]
    ) -> None:
        results[file.path], reasons, answered = verified
        verifications.extend(reasons)
        if not answered:
            unverified.append(file.path)

    left, stop = worker_pool.run_all(
        files,
        lambda file: reviewer.verify(file, results[file.path]),
        concurrency=reviewer.concurrency,
        on_result=note,
    )
    unverified += [file.path for file in left]
    return _Verified(results, tuple(verifications), tuple(sorted(unverified)), stop)


def _finish(
    reviewer: BatchReviewer,
    made: Review,
    verified: _Verified,
    asked: Sequence[ChangedFile],
    *,
    alone: bool,
) -> Review:
    """Add the overview, the verifications and what readers must know of how the review was made."""
    overview, problem = Overview(), verified.stop
    if problem is None:
        overview, problem = _request_overview(reviewer, made, asked, alone=alone)
    reason = reviewer.previous.reason
    notes = [f"everything was reviewed from scratch: {reason}"] if reason else []
    notes += made.notes
    if verified.unverified:
        notes.append(f"the findings in {', '.join(verified.unverified)} were not verified")
    if problem and problem is not verified.stop:
        notes.append(f"The overview is missing: {problem.what}")
    return replace(
        made,
        overview=overview,
        verifications=verified.verifications,
        notes=tuple(notes),
        cancelled=problem if isinstance(problem, CancelledError) else None,
    )


def _request_overview(
    reviewer: BatchReviewer, made: Review, asked: Sequence[ChangedFile], *, alone: bool
) -> tuple[Overview, ReviewerError | None]:
    """Return what the change does, and the problem that kept the model from saying it.

    The summary of a single part serves as the overview, and so does a remembered overview when no
    file was asked about.
    """
    rows = made.files_with(Status.REVIEWED)
    before = reviewer.previous.state
    remembered = Overview(before.overview, before.major_changes)
    if not rows:
        return Overview(), None
    if not asked and reviewer.previous.units and remembered.text and not reviewer.refresh_overview:
        return remembered, None
    if alone and len(rows) == 1:
        return Overview(rows[0].summary), None
    try:
        prompt = reviewer.prompts.overview(made.files)
        return reviewer.client.ask(prompt, replies.parse_overview), None
    except ReviewerError as problem:
        log.warning("The overview is missing: %s", problem)
        return Overview(), problem
