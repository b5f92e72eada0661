"""Shows whoever asked, by reactions under their comment, that they were heard."""

import logging
from collections.abc import Callable

from reviewer.errors import CancelledError, ForgeError
from reviewer.events.activity import Asker
from reviewer.operations import React, Reaction
from reviewer.outputs import step_outputs
from reviewer.ports import Forge

log = logging.getLogger(__name__)

# A review that reaches a limit of the workflow's is a success to whoever asked for it.
_SUCCESSFUL = (0, step_outputs.LIMIT_REACHED)


def acknowledge(
    forge: Forge, asker: Asker | None, run: Callable[[], int], *, understood: bool = True
) -> int:
    """Run what was asked for between two reactions, and return its exit code.

    `asker` is None when nobody commented, or nothing may be written: then there are none.
    """
    if asker is None:
        return run()
    _react(forge, asker, Reaction.SEEN)
    last: Reaction | None = Reaction.CONFUSED
    try:
        code = run()
        if understood and code in _SUCCESSFUL:
            last = Reaction.DONE
    except CancelledError:
        # The seconds that are left belong to more important words.
        last = None
        raise
    finally:
        if last:
            _react(forge, asker, last)
    return code


def _react(forge: Forge, asker: Asker, reaction: Reaction) -> None:
    try:
        forge.apply(React(asker.subject, asker.comment_id, reaction))
    except ForgeError as problem:
        log.info("The comment got no reaction (%s): %s", reaction.value, problem)
