"""Reviews the selected files: asks in batches, verifies the findings, adds the overview."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.config.enums import Verify
from reviewer.errors import CancelledError, ModelUnreachableError, ReviewerError
from reviewer.finding import Dismissal
from reviewer.findings.placement import FileCandidates
from reviewer.llm import replies
from reviewer.pipeline import review_batch
from reviewer.pipeline.file_result import FileResult, PartResult, assemble
from reviewer.pipeline.review_batch import FINAL_ERRORS, BatchResult, BatchReviewer, Verified
from reviewer.pipeline.worker_pool import run_all
from reviewer.review import Overview, Review, Status, Verification

log = logging.getLogger(__name__)

_Results = dict[str, list[PartResult]]


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
    batches = reviewer.pack(asked)
    if kept:
        # No batch holds the whole change.
        batches = tuple(replace(batch, whole=False) for batch in batches)
    replied = _ask(reviewer, batches)
    results = {file.path: reviewer.merge(file, replied.by_path[file.path]) for file in asked}
    _raise_if_nothing_was_reviewed([*results.values()], replied.by_path, kept=bool(kept))
    if replied.stop is None:
        verified = _verify(reviewer, results, batches)
    else:
        verified = _VerifiedFiles(results, stop=replied.stop)
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
    return _finish(reviewer, made, verified, asked, replied.overview)


@dataclass(slots=True)
class _Replied:
    """The results of the batches by path, with the overview of the reply that gave one.

    `stop` is the error that ended the asking early.
    """

    by_path: _Results
    overview: Overview = field(default_factory=Overview)
    stop: ReviewerError | None = None

    def add(self, batch: Batch, result: BatchResult) -> ReviewerError | None:
        """Add what came back about a batch; return the error after which no more is asked."""
        for each in result.results:
            self.by_path[each.part.file.path].append(each)
        if batch.whole:
            self.overview = result.overview
        return self._reason_to_stop(result.results)

    def _reason_to_stop(self, results: Sequence[PartResult]) -> ReviewerError | None:
        for each in results:
            if isinstance(each.result, FINAL_ERRORS):
                return each.result
            # A server that has replied before may reply again.
            if isinstance(each.result, ModelUnreachableError) and not self._has_reply():
                return each.result
        return None

    def _has_reply(self) -> bool:
        results = (each for of_file in self.by_path.values() for each in of_file)
        return any(isinstance(each.result, FileCandidates) for each in results)


def _ask(reviewer: BatchReviewer, batches: Sequence[Batch]) -> _Replied:
    """Ask about all batches; parts that are not asked about get what stopped the asking."""
    replied = _Replied({path: [] for batch in batches for path in batch.paths})
    done = 0

    def note(batch: Batch, result: BatchResult) -> ReviewerError | None:
        nonlocal done
        done += 1
        log.info("%d/%d %s", done, len(batches), batch.label)
        return replied.add(batch, result)

    left, replied.stop = run_all(
        batches, reviewer.review, concurrency=reviewer.concurrency, on_result=note
    )
    for part in (part for batch in left for part in batch.parts):
        if replied.stop:
            replied.by_path[part.file.path].append(PartResult(part, replied.stop))
    return replied


def _raise_if_nothing_was_reviewed(
    results: Sequence[FileResult], by_path: _Results, *, kept: bool
) -> None:
    if results and not kept and all(each.report.status is Status.FAILED for each in results):
        tried = [each for path in by_path for each in by_path[path]]
        raise next(each.result for each in tried if isinstance(each.result, ReviewerError))


@dataclass(frozen=True, slots=True)
class _VerifiedFiles:
    """The results by path after the verification, and the verifications.

    `unverified` lists the paths whose findings got no verdict; `stop` is the error that ended it
    early.
    """

    results: dict[str, FileResult]
    verifications: tuple[Verification, ...] = ()
    unverified: tuple[str, ...] = ()
    stop: ReviewerError | None = None


def _verify(
    reviewer: BatchReviewer, results: dict[str, FileResult], batches: Sequence[Batch]
) -> _VerifiedFiles:
    """Verify the model's findings, batch by batch.

    A file whose request failed keeps its findings and is listed as unverified.
    """
    if reviewer.config.verify is Verify.OFF:
        return _VerifiedFiles(results)
    results = dict(results)
    found = [finding for result in results.values() for finding in result.findings]
    tasks = [each for each in review_batch.assign(batches, found) if each[1]]
    verifications: list[Verification] = []
    unverified: set[str] = set()

    def note(_task: object, verified: Verified) -> None:
        results.update(_apply(verified, results))
        verifications.extend(verified.verifications)
        if not verified.complete:
            unverified.update(finding.path for finding in verified.findings)

    left, stop = run_all(
        tasks,
        lambda task: reviewer.verify(*task),
        concurrency=reviewer.concurrency,
        on_result=note,
    )
    unverified.update(finding.path for _, findings in left for finding in findings)
    return _VerifiedFiles(results, tuple(verifications), tuple(sorted(unverified)), stop)


def _apply(verified: Verified, results: dict[str, FileResult]) -> dict[str, FileResult]:
    """Return the results of the files whose findings were judged, with those that are left."""
    judged: dict[str, FileResult] = {}
    for path in {finding.path for finding in verified.findings}:
        before = results[path]
        others = [each for each in before.findings if each not in verified.findings]
        left = [each for each in verified.left if each.path == path]
        dropped = len(before.findings) - len(others) - len(left)
        judged[path] = replace(before, findings=(*others, *left), refuted=before.refuted + dropped)
    return judged


def _finish(
    reviewer: BatchReviewer,
    made: Review,
    verified: _VerifiedFiles,
    asked: Sequence[ChangedFile],
    overview: Overview,
) -> Review:
    """Return the review with its overview, its verifications and notes on how it was made."""
    problem = verified.stop
    if problem is None and not overview.text:
        overview, problem = _request_overview(reviewer, made, asked)
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
    reviewer: BatchReviewer, made: Review, asked: Sequence[ChangedFile]
) -> tuple[Overview, ReviewerError | None]:
    """Return the overview, and the error that prevented it.

    Without a request: a remembered overview is used if no file was asked about, and the summary of
    a single file if no other one was changed.
    """
    rows = made.files_with(Status.REVIEWED)
    before = reviewer.previous.state
    remembered = Overview(before.overview, before.major_changes)
    if not rows:
        return Overview(), None
    if not asked and reviewer.previous.units and remembered.text and not reviewer.refresh_overview:
        return remembered, None
    if len(rows) == len(asked) == 1 and not made.files_with(Status.SKIPPED):
        return Overview(rows[0].summary), None
    try:
        prompt = reviewer.prompts.overview(made.files)
        return reviewer.client.ask(prompt, replies.parse_overview), None
    except ReviewerError as problem:
        log.warning("The overview is missing: %s", problem)
        return Overview(), problem
