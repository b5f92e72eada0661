"""Reviews the selected files: asks about each, verifies the findings, asks for the overview."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

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
from reviewer.pipeline.file_result import BatchResult, FileResult, assemble
from reviewer.pipeline.review_file import BatchReviewer
from reviewer.review import Overview, Review, Status, Verification

log = logging.getLogger(__name__)

# After one of these, no later request can succeed: the remaining files are not asked about.
FINAL_ERRORS = (InputError, ModelRefusedError, ModelNotFoundError)
_Results = dict[str, list[BatchResult]]
Task = TypeVar("Task")
Result = TypeVar("Result")


def review(
    reviewer: BatchReviewer, selection: Selection, dismissed: tuple[Dismissal, ...] = ()
) -> Review:
    """Ask about every selected file whose change is new, and make one review of all results.

    Files whose change is remembered keep their results. Raises the first error if files were asked
    about and none could be reviewed. After a CancelledError no more is asked: the review holds the
    results so far and is marked as cancelled.
    """
    kept = {file.path: row for file in selection.files if (row := reviewer.reuse(file))}
    asked = [file for file in selection.files if file.path not in kept]
    parts = [part for file in asked for part in batches.split(file, reviewer.window)]
    by_path, stop = _ask(reviewer, parts)
    results = {file.path: reviewer.merge(file, by_path[file.path]) for file in asked}
    _raise_if_nothing_was_reviewed([*results.values()], by_path, kept=bool(kept))
    verified = _verify(reviewer, results, asked) if stop is None else _Verified(results, stop=stop)
    made = assemble(
        [
            *(kept.get(file.path) or verified.results[file.path] for file in selection.files),
            *reviewer.read_by_rules(selection),
        ],
        pull=reviewer.snapshot.pull,
        config=reviewer.config,
        selection=selection,
        previous=reviewer.previous,
        dismissed=dismissed,
        as_prompt_text=reviewer.prompts.as_prompt_text,
        spent=reviewer.client.budget.spent(),
    )
    return _finish(reviewer, made, verified, asked, alone=len(parts) == 1)


def _ask(reviewer: BatchReviewer, parts: Sequence[Batch]) -> tuple[_Results, ReviewerError | None]:
    """Ask about all parts; return the results by path and what stopped the asking early."""
    by_path: _Results = {part.file.path: [] for part in parts}
    done = 0

    def note(part: Batch, results: tuple[BatchResult, ...]) -> ReviewerError | None:
        nonlocal done
        done += 1
        by_path[part.file.path] += results
        log.info("%d/%d %s", done, len(parts), _label(part))
        return _reason_to_stop(results, by_path)

    left, stop = run_all(parts, reviewer.review, concurrency=reviewer.concurrency, on_result=note)
    for part in left:
        if stop:
            by_path[part.file.path].append(BatchResult(part, stop))
    return by_path, stop


def _reason_to_stop(results: Sequence[BatchResult], by_path: _Results) -> ReviewerError | None:
    """Return the error after which no later request can succeed, if there was one."""
    for each in results:
        if isinstance(each.result, FINAL_ERRORS):
            return each.result
        # A server that has replied before may reply again.
        if isinstance(each.result, ModelUnreachableError) and not _has_reply(by_path):
            return each.result
    return None


def _has_reply(by_path: _Results) -> bool:
    results = (each for of_file in by_path.values() for each in of_file)
    return any(isinstance(each.result, FileCandidates) for each in results)


def _label(part: Batch) -> str:
    return part.file.path + (f" (part {part.part} of {part.parts})" if part.parts > 1 else "")


def _raise_if_nothing_was_reviewed(
    results: Sequence[FileResult], by_path: _Results, *, kept: bool
) -> None:
    if results and not kept and all(each.report.status is Status.FAILED for each in results):
        tried = [each for path in by_path for each in by_path[path]]
        raise next(each.result for each in tried if isinstance(each.result, ReviewerError))


@dataclass(frozen=True, slots=True)
class _Verified:
    """The results by path after the verification, and the verifications.

    `unverified` lists the paths whose findings got no verdict; `stop` is the error that ended it
    early.
    """

    results: dict[str, FileResult]
    verifications: tuple[Verification, ...] = ()
    unverified: tuple[str, ...] = ()
    stop: ReviewerError | None = None


def _verify(
    reviewer: BatchReviewer, results: dict[str, FileResult], asked: Sequence[ChangedFile]
) -> _Verified:
    """Verify the model's findings, file by file.

    A file whose request failed keeps its findings and is listed as unverified.
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
        results[file.path], reasons, complete = verified
        verifications.extend(reasons)
        if not complete:
            unverified.append(file.path)

    left, stop = run_all(
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
    """Return the review with its overview, its verifications and notes on how it was made."""
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
    """Return the overview, and the error that prevented it.

    Without a request: a remembered overview is used if no file was asked about, and the summary of
    a single batch if there was only one and no file was deleted, renamed or skipped beside it.
    """
    rows = made.files_with(Status.REVIEWED)
    before = reviewer.previous.state
    remembered = Overview(before.overview, before.major_changes)
    if not rows:
        return Overview(), None
    if not asked and reviewer.previous.units and remembered.text and not reviewer.refresh_overview:
        return remembered, None
    if alone and len(rows) == 1 and not made.files_with(Status.SKIPPED):
        return Overview(rows[0].summary), None
    try:
        prompt = reviewer.prompts.overview(made.files)
        return reviewer.client.ask(prompt, replies.parse_overview), None
    except ReviewerError as problem:
        log.warning("The overview is missing: %s", problem)
        return Overview(), problem


def run_all(
    tasks: Sequence[Task],
    call: Callable[[Task], Result],
    *,
    concurrency: int,
    on_result: Callable[[Task, Result], ReviewerError | None],
) -> tuple[tuple[Task, ...], ReviewerError | None]:
    """Call `call` for every task, `concurrency` at a time.

    Returns the tasks without a result, and the error that stopped the work early. `on_result` is
    called in this thread with each result as it comes, and may return an error to stop. A
    CancelledError stops the work and is returned. Other exceptions of `call` are raised.
    """
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="review")
    # A signal may come between any two lines, so a task is done only once its result was passed on.
    finished: set[int] = set()
    waiting = iter(enumerate(tasks))
    # Tasks in the pool's own queue could still start after the work was stopped.
    running = {pool.submit(call, task): at for at, task in islice(waiting, concurrency)}
    stop: ReviewerError | None = None
    try:
        while running and not stop:
            done = next(iter(wait(running, return_when=FIRST_COMPLETED).done))
            at = running.pop(done)
            stop = on_result(tasks[at], done.result())
            finished.add(at)
            if not stop:
                running |= {pool.submit(call, task): at for at, task in islice(waiting, 1)}
    except CancelledError as cancelled:
        stop = cancelled
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return tuple(task for at, task in enumerate(tasks) if at not in finished), stop
