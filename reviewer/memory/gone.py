"""Decides which findings of the last review are fixed: their code was read, and is gone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.changes import default_excludes, git_diff, languages
from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import LineKind
from reviewer.changes.selection import Selection
from reviewer.finding import Finding, Origin, covers, normalize, quoted_lines, resembles
from reviewer.findings.other_tools.tool_findings import NO_TOOLS, ToolFindings
from reviewer.memory.file_key import unit_key
from reviewer.memory.previous_review import PreviousReview
from reviewer.review.result import FileReport, Status
from reviewer.text import digest

_SHORTEST_MOVED = 30
"""Characters of a quote that is recognised in another file."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The findings of the last review that this one lacks.

    The code of those in `fixed` was read and is gone. That of `unchecked` ones was not read, so
    they may still be there. `unread` is a hash of all that this review has not read: "" if it has
    read everything, or if the bytes of a file are not known.
    """

    fixed: tuple[Finding, ...] = ()
    unchecked: tuple[Finding, ...] = ()
    unread: str = ""


@dataclass(frozen=True, slots=True)
class _Unread:
    """A row of which the model has not seen everything; `file` is None if it has no lines.

    `chosen` says that the workflow or the repository excludes the file.
    """

    row: FileReport
    file: ChangedFile | None
    chosen: bool


def sort_gone(
    previous: PreviousReview,
    present: Sequence[Finding],
    selection: Selection,
    files: Sequence[FileReport],
    still_there: Callable[[Finding], bool],
    tools: ToolFindings = NO_TOOLS,
) -> Gone:
    """Sort the findings of the last review that are not in `present`; dismissed ones are left out.

    `files` are the rows of this review. A finding whose code is `still_there` although this review
    does not have it is neither fixed nor unchecked: the model has changed its mind, or the tool,
    of which `tools` holds the present findings.
    """
    rows = {row.path: row for row in files}
    by_path = {file.path: file for file in selection.with_lines}
    unread = tuple(_find_unread(files, by_path))
    state = _identify(unread)
    changed = not state or state != previous.state.unread
    of_tools = [each for each in previous.findings if each.origin is Origin.TOOL]
    fixed, unchecked = _sort_of_tools(of_tools, previous, present, selection, still_there, tools)
    for old in (each for each in previous.findings if each.origin is not Origin.TOOL):
        row = rows.get(old.path)
        if old.path in selection.elsewhere or _is_left_out_by_choice(old, row, by_path):
            continue
        read = _was_read(old, row, by_path)
        if _is_replaced(old, present, previous, read=read):
            continue
        # Nothing moved into files that were not read if they are the same as at the last review.
        holders = unread if changed or old in previous.state.unchecked else ()
        if not read or any(_may_hold(each, old) for each in holders):
            unchecked.append(old)
        elif old.origin is Origin.RULE or still_there(old):
            continue
        elif _find_copy(old, by_path.values()):
            # From scratch, the model may judge otherwise, but nothing says that it is fixed.
            if previous.units and not _is_reported_elsewhere(old, present):
                unchecked.append(old)
        else:
            fixed.append(old)
    return Gone(tuple(fixed), tuple(unchecked), state)


def _sort_of_tools(
    known: Iterable[Finding],
    previous: PreviousReview,
    present: Sequence[Finding],
    selection: Selection,
    still_there: Callable[[Finding], bool],
    tools: ToolFindings,
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings of tools that are fixed, and those that this run cannot judge.

    Of the others the tool has changed its mind, or the workflow names no reports any more.
    """
    gone = [
        old
        for old in known
        if old.path not in selection.elsewhere
        and not _is_replaced(old, present, previous, read=True)
    ]
    if tools.problems or tools.partial:
        return [], gone
    return [old for old in gone if tools.named and not still_there(old)], []


