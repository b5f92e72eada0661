"""What a workflow gets wrong about a model server of its own, and what its comment says of it."""

import pytest

from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.messages import as_json
from tests.loopback.model import CHAT, MODELS, Body, ScriptedReply, nothing_found
from tests.runs.job import Job
from tests.runs.run_checks import assert_reported_everywhere


def answers_as(name: str, job: Job) -> None:
    def script(body: Body) -> ScriptedReply:
        return ScriptedReply(nothing_found(body), model=name)

    job.model.script = script


@faults("LL1")
def test_without_a_model_the_comment_shows_those_of_the_server(job: Job) -> None:
    finished = job.run(model="")

    assert finished.code == 2
    assert_reported_everywhere(job, finished, "Write `model: scripted`")
    assert [request.path for request in job.model.requests] == [MODELS]


@faults("LL1")
def test_an_unknown_model_is_answered_with_the_names_of_the_server(job: Job) -> None:
    finished = job.run(model="script")

    assert finished.code == 2
    assert_reported_everywhere(job, finished, "the server lists: `scripted`")


@faults("LL1")
def test_an_unknown_model_behind_a_failing_server_is_not_asked_for_again(job: Job) -> None:
    said = {"error": {"message": "The model `scripted` does not exist in the chat graphs."}}
    job.model.fail(f"POST {CHAT}", Instead(as_json(500, said)), forever=True)
    finished = job.run()

    assert finished.code == 2
    assert len(job.model.sent(CHAT)) == 1


def test_the_name_that_answered_is_at_the_foot_of_the_comment(job: Job) -> None:
    answers_as("/models/qwen.gguf", job)
    assert job.run().code == 0

    (comment,) = job.github.bodies
    assert "<sub>scripted was answered by /models/qwen.gguf</sub>" in comment


@pytest.mark.parametrize("name", ["scripted", "scripted-2026-11-01"])
def test_a_name_that_was_asked_for_is_not_said_twice(job: Job, name: str) -> None:
    answers_as(name, job)
    assert job.run().code == 0

    (comment,) = job.github.bodies
    assert "was answered by" not in comment


def test_a_name_that_a_server_gives_is_text_like_any_other(job: Job) -> None:
    answers_as("@octocat ![](https://evil.example/x.png) <!-- x -->", job)
    assert job.run().code == 0

    (comment,) = job.github.bodies
    (foot,) = [line for line in comment.splitlines() if "was answered by" in line]
    assert not [sign for sign in ("@octocat", "<!--", "](https") if sign in foot]
