"""Publishes reviews that other runs have made: their reports are data, the pull request decides."""

from dataclasses import replace

from reviewer.adapters.files import report_files
from reviewer.changes.selection import Selection, assign_shards
from reviewer.config.settings import Settings
from reviewer.errors import ReportError
from reviewer.finding import Dismissal
from reviewer.memory.previous_review import PreviousReview
from reviewer.outputs import report_v1
from reviewer.pipeline import file_result
from reviewer.pipeline.file_result import FileResult, assemble
from reviewer.pull_request import PullRequest
from reviewer.redaction.scan import SecretMask
from reviewer.review import Review
from reviewer.run import submitted_reports
from reviewer.run.run import Run
from reviewer.run.submitted_reports import SubmittedReports
from reviewer.text import invisible

FORK_NOTE = "the review was made by a run of the fork, which its author could have changed"


def read(run: Run, pull: PullRequest) -> SubmittedReports | str:
    """Read the reports in the workspace, or return the reason why there is nothing to publish.

    Raises ReportError when a report should be there and none can be used.
    """
    names = run.inputs.reports
    reports = report_files.read(run.workspace, names, largest=report_v1.LARGEST)
    submitted = submitted_reports.accept(reports, pull.head_sha)
    if submitted.reviews:
        return submitted
    if submitted.complaints:
        raise _make_error(
            f"None of the reports can be used: {'; '.join(submitted.complaints[:3])}."
        )
    if submitted.stale:
        head = pull.head_sha[:7]
        return f"the reports are about another head than {head}, which has a run of its own"
    if not reports and (run.wanted.settled or pull.from_fork):
        return "the run that could have reviewed left no report: it had nothing to review or no key"
    raise _make_error(f"No report was found in {', '.join(names)}.")


def _make_error(what: str) -> ReportError:
    return ReportError(
        what,
        cause="The run with `mode: review` failed, or its report was not handed on.",
        remedy="See that run; its output report-path names the file to hand on, and the input "
        "reports the place to look for it.",
    )


def merge(
    run: Run,
    submitted: SubmittedReports,
    pull: PullRequest,
    settings: Settings,
    selection: Selection,
    previous: PreviousReview,
    dismissed: tuple[Dismissal, ...],
) -> Review:
    """Hold the reports against the changes and make one review of what is left.

    No file of a fork's report is remembered: its author could have changed what it says.
    """
    masking = SecretMask.of(run.runner.secrets, selection.files)

    def as_prompt_text(text: str) -> str:
        return masking(invisible.show(text))

    owner = assign_shards(selection.files, submitted.count)
    rows = submitted.rows_by_path()
    results = [
        file_result.merge(
            file,
            submitted.read_file(file, rows.get(file.path, ()), owner),
            previous,
            as_prompt_text,
            masking.redaction,
        )
        for file in selection.files
    ]
    review = assemble(
        list(map(_drop_key, results)) if pull.from_fork else results,
        pull=pull,
        config=settings,
        selection=selection,
        previous=previous,
        dismissed=dismissed,
        as_prompt_text=as_prompt_text,
        spent=submitted.add_up_spent(),
    )
    notes = (*review.notes, *submitted.make_notes({*review.notes, *review.job_summary_notes}))
    origin = (FORK_NOTE,) if pull.from_fork else ()
    return replace(review, overview=submitted.join_overviews(), notes=(*origin, *notes))


def _drop_key(result: FileResult) -> FileResult:
    return replace(result, report=replace(result.report, key=""))
