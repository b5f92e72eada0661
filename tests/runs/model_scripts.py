"""Model replies and pull requests that several tests use."""

import json

from reviewer.events.activity import ReviewPullRequest
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


def finds_nothing(body: Body) -> str:
    """Answer about a file without a finding, else with an overview."""
    path = prompted_path(body)
    return review_reply(path) if path else OVERVIEW


def prompt_of(body: Body) -> str:
    """Return the text of the last message of a request."""
    text: str = body["messages"][-1]["content"]
    return text


def system_prompt(job: Job) -> str:
    """Return the first message of the first request."""
    return str(job.model.bodies[0]["messages"][0]["content"])


def is_verification(body: Body) -> bool:
    return "argue against" in prompt_of(body)


def name_commits(job: Job) -> None:
    """Have the event name both commits of the pull request."""
    pull = job.github.repository.pulls[NUMBER]
    job.wanted = ReviewPullRequest(NUMBER, base_sha=pull.base_sha, head_sha=pull.head_sha)


def three_files(job: Job) -> None:
    """Change a.py, b.py and src/app.py, and have the model find a problem in each."""
    job.github.push(NUMBER, {"a.py": "new = 2\n", "b.py": "new = 2\n"})
    job.model.script = finds_a_problem
