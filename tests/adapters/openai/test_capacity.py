"""How many requests at a time a model server gets, and how long each of them may take."""

import contextlib
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.adapters.http.retry import Deadline, NotStartedError
from reviewer.adapters.openai.capacity import FIRST_LEVEL, Capacity, ConcurrencyLevel, Slot
from tests.faults import faults


class SerialServer:
    """Answers one request at a time, in the order in which they came, each in ten seconds."""

    def __init__(self, level: ConcurrencyLevel) -> None:
        self.level = level
        self.now = 0.0
        self.sent: dict[int, float] = {}

    def fill(self) -> None:
        while self.level.has_room:
            self.sent[self.level.send()] = self.now

    def work(self, replies: int) -> int:
        """Send whatever there is room for before each reply; return the most in flight at once."""
        most = 0
        for _ in range(replies):
            self.fill()
            most = max(most, len(self.sent))
            self.answer()
        return most

    def answer(self) -> None:
        self.now += 10.0
        first = min(self.sent)
        self.level.reply(first, self.now - self.sent.pop(first))
        self.level.end(first)


def first_requests() -> tuple[ConcurrencyLevel, list[int]]:
    """Send as many requests as a run starts with."""
    level = ConcurrencyLevel(32)
    return level, [level.send() for _ in range(FIRST_LEVEL)]


def reply_to(level: ConcurrencyLevel, *numbers: int, seconds: float = 8.0) -> None:
    for number in numbers:
        level.reply(number, seconds)
        level.end(number)


def test_a_run_starts_with_eight_requests_at_a_time() -> None:
    assert ConcurrencyLevel(32).value == FIRST_LEVEL == 8
    assert ConcurrencyLevel(3).value == 3


def test_each_reply_makes_room_for_two_more_while_no_limit_is_met() -> None:
    level, numbers = first_requests()
    reply_to(level, *reversed(numbers))
    # The first reply came when all eight were in flight; later ones, when there was room.
    assert level.value == 10


def test_it_never_grows_beyond_the_largest_level() -> None:
    level = ConcurrencyLevel(10)
    for _ in range(50):
        flying = []
        while level.has_room:
            flying.append(level.send())
        reply_to(level, flying[-1])
        for number in flying[:-1]:
            level.end(number)
    assert level.value == 10


def test_a_limit_halves_it_once_for_all_requests_that_were_in_flight() -> None:
    level, numbers = first_requests()
    for number in numbers:
        level.limit(number)
    assert level.value == 4


def test_after_a_limit_it_grows_by_one_for_as_many_replies_as_it_is() -> None:
    level, numbers = first_requests()
    level.limit(numbers[0])
    for number in numbers:
        level.end(number)
    flying = [level.send() for _ in range(4)]
    for _ in range(5):
        reply_to(level, flying.pop())
        flying.append(level.send())
    assert level.value == 5


def test_limits_that_do_not_end_leave_one_request_at_a_time() -> None:
    level = ConcurrencyLevel(32)
    for _ in range(20):
        number = level.send()
        level.limit(number)
        level.end(number)
    assert level.value == 1
    assert level.has_room


def test_a_server_that_answers_one_at_a_time_gets_one_more_than_it_works_on() -> None:
    level = ConcurrencyLevel(32)
    SerialServer(level).work(20)
    assert level.value == 2


def test_a_queue_is_noticed_before_much_is_sent_into_it() -> None:
    assert SerialServer(ConcurrencyLevel(32)).work(20) <= FIRST_LEVEL + 2


def test_replies_that_overtake_others_end_the_suspicion() -> None:
    level = ConcurrencyLevel(32)
    server = SerialServer(level)
    server.work(12)
    assert level.value == 2
    for _ in range(6):
        server.fill()
        last = max(server.sent)
        reply_to(level, last)
        del server.sent[last]
    assert level.value > 2


def test_equal_times_are_no_queue() -> None:
    """A server that works on all requests at once may answer in their order too."""
    level, flying = first_requests()
    for _ in range(40):
        reply_to(level, flying.pop(0), seconds=8.0)
        while level.has_room:
            flying.append(level.send())
    assert level.value == 32


@given(st.lists(st.tuples(st.sampled_from(["send", "reply", "limit", "end"]), st.integers(0, 40))))
def test_it_stays_between_one_and_the_largest_whatever_happens(
    events: list[tuple[str, int]],
) -> None:
    level = ConcurrencyLevel(16)
    flying: list[int] = []
    for event, at in events:
        if event == "send" and level.has_room:
            flying.append(level.send())
        elif flying and event != "send":
            number = flying[at % len(flying)]
            if event == "reply":
                level.reply(number, float(at))
            if event == "limit":
                level.limit(number)
            if event != "limit":
                level.end(number)
                flying.remove(number)
        assert 1 <= level.value <= 16


