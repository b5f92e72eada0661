"""Does what a run came for, and tells people when it could not, or need not, be done."""

from collections.abc import Callable

from reviewer.adapters.runner.actions import Runner
from reviewer.comments import upsert
from reviewer.comments.summary import Run
from reviewer.config.settings import Settings
from reviewer.errors import CancelledError, ReviewerError, cancellation_behind
from reviewer.memory.state import State
from reviewer.pull_request import Snapshot
from reviewer.review import Spent
from reviewer.run import publish
from reviewer.run.reporter import TITLE, Reporting, Voice
from reviewer.run.run import SECONDS_AFTER_CANCEL, Trip
from reviewer.text import markdown

UNEXPECTED = ReviewerError(
    "An unexpected error ended the review.",
    cause="This is a bug in the reviewer.",
    remedy="The log of the run has the traceback; please report it.",
)


def attempt(
    trip: Trip, snapshot: Snapshot, carry_out: Callable[[Trip, Snapshot, Reporting], int]
) -> int:
    """Carry out the work on the pull request of `snapshot` and return the exit code.

    Its problems are told on the pull request and in the job summary; a bug is raised after that.
    """
    run = Run(name=trip.inputs.name, url=trip.run_url, elapsed=0)
    voice = Voice.of(trip.inputs)
    reporting = Reporting(trip.forge, trip.runner, snapshot.pull, run, voice=voice)
    try:
        return carry_out(trip, snapshot, reporting)
    except ReviewerError as problem:
        return _fail(trip, reporting, problem)
    except Exception as bug:
        if cancelled := cancellation_behind(bug):
            return _fail(trip, reporting, cancelled)
        # People must not be left with a review that is under way for ever.
        reporting.problem(UNEXPECTED)
        trip.runner.output("verdict", "failed")
        raise


def _fail(trip: Trip, reporting: Reporting, problem: ReviewerError) -> int:
    if isinstance(problem, CancelledError):
        trip.deadline.shorten(SECONDS_AFTER_CANCEL)
    reporting.problem(problem)
    trip.runner.output("verdict", "failed")
    return problem.exit_code


def skip(runner: Runner, reason: str) -> int:
    """Say in the job summary, and nowhere else, why nothing is done."""
    runner.notice(f"Nothing to do: {reason}.", title=TITLE)
    runner.summary(f"Code review: nothing to do: {markdown.line(reason)}.\n")
    runner.output("verdict", "skipped")
    return 0


def repeat(trip: Trip, snapshot: Snapshot, known: State, settings: Settings) -> int:
    """Let a review stand whose commits, models and configuration did not change."""
    kept = upsert.own(snapshot, trip.inputs.name)[0]
    short = known.head_sha[:7]
    trip.runner.notice(f"{short} was reviewed before; its review stands.", title=TITLE)
    trip.runner.summary(f"Code review: {short} was reviewed before: {kept.url}\n")
    return publish.conclude(trip, known, kept, Spent(), settings)
