"""Publishes a review: files, job summary, comment, outputs, inline comments, threads, check run."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from reviewer.changes.diff import ChangedFile
from reviewer.comments import inline, threads
from reviewer.comments.upsert import HeadMoved, Moment, NextStep, OwnComment, next_step
from reviewer.config.enums import lowest_severity
from reviewer.config.settings import Settings
from reviewer.errors import CancelledError, ForbiddenError, ForgeError
from reviewer.memory import state
from reviewer.operations import InlineComment
from reviewer.outputs import check_run
from reviewer.pull_request import Comment
from reviewer.review.result import Review
from reviewer.run.commands import learn
from reviewer.run.publishing.conclusion import conclude, log_result
from reviewer.run.publishing.draft import Draft, make_draft, render_comment
from reviewer.run.publishing.reporter import Reporter
from reviewer.run.run import SECONDS_AFTER_CANCEL, TITLE, Run

log = logging.getLogger(__name__)


def publish(
    reporter: Reporter,
    review: Review,
    own: OwnComment,
    changed: Sequence[ChangedFile],
    settings: Settings,
    *,
    may_restart: bool,
) -> int | HeadMoved:
    """Publish the review and return the exit code.

    Report files and job summary are written first. If GitHub then fails, the error is logged and
    the exit code is that of ForgeError, or of `fail-on` for what was found. `own` was read just
    before the model was asked; `changed` are the selected files. Returns HeadMoved if `may_restart`
    and the comment now shows our review although the head has moved.

    Raises ReviewerError if the review contains a secret of the run.
    """
    run = reporter.run
    try:
        draft = make_draft(run, review, own, changed, settings)
    except CancelledError as cancelled:
        # The signal came between the last reply and the job summary.
        review = replace(review, cancelled=cancelled)
        draft = make_draft(run, review, own, changed, settings)
    try:
        return _publish_draft(reporter, draft, own, settings, may_restart=may_restart)
    except ForgeError as problem:
        run.runner.error(
            problem.with_address(
                f"The review was made but could not be published: {problem} "
                "It is in the job summary."
            ),
            title=TITLE,
        )
        code = _conclude(run, draft, None, settings)
        log_result(state.from_review(draft.review), None, draft.review.spent)
        return code or ForgeError.exit_code


def _publish_draft(
    reporter: Reporter, draft: Draft, own: OwnComment, settings: Settings, *, may_restart: bool
) -> int | HeadMoved:
    """Write the draft to the pull request; after a signal, write the comment only."""
    run, review, body = reporter.run, draft.review, draft.body
    quiet = review.clean and not review.overview.gaps and reporter.needs_no_comment(own, settings)
    try:
        gate = lowest_severity(settings.fail_on)
        comment = reporter.publish(review, body, gate=gate, quiet=quiet)
        # A check run needs no comment.
        looks = comment or (quiet and run.inputs.check_run)
        after = _read_again(reporter, own) if looks and not review.cancelled else None
        step = _decide_after_write(review.head_sha, comment, after) if after else None
        if after and step is NextStep.START_AGAIN and may_restart:
            return HeadMoved(after.snapshot)
        code = _conclude(run, draft, comment, settings)
        if after and step is NextStep.GO_ON:
            unplaced = _post_missing_comments(reporter, draft, after)
            later = _explain_in_comment(review, unplaced) if unplaced else review
            if run.wanted.ignore:
                reason = learn.propose_reason(run, reporter.pull, review.dismissed)
                later = replace(later, learning=reason)
            if later != review:
                review = later
                body = run.runner.secrets.conceal(
                    render_comment(run, review, reporter.pull, settings)
                )
                reporter.update(review, body)
            _resolve_threads(run, review, after)
        if after and (comment or step is NextStep.GO_ON):
            _post_check_run(run, draft, failed=bool(code))
        log_result(state.from_review(review), comment, review.spent)
    except CancelledError as cancelled:
        run.deadline.shorten(SECONDS_AFTER_CANCEL)
        reporter.finish(review, body)
        return cancelled.exit_code
    return review.cancelled.exit_code if review.cancelled else code


def _conclude(run: Run, draft: Draft, comment: Comment | None, settings: Settings) -> int:
    review = draft.review
    return conclude(
        run,
        state.from_review(review),
        comment,
        review.spent,
        settings,
        findings=(*review.findings, *review.unchecked),
        files=draft.files,
    )


def _read_again(reporter: Reporter, own: OwnComment) -> OwnComment:
    """Read the pull request after the write, as its head may have moved just before.

    Returns `own`, the earlier state, if GitHub fails.
    """
    run, reviewed = reporter.run, reporter.pull
    try:
        after = OwnComment.find(run.forge.snapshot(reviewed.number), run.seal)
    except ForgeError as problem:
        log.warning("The comment could not be read after it was written: %s", problem)
        return own
    newer = after.snapshot.pull.head_sha
    if newer != reviewed.head_sha:
        run.runner.notice(
            f"The head moved to {newer[:7]} while the review was published.", title=TITLE
        )
    return after


def _decide_after_write(reviewed_sha: str, comment: Comment | None, after: OwnComment) -> NextStep:
    """Decide what to do after the write, which may have replaced the review of a newer run."""
    shown = after.states.get(comment.id) if comment else None
    last_word = shown is not None and shown.head_sha == reviewed_sha
    return next_step(Moment.AFTER_WRITE, reviewed_sha, after.snapshot, last_word=last_word)


def _post_missing_comments(
    reporter: Reporter, draft: Draft, after: OwnComment
) -> tuple[InlineComment, ...]:
    """Post the inline comments that have no thread yet; return those that GitHub refused."""
    run, pull = reporter.run, reporter.pull
    missing = threads.missing_comments(draft.comments, after.snapshot.conversation, run.seal)
    return threads.post(run.forge, pull.number, pull.head_sha, missing)


def _explain_in_comment(review: Review, unplaced: Sequence[InlineComment]) -> Review:
    """Return the review whose comment explains the findings in `unplaced` in full."""
    refused = inline.find_numbers(review.findings, unplaced)
    return replace(review, inline=review.inline - refused)


def _resolve_threads(run: Run, review: Review, after: OwnComment) -> None:
    """Resolve the threads of fixed findings; a notice says which permission is missing."""
    fixed = threads.find_resolvable(review.fixed, after.snapshot.conversation, run.seal)
    if not threads.resolve(run.forge, fixed):
        run.runner.notice(
            "Threads of fixed findings were left open: resolving them needs the permission "
            "`contents: write`.",
            title=TITLE,
        )


def _post_check_run(run: Run, draft: Draft, *, failed: bool) -> None:
    """Post a check run if the workflow wants one; a notice says which permission is missing."""
    if not run.inputs.check_run:
        return
    try:
        run.forge.apply(
            check_run.render(draft.review, run.inputs.name, draft.report, failed=failed)
        )
    except ForbiddenError:
        missing = "No check run was posted: `check-run: true` needs the permission `checks: write`."
        run.runner.notice(missing, title=TITLE)
    except ForgeError as problem:
        run.runner.warning(f"No check run was posted: {problem}", title=TITLE)