class Time:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


FOREVER = Deadline(10_000)


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def capacity(clock: Time) -> Capacity:
    """At most 32 requests at a time, with five minutes for each."""
    return Capacity(32, 300, clock=clock)


@contextlib.contextmanager
def eight_in_flight(capacity: Capacity) -> Iterator[list[Slot]]:
    """Send eight requests together."""
    with contextlib.ExitStack() as flying:
        yield [flying.enter_context(capacity.send(FOREVER)) for _ in range(8)]


def test_the_time_of_a_request_begins_again_when_an_earlier_one_is_answered(
    capacity: Capacity, clock: Time
) -> None:
    with capacity.send(FOREVER) as first, capacity.send(FOREVER) as second:
        assert (first.ahead, second.ahead) == (0, 1)
        clock.now = 200.0
        capacity.reply(first)
        assert capacity.remaining(first) == 100
        assert capacity.remaining(second) == 300


def test_a_reply_to_a_later_request_proves_nothing_about_an_earlier_one(
    capacity: Capacity, clock: Time
) -> None:
    with capacity.send(FOREVER) as first:
        clock.now = 10.0
        with capacity.send(FOREVER) as second:
            clock.now = 200.0
            capacity.reply(second)
            assert capacity.remaining(first) == 100


@faults("LL5")
def test_of_requests_that_were_sent_together_the_server_may_answer_any_first(
    capacity: Capacity, clock: Time
) -> None:
    with eight_in_flight(capacity) as sent:
        for number in (4, 2, 7, 0, 1, 6, 3, 5):
            clock.now += 250.0
            assert capacity.remaining(sent[number]) == 50
            capacity.reply(sent[number])


def test_a_request_that_is_asked_again_may_take_longer(capacity: Capacity) -> None:
    with capacity.send(FOREVER) as slot:
        assert capacity.remaining(slot) == 300
        wanted = capacity.run_out(slot)
    with capacity.send(FOREVER, wanted) as slot:
        assert capacity.remaining(slot) == 600
        assert capacity.run_out(slot) == 1200


@faults("LL5")
def test_a_server_that_lets_the_first_requests_run_out_gets_one_at_a_time_with_more_time(
    capacity: Capacity,
) -> None:
    with eight_in_flight(capacity) as sent:
        for slot in sent:
            capacity.run_out(slot)
    assert capacity.level == 1
    # A request that is new gets no less than those that ran out.
    with capacity.send(FOREVER) as slot:
        assert capacity.remaining(slot) == 600
        capacity.reply(slot)
    assert capacity.level == 3


def test_a_server_that_has_replied_is_halved_by_a_request_that_runs_out(
    capacity: Capacity,
) -> None:
    with eight_in_flight(capacity) as sent:
        capacity.reply(sent[0])
        for slot in sent[1:]:
            capacity.run_out(slot)
    assert capacity.level == 5
    with capacity.send(FOREVER) as slot:
        assert capacity.remaining(slot) == 300


def test_a_reply_that_took_more_time_shows_what_all_requests_need(
    capacity: Capacity, clock: Time
) -> None:
    with capacity.send(FOREVER) as slot:
        capacity.reply(slot)
    with capacity.send(FOREVER, at_least=600) as slot:
        clock.now = 400.0
        capacity.reply(slot)
    with capacity.send(FOREVER) as slot:
        assert capacity.remaining(slot) == 600


def test_what_is_no_reply_lets_the_time_of_later_requests_begin_and_the_level_as_it_is(
    capacity: Capacity, clock: Time
) -> None:
    with eight_in_flight(capacity) as sent:
        clock.now = 200.0
        capacity.end_without_use(sent[0])
        assert capacity.remaining(sent[1]) == 300
    assert capacity.level == 8


def test_a_request_waits_for_its_turn_and_not_longer_than_the_run() -> None:
    capacity = Capacity(1, 300)
    with (
        capacity.send(Deadline(100)),
        pytest.raises(NotStartedError),
        capacity.send(Deadline(0.01)),
    ):
        pass


def test_a_request_that_has_ended_lets_the_next_one_go() -> None:
    capacity = Capacity(1, 300)
    sent = threading.Event()

    def ask() -> None:
        with capacity.send(Deadline(100)):
            sent.set()

    with capacity.send(Deadline(100)):
        waiting = threading.Thread(target=ask)
        waiting.start()
        assert not sent.is_set()
    waiting.join(10)
    assert sent.is_set()
