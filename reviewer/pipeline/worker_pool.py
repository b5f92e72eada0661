"""Carries out questions side by side, and stops when no later one can succeed."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from reviewer.errors import CancelledError, ReviewerError

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_all(
    tasks: Sequence[Task],
    call: Callable[[Task], Result],
    *,
    concurrency: int,
    on_result: Callable[[Task, Result], ReviewerError | None],
) -> tuple[tuple[Task, ...], ReviewerError | None]:
    """Call for every task; return the tasks without a result and what stopped the work early.

    `on_result` is told each result as it comes and may return a reason to stop. A CancelledError
    only ends the work.
    """
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="review")
    # A signal may come between any two lines: what counts is which results were told.
    told: set[int] = set()
    waiting = iter(enumerate(tasks))
    # A pool's own queue would go on for a moment after the reason to stop is known.
    running = {pool.submit(call, task): at for at, task in islice(waiting, concurrency)}
    stop: ReviewerError | None = None
    try:
        while running and not stop:
            done = next(iter(wait(running, return_when=FIRST_COMPLETED).done))
            at = running.pop(done)
            stop = on_result(tasks[at], done.result())
            told.add(at)
            if not stop:
                running |= {pool.submit(call, task): at for at, task in islice(waiting, 1)}
    except CancelledError as cancelled:
        stop = cancelled
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return tuple(task for at, task in enumerate(tasks) if at not in told), stop
