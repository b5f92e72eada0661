"""Simulates when requests to the model are sent, and compares the end with what no order can beat.

Simulated are a request for each file, and a verification in two of five files. The number of
requests at a time is that of the product's own `ConcurrencyLevel`. Latencies are drawn from a
log-normal distribution with the median and the 95th percentile that the benchmark uses everywhere.
"""

import heapq
import math
import random
import statistics
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.measuring import Row
from reviewer.adapters.openai.capacity import ConcurrencyLevel

MEDIAN, NINETY_FIFTH = 8.0, 25.0
_SIGMA = math.log(NINETY_FIFTH / MEDIAN) / statistics.NormalDist().inv_cdf(0.95)
VERIFIED = 0.4
MOST = 32
# What the product did before it knew a level: this many requests, and a barrier between the kinds.
_BEFORE = 8
_RUNS = 400
# For 100 files, nothing that does not know the latencies beforehand comes nearer to the bound than
# MOST requests from the start do, and this is the bar: 1.25 of them.
BARS = {1: "1.05", 5: "1.05", 10: "1.05", 30: "", 100: ""}
BAR_OF_MANY = "1.25"


@dataclass(frozen=True, slots=True)
class File:
    """The seconds of a file's review, and of its verification, 0 if it has no findings."""

    review: float
    verification: float

    @property
    def chain(self) -> float:
        """The least seconds until everything about the file is there."""
        return self.review + self.verification


def draw(count: int, chance: random.Random) -> list[File]:
    """Draw the latencies of so many files."""

    def latency() -> float:
        return chance.lognormvariate(math.log(MEDIAN), _SIGMA)

    return [File(latency(), latency() * (chance.random() < VERIFIED)) for _ in range(count)]


def bound(files: Sequence[File]) -> float:
    """Return the seconds that no order of the requests can beat, MOST at a time."""
    chains = [file.chain for file in files]
    return max([*chains, sum(chains) / MOST])


class _Unlimited(ConcurrencyLevel):
    """Sends MOST requests at a time from the start."""

    def __init__(self) -> None:
        super().__init__(MOST)
        self._level = float(MOST)


def simulate(files: Sequence[File], level: ConcurrencyLevel | None = None) -> float:
    """Return the seconds until the last reply, in the product's order: reviews before the rest."""
    level, now = level or ConcurrencyLevel(MOST), 0.0
    waiting = deque((file.review, file.verification) for file in files)
    flying: list[tuple[float, int, float, float]] = []
    while waiting or flying:
        while waiting and level.has_room:
            seconds, after = waiting.popleft()
            heapq.heappush(flying, (now + seconds, level.send(), seconds, after))
        now, number, seconds, after = heapq.heappop(flying)
        level.reply(number, seconds)
        level.end(number)
        if after:
            waiting.append((after, 0.0))
    return now


def simulate_barrier(files: Sequence[File]) -> float:
    """Return the seconds with a fixed number at a time, and verifications after all reviews."""
    now = 0.0
    for kind in ([f.review for f in files], [f.verification for f in files if f.verification]):
        ends = [now] * _BEFORE
        for seconds in kind:
            heapq.heapreplace(ends, ends[0] + seconds)
        now = max(ends)
    return now


def rows() -> Iterator[Row]:
    """Compare the product's order with the bound, and with the order that it had before."""
    chance = random.Random(1)
    for count, bar in BARS.items():
        drawn = [draw(count, chance) for _ in range(_RUNS)]
        ours = statistics.fmean(map(simulate, drawn))
        best = statistics.fmean(map(bound, drawn))
        before = statistics.fmean(map(simulate_barrier, drawn))
        what = f"simulated: {count} file{'s' * (count > 1)}, a request for each"
        yield Row(what, f"{ours:.1f} s", f"no order beats {best:.1f} s", ours / best, bar)
        if not bar:
            at_once = statistics.fmean(simulate(files, _Unlimited()) for files in drawn)
            other = f"{MOST} at a time from the start {at_once:.1f} s"
            yield Row(what, f"{ours:.1f} s", other, ours / at_once, BAR_OF_MANY)
        yield Row(what, f"{ours:.1f} s", f"with barriers {before:.1f} s", ours / before, "")
