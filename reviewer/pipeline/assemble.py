"""Puts the results of all files together: one review, its findings ranked and numbered."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.config.settings import Config
from reviewer.finding import Dismissal, Finding
from reviewer.findings import placement, ranking
from reviewer.memory import previous_review
from reviewer.memory.previous_review import PreviousReview
from reviewer.pipeline.file_result import FileResult
from reviewer.pull_request import PullRequest
from reviewer.review import FileReport, Overview, Review, Spent


def assemble(  # everything that a review is made of, each by name
    results: Sequence[FileResult],
    *,
    pull: PullRequest,
    config: Config,
    selection: Selection,
    previous: PreviousReview,
    dismissed: tuple[Dismissal, ...],
    as_prompt_text: Callable[[str], str],
    spent: Spent,
) -> Review:
    """Make the review of the results, still without an overview."""
    distinct, repeated = placement.dedupe(tuple(f for each in results for f in each.findings))
    numbered, next_number = previous_review.number(distinct, previous)
    shown, withheld = ranking.rank(numbered, config, dismissed)
    files = tuple(_with_findings(each.report, shown, numbered) for each in results)
    files += selection.reports
    still_there = _question(selection.files, as_prompt_text)
    return Review(
        head_sha=pull.head_sha,
        base_sha=pull.base_sha,
        overview=Overview(),
        findings=shown,
        files=files,
        withheld=replace(
            withheld,
            duplicate=withheld.duplicate + repeated,
            unplaced=sum(each.unplaced for each in results),
            refuted=sum(each.refuted for each in results),
        ),
        spent=spent,
        notes=config.notes + selection.notes,
        asides=tuple(filter(None, (config.origin,))),
        dismissed=dismissed,
        fixed=previous_review.find_fixed(previous, numbered, files, still_there),
        next_number=next_number,
    )


def _question(
    files: Sequence[ChangedFile], as_prompt_text: Callable[[str], str]
) -> Callable[[Finding], bool]:
    """Return the function that says if the code of a finding is still among the changes."""
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
