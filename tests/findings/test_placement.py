from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.finding import Candidate, Finding, Side
from reviewer.findings.placement import Places
from reviewer.findings.ranking import dedupe
from reviewer.pull_request import ListedFile
from reviewer.severity import Confidence, Severity
from reviewer.text import invisible
from tests import builders
from tests.faults import faults

PATCH = """\
@@ -8,6 +8,8 @@ def pay(order):
     total = order.total
-    charge(total)
-    log("charged")
+    if total:
+        charge(total, retry=True)
+        charge(total, retry=True)
+    log("done")
     return total

     return None
@@ -40,2 +42,4 @@ def refund(order):
     total = order.total
+    refund(total)
+    send(order.owner, "refunded", copy=order.agent)
     return None"""


def changed_file(patch: str = PATCH) -> ChangedFile:
    row = ListedFile("src/pay.py", "renamed", 0, 0, patch, previous_path="src/old.py")
    file = diff.parse(row)
    assert isinstance(file, ChangedFile)
    return file


def candidate(quote: str, start: int = 1, end: int | None = None) -> Candidate:
    return Candidate(
        path="src/pay.py",
        start_line=start,
        end_line=start if end is None else end,
        quote=quote,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        category="bug",
        title="Charged twice",
        body="The order is charged twice.",
        suggestion="charge(total)",
    )


def place(
    candidate: Candidate, file: ChangedFile, as_prompt_text: Callable[[str], str] = str
) -> Finding | None:
    return Places(file, as_prompt_text).place(candidate)


def place_quote(quote: str, start: int = 1, end: int | None = None) -> tuple[Side, int, int] | None:
    found = place(candidate(quote, start, end), changed_file())
    return (found.side, found.start_line, found.end_line) if found else None


def finding(title: str = "Charged twice", start: int = 1, end: int = 1) -> Finding:
    found = place(candidate("refund(total)"), changed_file())
    assert found
    return builders.revise(found, title=title, start_line=start, end_line=end)


def test_a_quote_at_the_stated_line_is_kept_with_all_its_words() -> None:
    said = candidate("    refund(total)", 43)
    assert place(said, changed_file()) == Finding(
        candidate=said,
        start_line=43,
        end_line=43,
        side=Side.NEW,
    )


def test_a_quote_of_context_at_the_stated_line_is_kept() -> None:
    assert place_quote("return total", 13) == (Side.NEW, 13, 13)


def test_the_quote_decides_which_of_the_stated_lines_are_meant() -> None:
    assert place_quote("refund(total)", 40, 50) == (Side.NEW, 43, 43)


def test_a_quote_elsewhere_in_the_changed_lines_is_moved() -> None:
    assert place_quote('log("done")', 99) == (Side.NEW, 12, 12)


def test_a_quote_of_context_elsewhere_is_dropped() -> None:
    assert place_quote("return total", 44) is None


def test_the_stated_line_chooses_between_equal_lines() -> None:
    assert place_quote("charge(total, retry=True)", 11) == (Side.NEW, 11, 11)
    assert place_quote("charge(total, retry=True)", 10, 11) == (Side.NEW, 10, 10)
    assert place_quote("return None", 45) == (Side.NEW, 45, 45)
    assert place_quote("return None", 14, 16) == (Side.NEW, 15, 15)


def test_equal_lines_away_from_the_stated_one_are_dropped() -> None:
    assert place_quote("charge(total, retry=True)", 13) is None
    assert place_quote("charge(total, retry=True)", 1, 99) is None


def test_a_removed_line_is_placed_on_the_old_side() -> None:
    assert place_quote('log("charged")', 12) == (Side.OLD, 10, 10)
    assert place_quote("charge(total)\nlog('charged')".replace("'", '"')) == (Side.OLD, 9, 10)


def test_a_quote_of_several_lines_matches_neighbouring_lines_of_one_hunk() -> None:
    assert place_quote('log("done")\nreturn total\n\nreturn None') == (Side.NEW, 12, 15)
    assert place_quote('return None\nrefund(total)\n"end"') is None
    assert place_quote("return None\ntotal = order.total") is None


