"""How long a run and a call may take, and how often a call is repeated after a failure."""

import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Self, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type
from tenacity.wait import wait_exponential, wait_random

from reviewer.errors import ReviewerError, cancellation_behind, end_sentence

T = TypeVar("T")

log = logging.getLogger(__name__)

PUBLISHING_SECONDS = 30
"""Kept for publishing: the model, its tools and optional reads end this much before the run."""
# Seconds after which a sleeper looks again: a signal may shorten the deadline meanwhile.
_LONGEST_NAP = 0.25


class DeadlineError(TimeoutError):
    """The time of a call is over; it is not known whether the call had an effect."""


class NotStartedError(DeadlineError):
    """There was no time left for a call; it had no effect."""


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

    def now(self) -> float:
        """Return the time of the clock, in seconds since no moment in particular."""
        return self._clock()

    def remaining(self) -> float:
        """Return the seconds left, 0 when the deadline has passed."""
        left = self._end - self._clock()
        if self._parent:
            left = min(left, self._parent.remaining() - self._margin)
        return max(0.0, left)

    def call(self, call: Callable[[], T], *, at_most: float, grace: float = 0.0) -> T:
        """Return what `call` returns by this deadline and within `at_most` seconds.

        `grace` and the errors are those of `call_within`.
        """
        return call_within(call, min(at_most, self.remaining()), grace=grace)

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


@dataclass(frozen=True, slots=True)
class Policy:
    """How often a request is sent, and the waits in between, in seconds.

    `attempts` counts the first request too. The wait starts at `first_wait` and doubles with each
    attempt, up to `longest_wait`. `limit_wait`, which doubles too, is for a server that limits
    requests without naming a wait: GitHub asks for at least a minute then ("Best practices for
    using the REST API"). Up to `jitter` seconds are added to each wait, so that runs that were
    limited together do not come back together.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 20.0
    limit_wait: float = 60.0
    jitter: float = 1.0


class TransientError(Exception):
    """A failure that may pass by itself; never leaves the adapters.

    `problem` is raised in its place when no attempt is left. `wait` is the wait in seconds that
    the server asked for, None without one; `limited` means that it limits requests. `attempts`
    allows fewer failures than the policy of all kinds with this number.
    """

    def __init__(
        self,
        problem: ReviewerError,
        *,
        wait: float | None = None,
        limited: bool = False,
        attempts: int | None = None,
    ) -> None:
        """Keep what the next attempt depends on."""
        super().__init__(problem.what)
        self.problem = problem
        self.wait = wait
        self.limited = limited
        self.attempts = attempts


def call_with_retries(call: Callable[[], T], *, what: str, deadline: Deadline, policy: Policy) -> T:
    """Return what `call` returns, calling it again after each TransientError.

    Stops when the policy's attempts are used up, and before a wait that does not fit into the
    deadline. Then raises the `problem` of the last failure, with that failure's cause. `what`
    names the call in the log.
    """

    def log_retry(state: RetryCallState) -> None:
        log.warning(
            "%s: attempt %d failed: %s Trying again in %.1f seconds.",
            what,
            state.attempt_number,
            end_sentence(str(_failure(state))),
            state.upcoming_sleep,
        )

    attempts = Retrying(
        retry=retry_if_exception_type(TransientError),
        wait=_Wait(policy),
        stop=_Stop(policy, deadline),
        sleep=deadline.sleep,
        before_sleep=log_retry,
        reraise=True,
    )
    try:
        return attempts(call)
    except TransientError as last:
        raise last.problem from last.__cause__


class _Wait:
    """The wait that the server asked for, never less, or else a growing one.

    Without a limit of known length, no wait at all is not believed, such as a date that has passed:
    the attempts would be used up at once.
    """

    def __init__(self, policy: Policy) -> None:
        self._jitter = wait_random(0, policy.jitter)
        self._growing = wait_exponential(policy.first_wait, max=policy.longest_wait)
        self._limited = wait_exponential(policy.limit_wait)

    def __call__(self, state: RetryCallState) -> float:
        failure = _failure(state)
        if failure.wait or (failure.limited and failure.wait is not None):
            return failure.wait + self._jitter(state)
        growing = self._limited if failure.limited else self._growing
        return growing(state) + self._jitter(state)


class _Stop:
    """Return True if the attempts are used up, or the next wait does not fit into the deadline.

    A limit that was waited for does not use up the attempts of a request that then takes too long.
    """

    def __init__(self, policy: Policy, deadline: Deadline) -> None:
        self._attempts = policy.attempts
        self._deadline = deadline
        self._failures = Counter[int]()

    def __call__(self, state: RetryCallState) -> bool:
        allowed = _failure(state).attempts or self._attempts
        self._failures[allowed] += 1
        too_many = self._failures[allowed] >= allowed or state.attempt_number >= self._attempts
        return too_many or state.upcoming_sleep >= self._deadline.remaining()


def _failure(state: RetryCallState) -> TransientError:
    """Return the failure of the attempt; tenacity asks only after failed attempts."""
    failure = state.outcome.exception() if state.outcome else None
    assert isinstance(failure, TransientError)  # noqa: S101  # tells the type checker
    return failure


def call_within(
    call: Callable[[], T],
    seconds: float,
    *,
    grace: float = 0.0,
    more: Callable[[], float] | None = None,
    give_up: Callable[[], None] | None = None,
) -> T:
    """Return what `call` returns, or raise what it raises, within `seconds`.

    When these are over, `more` returns the seconds by which the limit was extended meanwhile, and
    `give_up` lets a call end that is abandoned.

    This is a limit for the whole call. The time limits of HTTP clients apply to each read, so a
    server that sends one byte at a time never exceeds them. The call runs in a daemon thread that
    is abandoned when its time is over: do not use again what the call used. When a signal
    interrupts the wait, the call gets `grace` more seconds before the signal's error is raised.

    Raises DeadlineError when the time is over, NotStartedError when there was none at all.
    """
    if seconds <= 0:
        raise NotStartedError("There was no time left to start.")
    outcome = Future[T]()
    with contextlib.ExitStack() as on_interrupt:
        if give_up:
            on_interrupt.callback(give_up)
        on_interrupt.callback(wait, (outcome,), timeout=grace)
        try:
            threading.Thread(target=_settle, args=(outcome, call), daemon=True).start()
            wait((outcome,), timeout=seconds)
            while more and not outcome.done() and (seconds := more()) > 0:
                wait((outcome,), timeout=seconds)
        except RuntimeError as problem:
            # A signal that interrupts a lock becomes the lock's error.
            raise cancellation_behind(problem) or problem from None
        on_interrupt.pop_all()
    # Asked once: what ends because it is given up has no result.
    if outcome.done():
        return outcome.result()
    if give_up:
        give_up()
    raise DeadlineError(f"No end after {seconds:.3g} seconds.")


def _settle(outcome: Future[T], call: Callable[[], T]) -> None:
    try:
        value = call()
    except BaseException as problem:  # noqa: BLE001  # raised again where the caller waits
        outcome.set_exception(problem)
    else:
        outcome.set_result(value)
