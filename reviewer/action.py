"""The entry of the action: environment and event file in, exit code out.

A run with nothing to do ends here and imports the standard library alone.
"""

import signal
import sys
from collections.abc import Mapping
from types import FrameType

from reviewer.adapters.runner.actions import Runner, install_excepthooks
from reviewer.config.enums import Mode, OnError
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import CancelledError, EventError, ReviewerError, cancellation_behind
from reviewer.events import decision, payload
from reviewer.events.activity import Activity, Skip, TriggerRules
from reviewer.events.payload import Event, PullRequestEvent, ReviewCommentEvent
from reviewer.record import replace

TITLE = "Code review"
_LINK = "[How to fix this]({})"
# The runner sends SIGINT and, 7.5 seconds later, SIGTERM to a process that is still running.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main(environ: Mapping[str, str]) -> int:
    """Run the action once. errors.py lists the exit codes; 3 means that `fail-on` was reached."""
    runner = Runner(environ)
    install_excepthooks(runner)
    for number in _SIGNALS:
        signal.signal(number, _cancel)
    try:
        return _main(environ, runner)
    except Exception as bug:  # noqa: BLE001 - the process must end and not wait for its threads
        if cancelled := cancellation_behind(bug):
            return _report(cancelled, runner)
        sys.excepthook(*sys.exc_info())
        return ReviewerError.exit_code


def _main(environ: Mapping[str, str], runner: Runner) -> int:
    try:
        inputs = Inputs.load(environ)
    except ReviewerError as problem:
        return _report(problem, runner)
    runner.hide(inputs.secrets)
    try:
        code = _run(environ, inputs, runner)
    except ReviewerError as problem:
        code = _report(problem, runner)
    tolerated = code == ReviewerError.exit_code and _only_warns(environ, inputs)
    return 0 if tolerated else code


def _only_warns(environ: Mapping[str, str], inputs: Inputs) -> bool:
    """Return True if a failed run may end with 0; a gate lets nothing through that is unreviewed.

    If GitHub does not even give the repository's file, nobody knows of a gate in it.
    """
    if inputs.on_error is not OnError.WARN or _is_gate(inputs):
        return False
    try:
        return not _is_gated_by_file(environ, inputs, _read_event(environ))
    except ReviewerError:
        return True


def _report(problem: ReviewerError, runner: Runner) -> int:
    # Not needed by a run that has nothing to do.
    from reviewer.config.config_error import ConfigError
    from reviewer.text import markdown

    text = runner.secrets.mask(str(problem))
    if isinstance(problem, ConfigError):
        from reviewer.redaction.scan import mask_advice

        text = mask_advice(text, runner.secrets)
    runner.error(problem.with_address(text), title=TITLE)
    why = markdown.block(text)
    runner.summary(f"## {TITLE}\n\n{why}\n\n{_LINK.format(problem.help_address)}\n")
    runner.output("verdict", "failed")
    return problem.exit_code


def _run(environ: Mapping[str, str], inputs: Inputs, runner: Runner) -> int:
    match _decide(environ, inputs):
        case Skip(reason=reason, waits=waits, remedy=remedy):
            runner.summary(f"Code review: nothing to do: {reason}.\n")
            runner.output("verdict", "skipped")
            if not waits:
                runner.notice(f"Nothing to do: {reason}.", title=TITLE)
                return 0
            # Slow to import, and rare.
            from reviewer.outputs.step_outputs import FAIL_ON_HELP, LIMIT_REACHED

            what = f"fail-on is set, and nothing was reviewed: {reason}."
            runner.error(f"{what} {remedy}".rstrip() + FAIL_ON_HELP, title=TITLE)
            return LIMIT_REACHED
        case wanted:
            from reviewer.run import start

            return start.start(wanted, inputs, runner, environ)


def _decide(environ: Mapping[str, str], inputs: Inputs) -> Activity:
    """Return what to do; the repository's file is read if only a gate in it makes a difference."""
    event, rules = _read_event(environ), _trigger_rules(inputs)
    decided = decision.decide(event, rules)
    at_gate = decision.decide(event, replace(rules, gated=True))
    # Anything else reads the file itself.
    silent = isinstance(decided, Skip) and decided != at_gate
    return at_gate if silent and _is_gated_by_file(environ, inputs, event) else decided


def _is_gated_by_file(environ: Mapping[str, str], inputs: Inputs, event: Event) -> bool:
    """Return True if the file at the base of the event's pull request sets a gate; sends a request.

    Other events than those of pull requests name no base.
    """
    match event:
        case PullRequestEvent(base_sha=base_sha) | ReviewCommentEvent(base_sha=base_sha):
            if inputs.mode is Mode.REVIEW:
                return False
            from reviewer.run import start

            return start.is_gated_by_file(environ, inputs, base_sha)
        case _:
            return False


def _is_gate(inputs: Inputs) -> bool:
    """Return True if the exit code of this run may decide about a merge.

    The repository's file can set a gate too, but has not been read. With `mode: review`, the run
    that publishes is the gate.
    """
    return inputs.gated and inputs.mode is not Mode.REVIEW


def _read_event(environ: Mapping[str, str]) -> payload.Event:
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        raise EventError(
            "GITHUB_EVENT_PATH is not set.",
            cause="The program was started outside of a workflow.",
            remedy="Run this as a step of a workflow; GitHub sets it.",
        )
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib would cost every start 3 ms
            raw = file.read()
    except OSError as missing:
        raise EventError(
            f"The event file cannot be read: {missing.strerror}.",
            cause="GITHUB_EVENT_PATH names no file that can be read.",
            remedy="Run this as a step of a workflow; GitHub writes the file.",
        ) from missing
    return payload.parse(
        environ.get("GITHUB_EVENT_NAME", ""),
        raw,
        repository=environ.get("GITHUB_REPOSITORY", ""),
        ref=environ.get("GITHUB_REF", ""),
    )


def _trigger_rules(inputs: Inputs) -> TriggerRules:
    return TriggerRules(
        trigger=inputs.trigger,
        allowed_associations=inputs.allowed_associations,
        review_drafts=inputs.review_drafts,
        pr_number=inputs.pr_number,
        full=inputs.full,
        key_missing=inputs.needs_key,
        publishes=inputs.mode is Mode.PUBLISH,
        gated=_is_gate(inputs),
        skip_authors=inputs.skip_authors,
    )


def _cancel(number: int, _frame: FrameType | None) -> None:
    # A second signal must not interrupt what the first one started: telling people.
    for each in _SIGNALS:
        signal.signal(each, _ignore)
    raise CancelledError(number)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing; with SIG_IGN, Python complains about a signal that has already arrived."""
