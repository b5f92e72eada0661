"""Finds out how many requests at a time a model server takes, and how long each may take."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reviewer.adapters.http.retry import Deadline, NotStartedError

FIRST_LEVEL = 8
"""Requests at a time before the first reply: what servers of all sizes take."""
_QUEUED_LEVEL = 2
# More at a time with each reply while no limit is met: three times as many in the time of one
# request. The gain of more is small (`bench/schedule.py`), and so is what a limit has to take back.
_STEP = 2.0
# A request that runs out of time gets so many times as much when it is repeated.
_MORE_TIME = 2.0
# Replies in the order of the requests after which a server is taken as one that answers one at a
# time. Eight parallel requests with independent times come in such an order once in 1,000 runs.
_IN_ORDER = 6
# By how much later requests take longer then: each has waited for those before it.
_SLOWER = 2.0
_FEWEST_IN_ORDER = 3
# Seconds within which requests are sent together: a server may get them in another order. Of eight
# that llama.cpp got at once, the fifth was answered first.
_TOGETHER = 2.0
# Seconds after which a waiting thread looks again: a signal may shorten the deadline meanwhile.
_LONGEST_NAP = 0.25


class ConcurrencyLevel:
    """How many requests a server takes at a time; decides, and knows no clock and no thread.

    It starts at FIRST_LEVEL and grows with each reply while it is used up, up to `most`. A server
    that limits requests, or lets one run out of time, gets half as many; from then on the
    level grows by one for as many replies as it is. A server that answers one at a time gets one
    request more than it works on. One that lets a request run out of time before its first reply
    may have shared its time between all, so the level starts at one again.
    """

    def __init__(self, most: int) -> None:
        """Set the largest level."""
        self.most = most
        self._level = float(min(FIRST_LEVEL, most))
        self._limited = False
        self._replied = False
        self._queues = False
        self._sent = 0
        # The requests that were sent before the last limit was met do not lower the level again.
        self._lowered_at = 0
        self._in_flight: list[int] = []
        self._in_order = 0
        self._first_seconds = 0.0

    @property
    def value(self) -> int:
        """The requests that may be in flight, at least 1."""
        return max(1, int(self._level))

    @property
    def has_room(self) -> bool:
        """True if one more request may be sent."""
        return len(self._in_flight) < self.value

    @property
    def has_replied(self) -> bool:
        """True once a reply came."""
        return self._replied

    def send(self) -> int:
        """Count a request that is sent, and return its number."""
        self._sent += 1
        self._in_flight.append(self._sent)
        return self._sent

    def end(self, number: int) -> None:
        """Forget a request that has ended."""
        self._in_flight.remove(number)

    def reply(self, number: int, seconds: float) -> None:
        """Learn from a request in flight to which a reply came after so many seconds."""
        self._replied = True
        self._note_order(number, seconds)
        if self._in_order >= _IN_ORDER and seconds >= _SLOWER * self._first_seconds:
            self._queues = True
            self._level = min(self._level, _QUEUED_LEVEL)
        waits = self._in_order > 1 and seconds >= _SLOWER * self._first_seconds
        if len(self._in_flight) >= self.value and not (self._queues or waits):
            step = 1 / self._level if self._limited else _STEP
            self._level = min(float(self.most), self._level + step)

    def limit(self, number: int) -> None:
        """Learn that the server did not take this request because of the others."""
        if number > self._lowered_at:
            self._level = max(1.0, self._level / 2)
            self._limited = True
            self._lowered_at = self._sent

    def run_out(self, number: int) -> None:
        """Learn that this request ran out of time."""
        if self._replied:
            self.limit(number)
        else:
            self._level = 1.0
            self._lowered_at = self._sent

    def _note_order(self, number: int, seconds: float) -> None:
        if number != min(self._in_flight):
            # It has overtaken another one, so the server works on several.
            self._in_order = 0
            self._queues = False
        elif len(self._in_flight) >= _FEWEST_IN_ORDER:
            self._in_order += 1
            if self._in_order == 1:
                self._first_seconds = seconds


@dataclass(slots=True)
class Slot:
    """One request in flight: its number, when it was sent, and since when it is waited for.

    `seconds` is how long the server may work on it. `ahead` counts the requests in flight that were
    sent before it.
    """

    number: int
    sent: float
    since: float
    seconds: float
    ahead: int


class Capacity:
    """The requests in flight to one model server; safe to share between threads.

    `seconds` is how long the server may work on a request. A server may work on those first that
    came first, so the time of a request begins again with each reply to one that was sent before
    it, or together with it. A request that ran out of time is repeated with twice as much. Later
    ones get as much if the server had not replied by then, and once a reply took more time than
    they would have: what all requests need is not found out for each.
    """

    def __init__(
        self, most: int, seconds: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Set the largest number of requests, and the time that one may take."""
        self._first_seconds = self._seconds = seconds
        self._level = ConcurrencyLevel(most)
        self._clock = clock
        self._slots: dict[int, Slot] = {}
        self._changed = threading.Condition()

    @property
    def level(self) -> int:
        """The requests that the server takes at a time, as far as is known now."""
        return self._level.value

    @contextmanager
    def send(self, deadline: Deadline, at_least: float = 0.0) -> Iterator[Slot]:
        """Wait until a request may be sent, and count it as long as the context lasts.

        The server may work on it for `at_least` so many seconds, or for more if others need more.
        Raises NotStartedError if the deadline comes first.
        """
        slot = self._enter(deadline, at_least)
        try:
            yield slot
        finally:
            with self._changed:
                self._level.end(slot.number)
                del self._slots[slot.number]
                self._changed.notify_all()

    def _enter(self, deadline: Deadline, at_least: float) -> Slot:
        with self._changed:
            while not self._level.has_room:
                if not deadline.remaining():
                    raise NotStartedError("There was no time left to start.")
                self._changed.wait(min(_LONGEST_NAP, deadline.remaining()))
            now = self._clock()
            seconds = max(self._seconds, at_least)
            slot = Slot(self._level.send(), now, now, seconds, ahead=len(self._slots))
            self._slots[slot.number] = slot
            return slot

    def remaining(self, slot: Slot) -> float:
        """Return the seconds that a request still has."""
        return max(0.0, slot.since + slot.seconds - self._clock())

    def reply(self, slot: Slot) -> None:
        """Learn that a reply came."""
        with self._changed:
            now = self._clock()
            self._level.reply(slot.number, now - slot.sent)
            if now - slot.since > self._seconds:
                self._seconds = slot.seconds
            self._restart_later(slot, now)

    def end_without_use(self, slot: Slot) -> None:
        """Learn that the server is done with a request, and that this shows no room for more."""
        with self._changed:
            self._restart_later(slot, self._clock())

    def limit(self, slot: Slot) -> None:
        """Learn that the server limits requests."""
        with self._changed:
            self._level.limit(slot.number)

    def run_out(self, slot: Slot) -> float:
        """Learn that a request ran out of time; return the seconds that it gets when repeated."""
        with self._changed:
            self._level.run_out(slot.number)
            if not self._level.has_replied:
                self._seconds = self._first_seconds * _MORE_TIME
        return slot.seconds * _MORE_TIME

    def _restart_later(self, slot: Slot, now: float) -> None:
        for each in self._slots.values():
            if each is not slot and each.sent >= slot.sent - _TOGETHER:
                each.since = now
