"""A run that is killed without warning at a step of publishing, and what the next one makes of it.

After each kill the same event runs once more, to its end.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reviewer.comments import summary
from reviewer.memory import state_line
from tests.comment_texts import without_brief
from tests.e2e.conversation_checks import (
    assert_one_current_review,
    assert_one_thread_each,
    review_comments,
)
from tests.e2e.process import NUMBER, Step
from tests.faults import faults
from tests.loopback.failures import Around, Pass
from tests.loopback.github import LoopbackGitHub
from tests.loopback.held_requests import HeldRequest
from tests.loopback.model import Body, LoopbackModel
from tests.run_result import RunResult
from tests.runs.job import prompted_path, review_reply
from tests.runs.model_scripts import CHAT, OVERVIEW

pytestmark = pytest.mark.process

TITLES = ("Divides by nothing", "Forgets the lock")
FILES = {
    "a.py": ("old = 1\n", "share = total / len([])\n"),
    "b.py": ("old = 1\n", "state.value = other\n"),
}
FINDINGS = dict(zip(FILES, zip(TITLES, ("logic", "concurrency"), strict=True), strict=True))
POST = "POST .*/issues/2/comments"
PATCH = "PATCH .*/issues/comments/"
INLINE = "POST .*/pulls/2/reviews"
READ = "graphql"


@dataclass(frozen=True, slots=True)
class Moment:
    """A request of the run that is killed: the one after `before` others that match."""

    match: str
    before: int = 0
    carried_out: bool = False


def finds_both(body: Body) -> str:
    """Answer about a file with its finding."""
    path = prompted_path(body)
    if not path:
        return OVERVIEW
    title, category = FINDINGS[path]
    quote = FILES[path][1].strip()
    return review_reply(path, {"title": title, "category": category, "quote": quote})


@pytest.fixture(autouse=True)
def _something_to_say(step: Step, github: LoopbackGitHub, model_server: LoopbackModel) -> None:
    github.add_pull(NUMBER, FILES)
    model_server.script = finds_both


class Killing:
    """Starts a run and kills it at a moment."""

    def __init__(self, step: Step, github: LoopbackGitHub, model: LoopbackModel) -> None:
        self._step, self._github, self._model = step, github, model
        self.held = HeldRequest()

    def at(self, moment: Moment, **inputs: str) -> RunResult:
        """Kill the run while the request is on its way there or back; it never comes again."""
        self.held = HeldRequest(carried_out=moment.carried_out)
        server = self._model if moment.match == CHAT else self._github
        server.fail(moment.match, *[Pass()] * moment.before, self.held.failure)
        step = self._step.with_inputs(**inputs)
        process = step.start()
        self.held.wait()
        process.kill()
        finished = step.finish(process)
        self.held.lose()
        server.heal()
        assert finished.code < 0
        return finished


@pytest.fixture
def kill(step: Step, github: LoopbackGitHub, model_server: LoopbackModel) -> Iterator[Killing]:
    killing = Killing(step, github, model_server)
    yield killing
    killing.held.lose()


BEFORE_THE_REVIEW = {
    "announcing it": Moment(POST),
    "having announced it": Moment(POST, carried_out=True),
    "listing the comments after announcing it": Moment(READ, before=3),
    "asking": Moment(CHAT),
    "hearing the answer": Moment(CHAT, carried_out=True),
}
WITH_THE_REVIEW = {
    "reading the head before publishing": Moment(READ, before=4),
    "publishing": Moment(PATCH),
    "having published": Moment(PATCH, carried_out=True),
}
AT_THE_LINES = {
    "commenting at the lines": Moment(INLINE),
    "having commented at the lines": Moment(INLINE, carried_out=True),
}


@faults("CC7")
@pytest.mark.parametrize("moment", BEFORE_THE_REVIEW.values(), ids=BEFORE_THE_REVIEW)
def test_killed_before_there_is_a_review_the_next_run_makes_it(
    kill: Killing, step: Step, github: LoopbackGitHub, moment: Moment
) -> None:
    kill.at(moment)
    assert step.run().code == 0
    assert_one_current_review(github, *TITLES)
    assert len(github.bodies) == 1


@faults("CC7", "CC8")
@pytest.mark.parametrize("moment", WITH_THE_REVIEW.values(), ids=WITH_THE_REVIEW)
def test_killed_while_publishing_the_review_is_in_the_summary_and_the_next_run_publishes(
    kill: Killing, step: Step, github: LoopbackGitHub, moment: Moment
) -> None:
    finished = kill.at(moment)
    assert [without_brief(finished.summary).count(title) for title in TITLES] == [1, 1]
    assert step.run().code == 0
    assert_one_current_review(github, *TITLES)
    assert len(github.bodies) == 1


@faults("CC7")
@pytest.mark.parametrize("moment", AT_THE_LINES.values(), ids=AT_THE_LINES)
def test_killed_while_commenting_at_the_lines_the_next_run_explains_each_finding_once(
    kill: Killing, step: Step, github: LoopbackGitHub, moment: Moment
) -> None:
    finished = kill.at(moment, inline="all")
    assert [without_brief(finished.summary).count(title) for title in TITLES] == [1, 1]
    assert step.with_inputs(inline="all").run().code == 0
    assert_one_current_review(github, *TITLES)
    assert_one_thread_each(github, *TITLES)


OVER_A_REVIEW = {
    "announcing it": Moment(PATCH),
    "having announced it": Moment(PATCH, carried_out=True),
    "publishing": Moment(PATCH, before=1),
    "having published": Moment(PATCH, before=1, carried_out=True),
}


@faults("CC7", "CC8")
@pytest.mark.parametrize("moment", OVER_A_REVIEW.values(), ids=OVER_A_REVIEW)
def test_killed_over_an_older_review_one_of_both_is_whole_and_the_next_run_publishes(
    kill: Killing, step: Step, github: LoopbackGitHub, moment: Moment
) -> None:
    assert step.run().code == 0
    github.push(NUMBER, {"a.py": FILES["a.py"][1] + "\nmore = 1\n"})
    kill.at(moment)
    (body,) = github.bodies
    assert state_line.decode(body)
    assert [without_brief(body).count(title) for title in TITLES] == [1, 1]
    assert step.run().code == 0
    assert_one_current_review(github, *TITLES)
    assert len(github.bodies) == 1


@faults("CC3", "CC7")
@pytest.mark.parametrize("carried_out", [False, True], ids=["before", "after"])
def test_killed_while_one_of_two_comments_becomes_a_pointer_the_next_run_leaves_one(
    kill: Killing,
    step: Step,
    github: LoopbackGitHub,
    *,
    carried_out: bool,
) -> None:
    rival = summary.placeholder("default", "The review of another is under way.")
    github.fail(POST, Around(after=lambda: github.comment(rival, number=NUMBER)))
    kill.at(Moment(PATCH, carried_out=carried_out))
    # The second comment is noticed at once, not when there is a review; models are asked meanwhile.
    assert not any(map(state_line.decode, github.bodies))
    assert len(review_comments(github.bodies)) == (1 if carried_out else 2)
    assert step.run().code == 0
    assert_one_current_review(github, *TITLES)
    assert len(github.bodies) == 2


@faults("CC7")
def test_killed_while_the_summary_is_written_the_next_run_publishes(
    step: Step, github: LoopbackGitHub, tmp_path: Path
) -> None:
    """The summary is a pipe: its writer waits until somebody reads."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = step.with_environ({"GITHUB_STEP_SUMMARY": str(pipe)}).start()
    with pipe.open("rb"):
        # Opening waited for the writer, which has announced the review and nothing more.
        process.kill()
        assert step.finish(process).code < 0
    assert [state_line.decode(body) for body in github.bodies] == [None]
    assert step.run().code == 0
    assert_one_current_review(github, *TITLES)
    assert len(github.bodies) == 1
