"""Reads the learnings at the base commit; a review goes on without those of a broken file.

They only tune a review: without them it reports more or less, but it fails no gate by itself and
sends nothing out. An error would block every pull request, also the one that repairs the file.
"""

import logging
from collections.abc import Collection
from dataclasses import replace

from reviewer.config.config_error import ConfigError
from reviewer.config.repository import learnings_file
from reviewer.config.repository.file_places import LEARNINGS_FILE, MISPLACED_LEARNINGS
from reviewer.config.repository.learnings import Learning
from reviewer.config.settings import Settings
from reviewer.errors import ForgeError, NotFoundError
from reviewer.pull_request import PullRequest
from reviewer.redaction.scan import SecretMask, mask_advice
from reviewer.run.run import TITLE, Run
from reviewer.text import invisible

log = logging.getLogger(__name__)

_WRONG_NAME = f"`{MISPLACED_LEARNINGS}` is not read: learnings are in {LEARNINGS_FILE}"


def add(settings: Settings, run: Run, pull: PullRequest, found: Collection[str]) -> Settings:
    """Return the settings with the learnings of the base commit; `found` are paths that it has."""
    if MISPLACED_LEARNINGS in found:
        settings = replace(settings, notes=(*settings.notes, _WRONG_NAME))
    if LEARNINGS_FILE not in found:
        return settings
    try:
        return replace(settings, learnings=_read(run, pull))
    except ConfigError as broken:
        problem = broken.read_at(name_base(pull))
        text = mask_advice(str(problem), run.runner.secrets)
        run.runner.warning(
            problem.with_address(text),
            title=TITLE,
            file=LEARNINGS_FILE,
            line=problem.line,
            column=problem.column,
        )
        note = f"this review was made without the learnings: {text}"
        return replace(settings, notes=(*settings.notes, note))
    except ForgeError as unread:
        log.warning("Reviewing without the learnings: %s", unread)
        note = f"this review was made without the learnings, which could not be read: {unread.what}"
        return replace(settings, notes=(*settings.notes, note), learnings_unread=True)


def _read(run: Run, pull: PullRequest) -> tuple[Learning, ...]:
    try:
        text = run.forge.content(LEARNINGS_FILE, pull.base_sha)
    except NotFoundError as odd:
        raise ConfigError(
            odd.what, cause=odd.cause, remedy=odd.remedy, path=LEARNINGS_FILE
        ) from odd
    if not text:
        return ()
    mask = SecretMask.of(run.runner.secrets, ())
    # Before anything is cut: of half a secret, nobody could tell that it is one.
    return tuple(
        Learning(mask(invisible.show(each.text)), each.paths, mask(invisible.show(each.origin)))
        for each in learnings_file.parse(text)
    )


def name_base(pull: PullRequest) -> str:
    """Return the words for the commit whose files apply."""
    # A review of local commits has no branch, only a name for both.
    return f"on the base branch {pull.base_ref}" if pull.number else "at the base commit"
