"""How a run asks: round trips before the model, what a moved base costs, a server of one slot."""

import statistics
from collections.abc import Iterator
from dataclasses import replace

from bench import change, costs
from bench.measuring import Row
from bench.timed_model import TimedModel
from bench.workflow import Workflow, ended, reviewing, running
from reviewer.config.workflow.inputs import DECLARATIONS
from tests.e2e.process import NUMBER
from tests.loopback.history import tree

RUNS = 3
ROUND_TRIP = 0.3
"""Seconds that every answer of GitHub takes."""
_FILES = 10
_PUSHED = 7
_SLOT_FILES = 11
# The least that the input takes, in seconds of this machine. No reply takes as long by itself, and
# eight requests in a server of one slot wait for each other for twice as long.
_SLOT_LIMIT, _SLOT_SCALE = 10, 0.25
# Here every reply does, by a third.
_SLOW_FILES = 8
_SLOW_LEAST = 4 / 3 * _SLOT_LIMIT / _SLOT_SCALE


def rows() -> Iterator[Row]:
    """Measure the round trips with one small file, the rest with parts of the real change."""
    with running(files=1) as workflow:
        yield _round_trips(workflow)
    with reviewing(change.choose(_FILES), scale=1.0) as (workflow, model):
        yield _moved_base(workflow, model)
    with reviewing(change.choose(_PUSHED), scale=1.0) as (workflow, model):
        yield _push(workflow, model)
    if any(each.name == "request-timeout" for each in DECLARATIONS):
        yield _one_slot(_SLOT_FILES, "a server that answers one at a time")
        slow = "a server that answers one at a time, each time after the limit"
        yield _one_slot(_SLOW_FILES, slow, least=_SLOW_LEAST)


def _round_trips(workflow: Workflow) -> Row:
    workflow.github.delay = ROUND_TRIP

    def took() -> float:
        workflow.github.requests.clear()
        workflow.model.requests.clear()
        ended(workflow.step(full="true").run(timeout=300), 0)
        asked = min(request.at for request in workflow.model.sent("POST"))
        return asked - workflow.github.requests[0].at

    first = statistics.median(took() for _ in range(RUNS))
    other = f"one round trip, {ROUND_TRIP} s"
    what = "first request to GitHub to first request to the model"
    return Row(what, f"{first:.2f} s", other, first / ROUND_TRIP, "1.4 s")


def _moved_base(workflow: Workflow, model: TimedModel) -> Row:
    """Review, let the base branch move by a commit that has nothing to do with it, review again."""
    model.begin(None)
    ended(workflow.step().run(timeout=300), 0)
    before = len(model.exchanges)
    _move_base(workflow)
    ended(workflow.step().run(timeout=300), 0)
    again = len(model.exchanges) - before
    what = f"{_FILES} files, the base branch moved: requests to the model"
    return Row(what, str(again), f"first run, {before}", again / before, "0")


def _push(workflow: Workflow, model: TimedModel) -> Row:
    """Review, push another line to one of the files, review again."""
    model.begin(None)
    ended(workflow.step().run(timeout=300), 0)
    first = costs.count(model.exchanges)
    path, (_, text) = next(iter(change.choose(_PUSHED).files.items()))
    workflow.github.push(NUMBER, {path: f"{text}\nPUSHED = True\n"})
    model.begin(None)
    ended(workflow.step("pull_request.synchronize").run(timeout=300), 0)
    again = costs.count(model.exchanges)
    what = f"{_PUSHED} real files, then a push to one: tokens of prompts"
    other = f"first run, {first.prompt:,}"
    return Row(what, f"{again.prompt:,}", other, again.prompt / first.prompt, "1")


def _move_base(workflow: Workflow) -> None:
    repository = workflow.github.repository
    pull, tip = repository.pulls[NUMBER], "b" * 40
    repository.trees[tip] = pull.base_tree | tree({"docs/unrelated.md": "Something else.\n"})
    repository.parents[tip] = pull.base_sha
    repository.refs[pull.base_ref] = tip
    repository.pulls[NUMBER] = replace(pull, base_sha=tip)


def _one_slot(files: int, what: str, *, least: float = 0.0) -> Row:
    chosen = change.choose(files)
    with reviewing(chosen, scale=_SLOT_SCALE, single=True, least=least) as (workflow, model):
        model.begin(0)
        inputs = {"request_timeout": str(_SLOT_LIMIT), "batching": "file"}
        left = workflow.step(full="true", **inputs).run(timeout=900)
    if "reviewed-files" not in left.outputs:
        raise AssertionError(f"The step ended with {left.code} and no review:\n{left.log}")
    lost = files - int(left.outputs["reviewed-files"])
    return Row(f"{what}: files lost of {files}", str(lost), f"all, {files}", lost / files, "0")
