"""Makes one review of the reports of other runs, for `mode: publish`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from reviewer.adapters.files import report_files
from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection, assign_shards
from reviewer.config.settings import Settings
from reviewer.context.promises import Promises
from reviewer.errors import ReportError
from reviewer.finding import Dismissal
from reviewer.findings import promise_gaps
from reviewer.findings.other_tools import tool_findings
from reviewer.findings.other_tools.tool_findings import ToolFindings
from reviewer.memory import recall, state_line
from reviewer.memory.file_key import FileKey, FileKeys
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.recall import Recalled
from reviewer.memory.state import Unit
from reviewer.outputs import report_v1
from reviewer.pipeline import file_result
from reviewer.pipeline.assemble import assemble
from reviewer.pipeline.file_result import FileResult
from reviewer.pull_request import PullRequest
from reviewer.redaction.scan import Redaction, SecretMask
from reviewer.review.result import Overview, Review
from reviewer.run.asking.model_review import find_promises
from reviewer.run.reports import submitted_reports
from reviewer.run.reports.submitted_reports import SubmittedReports
from reviewer.run.run import Run
from reviewer.text import invisible

FORK_NOTE = "a run of the fork made this review; the fork's author could have changed it"


def read(run: Run, pull: PullRequest) -> SubmittedReports | str:
    """Read the reports in the workspace; a string is the reason why there is nothing to publish.

    Raises ReportError if a report is expected and none can be used.
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
        return f"the reports are about another head; {head} has a run of its own"
    if not reports and (run.wanted.upstream_succeeded or pull.from_fork):
        return "the reviewing run wrote no report: it had nothing to review or no API key"
    raise _make_error(f"No report was found in {', '.join(names)}.")


def _make_error(what: str) -> ReportError:
    return ReportError(
        what,
        cause="The run with `mode: review` failed, or its report was not passed to this job.",
        remedy="Check that run. Upload the file that its output report-path names, download it "
        "in this job, and set the input reports to its path.",
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
    """Make one review of the reported findings whose quotes are found in the changes.

    A report is untrusted: files, head and remembered results are taken from this run alone. The
    results in a fork's report are not reused later, because its author could have changed them.
    """
    masking = SecretMask.of(run.runner.secrets, selection.with_lines)

    def as_prompt_text(text: str) -> str:
        return masking(invisible.show(text))

    recalled = _recall(run, submitted, pull, previous)
    tools = _collect_tools(submitted, selection, as_prompt_text)
    results = _merge_files(submitted, selection, recalled, as_prompt_text, masking.redaction, tools)
    last = recalled.previous
    unverified = {path for path, unit in last.units.items() if not unit.verified}
    review = assemble(
        [_drop_key(each) if pull.from_fork else each.mark(unverified) for each in results],
        pull=pull,
        config=settings,
        selection=selection,
        previous=replace(last, state=replace(last.state, dismissed=dismissed)),
        as_prompt_text=as_prompt_text,
        spent=submitted.add_up_spent(),
        tools=tools,
    )
    promises = find_promises(run, settings, pull)
    notes = (*review.notes, *submitted.make_notes({*review.notes, *review.job_summary_notes}))
    origin = (FORK_NOTE,) if pull.from_fork else ()
    return replace(
        review,
        overview=_join_overviews(submitted, promises, selection, as_prompt_text),
        notes=(*origin, *notes),
        by_fork=pull.from_fork,
        lacks_whole=any(each.lacks_whole for each in submitted.reviews),
        # A fork's runs are paid for by others, and its author could write any figure.
        bills=() if pull.from_fork else submitted.list_bills(int(run.now.timestamp())),
        # What the reviewing runs could not read or place is in no report.
        withheld=review.withheld + submitted.add_up_dropped(),
        learnings=submitted.join_learnings(settings.learnings, len(selection.files)),
    )


def _join_overviews(
    submitted: SubmittedReports,
    promises: Promises,
    selection: Selection,
    as_prompt_text: Callable[[str], str],
) -> Overview:
    """Return the reported overviews as one, with the differences from issues whose quotes exist."""
    # They are looked for again: whoever wrote the report could have made them up.
    reported = (gap for each in submitted.reviews for gap in each.overview.gaps)
    gaps = promise_gaps.check(reported, promises, selection.files, as_prompt_text)
    return replace(submitted.join_overviews(), gaps=gaps, promises=promises.identity)


def _recall(
    run: Run, submitted: SubmittedReports, pull: PullRequest, previous: PreviousReview
) -> Recalled:
    """Return the last review without what other rules had found, and how to make keys of files."""
    units = {} if pull.from_fork else _believe_units(run, submitted, pull)
    reported = {path: FileKey.parse(unit.key) for path, unit in units.items()}
    previous = recall.forget_rules(previous, {path: key.rules for path, key in reported.items()})
    # A report shows what is within the limits of its run; the memory in it has all findings.
    previous = replace(previous, units={**previous.units, **units})
    keys = FileKeys(run.seal, small=run.inputs.small_model)
    find_key = partial(_find_key, keys, reported)
    return Recalled(previous, find_key, find_key)


def _merge_files(
    submitted: SubmittedReports,
    selection: Selection,
    recalled: Recalled,
    as_prompt_text: Callable[[str], str],
    redaction: Redaction,
    tools: ToolFindings,
) -> list[FileResult]:
    owner = assign_shards(selection.files, submitted.count)
    rows = submitted.rows_by_path()
    results = (
        file_result.merge(
            file,
            submitted.read_file(file, rows.get(file.path, ()), owner),
            recalled,
            as_prompt_text,
            redaction,
            tools,
        )
        for file in selection.files
    )
    previous = recalled.previous
    by_rules = file_result.read_by_rules(selection, previous, as_prompt_text, redaction, tools)
    return [*results, *by_rules]


def _collect_tools(
    submitted: SubmittedReports, selection: Selection, as_prompt_text: Callable[[str], str]
) -> ToolFindings:
    """Return what other tools found, according to the reports; a missing one may have had more."""
    rows = submitted.rows_by_path()
    found = {
        file.path: tool_findings.read_reported(
            file, (each for row in rows.get(file.path, ()) for each in row.findings), as_prompt_text
        )
        for file in selection.with_lines
    }
    missing = bool(submitted.missing_shards)
    return ToolFindings(found, submitted.tool_problems, named=True, partial=missing)


def _believe_units(run: Run, submitted: SubmittedReports, pull: PullRequest) -> Mapping[str, Unit]:
    """Return the files in the memories that the key of this run signed, by path."""
    largest = state_line.LARGEST_IN_REPORT
    memories = (
        state_line.believe(memory, run.seal, largest=largest)
        for memory in submitted.memories
        if run.seal.key
    )
    return {
        unit.path: unit
        for known in memories
        if known and known.head_sha == pull.head_sha
        for unit in known.units
    }


def _find_key(keys: FileKeys, reported: Mapping[str, FileKey], file: ChangedFile) -> str:
    """Return the key under which a reported result is remembered, "" if it must not be.

    Only the run that read a file knows the rules and the code that it was read with.
    """
    key = reported.get(file.path, FileKey(""))
    same = key.change == keys.identify_change(file) or keys.is_trivial(key, file)
    return key.write() if same else ""


def _drop_key(result: FileResult) -> FileResult:
    return replace(result, report=replace(result.report, key=""))
