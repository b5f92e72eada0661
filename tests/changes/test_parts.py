import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.diff import ChangedFile, Hunk, render_hunks
from reviewer.changes.lines import Line, LineKind
from reviewer.changes.parts import CUT_MARK, SMALLEST_WINDOW, Part, halve, split
from tests.faults import faults

KINDS: st.SearchStrategy[LineKind] = st.sampled_from(LineKind)


def hunk(*texts: str, start: int = 1, section: str = "") -> Hunk:
    lines = (Line(LineKind.ADDED, None, n, text) for n, text in enumerate(texts, start))
    return Hunk(tuple(lines), section)


def changed_file(*hunks: Hunk) -> ChangedFile:
    return ChangedFile("src/pay.py", "modified", hunks)


@st.composite
def files(draw: st.DrawFn) -> ChangedFile:
    old = new = 1
    hunks = []
    for sizes in draw(st.lists(st.lists(st.integers(0, 700), min_size=1, max_size=12), max_size=6)):
        lines = []
        for size in sizes:
            kind: LineKind = draw(KINDS)
            text = "é" * size
            match kind:
                case LineKind.ADDED:
                    lines.append(Line(kind, None, new, text))
                    new += 1
                case LineKind.REMOVED:
                    lines.append(Line(kind, old, None, text))
                    old += 1
                case LineKind.CONTEXT:
                    lines.append(Line(kind, old, new, text))
                    old, new = old + 1, new + 1
        hunks.append(Hunk(tuple(lines), draw(st.sampled_from(["", "def pay():"]))))
        old, new = old + 10, new + 10
    return changed_file(*hunks)


def changed_lines(parts: tuple[Part, ...]) -> list[Line]:
    return [line for part in parts for hunk in part.hunks for line in hunk.changed_lines]


def assert_whole(parts: tuple[Part, ...], lines: tuple[Line, ...]) -> None:
    """Every changed line is shown exactly once, in order, and named when it is shown cut."""
    shown = changed_lines(parts)
    assert [(line.old, line.new) for line in shown] == [(line.old, line.new) for line in lines]
    named = [name for part in parts for name in part.cuts]
    for part, whole in zip(shown, lines, strict=True):
        name = f"line {whole.new}" if whole.new else f"old line {whole.old}"
        said = [cut for cut in named if cut.startswith(f"{name} cut at ")]
        assert len(said) == (part.text != whole.text)
        assert whole.text.startswith(part.text.removesuffix(CUT_MARK))


def test_hunks_that_fit_together_are_one_part() -> None:
    file = changed_file(hunk("a"), hunk("b", start=9))
    assert split(file, SMALLEST_WINDOW) == (Part(file, file.hunks, number=1, count=1),)


def test_hunks_that_do_not_fit_together_are_asked_about_apart() -> None:
    first, second = hunk("a" * 300), hunk("b" * 300, start=9)
    file = changed_file(first, second)
    assert split(file, SMALLEST_WINDOW) == (
        Part(file, (first,), number=1, count=2),
        Part(file, (second,), number=2, count=2),
    )


def test_a_hunk_larger_than_the_window_is_split_between_lines() -> None:
    file = changed_file(hunk(*"abc" * 100, section="def pay():"))
    parts = split(file, SMALLEST_WINDOW)
    assert len(parts) > 1
    assert_whole(parts, file.changed_lines)
    assert {part.hunks[0].section for part in parts} == {"def pay():"}


def test_context_alone_is_not_asked_about() -> None:
    context = tuple(Line(LineKind.CONTEXT, n, n, "x" * 90) for n in range(1, 50))
    added = Line(LineKind.ADDED, None, 50, "y")
    (part,) = split(changed_file(Hunk((*context, added))), SMALLEST_WINDOW)
    assert changed_lines((part,)) == [added]


@faults("DF5")
def test_a_line_longer_than_the_window_is_cut_visibly_and_named() -> None:
    file = changed_file(hunk("short", "x" * 5_000_000))
    parts = split(file, 4_000)
    assert_whole(parts, file.changed_lines)
    assert changed_lines(parts)[1].text.endswith("xxx [… cut]")
    assert parts[-1].cuts == ("line 2 cut at 3,979 characters",)


def test_a_removed_line_that_is_cut_is_named_by_its_old_number() -> None:
    file = changed_file(Hunk((Line(LineKind.REMOVED, 7, None, "x" * 900),)))
    (part,) = split(file, SMALLEST_WINDOW)
    assert part.cuts == ("old line 7 cut at 479 characters",)


def test_a_window_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="a window of 499 characters"):
        split(changed_file(hunk("a")), SMALLEST_WINDOW - 1)


@given(files(), st.integers(SMALLEST_WINDOW, 3_000))
def test_every_changed_line_is_in_one_part_or_named(file: ChangedFile, window: int) -> None:
    parts = split(file, window)
    assert_whole(parts, file.changed_lines)
    assert all(len(render_hunks(part.hunks)) < window for part in parts)
    assert [(part.number, part.count) for part in parts] == [
        (n, len(parts)) for n in range(1, len(parts) + 1)
    ]


@faults("LL6")
@given(files(), st.integers(SMALLEST_WINDOW, 3_000))
def test_halves_hold_every_changed_line_of_their_part(file: ChangedFile, window: int) -> None:
    for part in split(file, window):
        halves = halve(part)
        if halves:
            whole = {(line.old, line.new): line for line in file.changed_lines}
            assert_whole(
                halves, tuple(whole[line.old, line.new] for line in changed_lines((part,)))
            )
            longest = len(render_hunks(part.hunks)) // 2 + 1
            assert all(len(render_hunks(half.hunks)) <= longest for half in halves)


@faults("LL6")
def test_halves_are_numbered_from_the_part_they_replace() -> None:
    file = changed_file(hunk("a" * 700, "b" * 700), hunk("c" * 1400, start=9))
    first, second = split(file, 1_500)
    assert [(half.number, half.count) for half in halve(second)] == [(2, 2)]
    assert [(half.number, half.count) for half in halve(first)] == [(1, 3), (2, 3)]


@faults("LL6")
def test_a_line_cut_twice_is_named_once() -> None:
    file = changed_file(hunk("x" * 9_000))
    (part,) = split(file, 4_000)
    (half,) = halve(part)
    assert half.cuts == ("line 1 cut at 1,979 characters",)


@faults("LL6")
def test_a_part_too_small_to_halve_gives_nothing() -> None:
    (part,) = split(changed_file(hunk("a")), SMALLEST_WINDOW)
    assert halve(part) == ()
