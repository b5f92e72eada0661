"""The example workflow for large pull requests, its jobs run as processes, all shards at once."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.process import NUMBER, ROOT, Step
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import Body, LoopbackModel
from tests.run_result import RunResult
from tests.runs.job import change_reply, prompted_paths, section

pytestmark = pytest.mark.process

WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "matrix.yml").read_text("utf-8"))
FILES = {f"src/f{number}.py": ("old = 1\n", f"new = {number}\n") for number in range(20)}
# Where the two artifact actions pass files between the jobs.
UPLOAD = next(step for step in WORKFLOW["jobs"]["review"]["steps"] if "upload" in step["uses"])
DOWNLOAD = next(step for step in WORKFLOW["jobs"]["publish"]["steps"] if "download" in step["uses"])


def inputs_of_our_step(job: str) -> Mapping[str, Any]:
    steps = WORKFLOW["jobs"][job]["steps"]
    return next(step["with"] for step in steps if "code-review-action" in step["uses"])


def fill_in(text: str, shard: int) -> str:
    return re.sub(r"\$\{\{ matrix\.shard \}\}", str(shard), text)


def find_one_problem_in_each(body: Body) -> str:
    found = []
    for path in prompted_paths(body):
        number = path.removeprefix("src/f").removesuffix(".py")
        wrong = {"quote": f"new = {number}", "severity": "medium", "body": "It is off."}
        found.append(section(path, wrong | {"title": f"Value {number} is wrong"}))
    return change_reply(*found)


@pytest.fixture
def runner(step: Step, github: LoopbackGitHub, model_server: LoopbackModel) -> Step:
    """The step that all jobs have in common."""
    model_server.script = find_one_problem_in_each
    github.add_pull(NUMBER, FILES)
    return step.with_inputs(guidelines="")


def job(runner: Step, name: str, inputs: Mapping[str, str]) -> Step:
    """Give a job a machine of its own and the inputs of the workflow."""
    root = runner.root / name
    given = {key.replace("-", "_"): text for key, text in inputs.items() if "secrets." not in text}
    made = replace(runner, root=root).with_inputs(**given)
    return made.with_environ({"GITHUB_WORKSPACE": str(root / "workspace")})


def review(runner: Step, shards: list[int]) -> dict[int, RunResult]:
    """Run the jobs of the matrix side by side."""
    wanted = inputs_of_our_step("review")
    steps = {
        number: job(runner, f"review-{number}", {k: fill_in(v, number) for k, v in wanted.items()})
        for number in shards
    }
    started = {number: made.start() for number, made in steps.items()}
    return {number: steps[number].finish(process) for number, process in started.items()}


def publish(runner: Step, reviewed: Mapping[int, RunResult]) -> RunResult:
    """Hand the reports on as the artifact actions do, and run the last job."""
    step = job(runner, "publish", inputs_of_our_step("publish"))
    for number, finished in reviewed.items():
        report = runner.root / f"review-{number}" / "workspace" / finished.outputs["report-path"]
        name = fill_in(UPLOAD["with"]["name"], number)
        assert Path(name).match(DOWNLOAD["with"]["pattern"])
        target = step.root / "workspace" / DOWNLOAD["with"]["path"] / name
        target.mkdir(parents=True)
        shutil.copy(report, target / "report.json")
    return step.run()


def test_four_processes_review_a_share_each_and_a_fifth_publishes_one_comment(
    runner: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    shards = WORKFLOW["jobs"]["review"]["strategy"]["matrix"]["shard"]
    assert len(shards) == 4
    reviewed = review(runner, shards)
    assert {finished.code for finished in reviewed.values()} == {0}
    assert github.bodies == []
    asked = len(model_server.bodies)
    assert asked == len(shards)

    finished = publish(runner, reviewed)
    assert finished.code == 0
    assert finished.outputs["complete"] == "true"
    (body,) = github.bodies
    assert "Reviewed 20 of 20 changed files" in body
    assert all(f"Value {number} is wrong" in body for number in range(20))
    assert len(model_server.bodies) == asked


def test_a_runner_that_died_leaves_a_gap_that_is_named(
    runner: Step, github: LoopbackGitHub
) -> None:
    finished = publish(runner, review(runner, [1, 2, 4]))
    assert finished.outputs["complete"] == "false"
    (body,) = github.bodies
    assert "Reviewed 15 of 20 changed files" in body
    assert body.count("not reviewed: the report of shard 3/4 is missing") == 5
