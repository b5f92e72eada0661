from dataclasses import replace

from reviewer.finding import Side
from reviewer.operations import CheckConclusion
from reviewer.outputs import check_run
from reviewer.review.result import FileReport, Status
from reviewer.severity import Severity
from tests import builders


def test_a_clean_review_is_a_success() -> None:
    made = check_run.render(builders.review(), "default", "All well.", failed=False)
    assert (made.name, made.conclusion) == ("Code review", CheckConclusion.SUCCESS)
    assert (made.title, made.summary) == ("no problems found", "All well.")


def test_what_was_skipped_qualifies_a_clean_review() -> None:
    skipped = FileReport("go.sum", Status.SKIPPED, "lock file")
    review = builders.review(files=(builders.file_report("src/pay.py"), skipped))
    made = check_run.render(review, "default", "", failed=False)
    assert made.title == "no problems found in 1 of 2 files"


def test_findings_are_neutral_until_they_reach_the_limit() -> None:
    review = builders.review(builders.finding(number=3))
    assert check_run.render(review, "x", "", failed=False).conclusion is CheckConclusion.NEUTRAL
    failed = check_run.render(review, "x", "", failed=True)
    assert (failed.conclusion, failed.name) == (CheckConclusion.FAILURE, "Code review (x)")
    assert failed.title == "1 high finding"


def test_a_finding_on_the_new_side_is_annotated() -> None:
    low = builders.finding(severity=Severity.LOW, title="T" * 300, number=4)
    old = replace(low, side=Side.OLD)
    made = check_run.render(builders.review(low, old), "x", "", failed=False)
    (row,) = made.annotations
    assert (row.path, row.start_line, row.level) == ("src/pay.py", 2, "notice")
    assert len(row.title) == 255


def test_a_report_that_is_too_long_is_pointed_at() -> None:
    made = check_run.render(builders.review(), "x", "a" * 65_536, failed=False)
    assert "job summary" in made.summary
