"""Lines that are kept as bytes are the same lines, and take little more memory than their text."""

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes import diff, parts
from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind, pack
from reviewer.pull_request import ListedFile
from tests.faults import faults

# With what a patch can hold: lone surrogates, a carriage return, other line separators than LF.
TEXTS = st.text(st.characters(exclude_characters="\n"), max_size=5) | st.sampled_from(
    ["", "\ud800", "é\r", "a\x85b\u2028c", "\U0001f600"]
)


@st.composite
def hunk_lines(draw: st.DrawFn) -> tuple[Line, ...]:
    old, new = draw(st.integers(1, 10**6)), draw(st.integers(1, 10**6))
    lines = []
    for kind, text in draw(st.lists(st.tuples(st.sampled_from(LineKind), TEXTS), max_size=120)):
        is_old, is_new = kind is not LineKind.ADDED, kind is not LineKind.REMOVED
        lines.append(Line(kind, old if is_old else None, new if is_new else None, text))
        old, new = old + is_old, new + is_new
    return tuple(lines)


@given(hunk_lines(), st.data())
def test_they_are_what_a_tuple_of_them_is(lines: tuple[Line, ...], data: st.DataObject) -> None:
    packed = pack(lines)
    assert packed == Hunk(lines).lines
    assert (len(packed), hash(packed), tuple(packed)) == (len(lines), hash(lines), lines)
    assert [packed[place] for place in range(len(lines))] == list(lines)
    assert tuple(packed[place - len(lines)] for place in range(len(lines))) == lines
    places = data.draw(st.slices(len(lines)))
    part = packed[places]
    assert part == lines[places]
    assert tuple(part) == lines[places]
    assert list(part[1:]) == list(lines[places][1:])
    assert Hunk(packed) == Hunk(lines)
    assert Hunk(packed[:-1]) == Hunk(lines[:-1])


def test_other_lines_are_not_equal() -> None:
    lines = tuple(Line(LineKind.ADDED, None, number, "same") for number in (1, 2, 3))
    assert pack(lines) != pack(lines[:2])
    assert pack(lines)[:2] != pack(lines)[1:]
    assert pack(lines) != lines[1:]
    assert pack(lines)[:2] == pack(lines[:2])
    assert pack(lines) != "same"


def parse(number: int) -> ChangedFile:
    """Return a new file of 3,000 lines, which no other number has."""
    patch = "".join(f"+value_{n} = compute(first, second, {number})\n" for n in range(3_000))
    file = diff.parse(ListedFile(f"{number}.py", "added", 3_000, 0, f"@@ -0,0 +1,3000 @@\n{patch}"))
    assert isinstance(file, ChangedFile)
    return file


@contextmanager
def taking(most: int) -> Iterator[None]:
    """See that what is made inside keeps at most so many bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        yield
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken <= most


@faults("CO3")
def test_long_files_take_little_more_memory_than_their_text() -> None:
    size = sum(len(line.text) for line in parse(0).changed_lines)
    # As objects, they take five times their text. Those of a few files are kept as objects too.
    with taking(40 * 3 * size):
        files = [parse(number) for number in range(40)]
    assert sum(len(file.changed_lines) for file in files) == 40 * 3_000


def test_the_parts_of_a_long_file_share_its_text() -> None:
    file = parse(0)
    parts.split(file, 10_000)
    with taking(50_000):
        split = parts.split(file, 10_000)
    assert len(split) > 10
    assert [line for part in split for line in part.hunks[0].lines] == list(file.hunks[0].lines)
