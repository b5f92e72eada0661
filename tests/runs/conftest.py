"""A job on the loopback servers, with one pull request to review."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.invariants import Invariants
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import LoopbackModel
from tests.runs.job import Job


@pytest.fixture
def job(
    github: LoopbackGitHub, model_server: LoopbackModel, tmp_path: Path, invariants: Invariants
) -> Iterator[Job]:
    """A pull request that changes src/app.py, from "old = 1" to "new = 2"."""
    github.add_pull()
    yield Job(github, model_server, tmp_path, invariants)
    github.release()
    model_server.release()
