"""Carries out a command between reactions to its comment: seen, then done or failed."""

import logging
from collections.abc import Callable

from reviewer.errors import CancelledError, CommandRefusedError, ForgeError
from reviewer.events.activity import Commenter
from reviewer.operations import React, Reaction
from reviewer.outputs import step_outputs
from reviewer.run.publishing.skips import skip
from reviewer.run.run import Run

log = logging.getLogger(__name__)

# For the person who commented, a review that fails the step by fail-on is a success.
_SUCCESSFUL = (0, step_outputs.LIMIT_REACHED)


def acknowledge(
    run: Run, commenter: Commenter, command: Callable[[], int], *, understood: bool = True
) -> int:
    """Carry out the command between two reactions to its comment, and return its exit code.

    With `understood=False` the last reaction is always "confused", as after a command that was
    refused, which is no failure of the run. A run that writes nothing leaves no reactions.
    """
    _react(run, commenter, Reaction.SEEN)
    last: Reaction | None = Reaction.CONFUSED
    try:
        code = command()
        if understood and code in _SUCCESSFUL:
            last = Reaction.DONE
    except CommandRefusedError as refused:
        code = skip(run.runner, refused.what, f"Help: {refused.help_address}")
    except CancelledError:
        # The few seconds that are left are needed for the summary comment.
        last = None
        raise
    finally:
        if last:
            _react(run, commenter, last)
    return code


def _react(run: Run, commenter: Commenter, reaction: Reaction) -> None:
    if run.inputs.silent:
        return
    try:
        run.forge.apply(React(commenter.subject, commenter.comment_id, reaction))
    except ForgeError as problem:
        log.info("The comment got no reaction (%s): %s", reaction.value, problem)
