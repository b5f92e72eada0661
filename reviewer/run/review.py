"""Reviews a pull request, from reading it to the exit code: the story of a run."""

import logging
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

from reviewer.changes.selection import Selection, read_changes
from reviewer.comments import threads
from reviewer.comments.upsert import HeadMoved, Moment, NextStep, OwnComment, next_step
from reviewer.config import settings as config
from reviewer.config.enums import Mode
from reviewer.config.settings import Settings
from reviewer.config.strict_yaml import PATH
from reviewer.events.activity import ReviewPullRequest
from reviewer.finding import Dismissal
from reviewer.findings import ranking
from reviewer.memory import previous_review
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.state import State
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.pull_request import PullRequest, Snapshot
from reviewer.review import Review
from reviewer.run import eligibility, own_parts, publish_reports, restored_reports
from reviewer.run.announcement import announced
from reviewer.run.error_boundary import report_failures
from reviewer.run.model_review import (
    make_reviewer,
    review_share,
    start_in_thread,
    start_reading,
)
from reviewer.run.plan import show_plan
from reviewer.run.publish import conclude, publish
from reviewer.run.reporter import Reporter
from reviewer.run.rights import Rights
from reviewer.run.run import TITLE, Run
from reviewer.run.skips import skip_pull_request, wait
from reviewer.spending import Spent

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
    settings = config.load(run.inputs, run.forge.content(PATH, snapshot.pull.base_sha))
    return wait(run, settings, "the head keeps moving; the run for the newest one reviews it")


@report_failures
def _review_once(reporter: Reporter, snapshot: Snapshot, *, may_restart: bool) -> int | HeadMoved:
    """Review one head; return the exit code, or HeadMoved if the run has to start again."""
    run = reporter.run
    publishes = run.inputs.mode is Mode.PUBLISH
    eligibility.check_inputs(run.inputs)
    # What did the last run leave, and what are the settings at the base commit?
    own = OwnComment.find(snapshot, run.seal)
    only_repeat = run.wanted.only_repeat
    # What other tools report may be new although the commit is the same.
    repeats = only_repeat or not (publishes or run.inputs.sarif)
    up_to_date = repeats and _is_up_to_date(run.wanted, own)
    # Slow, because it imports the models' client: done while GitHub responds.
    asks = not (publishes or up_to_date or only_repeat)
    models = start_in_thread(run.models) if asks else None
    pull = _use_triggering_text(snapshot.pull, run.wanted)
    settings = config.load(run.inputs, run.forge.content(PATH, pull.base_sha))
    if folder := run.inputs.templates:
        settings = own_parts.add(settings, run.forge, folder, pull.base_sha)
    # Skip the pull request, or keep a review that is up to date.
    rights = Rights(run, pull, settings)
    if skipped := eligibility.find_reason_to_skip(rights, own.state, reviewed=up_to_date):
        return skip_pull_request(reporter, own, settings, skipped)
    known = _apply_command(own.state, run.wanted, rights)
    key = previous_review.review_key(run.inputs, settings, pull)
    # The command changed nothing, and settings, models and prompts are those of the review.
    if up_to_date and (known, key) == (own.state, own.state.key):
        return _keep_review(reporter, own, settings)
    if only_repeat:
        return wait(run, settings, _NOTHING_TO_REPEAT)
    # With mode: publish, the reports of other runs take the place of the model.
    reports = publish_reports.read(run, pull) if publishes else None
    if isinstance(reports, str):
        return wait(run, settings, reports)
    key = previous_review.replace_words(key, reports.reviews) if reports else key
    # Read the changes; if the head has moved by then, start again with the new one.
    with run.runner.group("Read the changes"):
        selection = read_changes(run.forge, pull, settings, run.take_early_list(pull))
        # Side by side: what applies of the last review, both commits, and the conversation.
        comparing = start_in_thread(partial(_compare_with_previous, rights, own, known, key))
        reads = None if reports else start_reading(run, pull, settings, selection, known)
        fresh = OwnComment.find(run.forge.snapshot(pull.number), run.seal)
    if next_step(Moment.BEFORE_REVIEW, pull.head_sha, fresh.snapshot) is NextStep.START_AGAIN:
        return HeadMoved(fresh.snapshot)
    # Announce the review, make it, publish it.
    dismissing = start_in_thread(partial(_collect_dismissals, rights, fresh, comparing))
    with run.runner.group("Review"):
        if reports:
            review = publish_reports.merge(
                run, reports, pull, settings, selection, comparing.result(), dismissing.result()
            )
        else:
            # The newest conversation, with the title and description that triggered the run.
            shown = replace(fresh.snapshot, pull=pull)
            making = start_in_thread(
                partial(make_reviewer, run, shown, settings, selection, comparing, models, reads)
            )
            reporter, review = _ask(reporter, fresh, selection, making, dismissing)
    previous = comparing.result()
    fresh = fresh.with_restored(previous.state)
    review = _add_memory(run, review, previous, fresh, key)
    return publish(reporter, review, fresh, selection.files, settings, may_restart=may_restart)


def _ask(
    reporter: Reporter,
    own: OwnComment,
    selection: Selection,
    making: Future[BatchReviewer],
    dismissing: Future[tuple[Dismissal, ...]],
) -> tuple[Reporter, Review]:
    """Let the model review the files; return the reporter to use from then on too.

    No model is asked before the review is announced, but all reading goes on meanwhile.
    """
    with announced(reporter, own, wanted=bool(selection.files)) as permitted:
        review = review_share(reporter.run, making.result(), selection, dismissing.result())
    return permitted, review


