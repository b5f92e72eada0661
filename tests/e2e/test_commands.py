"""Commands in comments, from the event to what the pull request shows afterwards."""

import json
from dataclasses import replace

import pytest

from tests.e2e.process import NUMBER, Step
from tests.faults import faults
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import KEY, Body, LoopbackModel
from tests.run_result import RunResult
from tests.runs.job import prompted_path, review_reply
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


def test_ask_is_answered_in_a_comment_that_quotes_the_question(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = lambda _body: json.dumps({"answer": "Yes, @dev: `new` is 2."})
    finished = comments(step, "/ask Is *new* two?\nReally?")
    assert finished.code == 0, finished.log
    (body,) = github.bodies
    assert "> Is" in body
    assert "`new` is 2." in body
    assert "@dev" not in body
    comments(step, "/ask Is *new* two?\nReally? ")
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
    assert "The model's answer is withheld" in finished.summary


def test_ignore_takes_a_finding_away_for_good(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    step.run()
    assert "[F1]" in github.bodies[0]
    finished = comments(step, "/ignore F1 it is only a sample")
    assert finished.code == 0, finished.log
    assert "no problems found" in github.bodies[0]
    assert len(model_server.bodies) == 1
    comments(step, "/review full", id=5002)
    assert "no problems found" in github.bodies[0]


def test_pause_and_resume_stop_and_start_the_reviews(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    comments(step, "/pause")
    assert "paused" in github.bodies[0]
    push = replace(step, root=step.root / "push", event="pull_request.synchronize")
    finished = push.run()
    assert finished.code == 0
    assert finished.outputs["verdict"] == "skipped"
    assert model_server.bodies == []
    comments(step, "/resume", id=5002)
    assert "1 high" in github.bodies[0]
    assert "paused" not in github.bodies[0]


def test_an_unknown_command_gets_help_once(step: Step, github: LoopbackGitHub) -> None:
    finished = comments(step, "/review everything, please")
    assert finished.code == 0, finished.log
    comments(step, "/ask", id=5002)
    (body,) = github.bodies
    assert "/ask" in body
    assert (5001, "confused") in github.repository.reactions


def test_a_command_of_an_outside_contributor_does_nothing(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    finished = comments(step, "/review", author_association="NONE")
    assert finished.code == 0
    assert (github.requests, model_server.requests) == ([], [])


def test_a_reply_in_our_thread_is_answered_there(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    def script(body: Body) -> str:
        if "A maintainer asks" in body["messages"][-1]["content"]:
            return json.dumps({"answer": "The sum is then 3."})
        return review_reply(prompted_path(body), {})

    model_server.script = script
    step.given(inline="all").run()
    (thread,) = github.repository.pulls[NUMBER].threads
    reply = github.answer_in(thread, "Codertocat", "Why is that wrong?")
    payload = {
        "comment": {
            **OWNER,
            "body": reply.body,
            "id": reply.id,
            "in_reply_to_id": thread.comments[0].id,
        }
    }
    root = step.root / "reply"
    root.mkdir()
    event = "pull_request_review_comment.created"
    finished = replace(step, root=root, event=event, payload=payload).run()
    assert finished.code == 0, finished.log
    assert "The sum is then 3." in thread.comments[-1].body
    assert len(thread.comments) == 3
    prompt = model_server.bodies[-1]["messages"][-1]["content"]
    assert "Why is that wrong?" in prompt
    assert "Sets the wrong value" in prompt


def test_summary_replaces_the_description_of_the_change(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    github.push(NUMBER, {"b.py": "b = 1\n"})
    told = iter(("Told first.", "Told anew."))

    def script(body: Body) -> str:
        path = prompted_path(body)
        if path:
            return review_reply(path)
        return json.dumps({"overview": next(told), "major_changes": []})

    model_server.script = script
    step.run()
    assert "Told first." in github.bodies[0]
    asked = len(model_server.bodies)
    finished = comments(step, "/summary")
    assert finished.code == 0, finished.log
    assert "Told anew." in github.bodies[0]
    assert len(model_server.bodies) == asked + 1
