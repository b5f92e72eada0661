"""The workflows of the documentation, without any change, on a workflow engine.

`act` reads workflow, event, secrets and the action's metadata as GitHub does, starts the image with
what the runner passes on, and reads back what the step wrote. Two things differ from GitHub: the
image that action.yml names is built before, and the addresses of GitHub and of the model lead to
the loopback servers. `act` follows neither `permissions`, `concurrency` nor `timeout-minutes`, nor
`types` of events; test_documentation.py has linters read them.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import documented_examples
from tests.e2e.process import EVENTS, NUMBER, ROOT, Step
from tests.loopback.github import EXAMPLE_REPOSITORY, TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, LoopbackModel
from tests.runs.model_scripts import finds_a_problem

pytestmark = pytest.mark.act

ACT = str(Path(sys.executable).with_name("act"))
# Any image in which a job's container can sleep; the step runs in a container of its own.
RUNNER = "python:3.13-slim"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A repository with one workflow, and beside it the action; GitHub's addresses by name."""

    root: Path
    addresses: Mapping[str, str]

    def trigger(self, example: str, event: str, change: Mapping[str, object] | None = None) -> str:
        """Let one of GitHub's example events happen to an example workflow; return act's log.

        Objects of `change` are merged into those of the payload.
        """
        workflow = documented_examples.workflow(example)
        self._write("repository/.github/workflows/review.yml", workflow)
        payload = _merged(json.loads((EVENTS / f"{event}.json").read_bytes()), change or {})
        self._write("event.json", json.dumps(payload))
        (used,) = re.findall(r"uses: (\S+)", workflow)
        return subprocess.run(
            [
                *(ACT, event.partition(".")[0], "--eventpath", str(self.root / "event.json")),
                *("--platform", f"ubuntu-latest={RUNNER}", "--pull=false"),
                *("--container-daemon-socket", "-"),
                *("--local-repository", f"{used}={self.root / 'action'}"),
                *("--secret", f"GITHUB_TOKEN={TOKEN}", "--secret", f"OPENAI_API_KEY={KEY}"),
                *(word for pair in self.addresses.items() for word in ("--env", "=".join(pair))),
            ],
            cwd=self.root / "repository",
            env=os.environ | {"XDG_CACHE_HOME": str(self.root), "XDG_CONFIG_HOME": str(self.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
            check=False,
        ).stdout

    def install(self, image: str, base_url: str) -> None:
        """Put the action's metadata in place, with another image and another model server."""
        metadata = (ROOT / "action.yml").read_text("utf-8")
        for ours, other in (
            ("image: Dockerfile", f"image: docker://{image}"),
            ('"https://api.openai.com/v1"', f'"{base_url}"'),
            ('default: "" # gpt-6.1-terra', 'default: "gpt-6.1-terra" #'),
        ):
            assert metadata.count(ours) == 1
            metadata = metadata.replace(ours, other)
        self._write("action/action.yml", metadata)

    def _write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _merged(value: object, change: object) -> object:
    if not isinstance(value, dict) or not isinstance(change, dict):
        return change
    return value | {name: _merged(value.get(name), new) for name, new in change.items()}


@pytest.fixture
def checkout(image: str, step: Step, model_server: LoopbackModel, tmp_path: Path) -> Checkout:
    """A repository that nothing was committed to, as act finds its name and its owner."""
    model_server.models = ("gpt-6.1-terra", "gpt-6-luna")
    model_server.script = finds_a_problem
    repository = tmp_path / "repository"
    for command in (
        ("init", "--quiet", str(repository)),
        (
            "-C",
            str(repository),
            "remote",
            "add",
            "origin",
            f"https://github.com/{EXAMPLE_REPOSITORY}",
        ),
    ):
        subprocess.run(["git", *command], check=True)
    made = Checkout(tmp_path, step.environ)
    made.install(image, model_server.base_url)
    return made


ASKED = {
    "issue": {"number": NUMBER, "pull_request": {"url": "https://api.github.com"}},
    "comment": {"body": "flows review"},
}
BY_HAND = {"repository": {"full_name": EXAMPLE_REPOSITORY}, "inputs": {"pr-number": str(NUMBER)}}
STARTS: dict[str, tuple[str, Mapping[str, object]]] = {
    "workflow": ("pull_request.opened", {}),
    "manual": ("workflow_dispatch", BY_HAND),
    "comment": ("issue_comment.created", ASKED),
}


@pytest.mark.parametrize(("example", "start"), STARTS.items(), ids=STARTS)
def test_an_example_workflow_reviews_the_pull_request(
    checkout: Checkout,
    github: LoopbackGitHub,
    example: str,
    start: tuple[str, Mapping[str, object]],
) -> None:
    log = checkout.trigger(example, *start)

    assert "Job succeeded" in log, log
    assert "verdict=findings" in log
    assert KEY not in log
    (body,) = github.bodies
    for text in (body, log):
        assert "Sets the wrong value" in text


def test_no_example_workflow_is_left_out() -> None:
    kinds = {each.kind for each in documented_examples.workflows()}
    # "sarif" has steps from the network before the review; "enterprise" names its own servers.
    assert set(STARTS) == kinds - {"sarif", "enterprise"}


def test_a_comment_on_an_issue_starts_no_container(
    checkout: Checkout, github: LoopbackGitHub
) -> None:
    log = checkout.trigger("comment", "issue_comment.created")

    assert "docker run" not in log
    assert github.requests == []