@report_failures
def _plan(reporter: Reporter, snapshot: Snapshot) -> int:
    """Show what a review of one head would take; reads what it reads, asks and writes nothing."""
    run, pull = reporter.run, _use_triggering_text(snapshot.pull, reporter.run.wanted)
    eligibility.check_inputs(run.inputs)
    own = OwnComment.find(snapshot, run.seal)
    settings = config.load(run.inputs, run.forge.content(PATH, pull.base_sha))
    if folder := run.inputs.templates:
        settings = own_parts.add(settings, run.forge, folder, pull.base_sha)
    rights = Rights(run, pull, settings)
    if skipped := eligibility.find_reason_to_skip(rights, own.state, reviewed=False):
        return skip_pull_request(reporter, own, settings, skipped)
    key = previous_review.review_key(run.inputs, settings, pull)
    selection = read_changes(run.forge, pull, settings)
    comparing = start_in_thread(partial(_compare_with_previous, rights, own, own.state, key))
    shown = replace(snapshot, pull=pull)
    reviewer = make_reviewer(run, shown, settings, selection, comparing, None, None)
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
        began=int(run.now.timestamp()),
        job_summary_notes=(*review.job_summary_notes, *previous.notes),
    )


def _is_up_to_date(wanted: ReviewPullRequest, own: OwnComment) -> bool:
    """Return True if a complete review of this head and base exists and no new one was requested.

    Its inline comments must exist too: a run that was killed while it published leaves findings
    without their threads. A run that only repeats a verdict repeats that of an incomplete one too.
    """
    known, pull = own.state, own.snapshot.pull
    same = (known.head_sha, known.base_sha) == (pull.head_sha, pull.base_sha)
    finished = known.complete and not (wanted.full or wanted.refresh_overview)
    # Without a key, anybody could have written the state; and anybody can have changed the text.
    proven = same and bool(own.seal.key) and not own.changed
    if wanted.only_repeat:
        return proven
    return (
        proven
        and finished
        and threads.exist_for(known.posted_findings, own.snapshot.conversation, own.seal)
    )


def _use_triggering_text(pull: PullRequest, wanted: ReviewPullRequest) -> PullRequest:
    """Return the pull request with the title and description that the event holds.

    A maintainer may have read these before triggering the run, so later edits have no effect.
    """
    if wanted.title is None:
        return pull
    return replace(pull, title=wanted.title, body=wanted.body or "")


def _apply_command(known: State, wanted: ReviewPullRequest, rights: Rights) -> State:
    """Return the remembered state after the command that started the run: /resume or /ignore.

    At a gate, remembered dismissals of people who may not dismiss are forgotten. Raises
    CommandRefusedError for a command of somebody who may not give it.
    """
    if wanted.ignore or wanted.resume:
        rights.require_for(wanted)
    if known.dismissed:
        known = replace(known, dismissed=rights.filter_dismissals(known.dismissed))
    known = replace(known, paused="") if wanted.resume else known
    if wanted.ignore is None:
        return known
    by = wanted.commenter.login if wanted.commenter else ""
    ignored = [
        Dismissal(finding, by, wanted.ignore.reason)
        for finding in known.findings
        if finding.number == wanted.ignore.number
    ]
    return replace(known, dismissed=ranking.merge_dismissals(known.dismissed, ignored))


def _keep_review(reporter: Reporter, own: OwnComment, settings: Settings) -> int:
    """Keep the review of an earlier run, repeat its verdict as outputs, return the exit code.

    A notice above the review is removed, unless this run only repeats what another one wrote.
    """
    run, known = reporter.run, own.state
    if not run.wanted.only_repeat:
        reporter.clear_status(own)
    short, url = known.head_sha[:7], own.kept.url if own.kept else ""
    run.runner.notice(f"{short} was reviewed before; its review is up to date.", title=TITLE)
    run.runner.summary(f"Code review: {short} was reviewed before: {url}\n")
    return conclude(run, known, own.kept, Spent(), settings)


def _compare_with_previous(
    rights: Rights, own: OwnComment, known: State, key: str
) -> PreviousReview:
    """Return the remembered review with what applies to this run, whose review key is `key`."""
    run = rights.run
    if own.doubt or run.wanted.full:
        asked = "it was asked for" if known.head_sha else ""
        found = PreviousReview(known, reason=own.doubt or asked)
    elif not run.seal.key:
        found = PreviousReview(known)
    else:
        found = previous_review.compare(known, rights.pull, key)
    if run.inputs.restores and not run.wanted.full:
        return restored_reports.restore(rights, found, key)
    return found


def _collect_dismissals(
    rights: Rights, own: OwnComment, comparing: Future[PreviousReview]
) -> tuple[Dismissal, ...]:
    """Return the remembered dismissals and those that maintainers made in our threads since.

    Without a key, a remembered one applies only if its author may write.
    """
    known = comparing.result().state
    before, may_dismiss = known.dismissed, rights.may_dismiss
    if not own.seal.key:
        before = threads.keep_permitted(before, may_dismiss)
    fresh = threads.find_dismissals(
        known.findings, own.snapshot.conversation, own.seal, may_dismiss
    )
    return ranking.merge_dismissals(before, fresh)
