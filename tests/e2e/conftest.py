"""A step of a workflow on the loopback servers, with the pull request of GitHub's examples."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.process import NUMBER, Step
from tests.e2e.runner import Machine
from tests.invariants import Invariants
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, MODEL, LoopbackModel


@pytest.fixture
def github(github_of_examples: LoopbackGitHub) -> LoopbackGitHub:
    return github_of_examples


@pytest.fixture
def step(
    github: LoopbackGitHub, model_server: LoopbackModel, tmp_path: Path, invariants: Invariants
) -> Iterator[Step]:
    """A pull request that changes src/app.py, from "old = 1" to "new = 2"."""
    github.add_pull(NUMBER)
    inputs = {
        "github-token": TOKEN,
        "api-key": KEY,
        "base-url": model_server.base_url,
        "model": MODEL,
        "fallback-model": "",
        # One request for a file, unless a test is about the verification.
        "verify": "off",
    }
    addresses = {"GITHUB_API_URL": github.api_url, "GITHUB_GRAPHQL_URL": github.graphql_url}
    yield Step(tmp_path, inputs, addresses, invariants=invariants)
    github.release()
    model_server.release()


@pytest.fixture(scope="session")
def image() -> str:
    """The image to start; without one the tests are left out, unless its name was given."""
    given = os.environ.get("CODE_REVIEW_IMAGE")
    name = given or "code-review-action:dev"
    if given is None and not _is_there(name):
        pytest.skip(f"no Docker engine answers or it has no image {name}; see `make image-tests`")
    return name


@pytest.fixture
def machine(tmp_path: Path, invariants: Invariants) -> Machine:
    """A runner's folders, all empty."""
    return Machine(tmp_path, invariants)


def _is_there(image: str) -> bool:
    if not shutil.which("docker"):
        return False
    inspect = ("docker", "image", "inspect", image)
    return subprocess.run(inspect, capture_output=True, check=False).returncode == 0
