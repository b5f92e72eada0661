"""Splits the hunks of a file into parts, each of which fits into one request to the model."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.changes.diff import ChangedFile, Hunk, render_heading, render_hunks, render_line
from reviewer.changes.lines import Line
from reviewer.finding import Side

SMALLEST_WINDOW = 500
"""Characters; room for a hunk's heading and enough of a line to understand it."""
LONGEST_LINE = 5_000
"""Characters of a line that a prompt shows; people do not write longer lines."""
CUT_MARK = " [… cut]"


@dataclass(frozen=True, slots=True)
class Part:
    """Part `number` of `count` of a file, from 1; `cuts` names lines that were shortened."""

    file: ChangedFile
    hunks: tuple[Hunk, ...]
    number: int = 1
    count: int = 1
    cuts: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The characters that its hunks take in a prompt, the last line feed included."""
        return _size(self.hunks)

    def shows(self, side: Side, number: int) -> bool:
        """Return True if it shows the line with this number in one version of the file."""
        lines = (line for hunk in self.hunks for line in hunk.lines)
        if side is Side.NEW:
            return any(line.new == number for line in lines)
        return any(line.new is None and line.old == number for line in lines)


def split(file: ChangedFile, window: int) -> tuple[Part, ...]:
    """Split a file's hunks, in order, into parts of at most `window` characters of prompt.

    A hunk larger than the window is split between its lines. A line larger than the window or than
    LONGEST_LINE is cut, and a changed one is then named in `cuts`. Every changed line is in exactly
    one part.

    Raises ValueError for a window under SMALLEST_WINDOW.
    """
    if window < SMALLEST_WINDOW:
        raise ValueError(f"a window of {window} characters is too small for a hunk")
    return _number_parts(file, tuple(_pack(file.hunks, window)))


def halve(part: Part) -> tuple[Part, ...]:
    """Split a part that was too long for the model into smaller ones.

    They take its place in the count. Returns () when it is too small to split.
    """
    window = part.size // 2
    return divide(part, window) if window >= SMALLEST_WINDOW else ()


def divide(part: Part, window: int) -> tuple[Part, ...]:
    """Split a part into smaller ones of at most `window` characters, which take its place."""
    pieces = _number_parts(part.file, tuple(_pack(part.hunks, max(window, SMALLEST_WINDOW))))
    count = part.count + len(pieces) - 1
    return tuple(
        replace(piece, number=part.number + piece.number - 1, count=count) for piece in pieces
    )


def _number_parts(file: ChangedFile, shares: Sequence[tuple[Hunk, ...]]) -> tuple[Part, ...]:
    """Return a part for each share, with its number and the lines that it shows shortened."""
    whole = {(line.old, line.new): line.text for hunk in file.hunks for line in hunk.lines}
    return tuple(
        Part(file, share, number, len(shares), tuple(_describe_cuts(share, whole)))
        for number, share in enumerate(shares, 1)
    )


def _describe_cuts(
    share: Iterable[Hunk], whole: Mapping[tuple[int | None, int | None], str]
) -> Iterator[str]:
    for line in (line for hunk in share for line in hunk.changed_lines):
        if line.text != whole[line.old, line.new]:
            name = f"old line {line.old}" if line.new is None else f"line {line.new}"
            yield f"{name} cut at {len(line.text) - len(CUT_MARK):,} characters"


def _size(hunks: Sequence[Hunk]) -> int:
    """Return the characters that hunks take in a prompt, the last line feed included."""
    return len(render_hunks(hunks)) + 1


def _pack(hunks: Iterable[Hunk], window: int) -> Iterator[tuple[Hunk, ...]]:
    """Yield the hunks, split where needed, in groups of at most `window` characters."""
    share: list[Hunk] = []
    taken = 0
    for piece in (piece for hunk in hunks for piece in _split_hunk(hunk, window)):
        size = _size((piece,))
        if share and taken + size > window:
            yield tuple(share)
            share, taken = [], 0
        share.append(piece)
        taken += size
    if share:
        yield tuple(share)


def _split_hunk(hunk: Hunk, window: int) -> Iterator[Hunk]:
    """Yield the hunk, or pieces of it that fit the window; pieces without a change are left out."""
    hunk = _cut_lines(hunk, _cut_to_longest)
    if _size((hunk,)) <= window:
        yield hunk
        return
    room = window - len(render_heading(hunk)) - 1
    hunk = _cut_lines(hunk, lambda line: _cut_line(line, room))
    start = taken = 0
    for place, line in enumerate(hunk.lines):
        size = len(render_line(line)) + 1
        if taken + size > room:
            yield from _with_changes(hunk, slice(start, place))
            start, taken = place, 0
        taken += size
    yield from _with_changes(hunk, slice(start, None))


def _cut_lines(hunk: Hunk, cut: Callable[[Line], Line]) -> Hunk:
    """Return the hunk with shorter lines; the same one if it has no other."""
    lines = tuple(map(cut, hunk.lines))
    return hunk if lines == tuple(hunk.lines) else Hunk.of(lines, hunk.section)


def _with_changes(hunk: Hunk, places: slice) -> Iterator[Hunk]:
    piece = Hunk(hunk.lines[places], hunk.section)
    if piece.changed_lines:
        yield piece


def _cut_to_longest(line: Line) -> Line:
    """Return a line of at most LONGEST_LINE characters, and the mark where it was cut."""
    cut = line.text[:LONGEST_LINE] + CUT_MARK
    if len(line.text) <= LONGEST_LINE or line.text == cut:
        return line
    return replace(line, text=cut)


def _cut_line(line: Line, room: int) -> Line:
    """Return a line that takes at most `room` characters, columns and line feed included."""
    excess = len(render_line(line)) + 1 - room
    if excess <= 0:
        return line
    kept = len(line.text) - excess - len(CUT_MARK)
    return replace(line, text=line.text[:kept] + CUT_MARK)
