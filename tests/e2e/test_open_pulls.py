"""All open pull requests in one process, started as the container starts it."""

import json
from dataclasses import replace

import pytest

from tests.e2e.process import NUMBER, Step
from tests.loopback.github import EXAMPLE_REPOSITORY, LoopbackGitHub
from tests.loopback.model import LoopbackModel

pytestmark = pytest.mark.process


def test_each_open_pull_request_gets_a_comment_and_a_second_run_asks_nothing(
    step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    github.add_pull(9, {"src/other.py": ("old = 1\n", "new = 2\n")})
    payload = {"repository": {"full_name": EXAMPLE_REPOSITORY}}
    by_hand = replace(step, event="workflow_dispatch", payload=payload)
    workspace = by_hand.root / "workspace"
    by_hand = by_hand.with_environ({"GITHUB_WORKSPACE": str(workspace)})
    by_hand = by_hand.with_inputs(pr_number="open")

    first = by_hand.run()
    asked = len(model_server.requests)
    rows = json.loads(first.outputs["pull-requests"])

    assert first.code == 0
    assert [(row["number"], row["verdict"]) for row in rows] == [(NUMBER, "clean"), (9, "clean")]
    assert [comment.number for comment in github.repository.comments] == [NUMBER, 9]
    assert all((workspace / row["report-path"]).is_file() for row in rows)
    by_hand.run()
    assert len(model_server.requests) == asked
