"""Adds reactions to a command's comment: seen, then done or failed."""

import logging
from collections.abc import Callable

from reviewer.errors import CancelledError, ForgeError
from reviewer.events.activity import Commenter
from reviewer.operations import React, Reaction
from reviewer.outputs import step_outputs
from reviewer.ports import Forge

log = logging.getLogger(__name__)

# For the person who commented, a review that fails the step by fail-on is a success.
_SUCCESSFUL = (0, step_outputs.LIMIT_REACHED)


def acknowledge(
    forge: Forge, commenter: Commenter, run: Callable[[], int], *, understood: bool = True
) -> int:
    """Run the command between two reactions to its comment, and return its exit code.

    With `understood=False` the last reaction is always "confused".
    """
    _react(forge, commenter, Reaction.SEEN)
    last: Reaction | None = Reaction.CONFUSED
    try:
        code = run()
        if understood and code in _SUCCESSFUL:
            last = Reaction.DONE
    except CancelledError:
        # The few seconds that are left are needed for the summary comment.
        last = None
        raise
    finally:
        if last:
            _react(forge, commenter, last)
    return code


def _react(forge: Forge, commenter: Commenter, reaction: Reaction) -> None:
    try:
        forge.apply(React(commenter.subject, commenter.comment_id, reaction))
    except ForgeError as problem:
        log.info("The comment got no reaction (%s): %s", reaction.value, problem)
