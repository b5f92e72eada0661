"""What a clean review leaves on the pull request with `when-clean`, and what the next run knows."""

from dataclasses import replace

import pytest

from reviewer.memory import state_line
from tests.loopback.failures import Instead
from tests.loopback.model import Body, error
from tests.runs.job import NUMBER, Job, prompted_path
from tests.runs.model_scripts import finds_a_problem, finds_nothing

CLEAN = "🟢 **Code review · no problems found** at "


def shown(job: Job) -> list[str]:
    """Return the lines of the only comment that people see."""
    (body,) = job.github.bodies
    return [line for line in body.splitlines() if line and not line.startswith("<!--")]


def test_a_clean_review_becomes_one_line(job: Job) -> None:
    job.github.push(NUMBER, {"a.py": "new = 2\n"})
    job.model.script = finds_nothing
    finished = job.run(when_clean="one-line")
    line, *notes = shown(job)
    assert line.startswith(CLEAN)
    assert all(note.startswith("> ") for note in notes)
    assert finished.outputs["verdict"] == "clean"
    assert "### Files" in finished.summary


@pytest.mark.parametrize("when_clean", ["one-line", "nothing"])
def test_findings_are_shown_as_always(job: Job, when_clean: str) -> None:
    job.model.script = finds_a_problem
    job.run(when_clean=when_clean)
    assert "## Code review · 1 high finding\n" in job.github.bodies[0]
    assert "Sets the wrong value" in job.github.bodies[0]


def test_the_one_line_remembers_what_the_whole_comment_would(job: Job) -> None:
    job.model.script = finds_nothing
    job.github.push(NUMBER, {"a.py": "new = 2\n"})
    job.run(when_clean="one-line")
    asked, bodies = len(job.model.bodies), job.github.bodies
    assert job.run(when_clean="one-line").code == 0
    assert (len(job.model.bodies), job.github.bodies) == (asked, bodies)
    job.github.push(NUMBER, {"a.py": "new = 3\n"})
    job.run(when_clean="one-line")
    again = [prompted_path(body) for body in job.model.bodies[asked:]]
    assert "src/app.py" not in again
    assert "a.py" in again


def test_nothing_is_written_for_a_clean_review(job: Job) -> None:
    job.model.script = finds_nothing
    finished = job.run(when_clean="nothing")
    assert job.github.bodies == []
    assert job.github.writes == []
    assert (finished.code, finished.outputs["verdict"]) == (0, "clean")
    assert finished.outputs["comment-id"] == ""
    assert "no problems found" in finished.summary


def test_without_a_comment_the_next_run_reviews_all_files(job: Job) -> None:
    job.model.script = finds_nothing
    job.run(when_clean="nothing")
    asked = len(job.model.bodies)
    job.github.push(NUMBER, {"a.py": "new = 3\n"})
    job.run(when_clean="nothing")
    again = [prompted_path(body) for body in job.model.bodies[asked:]]
    assert {"a.py", "src/app.py"} <= set(again)


def test_a_review_with_findings_becomes_one_line_when_they_are_gone(job: Job) -> None:
    job.model.script = finds_a_problem
    job.run(when_clean="nothing")
    job.model.script = finds_nothing
    job.github.push(NUMBER, {"src/app.py": "old = 2\n"})
    job.run(when_clean="nothing")
    (line,) = shown(job)
    assert line.startswith(CLEAN)
    assert "1 finding fixed" in line
    assert "Hidden risks" not in job.github.bodies[0]


def test_a_failure_is_reported_although_a_clean_review_would_not_be(job: Job) -> None:
    job.model.fail("POST", Instead(error(500, "down")), forever=True)
    assert job.run(when_clean="nothing").code == 1
    assert "could not be reviewed" in job.github.bodies[0]
    job.model.heal()
    job.model.script = finds_nothing
    job.run(when_clean="nothing")
    (line,) = shown(job)
    assert line.startswith(CLEAN)


def test_an_incomplete_review_is_never_one_line_or_nothing(job: Job) -> None:
    job.github.push(NUMBER, {"a.py": "new = 2\n"})
    job.model.script = lambda body: "no" if prompted_path(body) == "a.py" else finds_nothing(body)
    job.run(when_clean="nothing")
    assert "## Code review · incomplete\n" in job.github.bodies[0]
    assert "| `a.py` |" in job.github.bodies[0]


@pytest.mark.parametrize(
    "limit",
    [
        {"daily_limit": "5"},
        {"daily_limit_per_author": "5"},
        {"max_cost_pull_request": "1", "price": "1.00/5.00"},
    ],
)
def test_a_limit_over_several_runs_needs_the_memory_and_so_a_comment(
    job: Job, limit: dict[str, str]
) -> None:
    job.model.script = finds_nothing
    job.carry_out(job.wanted, when_clean="nothing", **limit)
    (line,) = shown(job)
    assert line.startswith(CLEAN)
    assert state_line.decode(job.github.bodies[0])


def test_a_check_run_is_posted_without_a_comment_too(job: Job) -> None:
    job.model.script = finds_nothing
    job.run(when_clean="nothing", check_run="true")
    assert job.github.bodies == []
    (check,) = job.github.repository.check_runs
    assert check["conclusion"] == "success"


def test_after_the_head_moved_the_older_run_writes_nothing(job: Job) -> None:
    def push(body: Body) -> str:
        if not job.github.repository.heads[NUMBER][1:]:
            job.github.push(NUMBER, {"src/app.py": "new = 3\n"})
        return finds_nothing(body)

    job.model.script = push
    finished = job.run(when_clean="nothing", check_run="true")
    assert finished.code == 0
    assert job.github.writes == []


def test_the_repository_s_file_may_make_it_shorter(job: Job) -> None:
    text = "when-clean: one-line\nsections: [overview]\n"
    files = {".github/code-review.yml": (text, text), "src/app.py": ("old = 1\n", "new = 2\n")}
    job.github.add_pull(NUMBER, files)
    job.model.script = finds_nothing
    job.run()
    assert shown(job)[0].startswith(CLEAN)
    job.model.script = finds_a_problem
    job.run(full=True)
    assert "### Files" not in job.github.bodies[0]


def test_a_gate_is_repeated_from_the_one_line(job: Job) -> None:
    job.model.script = finds_nothing
    job.inputs |= {"when-clean": "nothing", "fail-on": "high"}
    assert job.run().code == 0
    assert shown(job)[0].startswith(CLEAN)
    assert job.carry_out(replace(job.wanted, only_repeat=True)).code == 0


def test_a_run_about_all_open_pull_requests_remembers_a_clean_one(job: Job) -> None:
    job.model.script = finds_nothing
    job.run_open(when_clean="nothing")
    asked = len(job.model.bodies)
    job.run_open(when_clean="nothing")
    assert len(job.model.bodies) == asked
