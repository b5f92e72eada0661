"""What a run must have reported, and where."""

import re

from reviewer import project
from reviewer.comments import summary
from tests.loopback.runner_log import commands
from tests.run_result import RunResult
from tests.runs.job import Job


def assert_reported_everywhere(job: Job, finished: RunResult, text: str) -> None:
    """The pull request, the job summary and an annotation name the problem; nothing looks done."""
    (body,) = job.github.bodies
    assert "could not be reviewed" in body
    assert "under way" not in body
    assert all(
        text in place for place in (body, finished.summary, annotations(finished, "error")[0])
    )
    address = _assert_ends_with_help(annotations(finished, "error")[0])
    assert all(f"[How to fix this]({address})" in place for place in (body, finished.summary))
    assert finished.outputs == {"verdict": "failed"}


def _assert_ends_with_help(message: str) -> str:
    """An error ends with the address of its section, which is returned."""
    address = message.rpartition(" Help: ")[2]
    assert re.fullmatch(re.escape(project.help_address("")) + "[a-z-]+", address)
    return address


def annotations(finished: RunResult, level: str) -> list[str]:
    """List the messages of the annotations of one level."""
    return [command.message for command in commands(finished.log) if command.name == level]


def shown_status(job: Job) -> str:
    """Return the notice at the top of the comment, "" without one."""
    (body,) = job.github.bodies
    return summary.status(body)


def assert_kept_in_summary(finished: RunResult) -> None:
    """Nobody got the review, but it was made and paid for: the summary has it, the run failed."""
    (problem,) = annotations(finished, "error")
    assert finished.code == 1
    assert "Sets the wrong value" in finished.summary
    assert "could not be published" in problem
    assert "job summary" in problem
    _assert_ends_with_help(problem)
    assert finished.outputs["comment-id"] == ""
    assert finished.outputs["high"] == "1"
