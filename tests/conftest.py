"""The loopback servers as fixtures; a test that breaks a contract fails when it ends."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import LoopbackModel
from tests.loopback.server import LoopbackServer

# How long an example takes depends on what else the machine does.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def github() -> Iterator[LoopbackGitHub]:
    """github.com with the repository octo/shop, empty."""
    with LoopbackGitHub() as server:
        yield server
    _verify(server)


@pytest.fixture
def enterprise() -> Iterator[LoopbackGitHub]:
    """GitHub Enterprise Server: other paths, no rate limit headers."""
    with LoopbackGitHub(enterprise=True) as server:
        yield server
    _verify(server)


@pytest.fixture
def model_server() -> Iterator[LoopbackModel]:
    """A model server that finds nothing until it is told what to say."""
    with LoopbackModel() as server:
        yield server
    _verify(server)


def _verify(server: LoopbackServer) -> None:
    assert server.contract_errors == []
    assert server.crashes == []
