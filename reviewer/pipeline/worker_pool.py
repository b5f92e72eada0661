"""Runs tasks in a few threads at a time, and stops early for a reason or a signal."""

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
    """Call `call` for every task, `concurrency` at a time.

    Returns the tasks without a result, and the error that stopped the work early. `on_result` is
    called in this thread with each result as it comes, and may return an error to stop. A
    CancelledError stops the work and is returned. Other exceptions of `call` are raised.
    """
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="review")
    # A signal may come between any two lines, so a task is done only once its result was passed on.
    finished: set[int] = set()
    waiting = iter(enumerate(tasks))
    # Tasks in the pool's own queue could still start after the work was stopped.
    running = {pool.submit(call, task): at for at, task in islice(waiting, concurrency)}
    stop: ReviewerError | None = None
    try:
        while running and not stop:
            done = next(iter(wait(running, return_when=FIRST_COMPLETED).done))
            at = running.pop(done)
            stop = on_result(tasks[at], done.result())
            finished.add(at)
            if not stop:
                running |= {pool.submit(call, task): at for at, task in islice(waiting, 1)}
    except CancelledError as cancelled:
        stop = cancelled
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return tuple(task for at, task in enumerate(tasks) if at not in finished), stop
