"""The loopback servers as fixtures; a test that breaks a contract fails when it ends."""

from collections.abc import Iterator

import pytest

from tests.loopback.github import LoopbackGitHub


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


def _verify(server: LoopbackGitHub) -> None:
    assert server.contract_errors == []
    assert server.crashes == []
