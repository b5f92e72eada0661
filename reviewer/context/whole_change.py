"""Chooses what one request shows of the whole change: hunks while they fit, else outlines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import LineKind
from reviewer.changes.parts import SMALLEST_WINDOW, Part, split
from reviewer.context.code import identifiers

OUTLINE_ROWS = 12
"""Lines of the outline of one file."""
OUTLINE_CHARACTERS = 120
"""Characters of one line of an outline."""
# Divides the room: what outlines may take of it.
_OUTLINE_SHARE = 4


@dataclass(frozen=True, slots=True)
class FileOutline:
    """A file whose hunks are not shown: how much it changes, and which definitions."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class WholeChange:
    """What a request shows of a change: the hunks of `parts`, outlines of other files.

    `unlisted` counts the files of which nothing is shown. `files` are all of them.
    """

    files: tuple[ChangedFile, ...]
    parts: tuple[Part, ...]
    outlines: tuple[FileOutline, ...] = ()
    unlisted: int = 0

    @property
    def size(self) -> int:
        """The characters that it takes in a prompt."""
        return sum(part.size for part in self.parts) + sum(map(_size, self.outlines))

    @property
    def is_complete(self) -> bool:
        """True if every changed line of the files is shown."""
        return not (self.outlines or self.unlisted)

    @property
    def label(self) -> str:
        """Its name in the log."""
        return "the whole change"


def fit(files: Sequence[ChangedFile], room: int) -> WholeChange:
    """Show the change in at most `room` characters, the files in their order.

    Small files are shown before large ones, so that most files are. Every other file gets an
    outline, as long as all outlines take a quarter of the room.
    """
    outlines = {file.path: _make_outline(file) for file in files}
    reserved = min(room // _OUTLINE_SHARE, sum(map(_size, outlines.values())))
    shown: dict[str, Part] = {}
    left = room - reserved
    for file in sorted(files, key=lambda file: sum(len(hunk.lines) for hunk in file.hunks)):
        part = split(file, max(room, SMALLEST_WINDOW))
        if len(part) == 1 and part[0].size <= left:
            shown[file.path] = part[0]
            left -= part[0].size
    others = [outlines[file.path] for file in files if file.path not in shown]
    listed = tuple(_take(others, reserved))
    parts = tuple(shown[file.path] for file in files if file.path in shown)
    return WholeChange(tuple(files), parts, listed, len(others) - len(listed))


def _take(outlines: Sequence[FileOutline], room: int) -> Iterator[FileOutline]:
    for outline in outlines:
        room -= _size(outline)
        if room < 0:
            return
        yield outline


def _size(outline: FileOutline) -> int:
    return len(outline.path) + len(outline.text) + 2


def _make_outline(file: ChangedFile) -> FileOutline:
    lines = file.changed_lines
    added = sum(line.kind is LineKind.ADDED for line in lines)
    sections = (hunk.section for hunk in file.hunks if hunk.section)
    definitions = (
        f"{line.kind.value} {line.text.strip()}"
        for line in lines
        if identifiers.definition(line.text)
    )
    rows = dict.fromkeys(row[:OUTLINE_CHARACTERS] for row in (*definitions, *sections))
    head = f"{file.status}, +{added} -{len(lines) - added}"
    return FileOutline(file.path, "\n".join((head, *list(rows)[:OUTLINE_ROWS])))
