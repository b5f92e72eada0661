"""Ends a run that reviews nothing: says why, also above a review that is out of date by then."""

import logging
from dataclasses import dataclass

from reviewer.adapters.runner.actions import Runner
from reviewer.comments import summary, upsert
from reviewer.comments.upsert import Moment, NextStep, OwnComment, next_step
from reviewer.config.enums import Mode
from reviewer.config.settings import Settings
from reviewer.errors import ForgeError
from reviewer.outputs import step_outputs
from reviewer.pull_request import PullState
from reviewer.run.publishing.reporter import Reporter, ReportTarget
from reviewer.run.run import TITLE, Run
from reviewer.text import markdown

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Skipped:
    """The reason why a run does not review a pull request.

    `waits` means that it should be reviewed and is not yet, so that a gate must not be passed. Any
    other reason is a word of the workflow or of a maintainer, or the pull request is closed.
    """

    reason: str
    waits: bool = False


def skip(runner: Runner, reason: str, more: str = "") -> int:
    """Report in the log and the job summary why nothing is done; return the exit code 0.

    `more` is another sentence for the log.
    """
    runner.notice(f"Nothing to do: {reason}. {more}".rstrip(), title=TITLE)
    _conclude(runner, reason)
    return 0


def wait(run: Run, settings: Settings, reason: str) -> int:
    """Report, as `skip` does, why a change that should be reviewed is not; return the exit code.

    At a gate it is that of a review that reached the limit, or everybody would pass who is not
    reviewed. With `mode: review`, the run that publishes is the gate.
    """
    if run.inputs.mode is Mode.REVIEW or not settings.gated:
        return skip(run.runner, reason)
    why = f"fail-on is set, and nothing was reviewed: {reason}.{step_outputs.FAIL_ON_HELP}"
    run.runner.error(why, title=TITLE)
    _conclude(run.runner, reason)
    return step_outputs.LIMIT_REACHED


def skip_pull_request(
    reporter: Reporter, own: OwnComment, settings: Settings, skipped: Skipped
) -> int:
    """Report why the pull request is not reviewed, and return the exit code.

    If our comment has a review, a notice above it says that newer commits were not reviewed.
    """
    if reporter.pull.state is PullState.OPEN and reporter.target is ReportTarget.COMMENT:
        _mark_review(reporter, own, skipped.reason)
    if skipped.waits:
        return wait(reporter.run, settings, skipped.reason)
    return skip(reporter.run.runner, skipped.reason)


def _mark_review(reporter: Reporter, own: OwnComment, reason: str) -> None:
    """Set the notice above our review; errors are logged. Nothing is sent if it is there."""
    status = summary.skip_status(reason, own.state.head_sha)
    if not (own.kept and own.state.head_sha) or summary.status(own.kept.body) == status:
        return
    forge, pull = reporter.run.forge, reporter.pull
    try:
        # Another run may have reviewed it since, for a command.
        now = OwnComment.find(forge.snapshot(pull.number), own.seal)
        same = now.state.head_sha == own.state.head_sha
        if same and next_step(Moment.BEFORE_WRITE, pull.head_sha, now.snapshot) is NextStep.GO_ON:
            upsert.publish(
                forge, now, lambda now: now.body and summary.with_status(now.body, status)
            )
    except ForgeError as problem:
        log.warning("The notice above the review could not be written: %s", problem)


def _conclude(runner: Runner, reason: str) -> None:
    runner.summary(f"Code review: nothing to do: {markdown.line(reason)}.\n")
    runner.output("verdict", "skipped")
