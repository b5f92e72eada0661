"""Time limits that clients cannot outlive."""

import threading
import traceback

import pytest

from reviewer.adapters.http.retry import Deadline, DeadlineError, call_within
from reviewer.errors import CancelledError
from tests.faults import faults


class FakeTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.hurried: list[Deadline] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for until in self.hurried:
            until.shorten(1)


def deadline(seconds: float, time: FakeTime) -> Deadline:
    return Deadline(seconds, clock=time, pause=time.sleep)


def test_a_deadline_counts_down_to_zero_and_no_further() -> None:
    time = FakeTime()
    until = deadline(10, time)
    assert until.remaining() == 10
    time.now += 7.5
    assert until.remaining() == 2.5
    time.now += 7.5
    assert until.remaining() == 0


def test_a_deadline_within_another_ends_with_the_sooner_of_both() -> None:
    time = FakeTime()
    whole = deadline(10, time)
    assert whole.within(3).remaining() == 3
    assert whole.within(30).remaining() == 10


def test_an_earlier_deadline_keeps_its_distance_when_the_later_one_is_shortened() -> None:
    time = FakeTime()
    whole = deadline(100, time)
    earlier = whole.earlier_by(30)
    assert earlier.remaining() == 70
    whole.shorten(40)
    assert (whole.remaining(), earlier.remaining()) == (40, 10)
    whole.shorten(90)
    assert whole.remaining() == 40


def test_sleep_ends_at_the_deadline() -> None:
    time = FakeTime()
    until = deadline(2, time)
    until.sleep(1)
    assert time.now == 1001
    until.sleep(60)
    assert time.now == 1002


def test_a_sleeper_notices_that_the_deadline_was_shortened() -> None:
    time = FakeTime()
    until = deadline(100, time)
    time.hurried.append(until)
    until.sleep(60)
    assert time.now < 1002


@faults("CC5")
@pytest.mark.parametrize(("grace", "ends"), [(0.0, False), (20.0, True)])
def test_a_bounded_call_may_end_in_its_grace_when_a_signal_comes(
    grace: float,
    ends: bool,  # noqa: FBT001
) -> None:
    came, given_up, ended = threading.Event(), threading.Event(), threading.Event()
    seen: list[bool] = []

    def end_after_the_signal() -> None:
        came.wait(20)
        if not grace:
            given_up.wait(20)
        ended.set()

    def interrupt() -> float:
        came.set()
        try:
            raise CancelledError(2)
        finally:
            # What Python makes of a signal that comes while it gives back a lock.
            raise RuntimeError("release unlocked lock")

    def give_up() -> None:
        seen.append(ended.is_set())
        given_up.set()

    with pytest.raises(CancelledError):
        call_within(end_after_the_signal, 0.01, grace=grace, more=interrupt, give_up=give_up)
    assert seen == [ends]


@pytest.mark.parametrize("end", [KeyboardInterrupt(), RuntimeError("of a lock"), KeyError("bug")])
def test_a_bounded_call_is_given_up_whatever_ends_the_wait(end: BaseException) -> None:
    given_up = threading.Event()

    def interrupt() -> float:
        raise end

    with pytest.raises(type(end)) as raised:
        call_within(lambda: given_up.wait(20), 0.01, more=interrupt, give_up=given_up.set)
    assert raised.value is end
    assert given_up.is_set()


def test_a_bounded_call_returns_what_the_call_returns() -> None:
    assert call_within(lambda: "done", 5) == "done"


def test_a_bounded_call_raises_what_the_call_raises_with_its_traceback() -> None:
    def fails() -> None:
        raise KeyError("deep")

    with pytest.raises(KeyError, match="deep") as raised:
        call_within(fails, 5)
    assert "fails" in [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]


def test_a_time_limit_of_the_call_itself_differs_from_ours() -> None:
    def gives_up() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own") as raised:
        call_within(gives_up, 5)
    assert not isinstance(raised.value, DeadlineError)


@faults("GH21")
def test_a_call_that_does_not_end_is_left_behind_as_a_daemon() -> None:
    release = threading.Event()
    threads: list[threading.Thread] = []

    def hangs() -> None:
        threads.append(threading.current_thread())
        release.wait(5)

    with pytest.raises(DeadlineError, match="No end"):
        call_within(hangs, 0.05)
    assert threads[0].daemon
    release.set()
    threads[0].join()


@faults("LL5")
def test_a_call_that_is_abandoned_is_given_up_and_its_result_not_used() -> None:
    released = threading.Event()

    def ends_when_given_up() -> str:
        released.wait(20)
        return "too late"

    with pytest.raises(DeadlineError, match="No end"):
        call_within(ends_when_given_up, 0.05, give_up=released.set)
    assert released.is_set()


def test_a_call_that_ends_in_time_is_not_given_up() -> None:
    given_up = threading.Event()
    assert call_within(lambda: "done", 5, give_up=given_up.set) == "done"
    assert not given_up.is_set()


def test_without_time_a_call_is_not_begun() -> None:
    calls: list[int] = []
    with pytest.raises(DeadlineError, match="no time"):
        call_within(lambda: calls.append(1), 0)
    assert not calls
