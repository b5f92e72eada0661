"""Carries out questions side by side, and stops when no later one can succeed."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from reviewer.errors import CancelledError, ReviewerError

Task = TypeVar("Task")
Result = TypeVar("Result")


def carry_out(
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
    if not tasks:
        return (), None
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="review")
    futures = {pool.submit(call, task): task for task in tasks}
    waiting = dict.fromkeys(futures)
    stop: ReviewerError | None = None
    try:
        for future in as_completed(futures):
            del waiting[future]
            stop = on_result(futures[future], future.result())
            if stop:
                break
    except CancelledError as cancelled:
        stop = cancelled
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return tuple(futures[future] for future in waiting), stop