@pytest.mark.parametrize(
    "quote",
    [
        "if total:\n    charge(total, retry=True)",
        "    if total:  \r\n        charge(total, retry=True)\t\r\n",
        "\n\nif total:\ncharge(total, retry=True)\n\n",
        "     9 +     if total:\n    10 +         charge(total, retry=True)",
        "9 +     if total:\n10 + charge(total, retry=True)",
        "+    if total:\n+        charge(total, retry=True)",
        "+ if total:\n+ charge(total, retry=True)",
        '       -     log("charged")\n     9 +     if total:\n    10 + charge(total, retry=True)',
    ],
)
def test_indentation_line_ends_and_our_own_columns_do_not_matter(quote: str) -> None:
    assert place_quote(quote, 9, 10) == (Side.NEW, 9, 10)


@pytest.mark.parametrize(
    ("quote", "place_of_it"),
    [
        ("    13       return total\n    14\n    15       return None", (Side.NEW, 13, 15)),
        ('       -     log("charged")', (Side.OLD, 10, 10)),
        ('-    log("charged")', (Side.OLD, 10, 10)),
    ],
)
def test_context_and_removed_lines_are_found_behind_our_columns(
    quote: str, place_of_it: tuple[Side, int, int]
) -> None:
    assert place_quote(quote, 13) == place_of_it


def test_code_that_looks_like_our_columns_is_found_as_it_is() -> None:
    file = changed_file("@@ -0,0 +1,3 @@\n+total = (\n+    12 + fees\n+)")
    found = place(candidate("12 + fees", 9), file)
    assert found
    assert found.start_line == 2


def test_a_part_of_the_stated_line_is_enough() -> None:
    assert place_quote('"refunded", copy=order.agent', 44) == (Side.NEW, 44, 44)


@pytest.mark.parametrize(
    ("quote", "line"), [("order.owner", 43), ("order.t", 42), ("send(\nx", 44)]
)
def test_a_part_of_another_line_or_too_small_a_part_is_dropped(quote: str, line: int) -> None:
    assert place_quote(quote, line) is None


@pytest.mark.parametrize(
    "quote", ["", "\n", "  ", "}", ")\n}", "     9 + }", "+", "return 42", "\0"]
)
def test_a_quote_that_is_empty_or_found_nowhere_is_dropped(quote: str) -> None:
    assert place_quote(quote, 10) is None


def test_a_bracket_alone_is_no_quote_although_the_line_is_there() -> None:
    assert place(candidate("}", 1), changed_file("@@ -0,0 +1 @@\n+}")) is None


@faults("LO4")
@pytest.mark.parametrize(
    "path",
    [
        "src/invented.py",
        "../../etc/passwd",
        "/etc/passwd",
        "src/old.py",
        "",
        "SRC/PAY.PY",
        "./src/pay.py",
    ],
)
def test_a_path_that_is_not_the_files_own_decides_nothing(path: str) -> None:
    found = place(replace(candidate("refund(total)", 43), path=path), changed_file())
    assert found
    assert (found.path, found.start_line) == ("src/pay.py", 43)


@faults("LO5")
@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 0), (-5, -1), (10**30, 10**30), (50, 40), (-(10**30), 10**30), (0, 43), (30, 30)],
)
def test_impossible_lines_are_corrected_by_a_unique_quote(start: int, end: int) -> None:
    assert place_quote("refund(total)", start, end) == (Side.NEW, 43, 43)


@faults("LO5")
@pytest.mark.parametrize(("start", "end"), [(0, 0), (-5, -1), (10**30, 10**30), (12, -1)])
def test_impossible_lines_without_a_unique_quote_are_dropped(start: int, end: int) -> None:
    assert place_quote("charge(total, retry=True)", start, end) is None


@faults("LO5")
def test_a_number_of_the_old_side_does_not_move_a_removed_line() -> None:
    assert place_quote('log("charged")', 10) == (Side.OLD, 10, 10)


@faults("DF10")
def test_a_quote_of_an_invisible_character_made_visible_is_found() -> None:
    file = changed_file("@@ -1 +1,2 @@\n-a\n+one\u202e two\r\n+three\r")
    found = place(candidate("one[U+202E] two\nthree", 1), file, invisible.show)
    assert found
    assert (found.start_line, found.end_line) == (1, 2)


@faults("DF12")
def test_a_quote_of_what_the_prompt_showed_instead_is_found() -> None:
    file = changed_file("@@ -1 +1 @@\n-a\n+key = 'hunter2'")
    said = candidate("key = '[REDACTED:password:1]'", 1)
    assert place(said, file) is None
    found = place(said, file, lambda text: text.replace("hunter2", "[REDACTED:password:1]"))
    assert found
    assert found.start_line == 1


