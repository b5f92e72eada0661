"""Which lines of the new file are shown around a change."""

from reviewer import context, diff
from reviewer.diff import ChangedFile, Hunk
from tests import builders


def hunks(patch: str) -> tuple[Hunk, ...]:
    parsed = diff.parse(builders.row(patch=patch))
    assert isinstance(parsed, ChangedFile)
    return parsed.hunks


ONE = hunks("@@ -2,1 +2,1 @@\n-old\n+new\n")


def lines(count: int) -> str:
    return "".join(f"line {n}\n" for n in range(1, count + 1))


def numbers(shown: str) -> list[int]:
    return [int(row[:6]) for row in shown.splitlines() if row != "..."]


def test_a_short_file_is_shown_whole_but_for_what_the_hunks_show() -> None:
    assert context.around("a\nnew\nc\n", ONE, 1_000) == "     1   a\n...\n     3   c"


def test_a_final_line_feed_is_no_line_and_its_absence_loses_none() -> None:
    assert numbers(context.around("a\nnew\nc", ONE, 1_000)) == [1, 3]
    assert numbers(context.around("a\nnew\nc\n", ONE, 1_000)) == [1, 3]


def test_of_a_long_file_only_the_neighbourhood_is_shown() -> None:
    shown = numbers(context.around(lines(1_000), ONE, 100_000))
    assert shown == [1, *range(3, 2 + context.LINES_AROUND + 1)]


def test_what_does_not_fit_is_what_stands_farthest_from_the_change() -> None:
    row = len("     1   line 1\n")
    assert numbers(context.around(lines(9), ONE, 3 * row)) == [1, 3, 4]


def test_no_content_gives_no_context() -> None:
    assert context.around("", ONE, 1_000) == ""
    assert context.around("new\n", hunks("@@ -1,1 +1,1 @@\n-old\n+new\n"), 1_000) == ""


def test_a_hunk_that_only_removes_lines_still_has_neighbours() -> None:
    removed = hunks("@@ -1,3 +1,2 @@\n a\n-b\n c\n")
    assert numbers(context.around("a\nc\nd\n", removed, 1_000)) == [3]
