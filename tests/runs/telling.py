"""What runs of several tests say, and what people must hear of a run that failed."""

import json

from tests.finished import Finished
from tests.loopback.failures import Instead
from tests.loopback.model import Body, error
from tests.loopback.runner_log import commands
from tests.runs.job import NUMBER, Job, asked_path, said

CHAT = "POST /v1/chat/completions"
TOO_LONG = Instead(
    error(400, "This model's maximum context length is 1 token.", name="context_length_exceeded")
)
OVERVIEW = json.dumps({"overview": "Sets.", "major_changes": []})


def finds_a_problem(body: Body) -> str:
    """Answer about a file with one finding, else with an overview."""
    path = asked_path(body)
    return said(path, {"title": f"Sets the wrong value in {path}"}) if path else OVERVIEW


def three_files(job: Job) -> None:
    """Change a.py, b.py and src/app.py, and have the model find a problem in each."""
    job.github.push(NUMBER, {"a.py": "new = 2\n", "b.py": "new = 2\n"})
    job.model.script = finds_a_problem


def assert_told_everywhere(job: Job, finished: Finished, text: str) -> None:
    """The pull request, the job summary and an annotation name the problem; nothing looks done."""
    (body,) = job.github.bodies
    assert "could not be reviewed" in body
    assert "under way" not in body
    assert all(text in place for place in (body, finished.summary, told(finished, "error")[0]))
    assert finished.outputs == {"verdict": "failed"}


def told(finished: Finished, level: str) -> list[str]:
    """List the messages of the annotations of one level."""
    return [command.message for command in commands(finished.log) if command.name == level]


def assert_kept_in_summary(finished: Finished) -> None:
    """Nobody got the review, but it was made and paid for: the summary has it, the run failed."""
    (problem,) = told(finished, "error")
    assert finished.code == 1
    assert "Sets the wrong value" in finished.summary
    assert "could not be published" in problem
    assert "job summary" in problem
    assert finished.outputs["comment-id"] == ""
    assert finished.outputs["high"] == "1"
