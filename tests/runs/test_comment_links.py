"""Places as links, and the commands that the foot of the comment names."""

import pytest

from tests.runs.job import NUMBER, Job
from tests.runs.model_scripts import finds_a_problem

COMMANDS = "`/review` to review again"


def head(job: Job) -> str:
    return job.github.repository.pulls[NUMBER].head_sha


def by_comment(job: Job) -> None:
    """Have a comment start the run, as the event `issue_comment` does."""
    job.event = "issue_comment"
    assert job.run(full=True).code == 0
    job.event = "pull_request"


def test_a_place_leads_to_the_reviewed_commit(job: Job) -> None:
    job.model.script = finds_a_problem
    finished = job.run()
    link = f"[`src/app.py:1`](https://github.com/octo/shop/blob/{head(job)}/src/app.py#L1)"
    assert link in job.github.bodies[0]
    assert link in finished.summary


def test_the_place_in_a_fork_leads_to_the_fork(job: Job) -> None:
    job.github.add_pull(NUMBER, {"src/app.py": ("old = 1\n", "new = 2\n")}, fork=True)
    job.model.script = finds_a_problem
    job.run()
    fork = job.github.repository.pulls[NUMBER].head_repository
    assert fork not in {None, "octo/shop"}
    assert f"(https://github.com/{fork}/blob/{head(job)}/src/app.py#L1)" in job.github.bodies[0]


def test_after_the_fork_was_deleted_the_place_leads_to_the_pull_request_s_repository(
    job: Job,
) -> None:
    job.github.add_pull(NUMBER, {"src/app.py": ("old = 1\n", "new = 2\n")}, fork=True)
    job.github.repository.pulls[NUMBER].head_repository = None
    job.model.script = finds_a_problem
    job.run()
    assert f"(https://github.com/octo/shop/blob/{head(job)}/src/app.py#L1)" in job.github.bodies[0]


def test_commands_are_named_from_the_first_run_on_that_a_comment_started(job: Job) -> None:
    job.model.script = finds_a_problem
    finished = job.run()
    assert COMMANDS not in job.github.bodies[0] + finished.summary
    by_comment(job)
    assert COMMANDS in job.github.bodies[0]
    assert "`/ignore F1`" in job.github.bodies[0]
    job.github.push(NUMBER, {"src/app.py": "new = 2\nmore = 3\n"})
    finished = job.run()
    assert COMMANDS in job.github.bodies[0]
    assert COMMANDS not in finished.summary


def test_without_a_key_nobody_can_have_the_comment_promise_commands(job: Job) -> None:
    job.model.script = finds_a_problem
    job.inputs["api-key"], job.model.key = "", ""
    by_comment(job)
    assert COMMANDS in job.github.bodies[0]
    job.github.push(NUMBER, {"src/app.py": "new = 2\nmore = 3\n"})
    job.run()
    assert COMMANDS not in job.github.bodies[0]


@pytest.mark.parametrize("event", ["pull_request", "workflow_dispatch", "schedule"])
def test_no_other_event_shows_that_comments_start_runs(job: Job, event: str) -> None:
    job.model.script = finds_a_problem
    job.event = event
    job.run()
    assert COMMANDS not in job.github.bodies[0]
