"""A run that is cancelled while others keep it waiting: it ends in time, and nothing is lost."""

import os
import signal

import pytest

from reviewer.memory import state_line
from tests.comment_texts import without_brief
from tests.e2e.process import NUMBER, Step
from tests.e2e.test_signals import SECONDS, interrupt_at
from tests.faults import faults
from tests.loopback.failures import Around, Hang, Pass
from tests.loopback.github import LoopbackGitHub
from tests.loopback.held_requests import HeldRequest, wait_for
from tests.loopback.model import Body, LoopbackModel
from tests.runs.job import prompted_path, review_reply
from tests.runs.model_scripts import CHAT, OVERVIEW, finds_a_problem

pytestmark = pytest.mark.process

POST = "POST .*/issues/2/comments"
PATCH = "PATCH .*/issues/comments/"
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa")
FILES = {f"{a}_{b}.py": (a, b) for a in WORDS for b in WORDS[:4]}


def finds_its_own(body: Body) -> str:
    """Answer about a file with a problem that no other file has."""
    path = prompted_path(body)
    if not path:
        return OVERVIEW
    first, second = FILES[path]
    quote = f"{first}.{second} = {second}({first})"
    return review_reply(path, {"title": f"Confuses {first} with {second}", "quote": quote})


@faults("CC5")
def test_of_many_slow_requests_all_replies_are_published(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    changed = {
        path: (None, f"{first}.{second} = {second}({first})\n")
        for path, (first, second) in FILES.items()
    }
    github.add_pull(NUMBER, changed)
    model_server.script = finds_its_own
    answered, at_once = 10, 8
    model_server.fail(CHAT, *[Pass()] * answered, Hang(), forever=True)
    process = step.with_inputs(batching="file", concurrency=str(at_once)).start()
    # A client that asks again has got an answer.
    wait_for(lambda: len(model_server.sent(CHAT)) == answered + at_once)
    process.send_signal(signal.SIGINT)
    finished = step.finish(process, SECONDS)
    (body,) = github.bodies
    asked = [prompted_path(each) for each in model_server.bodies[:answered]]
    assert finished.code == 130, finished.log
    for text in (body, finished.summary):
        assert f"Reviewed {answered} of {len(FILES)} changed files" in text
        told = [
            path for path, words in FILES.items() if "Confuses {} with {}".format(*words) in text
        ]
        assert sorted(told) == sorted(asked)
    assert state_line.decode(body)


@faults("CC5", "CC8")
def test_a_github_that_never_answers_the_last_write_does_not_delay_the_end(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    held = HeldRequest()
    github.fail(PATCH, held.failure, Hang(), forever=True)
    finished = step.finish(interrupt_at(held, step, signal.SIGINT), SECONDS)
    held.lose()
    assert finished.code == 130, finished.log
    assert without_brief(finished.summary).count("Sets the wrong value") == 1


@faults("CC5")
def test_a_github_that_stops_answering_does_not_delay_the_end(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    held = HeldRequest()
    model_server.script = finds_a_problem
    model_server.fail(
        CHAT, Around(after=lambda: github.fail(".", held.failure, Hang(), forever=True))
    )
    finished = step.finish(interrupt_at(held, step, signal.SIGINT), SECONDS)
    held.lose()
    assert finished.code == 130, finished.log
    assert without_brief(finished.summary).count("Sets the wrong value") == 1


@faults("CC5")
def test_an_announcement_on_its_way_does_not_arrive_after_the_last_word(
    step: Step, github: LoopbackGitHub
) -> None:
    running: list[int] = []

    def interrupt() -> None:
        wait_for(lambda: bool(running))
        os.kill(running[0], signal.SIGINT)
        # The answer comes late.
        github.stopping.wait(0.5)

    github.fail(POST, Around(before=interrupt))
    process = step.start()
    running.append(process.pid)
    finished = step.finish(process, SECONDS)
    wait_for(lambda: bool(github.bodies))
    (body,) = github.bodies
    assert finished.code == 130, finished.log
    assert "under way" not in body
    assert "cancelled" in body
