"""How files are shared out among runs that cannot talk to each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.changes.selection import Selection, select_share
from reviewer.config import shard
from reviewer.config.shard import Shard
from tests import builders

SIZES = st.lists(st.integers(1, 40), max_size=30)


def added(number: int) -> Line:
    return Line(LineKind.ADDED, None, number, "x")


def selection(sizes: list[int]) -> Selection:
    files = tuple(
        ChangedFile(f"f{number}.py", "added", (Hunk(tuple(map(added, range(1, size + 1)))),))
        for number, size in enumerate(sizes)
    )
    return Selection(files, (builders.file_report("skipped.lock"),))


@given(SIZES, st.integers(1, 9))
def test_every_file_is_in_exactly_one_share_whatever_their_order(
    sizes: list[int], count: int
) -> None:
    whole = selection(sizes)
    turned = Selection(whole.files[::-1], whole.reports)
    shares = [select_share(whole, Shard(number, count)) for number in range(1, count + 1)]
    again = [select_share(turned, Shard(number, count)) for number in range(1, count + 1)]
    assert sorted(f.path for part in shares for f in part.files) == sorted(
        file.path for file in whole.files
    )
    assert [{f.path for f in part.files} for part in shares] == [
        {f.path for f in part.files} for part in again
    ]
    assert [bool(part.reports) for part in shares] == [True] + [False] * (count - 1)


@given(SIZES, st.integers(2, 9))
def test_no_share_has_more_than_one_file_more_work_than_another(
    sizes: list[int], count: int
) -> None:
    whole = selection(sizes)
    loads = [
        sum(len(f.changed_lines) + 30 for f in select_share(whole, Shard(number, count)).files)
        for number in range(1, count + 1)
    ]
    assert max(loads) - min(loads) <= max(sizes, default=0) + 30


@pytest.mark.parametrize("text", ["1/1", "2/8", " 256/256 "])
def test_a_share_is_written_as_a_fraction(text: str) -> None:
    assert str(shard.parse(text)) == text.strip()


@pytest.mark.parametrize("text", ["", "0/8", "9/8", "1/257", "1/0", "01/8", "-1/8", "1/8/1", "1"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        shard.parse(text)
