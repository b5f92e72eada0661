"""What changed, file by file and line by line; the only importer of unidiff."""

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

# GitHub's patches have no file headers and unidiff wants them; the true name is untrusted text.
_FILE_HEADERS = ("--- a/file", "+++ b/file")
_SUBMODULE = re.compile(r"Subproject commit [0-9a-f]{40,64}(-dirty)?")
# How every line of a patch starts; "" is a context line of which some mail program cut the blank.
_STARTS = frozenset({"@", " ", "+", "-", "\\", ""})
# Lines such as "*.py -diff" in it make git show nothing of a file but that it differs.
_ATTRIBUTES = ".gitattributes"
# Git cuts the section at 80 bytes; more than this is not git's.
_LONGEST_SECTION = 120


class LineKind(enum.Enum):
    """What a diff line does, by its first character."""

    CONTEXT = " "
    ADDED = "+"
    REMOVED = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a hunk; `old` and `new` count from 1, None where that version lacks the line.

    `text` is without the marker and without its line feed; a carriage return stays.
    """

    kind: LineKind
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring lines of one file; `section` is git's text after the second @@."""

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

    `failed` tells the file that should have been reviewed from the one with nothing to review.
    """

    path: str
    reason: str
    failed: bool


FileChange: TypeAlias = ChangedFile | Unreviewable


def needs_raw_diff(rows: Sequence[ListedFile]) -> bool:
    """Whether some row has no patch and its status does not say why, or is not believed."""
    doubted = _edits_attributes(rows)
    return any(not row.patch and (doubted or not _reason_without_lines(row)) for row in rows)


def reconcile(rows: Sequence[ListedFile], raw: str | None) -> tuple[FileChange, ...]:
    """Parse every row; where the forge gave no patch, `raw` (git's diff) speaks for it.

    What git does not show is believed to be nothing, unless the same change says what git shows.
    """
    told = {file.path: file for file in git_diff.parse(raw)} if raw else {}
    look = _parse_doubted if _edits_attributes(rows) else _parse_with_git
    return tuple(look(row, told.get(row.path)) for row in rows)


def _edits_attributes(rows: Iterable[ListedFile]) -> bool:
    """Whether the change may say itself which of its files git shows no lines of."""
    return any(row.path.rpartition("/")[2] == _ATTRIBUTES for row in rows)


def _parse_doubted(row: ListedFile, told: RawFile | None) -> FileChange:
    """Fail a file that may have lines, as long as git does not say that it has none."""
    shown = row.patch or row.status == "removed"
    if shown or (told and told.reason != git_diff.BINARY):
        return _parse_with_git(row, told)
    reason = f"git shows no lines of it, and this change is one of {_ATTRIBUTES} too"
    return Unreviewable(row.path, reason, failed=True)


def _parse_with_git(row: ListedFile, told: RawFile | None) -> FileChange:
    """Parse a row with what git told about the same file."""
    if row.patch or row.status == "removed" or told is None:
        return parse(row)
    if told.patch:
        return parse(replace(row, patch=told.patch))
    if told.reason:
        return Unreviewable(row.path, told.reason, failed=False)
    return parse(row)


def parse(row: ListedFile) -> FileChange:
    """Read one row of the list of changed files."""
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
    """Say why a row has nothing to review, where its status alone explains it.

    Pure renames are taken at their word: a large diff has many of them and no raw diff to ask.
    """
    match row.status:
        case "removed":
            return "deleted"
        case "renamed" | "copied" if not (row.patch or row.additions or row.deletions):
            return f"{row.status} without changes"
        case "unchanged":
            return "unchanged"
        case _:
            return ""


def _parse_hunks(patch: str) -> tuple[Hunk, ...] | None:
    """Parse a patch; None when a single line of it is left over or a number cannot be right.

    unidiff drops the lines that follow a complete hunk, so what it read is counted.
    """
    lines = patch.removesuffix("\n").split("\n")
    if not _STARTS.issuperset(line[:1] for line in lines):
        return None
    try:
        # Given as a list: only a line feed ends a line, as on GitHub.
        parsed = PatchSet([f"{line}\n" for line in (*_FILE_HEADERS, *lines)])
    except (UnidiffParseError, ValueError):  # ValueError: a number of more than 4,300 digits
        return None
    hunks = [hunk for file in parsed for hunk in file]
    read = sum(1 + sum(bool(line.line_type) for line in hunk) for hunk in hunks)
    if len(parsed) != 1 or read != len(lines) or not _is_ascending(hunks):
        return None
    return tuple(_convert_hunk(hunk) for hunk in hunks)


def _is_ascending(hunks: Iterable[ParsedHunk]) -> bool:
    """Whether the hunks follow each other in both versions, the first at line 1 or later."""
    old_end = new_end = 1
    for hunk in hunks:
        # An empty side names the line before it: "@@ -3,2 +2,0 @@".
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
    """Print hunks as prompts show them: the new file's line number, the marker, the text.

    A removed line has no number. Each hunk starts with a line "@@ section".
    """
    return "\n".join(
        row for hunk in hunks for row in (render_heading(hunk), *map(render_line, hunk.lines))
    )


def render_heading(hunk: Hunk) -> str:
    """Print the line that starts a hunk."""
    return f"@@ {hunk.section}".rstrip()


def render_line(line: Line) -> str:
    """Print one line of a hunk: six columns for the number, the marker, the text."""
    return f"{line.new or '':>6} {line.kind.value} {line.text}"
