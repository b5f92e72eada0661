"""Which lines of the new file are shown around a change."""

from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.diff import Hunk
from reviewer.context import nearby_lines
from reviewer.text.truncate import Excerpt
from tests import builders
from tests.unified_diffs import patch_by_difflib


def hunks(patch: str) -> tuple[Hunk, ...]:
    return builders.changed_file(patch=patch).hunks


def hunks_at(number: int, section: str = "") -> tuple[Hunk, ...]:
    return hunks(f"@@ -{number},1 +{number},1 @@ {section}\n-old\n+new\n")


def lines(count: int) -> list[str]:
    return [f"line {n}" for n in range(1, count + 1)]


def select_around(content: str, around_hunks: tuple[Hunk, ...], limit: int = 100_000) -> str:
    return nearby_lines.select(content, around_hunks, limit).text


def numbers(shown: str) -> list[int]:
    return [int(row[:6]) for row in shown.split("\n") if row and row != "..."]


def function(length: int, *, after: int = 0) -> str:
    body = [f"    step({n})" for n in range(length)]
    return "\n".join(["import x", "@cached", "def pay():", *body, *lines(after)])


def test_a_short_file_is_shown_whole_but_for_what_the_hunks_show() -> None:
    assert nearby_lines.select("a\nnew\nc\n", hunks_at(2), 1_000) == Excerpt(
        "     1   a\n...\n     3   c"
    )


def test_a_final_line_feed_is_no_line_and_its_absence_loses_none() -> None:
    assert numbers(select_around("a\nnew\nc", hunks_at(2))) == [1, 3]
    assert numbers(select_around("a\nnew\nc\n", hunks_at(2))) == [1, 3]


def test_of_a_long_file_only_the_neighbourhood_is_shown() -> None:
    shown = nearby_lines.select("\n".join(lines(1_000)), hunks_at(2), 100_000)
    assert numbers(shown.text) == [1, *range(3, 2 + nearby_lines.LINES_AROUND + 1)]
    assert shown.cuts == ()


def test_what_does_not_fit_is_what_is_farthest_from_the_change() -> None:
    three = "     1   line 1\n...\n     3   line 3\n     4   line 4"
    shown = nearby_lines.select("\n".join(lines(9)), hunks_at(2), len(three))
    assert shown.text == three
    assert shown.cuts == ("5 lines around the changes did not fit",)


def test_no_content_gives_no_context() -> None:
    assert select_around("", hunks_at(2)) == ""
    assert select_around("new\n", hunks_at(1)) == ""


def test_a_hunk_that_only_removes_lines_still_has_neighbours() -> None:
    assert numbers(select_around("a\nc\nd\n", hunks("@@ -1,3 +1,2 @@\n a\n-b\n c\n"))) == [3]


def test_the_whole_function_is_shown_even_far_from_the_change() -> None:
    shown = nearby_lines.select(function(140, after=500), hunks_at(140), 100_000)
    assert numbers(shown.text)[:4] == [2, 3, 4, 5]
    assert shown.cuts == ()


def test_of_a_long_function_the_header_is_shown_and_the_cut_is_said() -> None:
    shown = nearby_lines.select(function(1_000), hunks_at(500), 100_000)
    assert numbers(shown.text)[:3] == [2, 3, 460]
    assert shown.cuts == ("the function or class of lines 3 to 1003 is shown in part",)


def test_the_header_is_worth_more_than_the_nearest_lines() -> None:
    assert numbers(select_around(function(100), hunks_at(50), 70)) == [2, 3, 49]


def test_gits_heading_helps_where_nothing_is_indented() -> None:
    text = "\n".join(["SUBROUTINE PAY(X)", *lines(500)])
    assert numbers(select_around(text, hunks_at(400, "SUBROUTINE PAY(X)")))[0] == 1
    assert numbers(select_around(text, hunks_at(400)))[0] == 360


def test_a_heading_that_is_not_there_is_no_header() -> None:
    assert numbers(select_around("a\nnew\nc", hunks_at(2, "def gone():"))) == [1, 3]


def test_a_huge_line_is_left_out_and_costs_no_other_line() -> None:
    shown = nearby_lines.select(f"a\n{'x' * 1_000_000}\nnew\nd", hunks_at(3), 1_000)
    assert numbers(shown.text) == [1, 4]
    assert shown.cuts == ("1 lines of more than 2,000 characters are left out",)


def test_many_cut_functions_are_counted() -> None:
    parts = [f"def f{n}():\n    a\n    {'b' * 3_000}\n    new" for n in range(5)]
    changed = tuple(hunk for n in range(5) for hunk in hunks_at(4 * n + 4))
    shown = nearby_lines.select("\n".join(parts), changed, 10_000)
    assert len(shown.cuts) == 5
    assert shown.cuts[3] == "2 other functions or classes are shown in part"


some_line = st.sampled_from(
    [
        "",
        "a",
        "def f():",
        "  x = 1",
        "    y",
        "\tz",
        "}",
        "{",
        "int f() {",
        "# c",
        "end",
        "k:",
        "\r",
    ]
) | st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=20)
some_text = st.lists(some_line, max_size=40).map("\n".join)


@given(some_text, some_text, st.integers(0, 3), st.integers(0, 400))
def test_every_line_shown_is_the_files_own_and_not_the_hunks(
    old: str, new: str, width: int, limit: int
) -> None:
    patch = patch_by_difflib(old, new, width)
    changed = hunks(patch) if patch else ()
    shown = nearby_lines.select(new, changed, limit)
    assert len(shown.text) <= limit
    theirs = {line.new for hunk in changed for line in hunk.lines}
    content = new.split("\n")
    for row in shown.text.split("\n") if shown.text else ():
        if row != "...":
            assert row[9:] == content[int(row[:6]) - 1]
            assert int(row[:6]) not in theirs
    assert numbers(shown.text) == sorted(set(numbers(shown.text)))
