"""A cancelled run publishes what it knows at once, and leaves nothing half written."""

import signal
import subprocess
from collections.abc import Iterator

import pytest

from reviewer.memory import state_line
from tests.comment_texts import without_brief
from tests.e2e.process import NUMBER, Step
from tests.faults import faults
from tests.loopback.failures import Hang, Pass
from tests.loopback.github import LoopbackGitHub
from tests.loopback.held_requests import HeldRequest, wait_for
from tests.loopback.model import Body, LoopbackModel
from tests.runs.model_scripts import CHAT, finds_a_problem

pytestmark = pytest.mark.process

# The runner sends SIGINT and kills 7.5 seconds later.
SECONDS = 7
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.fixture
def held() -> Iterator[HeldRequest]:
    request = HeldRequest()
    yield request
    request.let_go()


def interrupt_at(held: HeldRequest, step: Step, number: int) -> subprocess.Popen[str]:
    """Start the process and send it a signal once the request has come."""
    process = step.start()
    held.wait()
    process.send_signal(number)
    return process


@faults("CC5", "CC6")
@pytest.mark.parametrize("number", CODES)
def test_while_the_model_thinks_a_signal_leaves_what_is_known(
    step: Step,
    github: LoopbackGitHub,
    model_server: LoopbackModel,
    held: HeldRequest,
    number: signal.Signals,
) -> None:
    github.add_pull(NUMBER, {f"{name}.py": ("old = 1\n", "new = 2\n") for name in "abc"})
    model_server.script = finds_a_problem
    model_server.fail(CHAT, Pass(), held.failure, Hang())
    process = interrupt_at(held, step.with_inputs(batching="file", concurrency="1"), number)
    finished = step.finish(process, SECONDS)
    held.let_go()
    (body,) = github.bodies
    assert finished.code == CODES[number], finished.log
    for text in (body, finished.summary):
        assert "1 high finding · incomplete" in text
        assert "Sets the wrong value" in text
        assert "Reviewed 1 of 3 changed files" in text
        assert "cancelled" in text
    assert "under way" not in body
    assert finished.outputs["complete"] == "false"


@faults("CC5")
def test_before_anything_is_known_the_comment_says_that_the_run_was_cancelled(
    step: Step,
    github: LoopbackGitHub,
    model_server: LoopbackModel,
    held: HeldRequest,
) -> None:
    model_server.fail(CHAT, held.failure)
    finished = step.finish(interrupt_at(held, step, signal.SIGINT), SECONDS)
    held.let_go()
    (body,) = github.bodies
    assert finished.code == 130, finished.log
    assert "under way" not in body
    assert "cancelled" in body
    assert "cancelled" in finished.summary


@faults("CC6")
def test_two_signals_are_no_more_than_one(
    step: Step,
    github: LoopbackGitHub,
    model_server: LoopbackModel,
    held: HeldRequest,
) -> None:
    telling = HeldRequest()
    model_server.fail(CHAT, held.failure)
    github.fail("PATCH", telling.failure)
    process = interrupt_at(held, step, signal.SIGINT)
    telling.wait()
    process.send_signal(signal.SIGTERM)
    telling.let_go()
    finished = step.finish(process, SECONDS)
    held.let_go()
    assert finished.code == 130, finished.log
    assert "under way" not in github.bodies[0]
    assert "Traceback" not in finished.log


@faults("CC8")
def test_a_signal_while_the_comment_is_written_leaves_it_whole(
    step: Step,
    github: LoopbackGitHub,
    model_server: LoopbackModel,
    held: HeldRequest,
) -> None:
    model_server.script = finds_a_problem
    github.fail("PATCH", held.failure)
    finished = step.finish(interrupt_at(held, step, signal.SIGTERM), SECONDS)
    held.let_go()
    wait_for(lambda: "under way" not in github.bodies[0])
    (body,) = github.bodies
    assert finished.code == 143, finished.log
    assert "Sets the wrong value" in finished.summary
    assert "Sets the wrong value" in body
    assert state_line.decode(body)


@faults("CC5")
def test_a_signal_just_before_the_comment_is_written_does_not_leave_it_under_way(
    step: Step,
    github: LoopbackGitHub,
    model_server: LoopbackModel,
    held: HeldRequest,
) -> None:
    def answer(body: Body) -> str:
        github.fail("graphql", held.failure)
        return finds_a_problem(body)

    model_server.script = answer
    finished = step.finish(interrupt_at(held, step, signal.SIGINT), SECONDS)
    held.let_go()
    (body,) = github.bodies
    assert finished.code == 130, finished.log
    assert without_brief(finished.summary).count("Sets the wrong value") == 1
    assert "Sets the wrong value" in body
    assert state_line.decode(body)
