"""Parses the changes of a pull request, by file, hunk and line; only this module uses unidiff."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk as ParsedHunk
from unidiff.patch import Line as ParsedLine
from unidiff.patch import PatchSet

from reviewer.changes import git_diff
from reviewer.changes.git_diff import RawFile
from reviewer.changes.lines import Line, LineKind, pack
from reviewer.changes.without_lines.unshown import Unreviewable, Unshown
from reviewer.pull_request import ListedFile
from reviewer.review.result import Status
from reviewer.text.truncate import shorten_name

# GitHub's patches have no file headers, which unidiff needs; the real name is untrusted text.
_FILE_HEADERS = ("--- a/file", "+++ b/file")
_SUBMODULE = re.compile(r"Subproject commit [0-9a-f]{40,64}(-dirty)?")
# First characters of a patch's lines; "" is a blank context line whose space a mail program cut.
_STARTS = frozenset({"@", " ", "+", "-", "\\", ""})
# What GitHub shows in place of bytes that are not UTF-8.
_UNDECODED = "\ufffd"
# Characters; git cuts the section at 80 bytes, so a longer one is not git's.
_LONGEST_SECTION = 120
# Lines; those of longer hunks are packed.
_LONG_HUNK = 250


@dataclass(frozen=True, slots=True)
class Hunk:
    """Adjacent lines of one file; `section` is git's text after the second @@."""

    lines: Sequence[Line]
    section: str = ""

    @classmethod
    def of(cls, lines: Sequence[Line], section: str = "") -> "Hunk":
        """Return a hunk that takes little memory, however many lines it has."""
        if len(lines) < _LONG_HUNK:
            return cls(tuple(lines), section)
        return cls(pack(lines), section)

    @property
    def changed_lines(self) -> tuple[Line, ...]:
        """The added and removed lines."""
        return tuple(line for line in self.lines if line.kind is not LineKind.CONTEXT)


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file with hunks that can be reviewed; `status` is added, modified, renamed or copied.

    `remark` says what a reader would not expect, such as that git shows no lines of the file.
    `base_text` is the whole text before the change: of lock files, where it could be read. `modes`
    are git's before and after, where they differ or are those of a link; "" for one not known.
    """

    path: str
    status: str
    hunks: tuple[Hunk, ...]
    previous_path: str | None = None
    remark: str = ""
    base_text: str | None = None
    modes: tuple[str, str] = ("", "")

    @property
    def is_link(self) -> bool:
        """True for a symbolic link, whose only line is the path that it leads to."""
        return self.modes[1] == git_diff.LINK

    @property
    def changed_lines(self) -> tuple[Line, ...]:
        """The added and removed lines of all hunks."""
        return tuple(line for hunk in self.hunks for line in hunk.changed_lines)


FileChange: TypeAlias = ChangedFile | Unreviewable | Unshown


def needs_raw_diff(rows: Sequence[ListedFile]) -> bool:
    """Return True if a row has no patch that its status explains, or may be a symbolic link.

    Only git's diff distinguishes a link from a file with its path as text, one line without a line
    feed.
    """
    return any(
        (not row.patch and not _reason_without_lines(row)) or _may_be_link(row) for row in rows
    )


def _may_be_link(row: ListedFile) -> bool:
    lines = (row.patch or "").split("\n")[1:]
    return (
        bool(lines)
        and lines[-1].startswith("\\")
        and not any(line.startswith((" ", "@")) for line in lines)
    )


def reconcile(rows: Sequence[ListedFile], raw: str | None) -> tuple[FileChange, ...]:
    """Parse every row; `raw`, git's own diff, replaces a patch that the forge did not give.

    Of two rows with the same path, which names that are not UTF-8 can have, the second fails.
    """
    raw_files = _index_by_path(git_diff.parse(raw)) if raw else {}
    changes: list[FileChange] = []
    seen: set[str] = set()
    for row in rows:
        if row.path in seen:
            changes.append(Unshown(row).report(Status.FAILED, "listed twice, with other changes"))
        else:
            changes.append(_parse_with_git(row, raw_files.get(row.path)))
        if row.status != "removed":
            seen.add(row.path)
    return tuple(changes)


def _index_by_path(files: Sequence[RawFile]) -> dict[str, RawFile]:
    """Return the files of git's diff by path, without those that share a path.

    git shows a file that became a link as a deletion and an addition.
    """
    kept = [file for file in files if file.reason != git_diff.DELETED]
    before = {file.path: file.modes[0] for file in files if file.reason == git_diff.DELETED}
    count = Counter(file.path for file in kept)
    return {
        file.path: replace(file, modes=(before.get(file.path, file.modes[0]), file.modes[1]))
        for file in kept
        if count[file.path] == 1
    }


def _parse_with_git(row: ListedFile, raw: RawFile | None) -> FileChange:
    """Parse a row; where it has no patch, use the patch or the reason in git's diff."""
    if row.status == "removed" or raw is None:
        return parse(row)
    old, new = raw.modes
    file = _parse_with_reason(row, raw)
    is_telling = (old and old != new) or new == git_diff.LINK
    return replace(file, modes=raw.modes) if is_telling else file


def _parse_with_reason(row: ListedFile, raw: RawFile) -> FileChange:
    if row.patch:
        return parse(row)
    if raw.patch:
        return parse(replace(row, patch=raw.patch))
    if raw.reason and raw.reason != git_diff.BINARY:
        return Unreviewable(
            row.path, _explain(row, raw.reason), Status.SKIPPED, previous_path=row.previous_path
        )
    return Unshown(row, binary=raw.reason == git_diff.BINARY)


def _explain(row: ListedFile, reason: str) -> str:
    """Return the reason, with the path before a rename."""
    renamed = reason.endswith(git_diff.UNCHANGED) and row.previous_path
    return f"{reason} from {shorten_name(row.previous_path or '')}" if renamed else reason


def parse(row: ListedFile) -> FileChange:
    """Parse one row of the list of changed files, without the help of a raw diff."""
    if reason := _reason_without_lines(row):
        return Unreviewable(row.path, reason, Status.SKIPPED)
    if not row.patch:
        return Unshown(row)
    if _UNDECODED in row.patch:
        return Unshown(row, garbled=True)
    return parse_as_shown(row)


def parse_as_shown(row: ListedFile) -> ChangedFile | Unreviewable:
    """Parse the patch of a row as the forge shows it, even if its bytes are not UTF-8."""
    hunks = _parse_hunks(row.patch or "")
    if hunks is None:
        return Unshown(row).report(Status.FAILED, "its patch cannot be parsed")
    status = row.status if row.status in {"added", "renamed", "copied"} else "modified"
    file = ChangedFile(row.path, status, hunks, row.previous_path)
    if len(file.changed_lines) < max(1, row.additions + row.deletions):
        return Unshown(row).report(Status.FAILED, "its patch is incomplete")
    return file


def _reason_without_lines(row: ListedFile) -> str:
    """Return why a row has nothing to review, if its status alone explains it, else ""."""
    match row.status:
        case "removed":
            return git_diff.DELETED
        case "unchanged":
            return "unchanged"
        case _:
            return ""


def is_submodule(file: ChangedFile) -> bool:
    """Return True when all changed lines are git's text for the commit of a submodule."""
    lines = file.changed_lines
    return bool(lines) and all(_SUBMODULE.fullmatch(line.text) for line in lines)


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
    """Return True if the hunks ascend in both versions, the first at line 1 or later."""
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
    lines = [_convert_line(line) for line in parsed if line.line_type != "\\"]
    return Hunk.of(lines, parsed.section_header.strip()[:_LONGEST_SECTION])


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
