"""Recognises a cancellation behind an error that Python raised in its place."""

from reviewer.errors import CancelledError


def cancellation_behind(problem: BaseException) -> CancelledError | None:
    """Return the cancellation that caused `problem`, or None.

    If a signal arrives while Python acquires or releases a lock, `threading` raises another error
    ("release unlocked lock") with the cancellation as its context.
    """
    found: BaseException | None = problem
    while found:
        if isinstance(found, CancelledError):
            return found
        found = found.__context__
    return None
