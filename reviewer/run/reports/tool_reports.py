"""Reads the reports that other tools left in the workspace, for the findings of a run."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from reviewer.adapters.files.confined import ConfinedFolder
from reviewer.changes.selection import Selection
from reviewer.context.repository.head_files import HeadFiles
from reviewer.errors import ForgeError, ReviewerError, WorkspaceError
from reviewer.finding import Origin
from reviewer.findings.other_tools import tool_findings
from reviewer.findings.other_tools.tool_files import RepositoryRoots, ToolFiles
from reviewer.findings.other_tools.tool_findings import ToolFindings
from reviewer.findings.other_tools.tool_results import SarifReport
from reviewer.memory.previous_review import PreviousReview
from reviewer.pull_request import PullRequest
from reviewer.redaction.scan import Redaction
from reviewer.run.run import Run
from reviewer.text.truncate import shorten_name

log = logging.getLogger(__name__)

_MOST_PROBLEMS = 5
_LARGEST = 10_000_000
"""Bytes of a file that is compared with the diff."""


def find(
    run: Run,
    pull: PullRequest,
    head: HeadFiles,
    selection: Selection,
    previous: PreviousReview,
    redaction: Redaction,
) -> ToolFindings:
    """Return what the reports that the input `sarif` names say of the changed lines.

    A run without them, such as that of a comment, keeps what the last review of the same commit
    had, if it had all. Otherwise the review of a run without them is incomplete.
    """
    found = _read(run, head, selection, redaction)
    for problem in found.problems:
        log.warning("%s", problem)
    known = previous.state
    same = (known.head_sha, known.base_sha) == (pull.head_sha, pull.base_sha)
    if found.problems and same and known.complete and run.seal.key:
        return _keep(previous, found)
    return found


def _read(run: Run, head: HeadFiles, selection: Selection, redaction: Redaction) -> ToolFindings:
    # Only a run with reports needs these.
    from reviewer.adapters.files import tool_report_files
    from reviewer.findings.other_tools import sarif_results

    roots = RepositoryRoots(run.folders, run.repository.rpartition("/")[2])
    reports: list[SarifReport] = []
    for name, data in tool_report_files.read(run.workspace, run.inputs.sarif, roots.folders):
        try:
            if isinstance(data, ReviewerError):
                raise data
            reports.append(sarif_results.parse(data))
        except ReviewerError as problem:
            what = problem.what.rpartition(" was not read: ")[2].rstrip(".")
            lost = f"the report {shorten_name(name)} of another tool was not read: {what}"
            reports.append(SarifReport((), (lost,)))
    report = sarif_results.join(reports)
    files = ToolFiles(partial(_read_checkout, run.checkout), partial(_is_in_head, head))
    placed = tool_findings.place(report, selection.with_lines, roots, redaction, files)
    number = report.suppressed
    notes = [f"results of other tools that the code suppresses: {number:,}"] if number else []
    return replace(
        placed,
        problems=_limit((*report.problems, *placed.problems)),
        notes=(*placed.notes, *notes),
    )


def _read_checkout(folder: str, path: str) -> bytes | None:
    """Return a file that is checked out, None where there is no such plain file."""
    try:
        return ConfinedFolder(folder).read(path, _LARGEST)
    except WorkspaceError:
        return None


def _is_in_head(head: HeadFiles, path: str) -> bool:
    """Return True if the head commit has a file at the path, as far as its files can be listed."""
    try:
        return path in head.list_files(optional=True)
    except ForgeError:
        return False


def _limit(problems: Iterable[str]) -> tuple[str, ...]:
    """Return the first problems and the number of the others; texts of tools are untrusted."""
    distinct = tuple(dict.fromkeys(problems))
    left = len(distinct) - _MOST_PROBLEMS
    more = (f"{left:,} more reports of other tools cannot be used",) if left > 0 else ()
    return (*distinct[:_MOST_PROBLEMS], *more)


def _keep(previous: PreviousReview, found: ToolFindings) -> ToolFindings:
    """Return the findings of tools that the last review of this commit had."""
    by_path = {
        unit.path: tuple(
            replace(each, origin=Origin.TOOL)
            for each in unit.findings
            # Where the model is asked again, what was joined with its words is a tool's again.
            if each.origin is Origin.TOOL or (each.tools and unit.path not in previous.units)
        )
        for unit in previous.state.units
    }
    note = f"what other tools report is that of the last run on this commit: {found.problems[0]}"
    return ToolFindings(by_path, notes=(note,), named=True, kept=True)
