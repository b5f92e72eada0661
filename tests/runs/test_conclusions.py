"""How a run ends for who looks at the job: the verdict first, and errors at the lines."""

import pytest

from tests.faults import faults
from tests.loopback.github import READ_TOKEN
from tests.loopback.runner_log import Command, commands
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job, review_reply

FILE = "src/app.py"


def errors(finished: RunResult) -> list[Command]:
    return [each for each in commands(finished.log) if each.name == "error"]


@pytest.fixture
def job(job: Job) -> Job:
    """A change with a critical, a high and a medium finding."""
    job.github.add_pull(NUMBER, {FILE: (None, "a = 1\nb = 2\nc = 3\n")})
    severities = {"a = 1": "critical", "b = 2": "high", "c = 3": "medium"}
    found = [
        {"quote": quote, "start_line": line, "end_line": line, "severity": severity}
        | {"title": f"Wrong in line {line}", "body": f"It is {severity}."}
        for line, (quote, severity) in enumerate(severities.items(), 1)
    ]
    job.model.script = lambda _body: review_reply(FILE, *found)
    return job


def test_fail_on_names_what_it_failed_by_at_the_lines(job: Job) -> None:
    finished = job.run(fail_on="high")
    assert finished.code == 3
    first, *at_lines = errors(finished)
    assert "2 of severity high or higher" in first.message
    assert [(each.properties["file"], each.properties["line"]) for each in at_lines] == [
        (FILE, "1"), (FILE, "2"),
    ]  # fmt: skip
    assert "critical: Wrong in line 1" in at_lines[0].properties["title"]
    assert at_lines[1].message == "It is high."


def test_a_repeated_verdict_names_them_again(job: Job) -> None:
    job.run(fail_on="high")
    finished = job.run(fail_on="high")
    assert finished.code == 3
    assert "was reviewed before" in finished.log
    assert [each.properties.get("line") for each in errors(finished)] == [None, "1", "2"]
    assert finished.summary.startswith("**Verdict: findings.** The step fails: 2 of severity high")


def test_without_a_gate_there_is_no_error(job: Job) -> None:
    finished = job.run()
    assert (finished.code, errors(finished)) == (0, [])
    assert finished.summary.startswith("**Verdict: findings.**\n\n## Code review")


@faults("GH9")
def test_where_nothing_may_be_written_each_finding_is_annotated_once(job: Job) -> None:
    job.token = READ_TOKEN
    job.github.repository.pulls[NUMBER].fork = True
    finished = job.run(fail_on="high")
    assert finished.code == 3
    at_lines = [each for each in commands(finished.log) if each.properties.get("line")]
    assert sorted((each.properties["line"], each.name) for each in at_lines) == [
        ("1", "error"), ("2", "error"), ("3", "notice"),
    ]  # fmt: skip


def test_with_mode_review_nothing_fails_and_nothing_is_an_error(job: Job) -> None:
    finished = job.run(fail_on="high", mode="review")
    assert (finished.code, errors(finished)) == (0, [])
    assert finished.summary.startswith("**Verdict: findings.**\n")


def test_a_review_of_nothing_says_so_first(job: Job) -> None:
    job.model.script = lambda _body: review_reply(FILE)
    finished = job.run(fail_on="high")
    assert finished.summary.startswith("**Verdict: clean.**\n")
    assert "Result: clean, 1 file reviewed" in finished.log


def test_at_most_ten_errors_are_annotations_and_the_log_has_all(job: Job) -> None:
    lines = "".join(f"value_{n} = {n}\n" for n in range(30))
    job.github.add_pull(NUMBER, {FILE: (None, lines)})
    many = [
        {"quote": f"value_{n} = {n}", "start_line": n + 1, "end_line": n + 1, "title": f"Wrong {n}"}
        for n in range(30)
    ]
    job.model.script = lambda _body: review_reply(FILE, *many)
    finished = job.run(fail_on="high", max_findings="50")
    assert len(errors(finished)) == 10
    assert finished.log.count(f"error: {FILE}:") == 21


@faults("SE5")
def test_the_words_of_a_finding_start_no_command_in_an_error(job: Job) -> None:
    title = "x,line=1::forged ##[error] \n::error::more"
    job.model.say(review_reply(FILE, {"quote": "a = 1", "title": title, "body": title}))
    finished = job.run(fail_on="high")
    _, at_line = errors(finished)
    assert at_line.properties["file"] == FILE
    assert "##[" not in finished.log
