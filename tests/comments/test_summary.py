"""The comment as people see it: snapshots, and the limit it never passes."""

from dataclasses import replace
from decimal import Decimal

import pytest
from syrupy.assertion import SnapshotAssertion

from reviewer.comments import summary
from reviewer.comments.summary import LARGEST_BODY, RunDetails
from reviewer.errors import CancelledError
from reviewer.finding import Side
from reviewer.memory import state, state_line
from reviewer.review import FileReport, Overview, Review, Spent, Status, Withheld
from reviewer.severity import Severity
from tests import builders
from tests.faults import faults
from tests.snapshots import Markdown

RUN = RunDetails("default", "https://github.com/o/r/actions/runs/1", 12)


@pytest.fixture
def markdown(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Markdown)


def render(review: Review) -> str:
    return summary.render(review, RUN, state.from_review(review))


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


def test_a_full_review(markdown: SnapshotAssertion) -> None:
    assert render(full_review()) == markdown


def test_no_problems(markdown: SnapshotAssertion) -> None:
    assert render(builders.review()) == markdown


def test_nothing_to_review(markdown: SnapshotAssertion) -> None:
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
        builders.finding(path=f"src/{n}.py", title=f"Problem {n}", body=body, severity=severity)
        for severity in (Severity.CRITICAL, Severity.LOW)
        for n in range(findings // 2)
    )
    rows = tuple(builders.file_report(f"src/deep/folder/{n}.py") for n in range(files))
    return builders.review(*shown, files=rows)


@faults("GH13")
@pytest.mark.parametrize(("findings", "files"), [(50, 10), (200, 3000), (2, 3000), (20, 1)])
def test_a_long_review_sheds_sections_and_counts_what_it_sheds(findings: int, files: int) -> None:
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
def test_the_worst_findings_are_shed_last() -> None:
    body = render(review_of_many(20, 1))
    assert body.count("**Critical, logic**") == 10
    assert "**Low, logic**" not in body
    assert "10 findings left out for length; the job summary has all." in body


@faults("GH13")
def test_wide_characters_count_as_the_bytes_they_are() -> None:
    review = review_of_many(10, 1, body="\U0001f600" * 2000)
    assert len(render(review).encode()) <= LARGEST_BODY


def test_the_job_summary_keeps_what_the_comment_sheds() -> None:
    report = summary.render_report(review_of_many(20, 1), RUN)
    assert report.count("**Low, logic**") == 10
    assert "left out for length" not in report
