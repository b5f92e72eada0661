"""The one layer of retries: what passes by itself is tried again while the deadline allows it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type
from tenacity.wait import wait_exponential, wait_random

from reviewer.adapters.http.deadline import Deadline
from reviewer.errors import ReviewerError

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Policy:
    """How often and how patiently a request is sent; waits in seconds.

    The first wait doubles with every attempt, up to the longest. `limit_wait` is for a server that
    limits requests without saying for how long; GitHub wants at least a minute then, growing from
    attempt to attempt ("Best practices for using the REST API").
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 20.0
    limit_wait: float = 60.0
    jitter: float = 1.0


class TransientError(Exception):
    """A failure that may pass by itself; never leaves the adapters.

    `problem` is what the rest of the program hears when no attempt is left. `wait` is what the
    server asked for, in seconds; `limited` says that it asked for patience without a number.
    `attempts` allows fewer attempts, counted over all failures, than the policy does.
    """

    def __init__(
        self,
        problem: ReviewerError,
        *,
        wait: float | None = None,
        limited: bool = False,
        attempts: int | None = None,
    ) -> None:
        """Keep what decides about the next attempt."""
        super().__init__(problem.what)
        self.problem = problem
        self.wait = wait
        self.limited = limited
        self.attempts = attempts


def patiently(call: Callable[[], T], *, what: str, deadline: Deadline, policy: Policy) -> T:
    """Return what `call` returns, calling it again after each TransientError.

    A wait that does not fit into the deadline is not begun. When trying is over, the problem of
    the last failure is raised, with the cause of that failure. `what` names the call in the log.
    """

    def log_retry(state: RetryCallState) -> None:
        log.warning(
            "%s: attempt %d failed: %s Trying again in %.1f seconds.",
            what,
            state.attempt_number,
            _failure(state),
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
    """What the server asked for, else a growing wait; never less than asked for."""

    def __init__(self, policy: Policy) -> None:
        self._jitter = wait_random(0, policy.jitter)
        self._growing = wait_exponential(policy.first_wait, max=policy.longest_wait)
        self._limited = wait_exponential(policy.limit_wait)

    def __call__(self, state: RetryCallState) -> float:
        failure = _failure(state)
        if failure.wait is not None:
            return failure.wait + self._jitter(state)
        growing = self._limited if failure.limited else self._growing
        return growing(state) + self._jitter(state)


class _Stop:
    """Whether the next attempt is one too many, or the wait before it too long."""

    def __init__(self, policy: Policy, deadline: Deadline) -> None:
        self._attempts = policy.attempts
        self._deadline = deadline

    def __call__(self, state: RetryCallState) -> bool:
        attempts = min(self._attempts, _failure(state).attempts or self._attempts)
        too_many = state.attempt_number >= attempts
        return too_many or state.upcoming_sleep >= self._deadline.remaining()


def _failure(state: RetryCallState) -> TransientError:
    """Return the failure that the state is about; tenacity asks after failures only."""
    failure = state.outcome.exception() if state.outcome else None
    assert isinstance(failure, TransientError)  # noqa: S101  # tells the type checker
    return failure
