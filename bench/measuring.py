"""What a measurement is made of: pairs that take turns, their medians, and one row of the table."""

import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One promise measured; `other` is what `ours` is compared with, `bar` how far it may go."""

    what: str
    ours: str
    other: str
    ratio: float
    bar: str


def paired(
    runs: int, one: Callable[[], float], other: Callable[[], float]
) -> tuple[float, float, float]:
    """Run two measurements in turns; return both medians and the median of the pairs' ratios.

    What the machine does meanwhile touches both sides alike. The first pair only warms caches.
    """
    pairs = [(one(), other()) for _ in range(runs + 1)][1:]
    ones, others = zip(*pairs, strict=True)
    ratio = statistics.median(first / second for first, second in pairs)
    return statistics.median(ones), statistics.median(others), ratio


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.monotonic()
    call()
    return time.monotonic() - start


def processor_seconds(call: Callable[[], object]) -> float:
    """Return how long this process works for a call; what else the machine does is left out."""
    start = time.process_time()
    call()
    return time.process_time() - start


def seconds_of(command: Sequence[str]) -> float:
    """Return how long a command takes that must succeed and says nothing worth reading."""
    return seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


class PeakMemory:
    """The most memory in bytes that a running process has taken, as Linux counts it.

    The kernel keeps the highest value, so looking late misses nothing but the last moment. (What
    `wait4` reports would begin with the memory of the process that forked.)
    """

    def __init__(self, process: int) -> None:
        """Look every few milliseconds until the process is gone."""
        self.bytes = 0
        self._status = Path(f"/proc/{process}/status")
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while found := self._high_water():
            self.bytes = found
            time.sleep(0.005)

    def _high_water(self) -> int:
        try:
            lines = self._status.read_text().splitlines()
        except OSError:
            return 0
        return next((int(line.split()[1]) * 1024 for line in lines if "VmHWM" in line), 0)


def milliseconds(duration: float) -> str:
    """Show a duration in milliseconds."""
    return f"{duration * 1000:.0f} ms"


def megabytes(size: float) -> str:
    """Show a size in megabytes."""
    return f"{size / 1e6:.0f} MB"
