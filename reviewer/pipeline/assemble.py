"""Makes one review of the results of all files."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.config.settings import Settings
from reviewer.finding import Finding
from reviewer.findings import ranking
from reviewer.findings.other_tools import tool_matches
from reviewer.findings.other_tools.tool_findings import ToolFindings
from reviewer.memory import gone, previous_review
from reviewer.memory.previous_review import PreviousReview
from reviewer.pipeline.file_result import FileResult
from reviewer.pull_request import PullRequest
from reviewer.review.result import FileReport, Overview, Review, Status, Withheld
from reviewer.review.spending import Spent


def assemble(
    results: Sequence[FileResult],
    *,
    pull: PullRequest,
    config: Settings,
    selection: Selection,
    previous: PreviousReview,
    as_prompt_text: Callable[[str], str],
    spent: Spent,
    tools: ToolFindings,
) -> Review:
    """Make the review of the results of all files; the overview is added later.

    Findings are joined with those of other tools, numbered, ranked and limited here. Those that
    `previous` has as dismissed are not shown.
    """
    dismissed = previous.state.dismissed
    by_changes = (_mask_body(each, as_prompt_text) for each in selection.findings)
    found = (*by_changes, *(f for each in results for f in each.findings))
    if tools.named or any(each.tools for each in found):
        found = tool_matches.join(found, dismissed, kept=tools.kept)
    distinct, repeated = ranking.dedupe(found)
    numbered, next_number = previous_review.assign_numbers(distinct, previous)
    shown, withheld = ranking.rank(numbered, config, dismissed)
    files = tuple(_with_findings(each.report, shown, numbered) for each in results)
    still_there = _make_presence_check(selection.with_lines, as_prompt_text)
    everything_is_new = not previous.findings and not any(map(_is_unread, files))
    missing = (
        gone.Gone()
        if everything_is_new
        else gone.sort_gone(previous, numbered, selection, files, still_there, tools)
    )
    return Review(
        head_sha=pull.head_sha,
        base_sha=pull.base_sha,
        overview=Overview(),
        findings=shown,
        files=files,
        withheld=_add_dropped(results, withheld, repeated),
        spent=spent,
        notes=config.notes + selection.notes + _note_ungraded(results, config) + tools.problems,
        job_summary_notes=(*filter(None, (config.origin,)), *tools.notes),
        tool_problems=tools.problems,
        dismissed=dismissed,
        fixed=missing.fixed,
        unchecked=missing.unchecked,
        unread=missing.unread,
        next_number=next_number,
        subject=pull.subject,
    )


def _add_dropped(results: Sequence[FileResult], withheld: Withheld, repeated: int) -> Withheld:
    refuted = sum(each.refuted for each in results)
    own = withheld + Withheld(duplicate=repeated, refuted=refuted)
    return sum((each.dropped for each in results), own)


def _mask_body(finding: Finding, as_prompt_text: Callable[[str], str]) -> Finding:
    """Mask secrets in the advice about a settings file, which repeats its lines."""
    body = as_prompt_text(finding.body)
    return replace(finding, candidate=replace(finding.candidate, body=body))


def _is_unread(row: FileReport) -> bool:
    return row.status is not Status.REVIEWED or bool(row.cuts)


def _note_ungraded(results: Iterable[FileResult], config: Settings) -> tuple[str, ...]:
    count = sum(each.ungraded for each in results)
    if not count:
        return ()
    noun = "finding has" if count == 1 else "findings have"
    gate = config.unknown_severity.label
    return (f"{count:,} {noun} a severity that is not known, which is read as {gate}",)


def _make_presence_check(
    files: Sequence[ChangedFile], as_prompt_text: Callable[[str], str]
) -> Callable[[Finding], bool]:
    """Return a function that decides if the code of a finding is still in the changed files."""
    by_path = {file.path: file for file in files}

    def still_there(finding: Finding) -> bool:
        file = by_path.get(finding.path)
        return bool(file and previous_review.still_present(file, (finding,), as_prompt_text))

    return still_there


def _with_findings(
    report: FileReport, shown: Sequence[Finding], known: Sequence[Finding]
) -> FileReport:
    return replace(
        report,
        findings=tuple(f for f in shown if f.path == report.path),
        known=tuple(f for f in known if f.path == report.path),
    )
