"""Compares two texts line by line, in linear time, where nobody else shows the difference."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from reviewer.changes.diff import Hunk
from reviewer.changes.lines import Line, LineKind

CONTEXT = 3
"""Unchanged lines around a change, as git shows them."""


def make_hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """Return the hunks of the difference; only a line feed ends a line, as on GitHub.

    The difference need not be the smallest one. Texts that differ in nothing but the last line
    feed have no hunks.
    """
    lines = tuple(_compare(_split(old), _split(new)))
    return tuple(Hunk.of(lines[part.start : part.stop]) for part in _find_windows(lines))


def _split(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _compare(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Yield all lines of both texts, those in common once."""
    at = (0, 0)
    for pair in (*_pair(old, new), (len(old), len(new))):
        for number in range(at[0], pair[0]):
            yield Line(LineKind.REMOVED, number + 1, None, old[number])
        for number in range(at[1], pair[1]):
            yield Line(LineKind.ADDED, None, number + 1, new[number])
        if pair[0] < len(old):
            yield Line(LineKind.CONTEXT, pair[0] + 1, pair[1] + 1, old[pair[0]])
        at = (pair[0] + 1, pair[1] + 1)


def _pair(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of lines in common, in ascending order, as a patience diff finds them.

    Lines that are unique in both texts are the anchors. Between two anchors, the lines at both
    ends are compared, and no others: that takes linear time whatever the texts are.
    """
    anchors = ((-1, -1), *_find_anchors(old, new), (len(old), len(new)))
    for (old_start, new_start), (old_end, new_end) in pairwise(anchors):
        if old_start >= 0:
            yield old_start, new_start
        room = min(old_end - old_start, new_end - new_start) - 1
        front = 0
        while front < room and old[old_start + 1 + front] == new[new_start + 1 + front]:
            front += 1
            yield old_start + front, new_start + front
        back = 0
        while front + back < room and old[old_end - 1 - back] == new[new_end - 1 - back]:
            back += 1
        yield from ((old_end - left, new_end - left) for left in range(back, 0, -1))


def _find_anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest ascending list of lines that each text has exactly once."""
    olds, news = Counter(old), Counter(new)
    where = {line: place for place, line in enumerate(old) if olds[line] == 1}
    common = [
        (where[line], place) for place, line in enumerate(new) if line in where and news[line] == 1
    ]
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (place, _) in enumerate(common):
        length = bisect_left(ends, place)
        before.append(tops[length - 1] if length else -1)
        if length == len(ends):
            ends.append(place)
            tops.append(index)
        else:
            ends[length], tops[length] = place, index
    chain: list[tuple[int, int]] = []
    index = tops[-1] if tops else -1
    while index >= 0:
        chain.append(common[index])
        index = before[index]
    return chain[::-1]


def _find_windows(lines: Sequence[Line]) -> Iterator[range]:
    """Yield the parts of the lines that show each change with its context."""
    start = stop = 0
    for place, line in enumerate(lines):
        if line.kind is LineKind.CONTEXT:
            continue
        if stop and place - CONTEXT > stop:
            yield range(start, stop)
            stop = 0
        start = start if stop else max(0, place - CONTEXT)
        stop = min(len(lines), place + CONTEXT + 1)
    if stop:
        yield range(start, stop)
