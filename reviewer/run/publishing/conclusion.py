"""Ends a run with its verdict: outputs, exit code, errors at lines, the last line of the log."""

import logging
from collections.abc import Mapping, Sequence

from reviewer.comments import costs
from reviewer.config.enums import Mode
from reviewer.config.settings import Settings
from reviewer.finding import Finding
from reviewer.memory.state import State
from reviewer.outputs import annotations, step_outputs
from reviewer.pull_request import Comment
from reviewer.review.spending import Spent
from reviewer.run.run import TITLE, Run

log = logging.getLogger(__name__)


def conclude(
    run: Run,
    known: State,
    comment: Comment | None,
    spent: Spent,
    settings: Settings,
    *,
    findings: Sequence[Finding] = (),
    files: Mapping[str, str] | None = None,
) -> int:
    """Set the step outputs and return the exit code, which depends on `fail-on`.

    `known` is the finished review as it is remembered, `findings` are those that it shows: each
    that fails the step gets an error at its line. With `mode: review`, `fail-on` applies in the
    run that publishes. `comment` is the summary comment, None if nothing was written. `files` maps
    the names of report files to their paths.
    """
    run.runner.outputs(step_outputs.make_outputs(known, comment, spent, files))
    reached = _find_reached_limits(run, known, settings)
    if not reached:
        return 0
    run.runner.error(
        f"The review reached the limit that fail-on sets ({_name_limits(settings)}): "
        f"{'; '.join(reached)}.{step_outputs.FAIL_ON_HELP}",
        title=TITLE,
    )
    for each in annotations.render_failing(findings, settings.fail_on):
        run.runner.error(each.message, title=each.title, file=each.path, line=each.line)
    return step_outputs.LIMIT_REACHED


def render_verdict(run: Run, known: State, settings: Settings) -> str:
    """Return the first paragraph of the job summary: the verdict, and why the step fails."""
    reached = _find_reached_limits(run, known, settings)
    failure = f" The step fails: {'; '.join(reached)} (`fail-on: {_name_limits(settings)}`)."
    return f"**Verdict: {step_outputs.choose_verdict(known)}.**{failure if reached else ''}"


def log_result(known: State, comment: Comment | None, spent: Spent) -> None:
    """Log the verdict with its counts, the address of the comment if there is one, and the cost."""
    names = ("critical", "high", "medium", "low")
    counts = [f"{count} {name}" for name in names if (count := getattr(known, name))]
    found = f" ({', '.join(counts)})" if counts else ""
    log.info(
        "Result: %s%s, %d file%s reviewed, %d skipped. %sCost: %s",
        step_outputs.choose_verdict(known),
        found,
        known.reviewed_files,
        "s" * (known.reviewed_files != 1),
        known.skipped_files,
        f"Comment: {comment.url}. " if comment else "",
        costs.describe_spent(spent) if spent.requests else "no model was asked",
    )


def _find_reached_limits(run: Run, known: State, settings: Settings) -> tuple[str, ...]:
    if run.inputs.mode is Mode.REVIEW:
        return ()
    return step_outputs.find_reached_limits(
        known, settings.fail_on, fail_on_incomplete=settings.fail_on_incomplete
    )


def _name_limits(settings: Settings) -> str:
    return ", ".join(limit.value for limit in settings.fail_on)
