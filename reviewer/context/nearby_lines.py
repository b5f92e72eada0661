"""Selects lines of the new file around its hunks, so that the model sees a change in its place."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from reviewer.changes.diff import Hunk
from reviewer.changes.lines import LineKind
from reviewer.context.code.outline import Block, Outline
from reviewer.text.truncate import Excerpt

WHOLE_FILE_LINES = 300
"""A file of at most so many lines is shown whole, if there is room."""
LINES_AROUND = 40
"""Lines shown before and after each hunk of a longer file."""
LONGEST_BODY = 150
"""Lines of a function or class that is shown whole."""
LONGEST_LINE = 2_000
"""Characters; a longer line is generated code or data, and would take the room of all others."""

_GAP = "..."
# Most characters of a row without its text: number, three spaces, a gap, two line feeds.
_WIDEST = 10 + 3 + len(_GAP) + 2
_NAMED_CUTS = 3
# Characters of a heading that are compared: git cuts it at 80 bytes, maybe inside a character.
_HEADING = 20
# Characters of a row that hold its number.
_NUMBER = 8
# Characters of a line that are searched for a heading.
_READ = 300


def select(content: str, hunks: Sequence[Hunk], limit: int) -> Excerpt:
    """Return numbered lines around `hunks`, at most `limit` characters, in the file's order.

    Chosen first are the headers of the functions and classes around the changes, then the whole
    innermost one if it is short, then the nearest lines. Lines of the hunks themselves are left
    out. A gap is marked by "...".
    """
    lines = content.removesuffix("\n").split("\n") if content else []
    page = _LineSelection(lines, hunks, limit)
    outline = Outline(lines)
    changed = [number for hunk in hunks for number in find_changed_positions(hunk)]
    for header in (*outline.headers(changed), *_find_headings(lines, hunks)):
        for number in outline.introduction(header, lines):
            page.take(number)
    blocks = tuple(dict.fromkeys(block for n in changed if (block := outline.block(n))))
    for block in blocks:
        page.take_whole(block)
    reach = len(lines) if len(lines) <= WHOLE_FILE_LINES else LINES_AROUND
    dropped = page.take_nearest(reach)
    return Excerpt(page.text(), tuple(page.cuts(blocks, dropped)))


def find_numbers(text: str) -> frozenset[int]:
    """Return the numbers of the lines that a text of `select` shows."""
    rows = (row[:_NUMBER].split(None, 1) for row in text.split("\n"))
    return frozenset(int(words[0]) for words in rows if words and words[0].isdecimal())


class _LineSelection:
    """The lines selected so far and the room that is left, in characters."""

    def __init__(self, lines: Sequence[str], hunks: Iterable[Hunk], limit: int) -> None:
        self._lines = lines
        self._shown = {line.new for hunk in hunks for line in hunk.lines if line.new is not None}
        self._rows: dict[int, str] = {}
        self._room = limit + 1  # the last row ends without a line feed
        self._long = set[int]()

    def take(self, number: int) -> bool:
        """Select a line; return False when it does not fit."""
        if number in self._shown or number in self._rows:
            return True
        if len(self._lines[number - 1]) > LONGEST_LINE:
            self._long.add(number)
            return True
        row = f"{number:>6}   {self._lines[number - 1]}"
        gap = number > 1 and number - 1 not in self._rows
        cost = len(row) + 1 + (len(_GAP) + 1) * (gap - (number + 1 in self._rows))
        if cost > self._room:
            return False
        self._room -= cost
        self._rows[number] = row
        return True

    def take_whole(self, block: Block) -> None:
        """Select all lines of a block, or none when it is too long or does not fit."""
        numbers = range(block.start, block.end + 1)
        if len(numbers) > LONGEST_BODY:
            return
        # At worst, there is a gap before every line.
        cost = sum(
            len(self._lines[n - 1]) + _WIDEST
            for n in numbers
            if n not in self._shown and n not in self._rows
        )
        if cost <= self._room:
            for number in numbers:
                self.take(number)

    def take_nearest(self, reach: int) -> int:
        """Select lines outwards from the hunks; return the number of those that did not fit."""
        outwards = _nearest_lines(self._shown, reach, last=len(self._lines))
        for number in outwards:
            if not self.take(number):
                return 1 + sum(1 for other in outwards if other not in self._rows)
        return 0

    def cuts(self, blocks: Iterable[Block], dropped: int) -> Iterator[str]:
        """Yield which functions are shown in part, and how many lines did not fit."""
        known = self._shown.union(self._rows)
        there = list(accumulate((n in known for n in range(len(self._lines) + 1)), initial=0))
        parts = [
            f"the function or class of lines {block.start} to {block.end} is shown in part"
            for block in blocks
            if there[block.end + 1] - there[block.start] < block.end - block.start + 1
        ]
        yield from parts[:_NAMED_CUTS]
        if len(parts) > _NAMED_CUTS:
            yield f"{len(parts) - _NAMED_CUTS} other functions or classes are shown in part"
        if dropped:
            yield f"{dropped} lines around the changes did not fit"
        if self._long:
            yield f"{len(self._long)} lines of more than {LONGEST_LINE:,} characters are left out"

    def text(self) -> str:
        """Return the selected lines in the file's order."""
        return "\n".join(_mark_gaps(self._rows, sorted(self._rows)))


def find_changed_positions(hunk: Hunk) -> Iterator[int]:
    """Yield the lines of a hunk's changes in the new file; of a removal, the line before it."""
    here = next((line.new for line in hunk.lines if line.new is not None), 1)
    for line in hunk.lines:
        here = line.new or here
        if line.kind is not LineKind.CONTEXT:
            yield here


def _find_headings(lines: Sequence[str], hunks: Sequence[Hunk]) -> Iterator[int]:
    """Yield the numbers of the lines that git shows as section headings, where they still exist."""
    wanted = {hunk.section[:_HEADING] for hunk in hunks if hunk.section}
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines, 1):
        start = line[:_READ].strip()[:_HEADING]
        if start in wanted:
            places.setdefault(start, []).append(number)
    for hunk in hunks:
        first = next((line.new for line in hunk.lines if line.new is not None), 1)
        above = places.get(hunk.section[:_HEADING], [])
        if count := bisect_left(above, first):
            yield above[count - 1]


def _nearest_lines(shown: set[int], reach: int, *, last: int) -> Iterator[int]:
    """Yield the lines next to the shown ones, then those next to these, `reach` times."""
    seen, edge = set(shown), shown
    for _ in range(reach):
        edge = {n for line in edge for n in (line - 1, line + 1) if 1 <= n <= last} - seen
        if not edge:
            return
        seen |= edge
        yield from sorted(edge)


def _mark_gaps(rows: dict[int, str], numbers: Iterable[int]) -> Iterator[str]:
    previous = 0
    for number in numbers:
        if number != previous + 1:
            yield _GAP
        yield rows[number]
        previous = number
