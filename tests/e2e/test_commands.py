"""Commands in comments reach the process; what each of them does: tests/runs/test_commands.py."""

import json
from dataclasses import replace

import pytest

from tests.e2e.process import NUMBER, Step
from tests.faults import faults
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import KEY, LoopbackModel
from tests.run_result import RunResult
from tests.runs.model_scripts import finds_a_problem

pytestmark = pytest.mark.process

OWNER = {"author_association": "OWNER"}


def comments(step: Step, body: str, *, id: int = 5001, **members: object) -> RunResult:  # noqa: A002
    """Have somebody say something on the pull request."""
    pull = {"url": "https://api.github.com/repos/Codertocat/Hello-World/pulls/2"}
    payload = {
        "issue": {"number": NUMBER, "pull_request": pull},
        "comment": {**OWNER, "body": body, "id": id, **members},
    }
    root = step.root / f"comment-{id}-{len(body)}"
    root.mkdir()
    return replace(step, root=root, event="issue_comment.created", payload=payload).run()


def test_review_reviews_again_and_reacts(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    finished = comments(step, "/review")
    assert finished.code == 0, finished.log
    assert github.repository.reactions == [(5001, "eyes"), (5001, "rocket")]
    assert "1 high" in github.bodies[0]
    comments(step, "/review full", id=5002)
    assert len(model_server.bodies) == 2
    assert len(github.bodies) == 1


@faults("LO14")
@pytest.mark.parametrize("spoken", [KEY[::-1], f"{KEY[:5]}\u200b{KEY[5:]}"])
def test_an_answer_that_holds_the_key_is_withheld(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel, spoken: str
) -> None:
    model_server.script = lambda _body: json.dumps({"answer": f"It is {spoken}."})
    finished = comments(step, "/ask What is the key?")
    assert finished.code == 1
    assert github.bodies == []
    assert "The model's reply is withheld" in finished.summary


def test_a_command_of_an_outside_contributor_does_nothing(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    finished = comments(step, "/review", author_association="NONE")
    assert finished.code == 0
    assert (github.requests, model_server.requests) == ([], [])
