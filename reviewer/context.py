"""Lines of the new file around its hunks, so that a change is read where it stands."""

from collections.abc import Iterable, Iterator, Sequence

from reviewer.diff import Hunk

# A file this short is shown whole; of a longer one, this many lines on both sides of each hunk.
WHOLE_FILE_LINES = 300
LINES_AROUND = 40


def around(content: str, hunks: Sequence[Hunk], limit: int) -> str:
    """Return the numbered lines around `hunks`, the nearest ones first up to `limit` characters.

    Lines that the hunks show themselves are left out, and a gap is marked by "...".
    """
    lines = content.removesuffix("\n").split("\n") if content else []
    shown = {line.new for hunk in hunks for line in hunk.lines if line.new is not None}
    reach = len(lines) if len(lines) <= WHOLE_FILE_LINES else LINES_AROUND
    rows: dict[int, str] = {}
    for number in _outwards(shown, reach, last=len(lines)):
        row = f"{number:>6}   {lines[number - 1]}"
        limit -= len(row) + 1
        if limit < 0:
            break
        rows[number] = row
    return "\n".join(_with_gaps(rows, sorted(rows)))


def _outwards(shown: set[int], reach: int, *, last: int) -> Iterator[int]:
    """Yield the lines next to the shown ones, then those next to them, and so on."""
    seen, edge = set(shown), shown
    for _ in range(reach):
        edge = {n for line in edge for n in (line - 1, line + 1) if 1 <= n <= last} - seen
        if not edge:
            return
        seen |= edge
        yield from sorted(edge)


def _with_gaps(rows: dict[int, str], numbers: Iterable[int]) -> Iterator[str]:
    previous = 0
    for number in numbers:
        if number != previous + 1:
            yield "..."
        yield rows[number]
        previous = number
