"""Turns the errors of a step into a report and an exit code; any other exception is a bug."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from reviewer.errors import CancelledError, CommandRefusedError, ReviewerError, cancellation_behind
from reviewer.run.publishing.reporter import Reporter
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
    """Decorate a step so that its ReviewerError is reported and becomes an exit code.

    Any other exception is a bug. It is reported too, because the comment may announce a review that
    will never come; then it is raised again.
    """

    @wraps(step)
    def run_step(
        reporter: Reporter, /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Outcome | int:
        try:
            return step(reporter, *args, **kwargs)
        except CommandRefusedError:
            # Reported where the command is acknowledged; the comment stays as it is.
            raise
        except ReviewerError as problem:
            return _report_failure(reporter, problem)
        except Exception as bug:
            if cancelled := cancellation_behind(bug):
                return _report_failure(reporter, cancelled)
            _report_failure(reporter, UNEXPECTED)
            raise

    return run_step


def _report_failure(reporter: Reporter, problem: ReviewerError) -> int:
    if isinstance(problem, CancelledError):
        reporter.run.deadline.shorten(SECONDS_AFTER_CANCEL)
    reporter.run.problems.append(problem)
    reporter.report_problem(problem)
    reporter.run.runner.output("verdict", "failed")
    return problem.exit_code
