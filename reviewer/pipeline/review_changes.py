"""Reviews the selected files: asks in batches, verifies the findings, adds the overview."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.config.enums import Batching, Verify
from reviewer.context.whole_change import WholeChange
from reviewer.errors import CancelledError, ReviewerError
from reviewer.finding import Dismissal, Finding
from reviewer.findings.candidates import FileCandidates
from reviewer.llm import replies
from reviewer.pipeline import verify_batch
from reviewer.pipeline.ask_batches import ask_batches
from reviewer.pipeline.file_result import FileResult, PartResult, assemble
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.pipeline.verify_batch import Verified
from reviewer.pipeline.worker_pool import run_all
from reviewer.review import Overview, Review, Status, Verification

log = logging.getLogger(__name__)


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
    batches = reviewer.requests.pack(asked)
    if kept:
        # No batch holds the whole change.
        batches = tuple(replace(batch, whole=False) for batch in batches)
    whole = _choose_whole(reviewer, selection.files, batches)
    passes = reviewer.requests.add_second_pass(batches)
    replied = ask_batches(reviewer, passes, whole)
    results = {file.path: reviewer.merge(file, replied.by_path[file.path]) for file in asked}
    _raise_if_nothing_was_reviewed([*results.values()], replied.by_path, kept=bool(kept))
    found = _add_whole(reviewer, selection.files, kept | results, replied.whole)
    if replied.stop is None:
        verified = _verify(reviewer, found, batches, whole)
    else:
        verified = _VerifiedFiles(found.results, stop=replied.stop)
    made = assemble(
        [
            *(verified.results[file.path] for file in selection.files),
            *reviewer.read_by_rules(selection),
        ],
        pull=reviewer.pull,
        config=reviewer.config,
        selection=selection,
        previous=reviewer.previous,
        dismissed=dismissed,
        as_prompt_text=reviewer.prompts.as_prompt_text,
        spent=reviewer.client.budget.spent(),
    )
    return _finish(reviewer, made, verified, asked, replied.overview)


def _choose_whole(
    reviewer: BatchReviewer, files: Sequence[ChangedFile], batches: Sequence[Batch]
) -> WholeChange | None:
    """Return what a request about the whole change shows, None if no such request is needed.

    One is needed where the batches see the change in pieces.
    """
    if reviewer.requests.batching is Batching.FILE or not batches or batches[0].whole:
        return None
    return reviewer.requests.show_whole(files)


@dataclass(frozen=True, slots=True)
class _Found:
    """The results by path, and the findings that the request about the whole change added."""

    results: dict[str, FileResult]
    across_files: tuple[Finding, ...] = ()


def _add_whole(
    reviewer: BatchReviewer,
    files: Sequence[ChangedFile],
    results: dict[str, FileResult],
    sections: Mapping[str, FileCandidates],
) -> _Found:
    across: list[Finding] = []
    for file in files:
        if section := sections.get(file.path):
            results[file.path], new = reviewer.add(file, results[file.path], section)
            across += new
    return _Found(results, tuple(across))


def _raise_if_nothing_was_reviewed(
    results: Sequence[FileResult], by_path: Mapping[str, Sequence[PartResult]], *, kept: bool
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
    reviewer: BatchReviewer, found: _Found, batches: Sequence[Batch], whole: WholeChange | None
) -> _VerifiedFiles:
    """Verify the model's findings batch by batch, and those across files with all that was shown.

    A file whose request failed keeps its findings and is listed as unverified. Remembered findings
    of files that were not asked about were verified before.
    """
    if reviewer.config.verify is Verify.OFF:
        return _VerifiedFiles(found.results)
    results = dict(found.results)
    asked = dict.fromkeys(path for batch in batches for path in batch.paths)
    new = [
        finding
        for path in asked
        for finding in results[path].findings
        if finding not in found.across_files
    ]
    tasks = [each for each in verify_batch.assign(batches, new) if each[1]]
    if whole and found.across_files:
        tasks.append((Batch(whole.parts), found.across_files))
    agreed = frozenset(each for result in results.values() for each in result.agreed)
    verifications: list[Verification] = []
    unverified: set[str] = set()

    def note(_task: object, verified: Verified) -> None:
        results.update(_apply(verified, results))
        verifications.extend(verified.verifications)
        if not verified.complete:
            unverified.update(finding.path for finding in verified.findings)

    left, stop = run_all(
        tasks,
        lambda task: verify_batch.verify(reviewer, *task, agreed),
        concurrency=reviewer.concurrency,
        on_result=note,
    )
    unverified.update(finding.path for _, findings in left for finding in findings)
    return _VerifiedFiles(results, tuple(verifications), tuple(sorted(unverified)), stop)


def _apply(verified: Verified, results: dict[str, FileResult]) -> dict[str, FileResult]:
    """Return the results of the files whose findings were judged, with those that are left."""
    judged: dict[str, FileResult] = {}
    for path in dict.fromkeys(finding.path for finding in verified.findings):
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
        # With the request for the overview, which came last.
        spent=reviewer.client.budget.spent(),
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
