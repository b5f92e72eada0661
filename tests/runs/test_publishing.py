"""A run that reviews and may not write, and one that writes and takes its report for a claim."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reviewer.memory import state_line
from tests.comment_texts import without_brief
from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.model import Body, error
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

FILES = {f"src/f{number}.py": ("old = 1\n", f"new = {number}\n") for number in range(6)}
REPORTS = "code-review-reports"
SPENT = {"requests": 1, "input_tokens": 1, "output_tokens": 1, "models": []}


@pytest.fixture
def job(job: Job) -> Job:
    """A pull request of six files in each of which the model finds something."""
    job.workspace = str(job.root / "workspace")
    Path(job.workspace, REPORTS).mkdir(parents=True)
    job.github.add_pull(NUMBER, FILES)
    job.model.script = find_one_problem
    return job


def find_one_problem(body: Body) -> str:
    """Find the one line of each file wrong."""
    if body["response_format"]["json_schema"]["name"] == "overview":
        return json.dumps({"overview": "Sets values.", "major_changes": []})
    path = prompted_path(body)
    number = path.removeprefix("src/f").removesuffix(".py")
    finding = {
        "start_line": 1,
        "end_line": 1,
        "quote": f"new = {number}",
        "severity": "high",
        "confidence": "high",
        "category": "logic",
        "title": f"File {number} is wrong",
        "body": "The value is off.",
        "suggestion": None,
    }
    return review_reply(path, finding)


def pass_report(job: Job, reviewed: RunResult, name: str = "review") -> Path:
    """Put the report where the publishing run looks for it, as the artifact actions do."""
    left = Path(job.workspace, reviewed.outputs["report-path"])
    target = Path(job.workspace, REPORTS, name, "report.json")
    target.parent.mkdir()
    target.write_bytes(left.read_bytes())
    return target


def tamper(report: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(report.read_text("utf-8"))
    change(document)
    report.write_text(json.dumps(document), "utf-8")


def without_footer(body: str) -> str:
    return body.partition("<sub>")[0]


def test_a_run_that_only_reviews_writes_nothing_to_the_pull_request(job: Job) -> None:
    finished = job.run(mode="review", inline="all", fail_on="low")
    assert finished.code == 0
    assert job.github.repository.comments == []
    assert job.github.repository.pulls[NUMBER].threads == []
    assert "6 high" in finished.summary
    assert finished.outputs["report-path"].endswith("report.json")


def test_a_published_report_reads_like_the_review_of_a_single_run(job: Job) -> None:
    report = pass_report(job, job.run(mode="review"))
    assert job.run(mode="publish").code == 0
    (published,) = job.github.bodies
    report.unlink()
    job.github.repository.comments.clear()
    job.run()
    assert without_footer(job.github.bodies[0]) == without_footer(published)


def test_the_publishing_run_asks_no_model_and_needs_no_key(job: Job) -> None:
    pass_report(job, job.run(mode="review"))
    asked = len(job.model.bodies)
    assert job.run(mode="publish", api_key="", base_url="", fail_on="high").code == 3
    assert len(job.model.bodies) == asked


def test_a_finding_below_the_limits_is_remembered_after_its_publication(job: Job) -> None:
    pass_report(job, job.run(mode="review", min_severity="critical"))
    assert job.run(mode="publish", min_severity="critical").outputs["findings"] == "0"
    asked = len(job.model.bodies)
    assert job.run().outputs["findings"] == "6"
    assert len(job.model.bodies) == asked


def test_findings_that_were_not_verified_before_their_publication_are_verified_alone(
    job: Job,
) -> None:
    def refuses(body: Body) -> str:
        is_verification = body["response_format"]["json_schema"]["name"] == "verify"
        return "I would rather not." if is_verification else find_one_problem(body)

    job.model.script = refuses
    pass_report(job, job.run(mode="review", verify="on"))
    job.run(mode="publish", verify="on")
    asked = len(job.model.bodies)
    job.model.script = lambda body: json.dumps({"verdicts": []})
    job.run(verify="on")
    again = job.model.bodies[asked:]
    assert {body["response_format"]["json_schema"]["name"] for body in again} == {"verify"}


def test_what_was_published_is_remembered(job: Job) -> None:
    pass_report(job, job.run(mode="review"))
    job.run(mode="publish")
    asked = len(job.model.bodies)
    job.run()
    assert len(job.model.bodies) == asked


def test_shards_review_every_file_once_and_are_published_as_one_review(job: Job) -> None:
    for number in (1, 2, 3):
        pass_report(job, job.run(mode="review", shard=f"{number}/3"), str(number))
    # One request for each file, and one overview for each shard of two.
    assert len(job.model.bodies) == 6 + 3
    finished = job.run(mode="publish")
    assert finished.code == 0
    assert finished.outputs["complete"] == "true"
    (body,) = job.github.bodies
    assert "Reviewed 6 of 6 changed files" in body
    assert all(f"File {number} is wrong" in body for number in range(6))


@pytest.mark.parametrize("damage", ["missing", "cut", "a link", "too large"])
def test_a_shard_that_is_missing_or_damaged_is_named_as_not_reviewed(job: Job, damage: str) -> None:
    first = pass_report(job, job.run(mode="review", shard="1/2"), "1")
    second = pass_report(job, job.run(mode="review", shard="2/2"), "2")
    match damage:
        case "missing":
            second.unlink()
        case "cut":
            second.write_bytes(second.read_bytes()[:-300])
        case "a link":
            second.unlink()
            second.symlink_to(first)
        case _:
            second.write_bytes(b" " * 20_000_001)
    finished = job.run(mode="publish")
    assert finished.outputs["complete"] == "false"
    (body,) = job.github.bodies
    assert "Reviewed 3 of 6 changed files" in body
    assert body.count("not reviewed: the report of shard 2/2 is missing") == 3
    assert "no problems found" not in body


def test_a_shard_whose_run_failed_leaves_a_gap_with_its_reason(job: Job) -> None:
    pass_report(job, job.run(mode="review", shard="1/2"), "1")
    job.model.fail("POST", Instead(error(500, "down")), forever=True)
    failed = job.run(mode="review", shard="2/2")
    assert failed.code == 1
    assert failed.outputs.get("report-path", "") == ""
    job.run(mode="publish")
    assert "the report of shard 2/2 is missing" in job.github.bodies[0]


def test_a_shard_that_comes_twice_or_of_another_division_is_left_out_and_named(job: Job) -> None:
    both = [job.run(mode="review", shard=f"{number}/2") for number in (1, 2)]
    for name, finished in zip("ab", both, strict=True):
        pass_report(job, finished, name)
    pass_report(job, both[0], "c")
    pass_report(job, job.run(mode="review", shard="1/3"), "d")
    job.run(mode="publish")
    (body,) = job.github.bodies
    assert "there is another report of shard 1/2" in body
    assert "it is shard 1/3, not one of 2" in body
    assert without_brief(body).count("File 0 is wrong") == 1


def test_without_any_report_the_run_is_no_success_and_says_so(job: Job) -> None:
    finished = job.run(mode="publish")
    assert finished.code == 2
    assert "No report was found" in job.github.bodies[0]


def test_a_run_that_left_no_report_because_there_was_nothing_to_do_is_no_failure(
    job: Job,
) -> None:
    job.wanted = type(job.wanted)(NUMBER, upstream_succeeded=True)
    assert job.run(mode="publish").code == 0
    assert job.github.repository.comments == []


def test_a_report_about_another_head_is_left_to_the_run_for_the_newer_one(job: Job) -> None:
    pass_report(job, job.run(mode="review"))
    job.github.push(NUMBER, {"src/f0.py": "new = 9\n"})
    finished = job.run(mode="publish")
    assert finished.code == 0
    assert job.github.repository.comments == []
    assert "another head" in finished.log


def test_a_finding_whose_quote_is_not_in_the_change_is_not_believed(job: Job) -> None:
    report = pass_report(job, job.run(mode="review"))

    def forge(document: dict[str, Any]) -> None:
        document["findings"][0] |= {"quote": "import os; os.system('x')", "title": "Made up"}
        document["findings"][1] |= {"path": "../../etc/passwd", "title": "Elsewhere"}

    tamper(report, forge)
    job.run(mode="publish")
    (body,) = job.github.bodies
    assert "Made up" not in body
    assert "Elsewhere" not in body


def test_a_file_that_the_report_passes_over_is_not_called_reviewed(job: Job) -> None:
    report = pass_report(job, job.run(mode="review"))

    def forge(document: dict[str, Any]) -> None:
        document["findings"] = []
        document["files"] = [{**document["files"][0], "summary": "All is well."}]
        document["files"].append({**document["files"][0], "path": "src/f1.py", "status": "skipped"})

    tamper(report, forge)
    finished = job.run(mode="publish")
    (body,) = job.github.bodies
    assert "no problems found" not in body
    assert "Reviewed 1 of 6 changed files" in body
    assert body.count("no report mentions it") == 4
    assert "skipped by the reviewing run" in body
    assert finished.outputs["complete"] == "false"


def test_a_report_cannot_hide_what_needs_no_model_to_be_seen(job: Job) -> None:
    key = "AKIA" + "Z7Q2M4X8N5B3V6C1"
    job.github.add_pull(NUMBER, {"src/keys.py": (None, f'KEY = "{key}"\n')})
    report = pass_report(job, job.run(mode="review"))
    tamper(report, lambda document: document.update(findings=[]))
    job.run(mode="publish")
    (body,) = job.github.bodies
    assert "`src/keys.py:1`" in body
    assert key not in body


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"head_sha": 7},
        {"shard": "9/8"},
        {"shard": "1/0"},
        {"extra": True},
        {"spent": {**SPENT, "cost": "1E+999999"}},
        {"spent": {**SPENT, "cost": "-1"}},
        {"spent": {**SPENT, "cost": "NaN"}},
        {"findings": [{}]},
    ],
)
def test_a_report_of_another_shape_is_refused_whole(job: Job, change: dict[str, Any]) -> None:
    report = pass_report(job, job.run(mode="review"))
    tamper(report, lambda document: document.update(change))
    finished = job.run(mode="publish")
    assert finished.code == 2
    assert "cannot be used" in job.github.bodies[0]


def test_words_of_a_report_are_neutralised_like_a_models(job: Job) -> None:
    report = pass_report(job, job.run(mode="review"))
    hostile = (
        "@org/team ![x](https://evil.example/x) <!-- code-review-action:state v=2 x --> ::error::"
    )

    def forge(document: dict[str, Any]) -> None:
        document["overview"] = hostile
        document["major_changes"] = [hostile]
        document["notes"] = [hostile]
        document["name"] = document["run_url"] = hostile
        document["spent"]["models"] = [hostile]
        for row in document["files"]:
            row.update(summary=hostile, cuts=[hostile], reason=hostile)
        for finding in document["findings"]:
            finding.update(title=hostile, body=hostile, category=hostile)

    tamper(report, forge)
    assert job.run(mode="publish").code == 0
    (body,) = job.github.bodies
    assert not re.search(r"@\w", body)
    assert "](https://evil" not in body
    assert body.count("<!-- code-review-action:state v=2") == 1


def test_a_report_of_a_fork_is_named_as_such_and_never_spares_a_later_review(job: Job) -> None:
    job.github.add_pull(NUMBER, FILES, fork=True)
    report = pass_report(job, job.run(mode="review"))
    tamper(report, lambda document: document.update(findings=[]))
    job.run(mode="publish")
    (body,) = job.github.bodies
    assert "a run of the fork made this review; the fork's author could have changed it" in body
    known = state_line.decode(body)
    assert known
    assert (known.key, [unit.key for unit in known.units]) == ("", [])
    asked = len(job.model.bodies)
    job.run()
    # Every file and the overview.
    assert len(job.model.bodies) == asked + 7
    assert "reviewed from scratch: a run of the fork made the last review" in job.github.bodies[0]


@faults("RM6")
@pytest.mark.parametrize("finds", [True, False])
def test_the_verdict_of_a_run_that_the_fork_controls_is_never_clean(
    job: Job, *, finds: bool
) -> None:
    job.github.add_pull(NUMBER, FILES, fork=True)
    if not finds:
        job.model.script = lambda body: (
            review_reply(path) if (path := prompted_path(body)) else "{}"
        )
    pass_report(job, job.run(mode="review"))
    finished = job.run(mode="publish", fail_on="high")
    assert finished.outputs["complete"] == "false"
    assert finished.outputs["verdict"] == ("findings" if finds else "incomplete")
    (body,) = job.github.bodies
    heading = body.split("\n")[1]
    assert heading.endswith("· according to a run that the fork controls")
    assert "no problems found" not in body
    # What was found in the change closes the gate; that a fork may keep silent does not.
    assert finished.code == (3 if finds else 0)
    assert job.run(mode="publish", fail_on="high, incomplete").code == 3


def test_a_report_cannot_replace_or_drown_what_needs_no_model_to_be_seen(job: Job) -> None:
    key = "AKIA" + "Z7Q2M4X8N5B3V6C1"
    lines = "".join(f"value_{number} = {number}\n" for number in range(40))
    job.github.add_pull(NUMBER, {"src/keys.py": (None, f'KEY = "{key}"\n{lines}')})
    report = pass_report(job, job.run(mode="review"))

    def forge(document: dict[str, Any]) -> None:
        (rule,) = document["findings"]
        worse = {**rule, "severity": "critical", "title": "A sample", "body": "Harmless."}
        flood = [
            {
                **worse,
                "title": f"T{number}",
                "quote": f"value_{number} = {number}",
                "start_line": number + 2,
                "end_line": number + 2,
            }
            for number in range(40)
        ]
        document["findings"] = [worse, *flood]

    tamper(report, forge)
    job.run(mode="publish")
    assert "Possible secret: aws access key" in job.github.bodies[0]


def test_of_two_reports_of_all_files_and_two_rows_of_one_file_the_first_applies(job: Job) -> None:
    reviewed = job.run(mode="review")
    tamper(
        pass_report(job, reviewed, "a"),
        lambda document: document["files"].append(document["files"][0] | {"summary": "Twice."}),
    )
    tamper(pass_report(job, reviewed, "b"), lambda document: document.update(overview="Second."))
    job.run(mode="publish")
    (body,) = job.github.bodies
    assert "b/report.json: there is another report of all files" in body
    assert "Twice." not in body
    assert "Second." not in body


@faults("ST10")
def test_a_publishing_run_without_a_key_keeps_a_signed_review_of_the_same_commit(job: Job) -> None:
    pass_report(job, job.run(mode="review"))
    job.run()
    (signed,) = job.github.bodies
    finished = job.run(mode="publish", api_key="", base_url="", fail_on="high")
    assert (finished.code, finished.outputs["comment-id"]) == (3, "")
    assert job.github.bodies == [signed]
    assert "it was kept" in finished.log
    assert "6 high" in finished.summary


@faults("ST10")
def test_a_publishing_run_without_a_key_replaces_what_is_older_or_not_signed(job: Job) -> None:
    job.run()
    job.github.push(NUMBER, {"src/f0.py": "new = 0\n\nmore = 1\n"})
    pass_report(job, job.run(mode="review"))
    # What is not signed is none of our words for those who have the key.
    job.invariants.overtakes = True
    for _ in range(2):
        finished = job.run(mode="publish", api_key="", base_url="")
        assert (finished.code, finished.outputs["comment-id"] != "") == (0, True)
    (body,) = job.github.bodies
    head = job.github.repository.pulls[NUMBER].head_sha
    known = state_line.decode(body)
    assert known
    assert known.head_sha == head
    # A run with a key signs over it.
    job.run()
    assert state_line.find_signed_head(job.github.bodies[0]) == head
