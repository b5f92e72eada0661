"""Model replies and pull requests that several tests use."""

import json

from tests.loopback.failures import Instead
from tests.loopback.model import Body, error
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

CHAT = "POST /v1/chat/completions"
TOO_LONG = Instead(
    error(400, "This model's maximum context length is 1 token.", name="context_length_exceeded")
)
OVERVIEW = json.dumps({"overview": "Sets.", "major_changes": []})


def finds_a_problem(body: Body) -> str:
    """Answer about a file with one finding, else with an overview."""
    path = prompted_path(body)
    return review_reply(path, {"title": f"Sets the wrong value in {path}"}) if path else OVERVIEW


def three_files(job: Job) -> None:
    """Change a.py, b.py and src/app.py, and have the model find a problem in each."""
    job.github.push(NUMBER, {"a.py": "new = 2\n", "b.py": "new = 2\n"})
    job.model.script = finds_a_problem
