"""The run, readable aloud: a pull request's changes in, a Review out."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from reviewer.changes import batches, diff
from reviewer.changes import selection as scope
from reviewer.changes.batches import Batch
from reviewer.changes.selection import Selection
from reviewer.config.enums import Verify
from reviewer.config.settings import Settings
from reviewer.config.strict_yaml import PATH
from reviewer.errors import (
    CancelledError,
    InputError,
    ModelNotFoundError,
    ModelRefusedError,
    ModelUnreachableError,
    ReviewerError,
)
from reviewer.finding import Dismissal
from reviewer.llm import replies
from reviewer.llm.replies import FileReply
from reviewer.memory.previous_review import Basis
from reviewer.pipeline import worker_pool
from reviewer.pipeline.assemble import Assembly
from reviewer.pipeline.file_result import Merged, Outcome
from reviewer.pipeline.review_file import BatchReviewer, Doubted
from reviewer.ports import Forge
from reviewer.pull_request import ListedFile, PullRequest
from reviewer.review import Judgement, Overview, Review, Status

log = logging.getLogger(__name__)

# After these no later request can succeed either: a hundred files must not mean a hundred of them.
HOPELESS = (InputError, ModelRefusedError, ModelNotFoundError)


def read_changes(forge: Forge, pull: PullRequest, config: Settings) -> Selection:
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


def review(
    reviewer: BatchReviewer, selection: Selection, dismissed: tuple[Dismissal, ...] = ()
) -> tuple[Review, int]:
    """Ask about every selected file that changed, and make one review of old and new answers.

    Returns the review and the number that the next new finding will have. Raises the first problem
    when there was something to review and nothing of it was. A CancelledError only ends the
    asking: what is known by then is the review, marked so.
    """
    kept = {file.path: row for file in selection.files if (row := reviewer.merger.unchanged(file))}
    asked = [file for file in selection.files if file.path not in kept]
    parts = [part for file in asked for part in batches.cut(file, reviewer.window)]
    answers, stop = _ask(reviewer, parts)
    found = {file.path: reviewer.merger.merge(file, answers[file.path]) for file in asked}
    _raise_if_nothing_was_reviewed([*found.values()], answers, kept=bool(kept))
    judgements: tuple[Judgement, ...] = ()
    notes: tuple[str, ...] = ()
    if stop is None:
        judgements, notes, stop = _second_look(reviewer, found, asked)
    rows = [kept.get(file.path) or found[file.path] for file in selection.files]
    spent = reviewer.asking.budget.spent()
    assembly = Assembly(reviewer.snapshot.pull, reviewer.config, reviewer.merger)
    made, following = assembly.review(selection, rows, dismissed, spent)
    overview, missing, stop = _overview(reviewer, made, asked, stop, alone=len(parts) == 1)
    return replace(
        made,
        overview=overview,
        judgements=judgements,
        notes=(*_reasons(reviewer.merger.basis), *made.notes, *notes, *missing),
        cancelled=stop if isinstance(stop, CancelledError) else None,
    ), following


def _reasons(basis: Basis) -> tuple[str, ...]:
    return (f"everything was reviewed anew: {basis.reason}",) if basis.reason else ()


_Answers = dict[str, list[Outcome]]


def _ask(reviewer: BatchReviewer, parts: Sequence[Batch]) -> tuple[_Answers, ReviewerError | None]:
    """Ask about all parts; return the outcomes by path and what stopped the asking early."""
    answers: _Answers = {part.file.path: [] for part in parts}
    told = 0

    def note(part: Batch, outcomes: tuple[Outcome, ...]) -> ReviewerError | None:
        nonlocal told
        told += 1
        answers[part.file.path] += outcomes
        log.info("%d/%d %s", told, len(parts), _label(part))
        return _reason_to_stop(outcomes, answers)

    left, stop = worker_pool.carry_out(
        parts, reviewer.review, concurrency=reviewer.concurrency, on_result=note
    )
    for part in left:
        if stop:
            answers[part.file.path].append(Outcome(part, stop))
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


def _raise_if_nothing_was_reviewed(
    merged: Sequence[Merged], answers: _Answers, *, kept: bool
) -> None:
    if merged and not kept and all(part.report.status is Status.FAILED for part in merged):
        outcomes = [outcome for path in answers for outcome in answers[path]]
        raise next(o.result for o in outcomes if isinstance(o.result, ReviewerError))


def _second_look(
    reviewer: BatchReviewer, found: dict[str, Merged], asked: Sequence[diff.ChangedFile]
) -> tuple[tuple[Judgement, ...], tuple[str, ...], ReviewerError | None]:
    """Put every finding of the asked files to a sceptical request, file by file.

    Replaces the entries of `found`. A file whose request failed keeps its findings, which is said.
    """
    if reviewer.config.verify is Verify.OFF:
        return (), (), None
    doubted = [Doubted(file, found[file.path]) for file in asked if found[file.path].doubtful]
    judgements: list[Judgement] = []
    unverified: list[str] = []

    def note(_doubted: Doubted, result: tuple[Merged, tuple[Judgement, ...], bool]) -> None:
        merged, said, answered = result
        found[merged.report.path] = merged
        judgements.extend(said)
        if not answered:
            unverified.append(merged.report.path)

    left, stop = worker_pool.carry_out(
        doubted, reviewer.second_look, concurrency=reviewer.concurrency, on_result=note
    )
    unverified += [each.file.path for each in left]
    notes = (f"no second look was had at the findings in {', '.join(sorted(unverified))}",)
    return tuple(judgements), notes if unverified else (), stop


def _overview(
    reviewer: BatchReviewer,
    made: Review,
    asked: Sequence[diff.ChangedFile],
    stop: ReviewerError | None,
    *,
    alone: bool,
) -> tuple[Overview, tuple[str, ...], ReviewerError | None]:
    """Say what the change does; a single part has said so itself, and old words may still do."""
    rows = made.having(Status.REVIEWED)
    before = reviewer.merger.basis.state
    remembered = Overview(before.overview, before.major_changes)
    if not rows or stop:
        return Overview(), (), stop
    if not asked and reviewer.merger.basis.units and remembered.text and not reviewer.anew:
        return remembered, (), None
    if alone and len(rows) == 1:
        return Overview(rows[0].summary), (), None
    try:
        prompt = reviewer.prompts.overview(made.files)
        return reviewer.asking.ask(prompt, replies.parse_overview), (), None
    except ReviewerError as problem:
        log.warning("The overview is missing: %s", problem)
        return Overview(), (f"The overview is missing: {problem.what}",), problem
