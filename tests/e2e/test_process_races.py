"""Two processes race on one pull request, several times, each time laid out by another seed."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.e2e.conversation_checks import (
    assert_one_current_review,
    remembered_state,
    review_comments,
)
from tests.e2e.process import Step
from tests.e2e.races import Plan, Race
from tests.faults import faults
from tests.loopback.github import EXAMPLE_REPOSITORY, LoopbackGitHub
from tests.loopback.model import LoopbackModel
from tests.runs.model_scripts import finds_a_problem

pytestmark = pytest.mark.process

# Twelve seeds have each signal, each lost write and each place of a push; `make races` has fifty.
RACES = int(os.environ.get("RACES", "12"))


@pytest.fixture
def github() -> Iterator[LoopbackGitHub]:
    with LoopbackGitHub(repository=EXAMPLE_REPOSITORY, checked=False) as server:
        yield server
    assert server.crashes == []


@faults("CC1", "CC2", "CC3", "CC7")
@pytest.mark.parametrize("seed", range(RACES))
def test_two_processes_race_and_the_newer_head_wins(
    seed: int, step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    plan = Plan.of(seed)
    if plan.has_review:
        assert replace(step, root=step.root / "before").run().code == 0
    race = Race(plan, step, github, model_server)
    ended = race.run()
    newest = len(race.heads)
    done = [f.code == 0 and known == newest for f, known in zip(ended, race.known, strict=True)]
    killed = any(finished.code for finished in ended)
    if any(done):
        (body,) = review_comments(github.bodies)
        assert remembered_state(body).head_sha == race.heads[-1]
    if killed or not any(done):
        for server in (github, model_server):
            server.heal()
        assert replace(step, root=step.root / "after").run().code == 0
    assert_one_current_review(github, "Sets the wrong value in src/app.py")
    assert "Traceback" not in "".join(finished.log for finished in ended)