@given(st.integers(0, 11), st.integers(1, 5), st.integers(-3, 30))
def test_what_the_prompt_prints_is_found_where_it_was_printed(
    first: int, count: int, stated: int
) -> None:
    lines = [f"line {n} of twelve" for n in range(1, 13)]
    file = changed_file("@@ -0,0 +1,12 @@\n" + "\n".join(f"+    {line}" for line in lines))
    printed = diff.render_hunks(file.hunks).split("\n")[1:]
    found = place(candidate("\n".join(printed[first : first + count]), stated), file)
    assert found
    assert (found.start_line, found.end_line) == (first + 1, min(first + count, 12))


@faults("HD14")
@given(
    st.lists(
        st.sampled_from(["", "\r", "\r\r", " \r", "\u202e\r", "a\rb"]), min_size=1, max_size=8
    ),
    st.data(),
)
def test_what_the_prompt_prints_of_odd_line_ends_is_found_where_it_was_printed(
    ends: list[str], data: st.DataObject
) -> None:
    lines = [f"    line {n} of it{end}" for n, end in enumerate(ends, 1)]
    file = changed_file(f"@@ -0,0 +1,{len(lines)} @@\n" + "\n".join(f"+{line}" for line in lines))
    printed = invisible.show(diff.render_hunks(file.hunks)).split("\n")[1:]
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first, len(lines) - 1))
    quoted = candidate("\n".join(printed[first : last + 1]), -1)
    found = place(quoted, file, invisible.show)
    assert found
    assert (found.start_line, found.end_line) == (first + 1, last + 1)


@faults("HD14")
def test_the_carriage_return_that_a_prompt_shows_at_its_end_may_end_a_quote_without_numbers() -> (
    None
):
    file = changed_file("@@ -0,0 +1,2 @@\n+total = 1\r\n+count = 2\r")
    shown = invisible.show("count = 2\r")
    assert shown.endswith("[U+000D]")
    found = place(candidate(f"total = 1\n{shown}", -1), file, invisible.show)
    assert found
    assert (found.start_line, found.end_line) == (1, 2)


@faults("LO5")
def test_of_two_removed_lines_that_differ_in_white_space_the_quoted_one_is_found() -> None:
    file = changed_file("@@ -1,2 +1,1 @@\n-total = 1\n-total=1\n+count = 2")
    found = place(candidate("total=1", -1), file)
    assert found
    assert (found.side, found.start_line, found.end_line) == (Side.OLD, 2, 2)


@faults("RF7")
@pytest.mark.parametrize(
    ("quote", "place_of_it"),
    [
        ("charge( total,retry = True )\nlog(  'done' )".replace("'", '"'), (Side.NEW, 11, 12)),
        ("if total:\tcharge(total, retry=True)", (Side.NEW, 9, 10)),
        ('send(order.owner,\n     "refunded",\n     copy=order.agent)', (Side.NEW, 44, 44)),
        ('log( "charged" )', (Side.OLD, 10, 10)),
        ("    12 +     log(  'done')".replace("'", '"'), (Side.NEW, 12, 12)),
    ],
)
def test_white_space_in_a_quote_does_not_matter_where_it_matches_one_place_only(
    quote: str, place_of_it: tuple[Side, int, int]
) -> None:
    assert place_quote(quote, 99) == place_of_it


@faults("RF7")
@pytest.mark.parametrize(
    ("quote", "stated"),
    [
        ("charge( total, retry=True )", 10),
        ("return  total", 99),
        ("return  None", 15),
        ("log ( x )", 12),
        ("owner, 'refunded' , copy".replace("'", '"'), 44),
    ],
)
def test_white_space_matters_where_a_quote_matches_several_places_or_none(
    quote: str, stated: int
) -> None:
    assert place_quote(quote, stated) is None


PRINTED = st.text(
    st.sampled_from("ab1+- \t\r\u00a0\u200b\u202e\u2028\x0b\x0c\x1b\u00e9\U0001f600#[]\"'<>|"),
    max_size=20,
).filter(lambda text: any(map(str.isalnum, text)))


