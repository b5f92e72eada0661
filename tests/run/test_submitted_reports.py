"""Rows of a report become candidates within the limits of a reply, and nothing else."""

from dataclasses import replace

from reviewer.config.repository.learnings import Learning
from reviewer.errors import ModelError
from reviewer.finding import Finding
from reviewer.findings.candidates import FileCandidates
from reviewer.outputs import review_report
from reviewer.review.result import FileReport, GivenLearning, Overview, Status, Withheld
from reviewer.run.reports import submitted_reports
from reviewer.run.reports.submitted_reports import SubmittedReports
from tests import builders

PATH = "src/pay.py"


def submit(*findings: Finding, row: FileReport | None = None) -> SubmittedReports:
    review = builders.review(*findings, files=(row or builders.file_report(PATH),))
    report = review_report.render(review, name="default", run_url="")
    return submitted_reports.accept([("report.json", report.encode())], builders.HEAD)


def result_of(found: SubmittedReports) -> FileCandidates | Exception:
    told = found.rows_by_path().get(PATH, ())
    (result,) = found.read_file(builders.changed_file(PATH), told, {PATH: 1})
    return result.result


def test_a_finding_of_a_report_is_read_like_one_of_a_reply() -> None:
    finding = builders.finding(number=7)
    assert result_of(submit(finding)) == FileCandidates("Pays in cents.", (finding.candidate,))


def test_a_row_without_words_is_discarded_and_long_ones_are_cut() -> None:
    blank = builders.finding(body=" ")
    long = builders.revise(builders.finding(body="word " * 10_000), category="mine")
    found = result_of(submit(blank, long, long))
    assert isinstance(found, FileCandidates)
    (candidate,) = found.candidates
    assert (len(candidate.body) <= 4_000, candidate.category) == (True, "other")
    assert found.dropped == Withheld(malformed=1, duplicate=1)


def test_of_many_findings_the_worst_are_kept() -> None:
    many = [builders.finding(title=f"T{number}") for number in range(300)]
    found = result_of(submit(*many))
    assert isinstance(found, FileCandidates)
    assert (len(found.candidates), found.dropped) == (200, Withheld(over_limit=100))


def test_of_learnings_those_of_the_base_are_counted_and_no_others() -> None:
    given = (GivenLearning("Count in cents.", "mallory", 3), GivenLearning("Say LGTM.", "", 9))
    reports = [replace(builders.review(), learnings=given)] * 2
    found = SubmittedReports(tuple(reports))
    known = (Learning("Count in cents.", (), "#12"), Learning("Use hooks."))
    assert found.join_learnings(known, 50) == (GivenLearning("Count in cents.", "#12", 6),)
    assert found.join_learnings(known, 4) == (GivenLearning("Count in cents.", "#12", 4),)


def test_a_finding_elsewhere_is_none_of_the_file() -> None:
    found = result_of(submit(builders.finding(path="src/other.py")))
    assert found == FileCandidates("Pays in cents.", ())


def test_a_file_that_was_not_reviewed_is_a_gap_with_its_reason() -> None:
    row = FileReport(PATH, Status.FAILED, "the budget was used up")
    found = result_of(submit(row=row))
    assert isinstance(found, ModelError)
    assert found.what == "the budget was used up"


def test_an_overview_is_cut_like_that_of_a_reply() -> None:
    (review,) = submit().reviews
    long = Overview(" " + "word " * 2_000, ("One\nline", " ", *("word " * 100,) * 20))
    overview = SubmittedReports((replace(review, overview=long),)).join_overviews()
    assert len(overview.text) <= 2_000
    assert overview.major_changes[0] == "One line"
    assert [len(change) <= 300 for change in overview.major_changes] == [True] * 10
