"""The run, readable aloud: a pull request's changes in, a Review out."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

from reviewer import batch, diff, file_review, ranking, replies, scope
from reviewer.batch import Batch
from reviewer.config import Config
from reviewer.errors import (
    CancelledError,
    InputError,
    ModelNotFoundError,
    ModelRefusedError,
    ModelUnreachableError,
    ReviewerError,
)
from reviewer.file_review import BatchReviewer, Merged, Outcome
from reviewer.findings import Finding
from reviewer.ports import Forge
from reviewer.pull_request import ListedFile, PullRequest
from reviewer.replies import FileReply
from reviewer.review import FileReport, Overview, Review, Status
from reviewer.scope import Selection
from reviewer.strict_yaml import PATH

log = logging.getLogger(__name__)

# After these no later request can succeed either: a hundred files must not mean a hundred of them.
HOPELESS = (InputError, ModelRefusedError, ModelNotFoundError)


def read_changes(forge: Forge, pull: PullRequest, config: Config) -> Selection:
    """Read what changed and select what is reviewed; everything else gets its reason."""
    # A list that shifts between two pages shows a row twice and another one not at all.
    rows = tuple(dict.fromkeys(forge.changed_files(pull)))
    raw = forge.raw_diff(pull) if diff.needs_raw(rows) else None
    files = diff.reconcile(rows, raw)
    selection = scope.select(files, config, remainder=max(0, pull.changed_files - len(rows)))
    return replace(selection, notes=_notes(rows))


def _notes(rows: Sequence[ListedFile]) -> tuple[str, ...]:
    if not any(PATH in (row.path, row.previous_path) for row in rows):
        return ()
    return (f"the change of {PATH} takes effect after merging: the base commit's file counts",)


def review(reviewer: BatchReviewer, selection: Selection, concurrency: int) -> Review:
    """Ask about every selected file, `concurrency` at a time, and make one review of the answers.

    Raises the first problem when there was something to review and nothing of it was. A
    CancelledError only ends the asking: what is known by then is the review, marked so.
    """
    parts = [part for file in selection.files for part in batch.cut(file, reviewer.window)]
    answers, stop = _ask(reviewer, parts, concurrency)
    shown = reviewer.prompts.shown
    merged = [file_review.merge(file, answers[file.path], shown) for file in selection.files]
    _raise_if_nothing_was_reviewed(merged, answers)
    overview, notes = Overview(), tuple[str, ...]()
    if stop is None:
        overview, notes, stop = _overview(
            reviewer, merged, selection.reports, alone=len(parts) == 1
        )
    return replace(
        _review(reviewer, selection, merged),
        overview=overview,
        notes=reviewer.config.notes + selection.notes + notes,
        asides=tuple(filter(None, (reviewer.config.origin,))),
        cancelled=stop if isinstance(stop, CancelledError) else None,
    )


_Answers = dict[str, list[Outcome]]


def _ask(
    reviewer: BatchReviewer, parts: Sequence[Batch], concurrency: int
) -> tuple[_Answers, ReviewerError | None]:
    """Ask about all parts; return the outcomes by path and what stopped the asking early."""
    answers: _Answers = {part.file.path: [] for part in parts}
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="review")
    futures = {pool.submit(reviewer.review, part): part for part in parts}
    waiting = set(futures)
    stop: ReviewerError | None = None
    try:
        for future in as_completed(futures):
            waiting.discard(future)
            outcomes = future.result()
            answers[futures[future].file.path] += outcomes
            log.info("%d/%d %s", len(parts) - len(waiting), len(parts), _label(futures[future]))
            stop = _reason_to_stop(outcomes, answers)
            if stop:
                break
    except CancelledError as cancelled:
        stop = cancelled
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if stop:
        for future in waiting:
            answers[futures[future].file.path].append(Outcome(futures[future], stop))
    return answers, stop


def _reason_to_stop(outcomes: Sequence[Outcome], answers: _Answers) -> ReviewerError | None:
    """Return the problem after which no later request can succeed either, if there was one."""
    results = [outcome.result for outcome in outcomes]
    for result in results:
        if isinstance(result, HOPELESS):
            return result
        # A server that has answered before may answer again.
        if isinstance(result, ModelUnreachableError) and not _any_reply(answers):
            return result
    return None


def _any_reply(answers: _Answers) -> bool:
    outcomes = (outcome for of_file in answers.values() for outcome in of_file)
    return any(isinstance(outcome.result, FileReply) for outcome in outcomes)


def _label(part: Batch) -> str:
    return part.file.path + (f" (part {part.part} of {part.parts})" if part.parts > 1 else "")


def _raise_if_nothing_was_reviewed(merged: Sequence[Merged], answers: _Answers) -> None:
    if merged and all(part.report.status is Status.FAILED for part in merged):
        outcomes = [outcome for path in answers for outcome in answers[path]]
        raise next(o.result for o in outcomes if isinstance(o.result, ReviewerError))


def _overview(
    reviewer: BatchReviewer,
    merged: Sequence[Merged],
    others: Sequence[FileReport],
    *,
    alone: bool,
) -> tuple[Overview, tuple[str, ...], ReviewerError | None]:
    """Say what the change does; a single part has said so itself."""
    if not merged:
        return Overview(), (), None
    if alone:
        return Overview(merged[0].report.summary), (), None
    reports = [*(part.report for part in merged), *others]
    try:
        overview = reviewer.asking.ask(reviewer.prompts.overview(reports), replies.parse_overview)
    except ReviewerError as problem:
        log.warning("The overview is missing: %s", problem)
        return Overview(), (f"The overview is missing: {problem.what}",), problem
    return overview, (), None


def _review(reviewer: BatchReviewer, selection: Selection, merged: Sequence[Merged]) -> Review:
    pull = reviewer.snapshot.pull
    shown, withheld = ranking.rank((f for part in merged for f in part.findings), reviewer.config)
    reviewed = tuple(_with_findings(part.report, shown) for part in merged)
    return Review(
        head_sha=pull.head_sha,
        base_sha=pull.base_sha,
        overview=Overview(),
        findings=shown,
        files=reviewed + selection.reports,
        withheld=replace(withheld, unplaced=sum(part.unplaced for part in merged)),
        spent=reviewer.asking.budget.spent(),
    )


def _with_findings(report: FileReport, shown: Sequence[Finding]) -> FileReport:
    return replace(report, findings=tuple(f for f in shown if f.path == report.path))
