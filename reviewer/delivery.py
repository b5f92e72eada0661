"""One delivery: from the pull request as it stands to the comment, outputs and exit code."""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from reviewer import (
    config,
    eligibility,
    file_review,
    neutraliser,
    pipeline,
    publication,
    reuse,
    state,
    verdict,
)
from reviewer.activity import ReviewPullRequest
from reviewer.adapters.deadline import Deadline
from reviewer.adapters.runner import Runner
from reviewer.asking import Asking
from reviewer.budget import Budget
from reviewer.config import Config
from reviewer.errors import (
    CancelledError,
    ForgeError,
    ReviewerError,
    cancellation_behind,
)
from reviewer.file_review import BatchReviewer
from reviewer.inputs import Inputs
from reviewer.ports import Forge, Model
from reviewer.prompts import Prompts
from reviewer.pull_request import Comment, Snapshot
from reviewer.reporting import TITLE, Reporting
from reviewer.review import Review
from reviewer.scope import Selection
from reviewer.state import State
from reviewer.strict_yaml import PATH
from reviewer.summary_comment import Run

log = logging.getLogger(__name__)

# After a signal the runner waits 7.5 s before it kills.
SECONDS_AFTER_CANCEL = 4.0

UNEXPECTED = ReviewerError(
    "An unexpected error ended the review.",
    cause="This is a bug in the reviewer.",
    remedy="The log of the run has the traceback; please report it.",
)


@dataclass(frozen=True, slots=True)
class Trip:
    """What a delivery is equipped with.

    `models` makes the models, the preferred one first; that it is slow, because it imports their
    client, is why it is called late, beside GitHub's answers, or never. `restarted` says that the
    head moved once already while it was read.
    """

    forge: Forge
    models: Callable[[], tuple[Model, ...]]
    runner: Runner
    inputs: Inputs
    deadline: Deadline
    wanted: ReviewPullRequest
    run_url: str
    restarted: bool = False


def deliver(trip: Trip, snapshot: Snapshot) -> int:
    """Review the pull request of `snapshot`, keep its comment, and return the exit code."""
    inputs = trip.inputs
    run = Run(name=inputs.name, url=trip.run_url, elapsed=0)
    reporting = Reporting(trip.forge, trip.runner, snapshot.pull, run, dry_run=inputs.dry_run)
    try:
        return _deliver(trip, snapshot, reporting)
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


def _deliver(trip: Trip, snapshot: Snapshot, reporting: Reporting) -> int:
    eligibility.require_means(trip.inputs)
    known = None if trip.wanted.full else reuse.remembered(snapshot, trip.inputs.name)
    models = None if known else _early(trip.models)
    pull = snapshot.pull
    settings = config.load(trip.inputs, trip.forge.content(PATH, pull.base_sha))
    if reason := eligibility.objection(pull, settings, asked=trip.wanted.asked):
        return _skip(trip.runner, reason)
    key = reuse.key(trip.inputs, settings)
    if known and known.key == key:
        reporting.stands(snapshot)
        return _repeat(trip, snapshot, known, settings)
    with trip.runner.group("Read the changes"):
        selection = pipeline.read_changes(trip.forge, pull, settings)
        fresh = trip.forge.snapshot(pull.number)
    if fresh.pull.head_sha != pull.head_sha:
        if trip.restarted:
            return _skip(
                trip.runner, "the head keeps moving; the run for the newest one reviews it"
            )
        log.info("The head moved to %s meanwhile; starting again", fresh.pull.head_sha[:7])
        return deliver(replace(trip, restarted=True), fresh)
    if selection.files:
        reporting.under_way(fresh)
    with trip.runner.group("Review"):
        budget = Budget(trip.inputs.max_tokens_total, trip.inputs.max_cost)
        asking = Asking(models.result() if models else trip.models(), budget)
        reviewer = _reviewer(trip, snapshot, settings, selection, asking)
        review = pipeline.review(reviewer, selection, trip.inputs.concurrency)
    return _report(trip, reporting, review, state.of(review, key), settings)


def _skip(runner: Runner, reason: str) -> int:
    runner.notice(f"Nothing to do: {reason}.", title=TITLE)
    runner.summary(f"Code review: nothing to do: {neutraliser.line(reason)}.\n")
    runner.output("verdict", "skipped")
    return 0


def _repeat(trip: Trip, snapshot: Snapshot, known: State, settings: Config) -> int:
    """Let a review stand whose commits, models and configuration did not change."""
    kept = publication.own(snapshot, trip.inputs.name)[0]
    short = known.head_sha[:7]
    trip.runner.notice(f"{short} was reviewed before; its review stands.", title=TITLE)
    trip.runner.summary(f"Code review: {short} was reviewed before: {kept.url}\n")
    return _conclude(trip, known, kept, settings)


def _early(models: Callable[[], tuple[Model, ...]]) -> Future[tuple[Model, ...]]:
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="models")
    made = pool.submit(models)
    pool.shutdown(wait=False)
    return made


def _reviewer(
    trip: Trip, snapshot: Snapshot, settings: Config, selection: Selection, asking: Asking
) -> BatchReviewer:
    mask = trip.runner.secrets.mask
    nonce = secrets.token_hex(8)
    return BatchReviewer(
        forge=trip.forge,
        snapshot=snapshot,
        config=settings,
        prompts=Prompts(snapshot.pull, nonce=nonce, language=settings.language, mask=mask),
        asking=asking,
        window=file_review.window(trip.inputs.model, trip.inputs.context_window),
        paths=selection.paths,
    )


def _report(
    trip: Trip, reporting: Reporting, review: Review, known: State, settings: Config
) -> int:
    """Write the review down, publish it and say what it means for the workflow."""
    if review.cancelled:
        trip.deadline.shorten(SECONDS_AFTER_CANCEL)
    try:
        comment = reporting.review(review, known, round(trip.runner.elapsed))
        code = _conclude(trip, known, comment, settings)
    except ForgeError as problem:
        trip.runner.error(
            f"The review was made but could not be published: {problem} "
            "It stands in the job summary.",
            title=TITLE,
        )
        _conclude(trip, known, None, settings)
        return ForgeError.exit_code
    except CancelledError as cancelled:
        trip.deadline.shorten(SECONDS_AFTER_CANCEL)
        reporting.finish()
        return cancelled.exit_code
    return review.cancelled.exit_code if review.cancelled else code


def _conclude(trip: Trip, known: State, comment: Comment | None, settings: Config) -> int:
    for name, value in verdict.outputs(known, comment).items():
        trip.runner.output(name, value)
    code = verdict.exit_code(known, settings.fail_on)
    if code:
        trip.runner.error(
            f"The review reached the limit that fail-on sets ({settings.fail_on.value}).",
            title=TITLE,
        )
    return code
