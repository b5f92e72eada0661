"""Chooses what one request shows of the whole change: hunks while they fit, else outlines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import LineKind
from reviewer.changes.parts import SMALLEST_WINDOW, Part, split
from reviewer.context.code import identifiers
from reviewer.text import truncate

OUTLINE_ROWS = 12
"""Lines of the outline of one file."""
OUTLINE_CHARACTERS = 120
"""Characters of one line of an outline."""
_LONGEST_SUMMARY = 300
# Characters of other files after a push, where those that are asked about are small or do not fit.
_LEAST_BESIDE = 4_000
# Divides the room: what outlines may take of it.
_OUTLINE_SHARE = 4


@dataclass(frozen=True, slots=True)
class FileOutline:
    """A file whose hunks are not shown: how much it changes, and which definitions."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class AfterPush:
    """The paths of the files that a run asks about, while others keep their results.

    `related` are paths of such others that have to do with them, `summaries` those of the last
    review by path.
    """

    asked: frozenset[str]
    related: frozenset[str] = frozenset()
    summaries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WholeChange:
    """What a request shows of a change: the hunks of `parts`, outlines of other files.

    `unlisted` counts the files of which nothing is shown. `files` are all of them. `push` is None
    if all of them are read in this run.
    """

    files: tuple[ChangedFile, ...]
    parts: tuple[Part, ...]
    outlines: tuple[FileOutline, ...] = ()
    unlisted: int = 0
    push: AfterPush | None = None

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


def fit(files: Sequence[ChangedFile], room: int, push: AfterPush | None = None) -> WholeChange:
    """Show the change in at most `room` characters, the files in their order.

    Small files are shown before large ones, so that most files are. Every other file gets an
    outline, as long as all outlines take a quarter of the room. After a push, the files that are
    asked about come first. Of the others, related ones first, little more is shown than of them.
    """
    summaries = push.summaries if push else {}
    outlines = {file.path: _make_outline(file, summaries.get(file.path, "")) for file in files}
    reserved = min(room // _OUTLINE_SHARE, sum(map(_size, outlines.values())))
    asked = push.asked if push else frozenset(outlines)
    left, longest = room - reserved, max(room, SMALLEST_WINDOW)
    by_size = sorted(files, key=lambda file: sum(len(hunk.lines) for hunk in file.hunks))
    shown = _choose((file for file in by_size if file.path in asked), left, longest)
    if push:
        taken = sum(part.size for part in shown.values())
        others = sorted(by_size, key=lambda file: file.path not in push.related)
        beside = (file for file in others if file.path not in asked)
        shown |= _choose(beside, min(left - taken, max(taken, _LEAST_BESIDE)), longest)
    hidden = [outlines[file.path] for file in files if file.path not in shown]
    listed = tuple(_take(hidden, reserved))
    parts = tuple(shown[file.path] for file in files if file.path in shown)
    return WholeChange(tuple(files), parts, listed, len(hidden) - len(listed), push)


def _choose(files: Iterable[ChangedFile], room: int, longest: int) -> dict[str, Part]:
    """Return the only part of each file that fits into the room that those before it leave."""
    chosen: dict[str, Part] = {}
    for file in files:
        part, *more = split(file, longest)
        if not more and part.size <= room:
            chosen[file.path] = part
            room -= part.size
    return chosen


def _take(outlines: Sequence[FileOutline], room: int) -> Iterator[FileOutline]:
    for outline in outlines:
        room -= _size(outline)
        if room < 0:
            return
        yield outline


def _size(outline: FileOutline) -> int:
    return len(outline.path) + len(outline.text) + 2


def _make_outline(file: ChangedFile, summary: str) -> FileOutline:
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
    about = [f"Summary: {truncate.line(summary, _LONGEST_SUMMARY)}"] if summary else []
    return FileOutline(file.path, "\n".join((head, *list(rows)[:OUTLINE_ROWS], *about)))
