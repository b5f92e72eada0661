"""How parts of files are packed into requests."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes import batches
from reviewer.changes.batches import MOST_FILES, Batch, pack
from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.changes.parts import Part

ROOM = 6_000


def part(name: str, size: int, number: int = 1, count: int = 1) -> Part:
    """Make a part whose changes take about `size` characters."""
    line = Line(LineKind.ADDED, None, 1, "x" * max(1, size - 14))
    file = ChangedFile(name, "modified", (Hunk((line,)),))
    return Part(file, file.hunks, number, count)


GROUPS = st.lists(st.lists(st.integers(10, 9_000), min_size=1, max_size=8), max_size=30).map(
    lambda groups: [
        [part(f"{g}/{n}.py", size) for n, size in enumerate(group)]
        for g, group in enumerate(groups)
    ]
)


@given(GROUPS)
def test_every_part_is_in_one_batch_in_its_order(groups: list[list[Part]]) -> None:
    packed = pack(groups, ROOM)
    assert [p for batch in packed for p in batch.parts] == [p for group in groups for p in group]
    assert [batch.whole for batch in packed] == [len(packed) == 1] * len(packed)


@given(GROUPS)
def test_a_batch_fits_unless_it_is_one_part(groups: list[list[Part]]) -> None:
    for batch in pack(groups, ROOM):
        assert len(batch.parts) == 1 or batch.size <= ROOM
        assert len(batch.parts) <= MOST_FILES


@given(GROUPS)
def test_a_group_that_fits_into_one_batch_is_not_cut(groups: list[list[Part]]) -> None:
    packed = pack(groups, ROOM)
    for group in groups:
        if sum(each.size + 300 for each in group) <= ROOM:
            assert sum(any(p in batch.parts for p in group) for batch in packed) == 1


def test_many_tiny_files_share_few_batches() -> None:
    groups = [[part(f"{n}.py", 20)] for n in range(100)]
    assert len(pack(groups, 60_000)) == 3


@given(st.lists(st.integers(10, 5_000), min_size=2, max_size=40))
def test_halves_hold_the_same_parts(sizes: list[int]) -> None:
    batch = Batch(tuple(part(f"{n}.py", size) for n, size in enumerate(sizes)), whole=True)
    first, second = batch.halves()
    assert first.parts + second.parts == batch.parts
    assert first.parts
    assert second.parts
    assert [first.whole, second.whole] == [False, False]
    largest = max(each.size for each in batch.parts)
    assert abs(first.size - second.size) <= largest


def test_the_half_of_one_part_is_a_part() -> None:
    lines = tuple(Line(LineKind.ADDED, None, n, "x" * 90) for n in range(1, 100))
    file = ChangedFile("a.py", "modified", (Hunk(lines),))
    halves = Batch((Part(file, file.hunks),)).halves()
    assert len(halves) >= 2
    assert all(len(half.parts) == 1 for half in halves)
    assert Batch((part("a.py", 100),)).halves() == ()


@pytest.mark.parametrize(
    ("parts", "label"),
    [
        ([part("a.py", 9)], "a.py"),
        ([part("a.py", 9, 2, 3)], "a.py (part 2 of 3)"),
        ([part("a.py", 9), part("b.py", 9)], "a.py and 1 more file"),
        (
            [part("a.py", 9, 2, 2), part("b.py", 9), part("c.py", 9)],
            "a.py (part 2 of 2) and 2 more files",
        ),
    ],
)
def test_a_batch_is_named_in_the_log(parts: list[Part], label: str) -> None:
    assert Batch(tuple(parts)).label == label


def test_each_part_can_have_a_batch_of_its_own() -> None:
    parts = [part("a.py", 9), part("b.py", 9)]
    assert [each.paths for each in batches.separate(parts)] == [("a.py",), ("b.py",)]


def renamed(path: str, previous: str | None) -> Part:
    file = ChangedFile(path, "renamed", (Hunk(()),), previous_path=previous)
    return Part(file, (), 1, 1)


def test_a_renamed_file_has_its_old_name_too() -> None:
    batch = Batch((renamed("b", "a"), renamed("c", None)))
    assert batch.names(str.upper) == {"B": "b", "C": "c", "A": "b"}


def test_the_source_of_a_copy_is_no_name_of_it() -> None:
    copied = replace(renamed("b", "a").file, status="copied")
    assert Batch((Part(copied, (), 1, 1),)).names(str) == {"b": "b"}


def test_an_old_name_that_another_file_has_now_is_that_of_the_other_one() -> None:
    batch = Batch((renamed("b", "a"), renamed("a", "b")))
    assert batch.names(str) == {"a": "a", "b": "b"}
