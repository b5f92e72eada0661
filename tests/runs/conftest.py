"""A job on the loopback servers, with one pull request to review."""

import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviewer.errors import CancelledError
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


@pytest.fixture
def send_signal() -> Iterator[Callable[[], None]]:
    """Sends SIGTERM to the run, which is in the main thread and handles it as the action does."""

    def cancel(number: int, _frame: object) -> None:
        raise CancelledError(number)

    before = signal.signal(signal.SIGTERM, cancel)
    yield lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    signal.signal(signal.SIGTERM, before)
