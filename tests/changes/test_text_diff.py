"""Our own comparison of two texts: complete, and quick whatever the texts are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import LineKind
from reviewer.changes.without_lines import text_diff
from tests.faults import faults
from tests.unified_diffs import assert_shows_difference, lines_of

LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "", "a\r", "e\x85f"]), max_size=14)
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n"]))


def make_file(old: str, new: str) -> ChangedFile:
    return ChangedFile("x", "modified", text_diff.make_hunks(old, new))


@faults("HD3")
@given(TEXTS, TEXTS)
def test_every_line_that_differs_is_shown_where_both_versions_have_it(old: str, new: str) -> None:
    assert_shows_difference(make_file(old, new), old, new)
    assert bool(make_file(old, new).hunks) == (lines_of(old) != lines_of(new))


def test_unchanged_lines_around_a_change_are_its_context() -> None:
    old = "".join(f"{number}\n" for number in range(1, 31))
    new = old.replace("\n8\n", "\neight\n").replace("\n25\n", "\n25\nmore\n")
    assert diff.render_hunks(text_diff.make_hunks(old, new)).split("\n") == [
        "@@", "     5   5", "     6   6", "     7   7", "       - 8", "     8 + eight",
        "     9   9", "    10   10", "    11   11",
        "@@", "    23   23", "    24   24", "    25   25", "    26 + more",
        "    27   26", "    28   27", "    29   28",
    ]  # fmt: skip


@given(TEXTS)
def test_a_new_file_is_added_line_by_line(text: str) -> None:
    lines = make_file("", text).changed_lines
    assert [line.text for line in lines] == lines_of(text)
    assert all(line.kind is LineKind.ADDED for line in lines)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("}\n" * 200_000, "}\n" * 199_999 + "x\n" + "}\n" * 9),
        ("".join(f"{n}\n" for n in range(100_000)), "".join(f"{-n}\n" for n in range(100_000))),
        ("a\nb\n" * 100_000, "b\na\n" * 100_000),
    ],
)
def test_texts_that_are_slow_to_compare_elsewhere_are_compared(old: str, new: str) -> None:
    assert make_file(old, new).changed_lines
