"""Parses the changes of a pull request, by file, hunk and line; only this module uses unidiff."""

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk as ParsedHunk
from unidiff.patch import Line as ParsedLine
from unidiff.patch import PatchSet

from reviewer.changes import git_diff
from reviewer.changes.git_diff import RawFile
from reviewer.pull_request import ListedFile

# GitHub's patches have no file headers, which unidiff needs; the real name is untrusted text.
_FILE_HEADERS = ("--- a/file", "+++ b/file")
_SUBMODULE = re.compile(r"Subproject commit [0-9a-f]{40,64}(-dirty)?")
# First characters of a patch's lines; "" is a blank context line whose space a mail program cut.
_STARTS = frozenset({"@", " ", "+", "-", "\\", ""})
# A line such as "*.py -diff" in it makes git report only that a file differs.
_ATTRIBUTES = ".gitattributes"
# Characters; git cuts the section at 80 bytes, so a longer one is not git's.
_LONGEST_SECTION = 120


class LineKind(enum.Enum):
    """The kind of a diff line, by its first character."""

    CONTEXT = " "
    ADDED = "+"
    REMOVED = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a hunk.

    `old` and `new` are its numbers in both versions, from 1; None where a version lacks the line.
    `text` has no marker and no line feed; a carriage return stays.
    """

    kind: LineKind
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Adjacent lines of one file; `section` is git's text after the second @@."""

    lines: tuple[Line, ...]
    section: str = ""

    @property
    def changed_lines(self) -> tuple[Line, ...]:
        """The added and removed lines."""
        return tuple(line for line in self.lines if line.kind is not LineKind.CONTEXT)


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file with hunks that can be reviewed; `status` is added, modified, renamed or copied."""

    path: str
    status: str
    hunks: tuple[Hunk, ...]
    previous_path: str | None = None

    @property
    def changed_lines(self) -> tuple[Line, ...]:
        """The added and removed lines of all hunks."""
        return tuple(line for hunk in self.hunks for line in hunk.changed_lines)


@dataclass(frozen=True, slots=True)
class Unreviewable:
    """A changed file without lines to show.

    `failed` means that it should have been reviewed; otherwise there is nothing to review.
    """

    path: str
    reason: str
    failed: bool


FileChange: TypeAlias = ChangedFile | Unreviewable


def needs_raw_diff(rows: Sequence[ListedFile]) -> bool:
    """Whether a row has no patch, and its status does not explain that or is not trusted."""
    doubted = _edits_attributes(rows)
    return any(not row.patch and (doubted or not _reason_without_lines(row)) for row in rows)


def reconcile(rows: Sequence[ListedFile], raw: str | None) -> tuple[FileChange, ...]:
    """Parse every row; `raw`, git's own diff, replaces a patch that the forge did not give.

    A file without lines in git's diff has nothing to review, unless the same change edits
    .gitattributes, which can hide lines from git's diff.
    """
    raw_files = {file.path: file for file in git_diff.parse(raw)} if raw else {}
    parse_row = _parse_doubted if _edits_attributes(rows) else _parse_with_git
    return tuple(parse_row(row, raw_files.get(row.path)) for row in rows)


def _edits_attributes(rows: Iterable[ListedFile]) -> bool:
    """Whether the change itself may control which of its files git shows no lines of."""
    return any(row.path.rpartition("/")[2] == _ATTRIBUTES for row in rows)


def _parse_doubted(row: ListedFile, raw: RawFile | None) -> FileChange:
    """Parse a row; one that git calls binary, or does not list, fails: its lines may be hidden."""
    has_lines = row.patch or row.status == "removed"
    if has_lines or (raw and raw.reason != git_diff.BINARY):
        return _parse_with_git(row, raw)
    reason = f"git shows no lines of it, and this change edits {_ATTRIBUTES}, which can hide them"
    return Unreviewable(row.path, reason, failed=True)


def _parse_with_git(row: ListedFile, raw: RawFile | None) -> FileChange:
    """Parse a row; where it has no patch, use the patch or the reason in git's diff."""
    if row.patch or row.status == "removed" or raw is None:
        return parse(row)
    if raw.patch:
        return parse(replace(row, patch=raw.patch))
    if raw.reason:
        return Unreviewable(row.path, raw.reason, failed=False)
    return parse(row)


