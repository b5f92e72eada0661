"""What an error says, and the address at its end."""

import pytest

from reviewer.errors import CancelledError, ReviewerError, cancellation_behind
from tests.faults import faults


def caught(problem: Exception, by: Exception) -> Exception:
    """Return `by` as it is when it was raised while `problem` was on its way."""
    by.__context__ = problem
    return by


def test_an_error_says_what_why_and_what_to_do() -> None:
    assert str(ReviewerError("What.", cause="Why.", remedy="Do.")) == "What. Why. Do."
    assert str(ReviewerError("What.")) == "What."


@faults("CC5")
def test_a_signal_that_comes_out_of_a_lock_as_another_error_is_still_a_cancellation() -> None:
    cancelled = CancelledError(2)
    assert (
        cancellation_behind(caught(cancelled, RuntimeError("release unlocked lock"))) is cancelled
    )
    assert cancelled.exit_code == 130


@pytest.mark.parametrize("problem", [ValueError("bug"), ReviewerError("What.")])
def test_another_error_is_no_cancellation(problem: Exception) -> None:
    assert cancellation_behind(problem) is None
    assert cancellation_behind(caught(KeyError("k"), problem)) is None
