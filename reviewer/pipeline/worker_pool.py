"""Runs tasks in a few threads at a time, also those that follow, and stops early for a reason."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from reviewer.errors import CancelledError, ReviewerError

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_all(
    tasks: Iterable[Task],
    call: Callable[[Task], Result],
    *,
    most: int,
    capacity: Callable[[], int],
    on_result: Callable[[Task, Result], Sequence[Task] | ReviewerError],
) -> tuple[tuple[Task, ...], ReviewerError | None]:
    """Call `call` for every task in turn, as many at a time as `capacity` says, at most `most`.

    Returns the tasks without a result, and the error that stopped the work early. `on_result` is
    called in this thread with each result as it comes. It returns the tasks that can be done now,
    after those that wait already, or an error to stop. A CancelledError stops the work and is
    returned. Other exceptions of `call` are raised.
    """
    pool = ThreadPoolExecutor(max_workers=most, thread_name_prefix="review")
    # A signal may come between any two lines, so a task is done only once its result was passed on.
    known, started, finished = list(tasks), 0, set[int]()
    running: dict[Future[Result], int] = {}
    stop: ReviewerError | None = None
    try:
        while not stop and len(finished) < len(known):
            # Tasks in the pool's own queue could still start after the work was stopped.
            while started < len(known) and len(running) < max(1, min(most, capacity())):
                running[pool.submit(call, known[started])] = started
                started += 1
            done = next(iter(wait(running, return_when=FIRST_COMPLETED).done))
            at = running.pop(done)
            following = on_result(known[at], done.result())
            finished.add(at)
            if isinstance(following, ReviewerError):
                stop = following
            else:
                known += following
    except CancelledError as cancelled:
        stop = cancelled
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return tuple(task for at, task in enumerate(known) if at not in finished), stop


def start_in_thread(call: Callable[[], Result]) -> Future[Result]:
    """Start `call` in a thread of its own and return its future result."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="early")
    future = pool.submit(call)
    pool.shutdown(wait=False)
    return future