def _identify(unread: Sequence[_Unread]) -> str:
    about = [
        (each.row.path, unit_key(each.file) if each.file else each.row.content) for each in unread
    ]
    known = about and all(content for _, content in about)
    parts = (part for pair in sorted(about) for part in pair)
    return digest.identify("unread", *parts) if known else ""


def _find_unread(
    files: Iterable[FileReport], by_path: Mapping[str, ChangedFile]
) -> Iterable[_Unread]:
    for row in files:
        file = by_path.get(row.path)
        chosen = row.status is Status.SKIPPED
        whole = row.status is Status.REVIEWED and not row.cuts
        # A rule understood each line of a lock file that it checked: none is code.
        if not (whole or row.checked or (chosen and file is None)):
            yield _Unread(row, file, chosen)


def _is_replaced(
    old: Finding, present: Iterable[Finding], previous: PreviousReview, *, read: bool
) -> bool:
    """Return True if a finding of this review, or a dismissal, is about the same problem.

    One that is less severe replaces it only if its code was read again.
    """
    for each in present:
        if resembles(old, each) and (read or (covers(each, old) and each.origin is old.origin)):
            return True
    return any(
        resembles(old, each.finding) and each.finding.severity >= old.severity
        for each in previous.state.dismissed
    )


def _is_left_out_by_choice(
    old: Finding, row: FileReport | None, by_path: Mapping[str, ChangedFile]
) -> bool:
    """Return True if workflow or repository now exclude the file of a finding."""
    return row is not None and row.status is Status.SKIPPED and old.path in by_path


def _was_read(old: Finding, row: FileReport | None, by_path: Mapping[str, ChangedFile]) -> bool:
    """Return True if this review has read the file of a finding whole, or if it has no such code.

    A rule reads every file with lines. Of a link, nobody reads what it leads to.
    """
    if row is None or (row.status is Status.SKIPPED and git_diff.adds_nothing(row.reason)):
        return True
    file = by_path.get(old.path)
    if file and file.is_link:
        return False
    if old.origin is Origin.RULE:
        return row.status is Status.REVIEWED or file is not None
    return row.status is Status.REVIEWED and not row.cuts


def _may_hold(unread: _Unread, old: Finding) -> bool:
    """Return True if the code of a finding may be in what was not read of another file.

    What has no lines, such as an archive, may hold anything. Of other files, those of the same
    language with added lines may. Of a file that a maintainer excludes, its lines decide.
    """
    file = unread.file
    if unread.row.path == old.path:
        return False
    if file is None or unread.row.reason in default_excludes.OPAQUE:
        return True
    if file.previous_path == old.path or _name(file.path) == _name(old.path):
        return True
    if old.origin is Origin.RULE:
        # The rule has read these lines too.
        return False
    if _has_lines(file, old):
        return True
    is_added = any(line.kind is LineKind.ADDED for line in file.changed_lines)
    return is_added and not unread.chosen and languages.may_share_code(file.path, old.path)


def _find_copy(old: Finding, files: Iterable[ChangedFile]) -> bool:
    """Return True if the code of a finding is in the change, in a place that it does not have.

    It may be there twice, or in a file that was renamed. In others, a short quote proves nothing.
    """
    is_long = sum(map(len, quoted_lines(old))) >= _SHORTEST_MOVED
    return any(
        _has_lines(file, old)
        for file in files
        if is_long or old.path in {file.path, file.previous_path}
    )


def _is_reported_elsewhere(old: Finding, present: Iterable[Finding]) -> bool:
    there = (replace(each, candidate=replace(each.candidate, path=old.path)) for each in present)
    return any(resembles(old, each) and covers(each, old) for each in there)


def _has_lines(file: ChangedFile, old: Finding) -> bool:
    """Return True if each quoted line is among the lines of the file after the change."""
    lines = {
        normalize(line.text)
        for hunk in file.hunks
        for line in hunk.lines
        if line.kind is not LineKind.REMOVED
    }
    return lines.issuperset(quoted_lines(old))


def _name(path: str) -> str:
    return path.rpartition("/")[2]
