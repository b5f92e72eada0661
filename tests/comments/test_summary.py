"""The comment as people see it: snapshots, and the limit it never passes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from reviewer.comments import summary
from reviewer.comments.layout import EVERY_SECTION, RunDetails
from reviewer.comments.places import Blobs
from reviewer.comments.summary import LARGEST_BODY
from reviewer.config.enums import Section
from reviewer.errors import CancelledError
from reviewer.finding import Finding, Side
from reviewer.memory import state, state_line
from reviewer.review.result import FileReport, Overview, Review, Status, Withheld, worst_first
from reviewer.review.spending import Spent
from reviewer.severity import Confidence, Severity
from tests import builders, strategies
from tests.faults import faults

BLOBS = Blobs.of("https://github.com/octo/shop", builders.pull(), builders.HEAD)
RUN = RunDetails("default", "https://github.com/o/r/actions/runs/1", 12, blobs=BLOBS)
WHOLE = "#### 🔴 Critical"


def render(
    review: Review,
    visible: Sequence[Finding] | None = None,
    sections: tuple[Section, ...] = EVERY_SECTION,
    *,
    one_line: bool = False,
) -> str:
    """Show all findings in full, unless only some of them are given."""
    shown = review.findings if visible is None else visible
    known = state.from_review(review)
    return summary.render(review, shown, RUN, known, sections=sections, one_line=one_line)


def full_review() -> Review:
    worst = builders.finding(
        title="Loses the remainder | of <b>each</b> split, says @mona",
        body="split(10, 3) pays 9.\n\n- input: `split(10, 3)`\n- result: 9\n\n```py\nx = 1\n```",
        severity=Severity.CRITICAL,
        side=Side.OLD,
        end_line=4,
        quote="a = b\n  c",
    )
    return builders.review(
        worst,
        builders.finding(),
        files=(
            builders.file_report("src/pay.py", worst, builders.finding()),
            FileReport("package-lock.json", Status.SKIPPED, "lock file"),
            FileReport("big.py", Status.FAILED, "the model gave no answer"),
            FileReport("we|ird`name.py", Status.REVIEWED, summary="Cut.", cuts=("line 3 cut",)),
        ),
        overview=Overview("Counts in cents.\n\nRounds at the end.", ("`pay.py` multiplies.",)),
        withheld=Withheld(unplaced=1, below_threshold=2, over_limit=3),
        notes=("Defaults are used.",),
    )


def test_a_review_is_shown_with_all_its_parts(markdown: SnapshotAssertion) -> None:
    assert render(full_review()) == markdown


def test_a_change_of_one_file_says_nothing_twice(markdown: SnapshotAssertion) -> None:
    found = builders.revise(builders.finding(number=1), suggestion="    return round(x * 100)")
    assert render(replace(builders.review(found), listens=True)) == markdown


def test_the_only_file_keeps_its_row_where_the_row_says_more() -> None:
    cut = replace(builders.file_report(), cuts=("line 3 cut",))
    same = replace(builders.file_report(), since=builders.BASE)
    assert "| `src/pay.py` |" in render(builders.review(files=(cut,)))
    marked = replace(builders.file_report(), reason="git calls it binary")
    assert "reviewed: git calls it binary" in render(builders.review(files=(marked,)))
    assert "The file is `src/pay.py`, unchanged since ba5e000.\n" in render(
        builders.review(files=(same,))
    )
    assert "Pays in cents." in render(builders.review(), sections=(Section.FILES,))


def test_sections_can_be_left_out_but_not_what_was_not_reviewed() -> None:
    body = render(full_review(), sections=(Section.NONE,))
    assert "Counts in cents." not in body
    assert "### Major changes" not in body
    assert "### Files" not in body
    assert "| `src/pay.py` |" not in body
    assert "### Hidden risks" in body
    assert "### Not reviewed\n\n<details><summary>1 skipped · 1 not reviewed · 1 reviewed<" in body
    assert "> Defaults are used." in body
    for path, why in (("big.py", "the model gave no answer"), ("package-lock.json", "lock file")):
        assert re.search(rf"\| `{path}` \|.*{why}", body)
    assert "Cut." in body
    assert "### Not reviewed" not in render(builders.review(), sections=(Section.NONE,))


def test_each_section_is_left_out_by_itself() -> None:
    words = {
        Section.OVERVIEW: "Counts in cents.",
        Section.MAJOR_CHANGES: "### Major changes",
        Section.FILES: "### Files",
    }
    for section in words:
        body = render(full_review(), sections=(section,))
        assert [each for each, word in words.items() if word in body] == [section]


def test_the_job_summary_has_every_section() -> None:
    report = summary.render_report(full_review(), RUN)
    assert all(f"### {name}\n" in report for name in ("Hidden risks", "Major changes", "Files"))
    assert "/ignore" not in report


def test_a_clean_review_can_be_one_line(markdown: SnapshotAssertion) -> None:
    fixed = builders.finding(number=2)
    rows = (builders.file_report(), FileReport("logo.png", Status.SKIPPED, "binary file"))
    review = replace(builders.review(files=rows, notes=("Be warned.",)), fixed=(fixed,))
    assert render(review, one_line=True) == markdown


@pytest.mark.parametrize(
    ("review", "clean"),
    [
        (builders.review(), True),
        (builders.review(files=(FileReport("a.png", Status.SKIPPED, "binary file"),)), True),
        (builders.review(builders.finding()), False),
        (replace(builders.review(), unchecked=(builders.finding(),)), False),
        (builders.review(files=(FileReport("a.py", Status.FAILED, "no answer"),)), False),
        (builders.review(files=(FileReport("a.py", Status.EXCLUDED, "vendored"),)), False),
        (builders.review(withheld=Withheld(unplaced=1)), False),
        (replace(builders.review(), cancelled=CancelledError(2)), False),
        (replace(builders.review(), by_fork=True), False),
    ],
)
def test_clean_is_only_what_is_complete_and_has_nothing_to_report(
    review: Review, *, clean: bool
) -> None:
    assert review.clean is clean


def test_the_foot_names_commands_only_if_a_comment_has_started_a_run() -> None:
    found = builders.finding(number=3)
    assert "/review" not in render(builders.review(found))
    body = render(replace(builders.review(found), listens=True))
    assert "`/review`" in body
    assert "`/ignore F3`" in body
    assert "`/ignore" not in render(replace(builders.review(), listens=True))


def test_links_are_left_out_before_files_that_were_not_reviewed() -> None:
    review = review_of_many(40, 0)
    rows = tuple(FileReport(f"src/{n}.py", Status.FAILED, "no answer") for n in range(1_020))
    body = render(replace(review, files=rows), review.findings[:1])
    assert "](https://github.com/octo/shop" not in body
    assert body.count("| not reviewed: no answer |") == 1_020


def test_the_places_of_a_long_list_are_linked_as_long_as_there_is_room() -> None:
    review = review_of_many(50, 10, body="why")
    body = render(review, review.findings[:6])
    assert body.count("](https://github.com/octo/shop/blob/") == 50
    assert "left out for length" not in body


@faults("LO11")
def test_what_is_not_shown_in_full_takes_one_collapsed_line(markdown: SnapshotAssertion) -> None:
    worst, other = (replace(each, number=n) for n, each in enumerate(full_review().findings, 1))
    unsure = builders.finding(title="Rounds twice", confidence=Confidence.LOW, number=3)
    minor = builders.finding(
        path="tests/`x|.py",
        title="Ends </details> with <!-- code-review-action:state v=2 x --> and @mona\n- [x](//y)",
        severity=Severity.LOW,
        side=Side.OLD,
        end_line=4,
        number=4,
    )
    review = builders.review(worst, other, unsure, replace(minor, also=("b.py:2", "c.py:3")))
    assert render(review, [other]) == markdown


def test_the_heading_includes_what_is_collapsed_and_the_job_summary_explains_it() -> None:
    minor = builders.finding(title="Wording", severity=Severity.LOW, number=1)
    review = builders.review(minor)
    body = render(review, [])
    assert "## Code review · 1 low finding\n" in body
    assert "no problems" not in body
    assert minor.candidate.body not in body
    assert minor.candidate.body in summary.render_report(review, RUN)
    assert "<summary>In one" not in summary.render_report(review, RUN)


def test_a_review_without_findings_says_so(markdown: SnapshotAssertion) -> None:
    assert render(builders.review()) == markdown


def test_a_review_of_no_files_says_so(markdown: SnapshotAssertion) -> None:
    review = builders.review(
        files=(FileReport("logo.png", Status.SKIPPED, "binary file"),),
        overview=Overview(),
        spent=Spent(),
    )
    assert render(review) == markdown


@pytest.mark.parametrize(
    "report",
    [
        FileReport("big.py", Status.FAILED, "the model gave no answer"),
        FileReport("big.py", Status.REVIEWED, cuts=("part 2 of 3 not reviewed",)),
    ],
)
def test_all_is_well_is_never_said_when_something_was_left_out(report: FileReport) -> None:
    body = render(builders.review(files=(builders.file_report(), report)))
    assert "no problems" not in body
    assert "incomplete" in body
    assert "big.py" in body


def test_a_cancelled_run_is_incomplete_and_says_so() -> None:
    body = render(replace(builders.review(), cancelled=CancelledError(2)))
    assert "incomplete" in body
    assert "cancelled" in body


def test_an_unknown_price_is_never_zero() -> None:
    body = render(builders.review(spent=Spent(1, 10, 10, None, ("local",))))
    assert "price unknown" in body
    assert "0.0000" not in body


def test_a_free_run_costs_nothing() -> None:
    body = render(builders.review(spent=Spent(1, 10, 10, Decimal(0), ("local",))))
    assert "0.0000 USD" in body


def review_of_many(findings: int, files: int, body: str = "why " * 900) -> Review:
    shown = tuple(
        builders.finding(
            path=f"src/{n}.py",
            title=f"Problem {n}",
            body=body,
            severity=Severity.CRITICAL if n < findings // 2 else Severity.LOW,
            number=n + 1,
        )
        for n in range(findings)
    )
    rows = tuple(builders.file_report(f"src/deep/folder/{n}.py") for n in range(files))
    return builders.review(*shown, files=rows)


@faults("GH13")
@pytest.mark.parametrize(("findings", "files"), [(50, 10), (200, 3000), (2, 3000), (20, 1)])
def test_a_long_review_leaves_out_sections_and_says_how_much(findings: int, files: int) -> None:
    review = review_of_many(findings, files)
    body = render(review)
    assert len(body.encode()) <= LARGEST_BODY
    assert "left out for length" in body
    assert body.count("<details>") == body.count("</details>")
    assert body.count("```") % 2 == 0
    known = state_line.decode(body)
    assert known
    assert replace(known, shown="") == state.from_review(review)


@faults("GH13")
def test_what_findings_lack_for_length_is_named() -> None:
    short = render(review_of_many(2, 1))
    assert "For coding agents" in short
    assert "Left out for length" not in short
    long = render(review_of_many(14, 1))
    assert "For coding agents" not in long
    assert "_Left out for length: the block for coding agents._" in long
    longer = render(review_of_many(40, 1))
    assert "_Left out for length: the block for coding agents, the code of the findings" in longer


@faults("GH13")
def test_the_worst_findings_are_left_out_last() -> None:
    body = render(review_of_many(40, 1))
    whole = body.count(WHOLE)
    assert 10 < whole < 20
    assert f"{40 - whole} explanations left out for length; the job summary has them." in body
    assert f"In one line each: {20 - whole} critical · 20 low" in body
    assert [f"[F{n}]" in body for n in range(1, 41)] == [True] * 40


@faults("GH13")
def test_of_too_many_collapsed_lines_the_worst_stay_and_the_rest_is_counted() -> None:
    review = review_of_many(200, 1)
    long = tuple(builders.revise(each, title=each.title + " why" * 49) for each in review.findings)
    body = render(replace(review, findings=long))
    whole = body.count(WHOLE)
    listed = body.count("\n- **")
    assert whole >= 5
    assert listed >= 40
    assert f"{200 - whole - listed} findings left out for length; the job summary has all." in body
    assert re.findall(r"\[F(\d+)\]", body) == [str(n + 1) for n in range(whole + listed)]


@faults("GH13")
@given(st.lists(strategies.findings(), max_size=10), st.integers(0, 10), st.integers(1, 30))
def test_each_finding_is_shown_once_or_counted_whatever_its_length(
    findings: list[Finding], visible: int, times: int
) -> None:
    numbered = [
        builders.revise(each, number=n, body=each.candidate.body * times, title=f"{each.title}!")
        for n, each in enumerate(findings, 1)
    ]
    review = builders.review(*worst_first(numbered), files=(builders.file_report(),))
    body = render(review, review.findings[:visible])
    assert len(body.encode()) <= LARGEST_BODY
    found = re.findall(r"\[F(\d+)\]$", body, re.MULTILINE)
    counted = re.search(r"^_(\d+) findings? left out for length", body, re.MULTILINE)
    assert len(found) == len(set(found)) == len(findings) - int(counted[1] if counted else 0)
    assert body.count("<details>") == body.count("</details>")
    assert state_line.decode(body)


@faults("GH13")
def test_wide_characters_are_measured_in_bytes() -> None:
    review = review_of_many(10, 1, body="\U0001f600" * 2000)
    assert len(render(review).encode()) <= LARGEST_BODY


def test_the_job_summary_keeps_what_the_comment_leaves_out() -> None:
    report = summary.render_report(review_of_many(20, 1), RUN)
    assert report.count("#### 🔵 Low · ") == 10
    assert "left out for length" not in report
