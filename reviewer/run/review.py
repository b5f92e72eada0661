"""Reviews a pull request, from reading it to the exit code: the story of a run."""

import logging
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

from reviewer.changes.selection import Selection, read_changes
from reviewer.comments.upsert import HeadMoved, Moment, NextStep, OwnComment, next_step
from reviewer.config.enums import Mode
from reviewer.config.settings import Settings
from reviewer.events.activity import ReviewPullRequest
from reviewer.events.payload import COMMENT
from reviewer.finding import Dismissal
from reviewer.memory import previous_review
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.state import State
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.pipeline.worker_pool import start_in_thread
from reviewer.ports import Model
from reviewer.pull_request import PullRequest, Snapshot
from reviewer.review.result import Review
from reviewer.run import base_settings, known_review, other_jobs
from reviewer.run.admission import eligibility
from reviewer.run.admission.rights import Rights
from reviewer.run.asking import model_tools
from reviewer.run.asking.model_review import (
    find_promises,
    make_reviewer,
    review_share,
    start_reading,
)
from reviewer.run.commands import learn
from reviewer.run.error_boundary import report_failures
from reviewer.run.plan import show_plan
from reviewer.run.publishing.announcement import announced
from reviewer.run.publishing.live_progress import LiveProgress
from reviewer.run.publishing.publish import publish
from reviewer.run.publishing.reporter import Reporter
from reviewer.run.publishing.skips import skip_pull_request, wait
from reviewer.run.reports import publish_reports
from reviewer.run.reports.submitted_reports import SubmittedReports
from reviewer.run.run import Run

log = logging.getLogger(__name__)

_NOTHING_TO_REPEAT = (
    "there is no signed review of this commit, with these inputs, to repeat; run this job again "
    "after the review"
)


def review_pull_request(run: Run, snapshot: Snapshot) -> int:
    """Review the pull request of `snapshot`, update its comment, and return the exit code.

    If the head moves while the changes are read, or if the comment shows our review of an older
    head after the write, the new head is reviewed, once. Later heads are left to their own runs.
    """
    if run.inputs.plan_only:
        return _plan(Reporter.of(run, snapshot.pull), snapshot)
    # A run that publishes reports has none about a new head.
    for may_restart in (run.inputs.mode is not Mode.PUBLISH, False):
        reporter = Reporter.of(run, snapshot.pull)
        outcome = _review_once(reporter, snapshot, may_restart=may_restart)
        if not isinstance(outcome, HeadMoved):
            return outcome
        snapshot = outcome.snapshot
        log.info("The head moved to %s; starting again", snapshot.pull.head_sha[:7])
    settings = base_settings.load(run, snapshot.pull)
    return wait(run, settings, "the head keeps moving; the run for the newest one reviews it")


@report_failures
def _review_once(reporter: Reporter, snapshot: Snapshot, *, may_restart: bool) -> int | HeadMoved:
    """Review one head; return the exit code, or HeadMoved if the run has to start again."""
    run = reporter.run
    publishes = run.inputs.mode is Mode.PUBLISH
    eligibility.check_inputs(run.inputs, run.models)
    # What did the last run leave, and what are the settings at the base commit?
    own = OwnComment.find(snapshot, run.seal)
    only_repeat = run.wanted.only_repeat
    # What other tools report may be new although the commit is the same.
    reviewed = (only_repeat or not publishes) and known_review.is_up_to_date(run.wanted, own)
    up_to_date = reviewed and (only_repeat or not run.inputs.sarif)
    # Slow, because it imports the models' client: done while GitHub responds.
    asks = not (publishes or up_to_date or only_repeat)
    models = start_in_thread(run.models) if asks else None
    pull = _use_triggering_text(snapshot.pull, run.wanted)
    settings = base_settings.load(run, pull)
    # Skip the pull request, or keep a review that is up to date.
    # A linked issue that asks for something else by now is compared again.
    promises = find_promises(run, settings, pull).identity
    up_to_date = up_to_date and (only_repeat or promises == own.state.promises)
    rights = Rights(run, pull, settings)
    if skipped := eligibility.find_reason_to_skip(rights, own.state, reviewed=reviewed):
        return skip_pull_request(reporter, own, settings, skipped)
    known = known_review.apply_command(own.state, run.wanted, rights)
    key = previous_review.review_key(run.inputs, settings, pull)
    # The command changed nothing, and settings, models and prompts are those of the review.
    if up_to_date and (known, key) == (own.state, own.state.key):
        return known_review.keep(reporter, own, settings)
    if only_repeat:
        return wait(run, settings, _NOTHING_TO_REPEAT)
    # With mode: publish, the reports of other runs take the place of the model.
    reports = publish_reports.read(run, pull) if publishes else None
    if isinstance(reports, str):
        return wait(run, settings, reports)
    key = previous_review.replace_words(key, reports.reviews) if reports else key
    case = _Case(pull, settings, rights, known, key)
    return _review_case(reporter, own, case, models, reports, may_restart=may_restart)


@dataclass(frozen=True, slots=True)
class _Case:
    """One head that is to be reviewed: under which settings and rights, and what is known of it.

    `known` is the remembered state after the command that started the run, `key` the review key.
    """

    pull: PullRequest
    settings: Settings
    rights: Rights
    known: State
    key: str


