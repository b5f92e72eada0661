"""A request that is held back until a test has done to its sender what it came for."""

import threading
from collections.abc import Callable

from tests.loopback.failures import Around

# How long anything may take that is waited for, in seconds.
PATIENCE = 20


class HeldRequest:
    """A request whose answer is held back until the test lets it go.

    With `carried_out` it has had its effect by then.
    """

    def __init__(self, *, carried_out: bool = False) -> None:
        self._came, self._free = threading.Event(), threading.Event()
        self._lost = False
        self.failure = Around(after=self._hold) if carried_out else Around(before=self._hold)

    def _hold(self) -> None:
        self._came.set()
        self._free.wait(PATIENCE)
        if self._lost:
            raise ConnectionAbortedError

    def wait(self) -> None:
        """Wait until the request has come."""
        assert self._came.wait(PATIENCE)

    def let_go(self) -> None:
        """Have it answered."""
        self._free.set()

    def lose(self) -> None:
        """Break its connection off instead."""
        self._lost = True
        self._free.set()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something has come true."""
    pause = threading.Event()
    for _ in range(PATIENCE * 50):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it never came true")