def parse(row: ListedFile) -> FileChange:
    """Parse one row of the list of changed files, without the help of a raw diff."""
    if reason := _reason_without_lines(row):
        return Unreviewable(row.path, reason, failed=False)
    if not row.patch:
        return Unreviewable(row.path, "GitHub shows no patch", failed=True)
    hunks = _parse_hunks(row.patch)
    if hunks is None:
        return Unreviewable(row.path, "its patch cannot be parsed", failed=True)
    status = row.status if row.status in {"added", "renamed", "copied"} else "modified"
    file = ChangedFile(row.path, status, hunks, row.previous_path)
    if len(file.changed_lines) < max(1, row.additions + row.deletions):
        return Unreviewable(row.path, "its patch is incomplete", failed=True)
    if all(_SUBMODULE.fullmatch(line.text) for line in file.changed_lines):
        return Unreviewable(row.path, "submodule", failed=False)
    return file


def _reason_without_lines(row: ListedFile) -> str:
    """Return why a row has nothing to review, if its status alone explains it, else "".

    The status of a pure rename is trusted: a large change has many of them, and no raw diff.
    """
    match row.status:
        case "removed":
            return git_diff.DELETED
        case "renamed" | "copied" if not (row.patch or row.additions or row.deletions):
            return f"{row.status} without changes"
        case "unchanged":
            return "unchanged"
        case _:
            return ""


def _parse_hunks(patch: str) -> tuple[Hunk, ...] | None:
    """Parse a patch; None when a line of it is not parsed or a line number is impossible.

    unidiff drops the lines after a complete hunk without an error, so the parsed lines are counted.
    """
    lines = patch.removesuffix("\n").split("\n")
    if not _STARTS.issuperset(line[:1] for line in lines):
        return None
    try:
        # A list of lines, so that only a line feed ends a line, as on GitHub.
        parsed = PatchSet([f"{line}\n" for line in (*_FILE_HEADERS, *lines)])
    except (UnidiffParseError, ValueError):  # ValueError: a number of more than 4,300 digits
        return None
    hunks = [hunk for file in parsed for hunk in file]
    read = sum(1 + sum(bool(line.line_type) for line in hunk) for hunk in hunks)
    if len(parsed) != 1 or read != len(lines) or not _is_ascending(hunks):
        return None
    return tuple(_convert_hunk(hunk) for hunk in hunks)


def _is_ascending(hunks: Iterable[ParsedHunk]) -> bool:
    """Whether the hunks are in ascending order in both versions, the first at line 1 or later."""
    old_end = new_end = 1
    for hunk in hunks:
        # An empty side has the number of the line before it: "@@ -3,2 +2,0 @@".
        old_start = hunk.source_start + (hunk.source_length == 0)
        new_start = hunk.target_start + (hunk.target_length == 0)
        if old_start < old_end or new_start < new_end:
            return False
        old_end = old_start + hunk.source_length
        new_end = new_start + hunk.target_length
    return True


def _convert_hunk(parsed: ParsedHunk) -> Hunk:
    lines = tuple(_convert_line(line) for line in parsed if line.line_type != "\\")
    return Hunk(lines, parsed.section_header.strip()[:_LONGEST_SECTION])


def _convert_line(parsed: ParsedLine) -> Line:
    return Line(
        LineKind(parsed.line_type),
        parsed.source_line_no,
        parsed.target_line_no,
        parsed.value.removesuffix("\n"),
    )


def render_hunks(hunks: Iterable[Hunk]) -> str:
    """Return hunks as prompts show them: each line's number in the new file, marker and text.

    A removed line has no number. Each hunk starts with a line "@@ section".
    """
    return "\n".join(
        row for hunk in hunks for row in (render_heading(hunk), *map(render_line, hunk.lines))
    )


def render_heading(hunk: Hunk) -> str:
    """Return the line that starts a hunk."""
    return f"@@ {hunk.section}".rstrip()


def render_line(line: Line) -> str:
    """Return one line of a hunk: the number in six columns, the marker, the text."""
    return f"{line.new or '':>6} {line.kind.value} {line.text}"