def _review_case(
    reporter: Reporter,
    own: OwnComment,
    case: _Case,
    models: Future[tuple[Model, ...]] | None,
    reports: SubmittedReports | None,
    *,
    may_restart: bool,
) -> int | HeadMoved:
    """Read the changes, let the models or `reports` review them, and publish the review."""
    run, pull, settings = reporter.run, case.pull, case.settings
    with run.runner.group("Read the changes"):
        head, early = model_tools.open_head(run, pull), run.take_early_list
        selection = read_changes(run.forge, pull, settings, early(pull), head=head)
        # Side by side: what applies of the last review, both commits, and the conversation.
        compare = partial(known_review.compare, case.rights, own, case.known, case.key)
        comparing = start_in_thread(compare)
        start = partial(start_reading, run, pull, settings, selection, case.known, head)
        reads = None if reports else start()
        fresh = OwnComment.find(run.forge.snapshot(pull.number), run.seal)
    # If the head has moved by now, the run starts again with the new one.
    if next_step(Moment.BEFORE_REVIEW, pull.head_sha, fresh.snapshot) is NextStep.START_AGAIN:
        return HeadMoved(fresh.snapshot)
    collect = partial(known_review.collect_dismissals, case.rights, fresh, comparing)
    dismissing = start_in_thread(collect)
    with run.runner.group("Review"):
        if reports:
            given = (comparing.result(), dismissing.result())
            review = publish_reports.merge(run, reports, pull, settings, selection, *given)
        else:
            # The newest conversation, with the title and description that triggered the run.
            shown = replace(fresh.snapshot, pull=pull)
            known = (shown, settings, selection, comparing, models, reads or start())
            making = start_in_thread(partial(make_reviewer, run, *known))
            reporter, review = _ask(reporter, fresh, selection, settings, making, dismissing)
    previous = comparing.result()
    fresh = fresh.with_restored(previous.state)
    review = _add_memory(run, review, previous, fresh, case.key)
    if run.wanted.ignore:
        review = replace(review, learning=learn.propose_reason(run, pull, review.dismissed))
    return publish(reporter, review, fresh, selection.files, settings, may_restart=may_restart)


def _ask(
    reporter: Reporter,
    own: OwnComment,
    selection: Selection,
    settings: Settings,
    making: Future[BatchReviewer],
    dismissing: Future[tuple[Dismissal, ...]],
) -> tuple[Reporter, Review]:
    """Let the model review the files; return the reporter to use from then on too.

    No model is asked before the review is announced, but all reading goes on meanwhile.
    """
    # The review of another job stays, and no notice of ours above it would ever be removed.
    taken = other_jobs.is_taken(reporter.run, own, reporter.pull.head_sha)
    wanted = bool(selection.files) and not (taken or reporter.needs_no_comment(own, settings))
    with announced(reporter, own, wanted=wanted) as announcement:
        reviewer, dismissed = making.result(), dismissing.result()
        live = LiveProgress(announcement, settings, dismissed)
        review = review_share(reporter.run, reviewer, selection, dismissed, live.show)
    return announcement.reporter, review


@report_failures
def _plan(reporter: Reporter, snapshot: Snapshot) -> int:
    """Show what a review of one head would take; reads what it reads, asks and writes nothing."""
    run, pull = reporter.run, _use_triggering_text(snapshot.pull, reporter.run.wanted)
    eligibility.check_inputs(run.inputs)
    own = OwnComment.find(snapshot, run.seal)
    settings = base_settings.load(run, pull)
    rights = Rights(run, pull, settings)
    if skipped := eligibility.find_reason_to_skip(rights, own.state, reviewed=False):
        return skip_pull_request(reporter, own, settings, skipped)
    key = previous_review.review_key(run.inputs, settings, pull)
    head = model_tools.open_head(run, pull)
    selection = read_changes(run.forge, pull, settings, head=head)
    comparing = start_in_thread(partial(known_review.compare, rights, own, own.state, key))
    shown = replace(snapshot, pull=pull)
    reads = start_reading(run, pull, settings, selection, own.state, head)
    reviewer = make_reviewer(run, shown, settings, selection, comparing, None, reads)
    return show_plan(run, reviewer, selection, settings)


def _add_memory(
    run: Run, review: Review, previous: PreviousReview, own: OwnComment, key: str
) -> Review:
    """Return the review with what the next run needs besides its results.

    The author of a fork could have changed its report: no later run may reuse its results.
    """
    return replace(
        review,
        paused=previous.state.paused,
        key="" if review.by_fork else key,
        ledger=previous.state.ledger,
        runs=own.state.runs,
        tries=own.state.tries + 1 if own.state.head_sha == review.head_sha else 1,
        began=int(run.now.timestamp()),
        job=run.job,
        listens=run.listens or run.event == COMMENT or own.state.listens,
        job_summary_notes=(*review.job_summary_notes, *previous.notes),
    )


def _use_triggering_text(pull: PullRequest, wanted: ReviewPullRequest) -> PullRequest:
    """Return the pull request with the title and description that the event holds.

    A maintainer may have read these before triggering the run, so later edits have no effect.
    """
    if wanted.title is None:
        return pull
    return replace(pull, title=wanted.title, body=wanted.body or "")
