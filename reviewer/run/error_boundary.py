"""Turns what ends a run early into reports and an exit code."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from reviewer.errors import CancelledError, ReviewerError, cancellation_behind
from reviewer.run.reporter import Reporter
from reviewer.run.run import SECONDS_AFTER_CANCEL

UNEXPECTED = ReviewerError(
    "An unexpected error ended the review.",
    cause="This is a bug in the reviewer.",
    remedy="The log of the run has the traceback; please report it.",
)

Parameters = ParamSpec("Parameters")
Outcome = TypeVar("Outcome")


def report_failures(
    step: Callable[Concatenate[Reporter, Parameters], Outcome],
) -> Callable[Concatenate[Reporter, Parameters], Outcome | int]:
    """Decorate a step of the story: a problem in it is reported and becomes an exit code.

    A bug is reported too, so that nobody waits for a review that is under way for ever; then it is
    raised on.
    """

    @wraps(step)
    def run_step(
        reporter: Reporter, /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Outcome | int:
        try:
            return step(reporter, *args, **kwargs)
        except ReviewerError as problem:
            return _fail(reporter, problem)
        except Exception as bug:
            if cancelled := cancellation_behind(bug):
                return _fail(reporter, cancelled)
            _fail(reporter, UNEXPECTED)
            raise

    return run_step


def _fail(reporter: Reporter, problem: ReviewerError) -> int:
    if isinstance(problem, CancelledError):
        reporter.run.deadline.shorten(SECONDS_AFTER_CANCEL)
    reporter.report_problem(problem)
    reporter.run.runner.output("verdict", "failed")
    return problem.exit_code
