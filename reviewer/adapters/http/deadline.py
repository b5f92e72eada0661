"""Time limits: how long the run may still take, and a call that ends when its time is over."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Self, TypeVar

from reviewer.errors import cancellation_behind

T = TypeVar("T")

# Seconds after which a sleeper looks again: a signal may shorten the deadline meanwhile.
_LONGEST_NAP = 0.25


class DeadlineError(TimeoutError):
    """The time of a call is over; it is not known whether the call had an effect."""


class Deadline:
    """The moment by which a run must be over; all times are in seconds.

    One object is shared by all threads: when a signal shortens it, every caller has less time.
    """

    def __init__(
        self,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Start counting. `clock` must not go backwards; `pause` sleeps in the time of `clock`."""
        self._clock = clock
        self._pause = pause
        self._end = clock() + seconds
        self._parent: Deadline | None = None
        self._margin = 0.0

    def remaining(self) -> float:
        """Return the seconds left, 0 when the deadline has passed."""
        left = self._end - self._clock()
        if self._parent:
            left = min(left, self._parent.remaining() - self._margin)
        return max(0.0, left)

    def shorten(self, seconds: float) -> None:
        """Leave at most `seconds` from now on; never makes the deadline later."""
        self._end = min(self._end, self._clock() + seconds)

    def within(self, seconds: float) -> Self:
        """Return a deadline `seconds` from now, or with this one if this one is sooner."""
        return self._child(seconds, margin=0.0)

    def earlier_by(self, seconds: float) -> Self:
        """Return a deadline that stays `seconds` before this one, also when this is shortened."""
        return self._child(self.remaining() - seconds, margin=seconds)

    def sleep(self, seconds: float) -> None:
        """Sleep for `seconds`, but not past the deadline, even when it is shortened meanwhile."""
        end = self._clock() + seconds
        while (left := min(end - self._clock(), self.remaining())) > 0:
            self._pause(min(left, _LONGEST_NAP))

    def _child(self, seconds: float, *, margin: float) -> Self:
        child = type(self)(seconds, clock=self._clock, pause=self._pause)
        child._parent = self  # noqa: SLF001  # the same class
        child._margin = margin  # noqa: SLF001
        return child


def call_within(call: Callable[[], T], seconds: float, *, grace: float = 0.0) -> T:
    """Return what `call` returns, or raise what it raises, within `seconds`.

    This is a limit for the whole call. The time limits of HTTP clients apply to each read, so a
    server that sends one byte at a time never exceeds them. The call runs in a daemon thread that
    is abandoned when its time is over: do not use again what the call used. When a signal
    interrupts the wait, the call gets `grace` more seconds before the signal's error is raised.

    Raises DeadlineError when the time is over; with no time left, `call` is not started.
    """
    if seconds <= 0:
        raise DeadlineError("There was no time left to start.")
    outcome = Future[T]()
    threading.Thread(target=_settle, args=(outcome, call), daemon=True).start()
    try:
        wait((outcome,), timeout=seconds)
    except BaseException as problem:
        wait((outcome,), timeout=grace)
        if cancelled := cancellation_behind(problem):
            raise cancelled from None
        raise
    if not outcome.done():
        raise DeadlineError(f"No end after {seconds:.3g} seconds.")
    return outcome.result()


def _settle(outcome: Future[T], call: Callable[[], T]) -> None:
    try:
        value = call()
    except BaseException as problem:  # noqa: BLE001  # raised again where the caller waits
        outcome.set_exception(problem)
    else:
        outcome.set_result(value)
