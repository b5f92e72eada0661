"""Time for the clients: as much as a busy machine needs, and none once a server holds an answer."""

import time
from collections.abc import Collection
from concurrent import futures
from concurrent.futures import Future

import pytest

from reviewer.adapters.http import retry
from tests.loopback.github import LoopbackGitHub


@pytest.fixture
def _hurried(github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time of a request be over as soon as GitHub holds its response back."""

    def wait(calls: Collection[Future[object]], timeout: float) -> None:
        end = time.monotonic() + timeout
        while not futures.wait(calls, 0.005).done and time.monotonic() < end:
            if github.holding.is_set():
                github.holding.clear()
                return

    monkeypatch.setattr(retry, "wait", wait)
