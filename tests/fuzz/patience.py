"""Ends an input that takes too long, in time of the processor, which no other process takes."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LIMIT = 10.0
"""Seconds; the slowest input of the corpus takes less than a tenth of one."""


class HangError(BaseException):
    """An input took too long; no search may catch this and go on to make the input smaller."""


@contextmanager
def limited() -> Iterator[None]:
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise HangError(f"one input took more than {LIMIT:.0f} seconds of processor time")
