"""A client of a model server, and a second server."""

from collections.abc import Iterator
from typing import Unpack

import pytest

from reviewer.adapters.http.retry import Deadline
from reviewer.adapters.openai.capacity import Capacity
from reviewer.adapters.openai.model_server import ModelServer
from tests.adapters.openai.connect import POLICY, Clock, Connect, Settings
from tests.loopback.model import KEY, MODEL, LoopbackModel


@pytest.fixture
def model() -> Connect:
    """Makes a client of a server, for whom time passes only while it sleeps."""

    def connect(
        server: LoopbackModel,
        *,
        clock: Clock | None = None,
        seconds: float = 100,
        **settings: Unpack[Settings],
    ) -> ModelServer:
        clock = clock or Clock()
        defaults: Settings = {
            "model": MODEL,
            "api_key": KEY,
            "base_url": server.base_url,
            "policy": POLICY,
            "capacity": Capacity(8, 20),
        }
        defaults.update(settings)
        deadline = Deadline(seconds, clock=lambda: clock.now, pause=clock.pause)
        return ModelServer(deadline=deadline, **defaults)

    return connect


@pytest.fixture
def other_server() -> Iterator[LoopbackModel]:
    with LoopbackModel() as server:
        yield server
