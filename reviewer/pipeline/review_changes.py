"""Lets the model review all changes, and makes one review of its replies."""

from collections.abc import Callable
from dataclasses import replace

from reviewer.changes.batches import Batch
from reviewer.changes.selection import Selection
from reviewer.context import learnings
from reviewer.context.whole_change import WholeChange
from reviewer.errors import CancelledError, ReviewerError
from reviewer.finding import Dismissal
from reviewer.pipeline import outcomes, overview, trivial_files, verify_batch
from reviewer.pipeline.assemble import assemble
from reviewer.pipeline.plan import Plan
from reviewer.pipeline.progress import Interim, Progress, Result, Task
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.pipeline.verify_batch import FindingsToVerify
from reviewer.pipeline.worker_pool import run_all
from reviewer.prompt import PlannedRequest
from reviewer.review.result import GivenLearning, Review, Status


def review(
    reviewer: BatchReviewer,
    selection: Selection,
    dismissed: tuple[Dismissal, ...] = (),
    on_progress: Callable[[Interim], None] | None = None,
) -> Review:
    """Ask about every selected file whose change is new, and make one review of all results.

    Remembered files keep their results. `on_progress` is called in this thread after each reply.
    Raises the first error if files were asked about and none could be reviewed. After a
    CancelledError no more is asked: the review has the results so far and is marked.
    """
    progress = Progress.begin(reviewer, Plan.of(reviewer, selection))
    asked = list[PlannedRequest]()

    def note(task: Task, result: Result) -> tuple[Task, ...] | ReviewerError:
        asked.append(outcomes.describe(task, result))
        following = progress.add(task, result)
        if on_progress:
            on_progress(progress.interim)
        return following

    left, stop = run_all(
        progress.start(),
        lambda task: _ask(reviewer, task),
        most=reviewer.concurrency,
        capacity=reviewer.client.capacity,
        on_result=note,
    )
    late = progress.plan.late_whole
    asked += (outcomes.describe(task, None) for task in (*left, *filter(None, (late,))))
    progress.close(left, stop)
    progress.drop_cut()
    _raise_if_nothing_was_reviewed(progress, stop)
    made = _assemble(reviewer, selection, progress, dismissed)
    return replace(
        made,
        requests=outcomes.sort(asked),
        cancelled=stop if isinstance(stop, CancelledError) else None,
    )


def _assemble(
    reviewer: BatchReviewer,
    selection: Selection,
    progress: Progress,
    dismissed: tuple[Dismissal, ...],
) -> Review:
    known = replace(reviewer.previous.state, dismissed=dismissed)
    made = assemble(
        progress.conclude(),
        pull=reviewer.pull,
        config=reviewer.config,
        selection=selection,
        previous=replace(reviewer.previous, state=known),
        as_prompt_text=reviewer.prompts.as_prompt_text,
        spent=reviewer.client.budget.spent(),
        tools=reviewer.tools,
    )
    return replace(
        made,
        lacks_whole=progress.lacks_whole,
        overview=overview.add_gaps(reviewer, progress.overview, progress.plan, progress.gaps),
        verifications=progress.verdicts.verifications(),
        notes=tuple(_note_how_it_was_made(reviewer, progress, made)),
        learnings=_list_learnings(reviewer) if reviewer.config.learnings else (),
    )


def _ask(reviewer: BatchReviewer, task: Task) -> Result:
    match task:
        case Batch(proofs=proofs):
            return trivial_files.read(reviewer, task) if proofs else reviewer.review(task)
        case WholeChange():
            return reviewer.review_whole(task)
        case FindingsToVerify():
            return verify_batch.verify(reviewer, task)
        case overview.Summaries():
            return overview.request(reviewer, task)


def _list_learnings(reviewer: BatchReviewer) -> tuple[GivenLearning, ...]:
    # The small model reads no learnings, and it is not remembered which files it read.
    kept = () if reviewer.client.small else tuple(reviewer.recalled.rows)
    shown = reviewer.requests.guidelines.learned
    return learnings.list_given(reviewer.config.learnings, shown, kept)


def _raise_if_nothing_was_reviewed(progress: Progress, stop: ReviewerError | None) -> None:
    """Raise what stopped the asking, or else the first error, if no file has a review."""
    asked = [progress.results[path] for path in progress.parts]
    if not asked or progress.plan.kept:
        return
    if all(each.report.status is Status.FAILED for each in asked):
        tried = [each.result for of_file in progress.parts.values() for each in of_file]
        raise stop or next(each for each in tried if isinstance(each, ReviewerError))


def _note_how_it_was_made(reviewer: BatchReviewer, progress: Progress, made: Review) -> list[str]:
    reason = reviewer.previous.reason
    notes = [f"everything was reviewed from scratch: {reason}"] if reason else []
    notes += made.notes
    if unverified := sorted(row.path for row in made.files if not row.verified):
        notes.append(f"the findings in {', '.join(unverified)} were not verified")
    if reason := progress.whole_problem:
        notes.append(
            "problems that take two files to see may be missing, because the request about the "
            f"whole change has no full result: {reason.rstrip('.')}"
        )
    if progress.overview_problem:
        notes.append(f"The overview is missing: {progress.overview_problem.what}")
    return notes