@faults("RF7")
@given(st.lists(PRINTED, min_size=1, max_size=8), st.data())
def test_every_line_quoted_as_it_is_printed_is_placed_at_itself(
    lines: list[str], data: st.DataObject
) -> None:
    kinds = [data.draw(st.sampled_from(list(LineKind))) for _ in lines]
    old = new = 0
    rows: list[Line] = []
    for kind, text in zip(kinds, lines, strict=True):
        old += kind is not LineKind.ADDED
        new += kind is not LineKind.REMOVED
        numbers = (
            None if kind is LineKind.ADDED else old,
            None if kind is LineKind.REMOVED else new,
        )
        rows.append(Line(kind, *numbers, text))
    file = ChangedFile("a.py", "modified", (Hunk(tuple(rows)),))
    printed = invisible.show(diff.render_hunks(file.hunks)).split("\n")[1:]
    for row, text in zip(rows, printed, strict=True):
        if row.kind is LineKind.REMOVED:
            continue
        found = place(candidate(text, row.new or 0), file, invisible.show)
        assert found
        assert (found.side, found.start_line) == (Side.NEW, row.new)


@faults("LO5")
@given(
    st.lists(st.sampled_from(PATCH.split("\n")) | st.text(max_size=9), max_size=4).map("\n".join),
    st.integers(),
    st.integers(),
)
def test_whatever_is_placed_is_on_lines_of_the_diff(quote: str, start: int, end: int) -> None:
    found = place(candidate(quote, start, end), changed_file())
    if found:
        shown = {
            line.new if found.side is Side.NEW else line.old
            for hunk in changed_file().hunks
            for line in hunk.lines
        }
        assert {found.start_line, found.end_line} <= shown


@faults("LO7")
def test_findings_that_say_the_same_about_the_same_lines_are_one() -> None:
    low = builders.revise(finding("charged  TWICE", 4, 9), severity=Severity.LOW, quote="other")
    high = finding("Charged twice", 1, 4)
    assert dedupe((low, high)) == ((high,), 1)


def test_the_same_quote_under_another_title_is_one_finding() -> None:
    worse = builders.revise(finding("Money lost"), severity=Severity.CRITICAL)
    assert dedupe((finding("Charged twice"), worse)) == ((worse,), 1)


@pytest.mark.parametrize(
    "other",
    [
        finding(start=5, end=6),
        builders.revise(finding(), path="src/other.py"),
        builders.revise(finding(), side=Side.OLD),
        builders.revise(finding("Refund lost"), quote="another"),
        builders.revise(finding("Anybody may charge"), category="security"),
    ],
)
def test_findings_about_other_lines_or_other_things_stay_apart(other: Finding) -> None:
    kept, removed = dedupe((finding(start=1, end=4), other))
    assert (len(kept), removed) == (2, 0)


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_choose_what_is_kept(random: Random) -> None:
    findings = [
        builders.revise(finding(title, start, start + 1), severity=severity, body=body)
        for title in ("a", "b")
        for start in (1, 2, 3)
        for severity in (Severity.LOW, Severity.HIGH)
        for body in ("x", "y")
    ]
    expected = dedupe(findings)
    random.shuffle(findings)
    assert dedupe(findings) == expected


@faults("LO7")
def test_ten_thousand_repetitions_are_one_finding() -> None:
    kept, removed = dedupe([finding()] * 10_000)
    assert (len(kept), removed) == (1, 9_999)


@faults("RF7")
@pytest.mark.parametrize("text", ["}", "", "    )", "x = 1", "\t", "});\r", "return"])
@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_line_copied_with_its_number_is_placed_whatever_is_in_it(text: str, row: int) -> None:
    lines = tuple(Line(LineKind.ADDED, None, n, text) for n in range(1, 4))
    file = ChangedFile("a.py", "modified", (Hunk(lines),))
    printed = invisible.show(diff.render_hunks(file.hunks)).split("\n")[1:]
    found = place(candidate(printed[row], 99), file, invisible.show)
    assert found
    assert (found.start_line, found.end_line) == (row + 1, row + 1)


@faults("RF7")
@pytest.mark.parametrize("quote", ["     7 + }", "     1 + )", "     1 + }\n     3 + }", "1 + 1"])
def test_a_number_with_another_text_places_nothing(quote: str) -> None:
    lines = tuple(Line(LineKind.ADDED, None, n, "}") for n in range(1, 4))
    file = ChangedFile("a.py", "modified", (Hunk(lines),))
    assert place(candidate(quote, 1), file) is None
