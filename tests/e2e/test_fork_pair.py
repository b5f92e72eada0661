"""The two workflows for pull requests of forks: one reviews and may nothing, one publishes."""

import json
import shutil
from dataclasses import replace
from typing import Any

import pytest
import yaml

from tests.e2e.process import NUMBER, ROOT, Step
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import MODEL
from tests.run_result import RunResult

pytestmark = pytest.mark.process


def inputs_of_our_step(workflow: str) -> dict[str, str]:
    """Return the inputs of our step but those that name an example's server."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "examples" / workflow).read_text("utf-8"))
    (job,) = document["jobs"].values()
    given = next(step["with"] for step in job["steps"] if "code-review-action" in step["uses"])
    return {key.replace("-", "_"): text for key, text in given.items() if key == "mode"}


@pytest.fixture
def fork(step: Step, github: LoopbackGitHub) -> Step:
    """A pull request of a fork, and a model server that asks for no key."""
    github.add_pull(NUMBER, fork=True)
    return step.with_inputs(guidelines="", model=MODEL)


def review_fork(fork: Step) -> tuple[Step, RunResult]:
    root = fork.root / "review"
    step = replace(fork, root=root).with_inputs(**inputs_of_our_step("fork-review.yml"))
    step = step.with_environ({"GITHUB_WORKSPACE": str(root / "workspace")})
    return step, step.run()


def publishing_step(fork: Step, github: LoopbackGitHub, **run: object) -> Step:
    """Make the step of the second workflow, with what GitHub reports about the first one."""
    pull = github.repository.pulls[NUMBER]
    about = {
        "event": "pull_request",
        "conclusion": "success",
        "head_sha": pull.head_sha,
        "head_branch": pull.head_ref,
        "head_repository": {"full_name": pull.head_repository},
        "pull_requests": [],
    }
    root = fork.root / "publish"
    (root / "workspace").mkdir(parents=True)
    step = replace(
        fork,
        root=root,
        event="workflow_run.completed",
        payload={"workflow_run": {**about, **run}, "repository": {"full_name": fork_base(github)}},
    )
    given = step.with_inputs(**inputs_of_our_step("fork-publish.yml"), api_key="")
    return given.with_environ(
        {"GITHUB_WORKSPACE": str(root / "workspace"), "GITHUB_REF": "refs/heads/main"}
    )


def fork_base(github: LoopbackGitHub) -> str:
    return github.repository.full_name


def pass_report(source: Step, left: RunResult, target: Step) -> None:
    folder = target.root / "workspace" / "code-review-reports"
    folder.mkdir()
    shutil.copy(source.root / "workspace" / left.outputs["report-path"], folder / "report.json")


def test_a_forks_review_is_published_by_a_run_that_finds_its_pull_request_itself(
    fork: Step, github: LoopbackGitHub
) -> None:
    source, left = review_fork(fork)
    assert (left.code, github.bodies) == (0, [])
    target = publishing_step(fork, github)
    pass_report(source, left, target)
    finished = target.run()
    assert finished.code == 0
    (body,) = github.bodies
    assert "Reviewed 1 of 1 changed file" in body
    assert "a run of the fork made this review" in body


def test_a_report_cannot_choose_another_pull_request_to_be_published_on(
    fork: Step, github: LoopbackGitHub
) -> None:
    source, left = review_fork(fork)
    victim = github.add_pull(NUMBER + 1, {"src/app.py": ("old = 1\n", "other = 3\n")})
    target = publishing_step(fork, github)
    pass_report(source, left, target)
    report = target.root / "workspace" / "code-review-reports" / "report.json"
    forged = json.loads(report.read_text("utf-8")) | {"head_sha": victim.head_sha}
    report.write_text(json.dumps(forged), "utf-8")
    assert target.run().code == 0
    assert github.bodies == []


def test_the_branch_decides_between_two_pull_requests_with_the_same_head_commit(
    fork: Step, github: LoopbackGitHub
) -> None:
    """Anybody can open a pull request with the commit of another pull request."""
    source, left = review_fork(fork)
    victim = github.add_pull(NUMBER + 1)
    victim.head_sha = github.repository.pulls[NUMBER].head_sha
    victim.head_ref = "another-branch"
    target = publishing_step(fork, github)
    pass_report(source, left, target)
    target.run()
    assert [comment.number for comment in github.repository.comments] == [NUMBER]


def test_a_head_that_moved_on_or_was_closed_is_left_alone(
    fork: Step, github: LoopbackGitHub
) -> None:
    source, left = review_fork(fork)
    target = publishing_step(fork, github, head_sha="f" * 40)
    pass_report(source, left, target)
    finished = target.run()
    assert finished.code == 0
    assert "not the head of an open pull request" in finished.summary
    assert github.bodies == []


def test_without_a_report_a_successful_run_is_a_notice_and_a_failed_one_is_reported(
    fork: Step, github: LoopbackGitHub
) -> None:
    assert publishing_step(fork, github).run().code == 0
    assert github.bodies == []
    shutil.rmtree(fork.root / "publish")
    github.repository.pulls[NUMBER].fork = False
    github.repository.pulls[NUMBER].head_repository = github.repository.full_name
    failed = publishing_step(fork, github, conclusion="failure")
    assert failed.run().code == 2
    assert "could not be reviewed" in github.bodies[0]


def test_a_branch_with_two_pull_requests_is_refused_with_what_to_do(
    fork: Step, github: LoopbackGitHub
) -> None:
    pull = github.repository.pulls[NUMBER]
    twin = github.add_pull(NUMBER + 1, fork=True)
    twin.head_sha, twin.head_ref = pull.head_sha, pull.head_ref
    twin.head_repository = pull.head_repository
    finished = publishing_step(fork, github).run()
    assert finished.code == 2
    assert "pr-number" in finished.log
