"""Differences from linked issues are shown only if their quotes are where they should be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.context.promises import Promises
from reviewer.findings import promise_gaps
from reviewer.pull_request import LinkedIssue
from reviewer.review.promise import LONGEST_GAP, MOST_GAPS, GapKind, PromiseGap

PROMISES = Promises(
    (LinkedIssue(12, "Add a flag for JSON", "Add `--json`.\nAlso document\n  the new flag."),)
)
FILE = ChangedFile(
    "src/app.py",
    "modified",
    (
        Hunk(
            (
                Line(LineKind.CONTEXT, 1, 1, "import unrelated_module"),
                Line(LineKind.ADDED, None, 2, "    import heavy_dependency"),
            )
        ),
    ),
)
MISSING = PromiseGap(12, GapKind.MISSING, "Also document the new flag.", "No page names it.")
EXTRA = PromiseGap(12, GapKind.EXTRA, "import heavy_dependency", "A new library.", "src/app.py")


def check(*gaps: PromiseGap) -> tuple[PromiseGap, ...]:
    return promise_gaps.check(gaps, PROMISES, (FILE,), str)


def test_a_sentence_of_the_issue_and_a_changed_line_are_found() -> None:
    assert check(MISSING, EXTRA) == (MISSING, EXTRA)


@pytest.mark.parametrize(
    "gap",
    [
        replace(MISSING, quote="Also translate the new flag."),
        replace(MISSING, issue=13),
        replace(MISSING, quote="the new"),
        replace(MISSING, text=" "),
        replace(EXTRA, quote="import unrelated_module"),
        replace(EXTRA, path="src/other.py"),
        replace(EXTRA, quote="Also document the new flag."),
    ],
)
def test_whatever_is_quoted_from_nowhere_is_left_out(gap: PromiseGap) -> None:
    assert check(gap) == ()


def test_marks_around_a_quote_and_its_line_ends_do_not_matter() -> None:
    assert check(replace(MISSING, quote="“Also document\n the  new flag.”")) == (MISSING,)


def test_a_difference_is_shown_once_and_on_one_line() -> None:
    long = replace(MISSING, text="first\nsecond " + "x" * 999)

    (shown,) = check(long, replace(MISSING, text="again"))

    assert "\n" not in shown.text
    assert len(shown.text) <= LONGEST_GAP


def test_few_rows_are_shown() -> None:
    words = [f"wanted thing number {n:02}" for n in range(20)]
    issue = LinkedIssue(1, "All of it", "\n".join(words))
    gaps = [PromiseGap(1, GapKind.MISSING, word, "Not there.") for word in words]

    assert len(promise_gaps.check(gaps, Promises((issue,)), (), str)) == MOST_GAPS


def test_no_lines_are_read_but_those_of_a_quoted_file() -> None:
    """A text of each line of a change of 900,000 lines would take 75 MB."""
    files = [replace(FILE, path=f"src/{number}.py") for number in range(3)]
    read: list[str] = []

    def note(text: str) -> str:
        read.append(text)
        return text

    def count_lines(*gaps: PromiseGap) -> int:
        read.clear()
        promise_gaps.check(gaps, PROMISES, files, note)
        return sum("heavy_dependency" in each for each in read)

    assert count_lines() == 0
    assert count_lines(MISSING) == 0
    assert count_lines(*[replace(EXTRA, path="src/1.py")] * 2) == 1


WORDS = ("Add", "a flag", "for JSON", "`--json`", "Also", "document", "the new flag.", "import")


@given(
    st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=6).map(" ".join)
    | st.sampled_from([MISSING.quote, EXTRA.quote, "“Add a flag for JSON”"]),
    st.sampled_from([FILE.path, "src/other.py", ""]),
    st.sampled_from(GapKind),
)
def test_no_quote_is_shown_that_is_not_there(quote: str, path: str, kind: GapKind) -> None:
    (issue,) = PROMISES.issues
    promised = " ".join(f"{issue.title} {issue.body}".split())
    done = "import heavy_dependency" if path == FILE.path else ""
    for gap in check(PromiseGap(12, kind, quote, "It is not there.", path)):
        assert gap.quote in (promised if kind is GapKind.MISSING else done)
