"""Lines of the new file around its hunks, so that a change is read where it stands."""

from collections.abc import Iterable, Sequence

from reviewer.diff import Hunk

# A file this short is shown whole; of a longer one, this many lines on both sides of each hunk.
WHOLE_FILE_LINES = 300
LINES_AROUND = 40


def around(content: str, hunks: Sequence[Hunk], limit: int) -> str:
    """Return the numbered lines around `hunks`, at most `limit` characters of them.

    Lines that the hunks show themselves are left out, and a gap is marked by "...".
    """
    lines = content.split("\n")
    shown = {line.new for hunk in hunks for line in hunk.lines if line.new is not None}
    wanted = (
        range(1, len(lines) + 1)
        if len(lines) <= WHOLE_FILE_LINES
        else sorted(_near(shown, len(lines)))
    )
    return _listing(lines, (number for number in wanted if number not in shown), limit)


def _near(shown: set[int], last: int) -> set[int]:
    near: set[int] = set()
    for number in shown:
        near.update(range(max(1, number - LINES_AROUND), min(last, number + LINES_AROUND) + 1))
    return near


def _listing(lines: Sequence[str], numbers: Iterable[int], limit: int) -> str:
    rows: list[str] = []
    room, previous = limit, 0
    for number in numbers:
        row = f"{number:>6}   {lines[number - 1]}"
        room -= len(row) + 1
        if room < 0:
            rows.append("... (cut)")
            break
        if number != previous + 1:
            rows.append("...")
        rows.append(row)
        previous = number
    return "\n".join(rows)
