"""The one layer of retries: repeats a call after failures that may pass by themselves."""

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
    lowers the policy's number of attempts, counted over all failures.
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
    """The wait that the server asked for, never less, or else a growing one."""

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
    """Whether the attempts are used up, or the next wait does not fit into the deadline."""

    def __init__(self, policy: Policy, deadline: Deadline) -> None:
        self._attempts = policy.attempts
        self._deadline = deadline

    def __call__(self, state: RetryCallState) -> bool:
        attempts = min(self._attempts, _failure(state).attempts or self._attempts)
        too_many = state.attempt_number >= attempts
        return too_many or state.upcoming_sleep >= self._deadline.remaining()


def _failure(state: RetryCallState) -> TransientError:
    """Return the failure of the attempt; tenacity asks only after failed attempts."""
    failure = state.outcome.exception() if state.outcome else None
    assert isinstance(failure, TransientError)  # noqa: S101  # tells the type checker
    return failure
