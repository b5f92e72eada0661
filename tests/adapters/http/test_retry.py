"""The one layer of retries: how often, how long, and when it gives up."""

import logging

import pytest

from reviewer.adapters.http.retry import Deadline, Policy, TransientError, call_with_retries
from reviewer.errors import ForgeError, NotFoundError, RateLimitedError
from tests.faults import faults


class Life:
    """A clock that only sleeping moves, and calls that fail in order before one succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self.now = 0.0
        self.failures = list(failures)
        self.calls_at: list[float] = []
        self.hurried: list[Deadline] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for until in self.hurried:
            until.shorten(1)

    def call(self) -> str:
        self.calls_at.append(self.now)
        if self.failures:
            raise self.failures.pop(0)
        return "done"

    def deadline(self, seconds: float) -> Deadline:
        return Deadline(seconds, clock=lambda: self.now, pause=self.sleep)

    def run(self, seconds: float = 1000, policy: Policy | None = None) -> str:
        calm = policy or Policy(jitter=0)
        return call_with_retries(
            self.call, what="The call", deadline=self.deadline(seconds), policy=calm
        )


def transient(
    *, wait: float | None = None, limited: bool = False, attempts: int | None = None
) -> TransientError:
    problem = ForgeError("GitHub is busy.")
    return TransientError(problem, wait=wait, limited=limited, attempts=attempts)


def test_what_passes_by_itself_is_tried_again_with_growing_waits() -> None:
    life = Life(transient(), transient(), transient())
    assert life.run() == "done"
    assert life.calls_at == pytest.approx([0, 1, 3, 7])


def test_waits_do_not_grow_beyond_the_longest() -> None:
    life = Life(transient(), transient(), transient())
    assert life.run(policy=Policy(longest_wait=1.5, jitter=0)) == "done"
    assert life.calls_at == pytest.approx([0, 1, 2.5, 4])


@faults("GH7")
@pytest.mark.parametrize(
    ("failure", "seconds"),
    [(transient(), 1), (transient(wait=5), 5), (transient(limited=True), 60)],
)
def test_a_wait_is_a_little_longer_than_it_must_be(failure: TransientError, seconds: int) -> None:
    life = Life(failure)
    assert life.run(policy=Policy(jitter=2)) == "done"
    assert seconds < life.calls_at[1] <= seconds + 2


def test_attempts_end_with_the_problem_and_its_cause() -> None:
    last = transient()
    last.__cause__ = ConnectionResetError("cut")
    with pytest.raises(ForgeError, match="busy") as raised:
        Life(transient(), last).run(policy=Policy(attempts=2, jitter=0))
    assert isinstance(raised.value.__cause__, ConnectionResetError)


def test_attempts_are_counted() -> None:
    life = Life(*[transient() for _ in range(9)])
    with pytest.raises(ForgeError):
        life.run(policy=Policy(attempts=3, jitter=0))
    assert len(life.calls_at) == 3


@faults("GH17")
def test_a_failure_can_allow_fewer_attempts_than_the_policy() -> None:
    life = Life(transient(attempts=2), transient(attempts=2), transient(attempts=2))
    with pytest.raises(ForgeError):
        life.run()
    assert len(life.calls_at) == 2


@faults("LL2")
def test_limits_that_were_waited_for_do_not_use_up_the_attempts_of_another_failure() -> None:
    life = Life(transient(), transient(), transient(attempts=2))
    assert life.run() == "done"
    assert len(life.calls_at) == 4


def test_failures_of_all_kinds_end_with_the_attempts_of_the_policy() -> None:
    life = Life(transient(attempts=3), transient(attempts=4), transient(), transient(attempts=4))
    with pytest.raises(ForgeError):
        life.run(policy=Policy(attempts=4, jitter=0))
    assert len(life.calls_at) == 4


def test_what_does_not_pass_by_itself_is_not_tried_again() -> None:
    life = Life(NotFoundError("Gone."))
    with pytest.raises(NotFoundError):
        life.run()
    assert len(life.calls_at) == 1


def test_a_bug_is_not_tried_again() -> None:
    life = Life(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        life.run()
    assert len(life.calls_at) == 1


@faults("GH7")
def test_the_wait_that_the_server_asked_for_is_kept() -> None:
    life = Life(transient(wait=37))
    assert life.run() == "done"
    assert life.calls_at == pytest.approx([0, 37])


@faults("GH7")
def test_a_limit_without_a_number_waits_a_minute_and_then_longer() -> None:
    life = Life(transient(limited=True), transient(limited=True))
    assert life.run() == "done"
    assert life.calls_at == pytest.approx([0, 60, 180])


@faults("GH8")
@pytest.mark.parametrize(
    "failure", [transient(wait=3600), transient(limited=True), transient(wait=50)]
)
def test_a_wait_that_does_not_fit_the_deadline_is_not_begun(failure: TransientError) -> None:
    life = Life(failure)
    failure.problem = RateLimitedError("Wait 60 minutes.")
    with pytest.raises(RateLimitedError, match="60 minutes"):
        life.run(seconds=50)
    assert life.now == 0


def test_the_log_names_the_call_the_attempt_the_reason_and_the_wait(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        Life(transient(wait=3)).run()
    (line,) = caplog.messages
    assert line == ("The call: attempt 1 failed: GitHub is busy. Trying again in 3.0 seconds.")


def test_a_deadline_shortened_while_waiting_ends_the_wait() -> None:
    life = Life(transient(wait=500), transient())
    until = life.deadline(1000)
    life.hurried.append(until)
    with pytest.raises(ForgeError):
        call_with_retries(life.call, what="It", deadline=until, policy=Policy(jitter=0))
    assert life.now < 3


@faults("LL2")
def test_a_server_that_asks_for_no_wait_is_not_asked_again_at_once() -> None:
    life = Life(transient(wait=0.0), transient(wait=0.0), transient(wait=0.0))
    assert life.run() == "done"
    assert life.calls_at == pytest.approx([0, 1, 3, 7])


def test_a_limit_that_has_ended_is_not_waited_for() -> None:
    life = Life(transient(wait=0.0, limited=True))
    assert life.run() == "done"
    assert life.calls_at == [0, 0]
