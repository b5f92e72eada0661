"""Time limits: how long the run may still take, and a call that ends when its time is over."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Self, TypeVar

from reviewer.errors import cancellation_behind

T = TypeVar("T")

# A deadline may be shortened while somebody sleeps; sleepers look up this often (seconds).
_LONGEST_NAP = 0.25


class DeadlineError(TimeoutError):
    """The time of a call is over; whether it had an effect is not known."""


class Deadline:
    """A moment in the future by which everything must be over; all times in seconds.

    One object is shared by all who must hurry, in any thread: when a signal shortens it, all of
    them have less time.
    """

    def __init__(
        self,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin to count; `clock` never goes backwards, and `pause` lets its time pass."""
        self._clock = clock
        self._pause = pause
        self._end = clock() + seconds
        self._parent: Deadline | None = None
        self._margin = 0.0

    def remaining(self) -> float:
        """Return the time left, 0 when it is over."""
        left = self._end - self._clock()
        if self._parent:
            left = min(left, self._parent.remaining() - self._margin)
        return max(0.0, left)

    def shorten(self, seconds: float) -> None:
        """Leave at most `seconds` from now on."""
        self._end = min(self._end, self._clock() + seconds)

    def within(self, seconds: float) -> Self:
        """Return a deadline at most `seconds` from now; it comes sooner when this one does."""
        return self._child(seconds, margin=0.0)

    def earlier_by(self, seconds: float) -> Self:
        """Return a deadline that is always `seconds` before this one."""
        return self._child(self.remaining() - seconds, margin=seconds)

    def sleep(self, seconds: float) -> None:
        """Sleep, but never past this deadline, even when it is shortened meanwhile."""
        end = self._clock() + seconds
        while (left := min(end - self._clock(), self.remaining())) > 0:
            self._pause(min(left, _LONGEST_NAP))

    def _child(self, seconds: float, *, margin: float) -> Self:
        child = type(self)(seconds, clock=self._clock, pause=self._pause)
        child._parent = self  # noqa: SLF001  # the same class
        child._margin = margin  # noqa: SLF001
        return child


def bounded(call: Callable[[], T], seconds: float, *, grace: float = 0.0) -> T:
    """Return what `call` returns and raise what it raises, but wait for it no longer than that.

    The time limits of HTTP clients count from byte to byte, so a body that drips outlives them.
    The call runs in a thread of its own that is left behind, as a daemon, when its time is over:
    nothing that it uses may be used again. When a signal breaks the waiting off, the call gets
    `grace` seconds to end before the signal's error goes on.

    Raises DeadlineError; without any time, the call is not even begun.
    """
    if seconds <= 0:
        raise DeadlineError("There was no time left to begin.")
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
