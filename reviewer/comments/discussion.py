"""Carries out what is to be said and done at the lines of the diff."""

import logging
from collections.abc import Iterable, Sequence

from reviewer.errors import ForbiddenError, ForgeError, UnprocessableError
from reviewer.ports import CreateReview, Forge, InlineComment, ResolveThread
from reviewer.pull_request import ReviewThread

log = logging.getLogger(__name__)

MOST_COMMENTS = 30
"""Comments of one review; reviewdog posts no more at a time either, and larger ones time out."""


def post(
    forge: Forge, number: int, head_sha: str, comments: Sequence[InlineComment]
) -> tuple[InlineComment, ...]:
    """Post the comments in reviews of at most MOST_COMMENTS; return those that have no place.

    A refused review is sent again in halves, so that one odd line never loses the rest. What
    cannot be posted for any other reason has no place either: it belongs into the summary.
    """
    unplaced: list[InlineComment] = []
    for start in range(0, len(comments), MOST_COMMENTS):
        unplaced += _post(forge, number, head_sha, tuple(comments[start : start + MOST_COMMENTS]))
    return tuple(unplaced)


def _post(
    forge: Forge, number: int, head_sha: str, comments: tuple[InlineComment, ...]
) -> tuple[InlineComment, ...]:
    try:
        forge.apply(CreateReview(number, head_sha, comments))
    except UnprocessableError as refused:
        if _moved(forge, number, head_sha):
            log.info("The head moved; its own run comments at the lines: %s", refused)
            return comments
        if len(comments) == 1:
            log.warning("A comment has no place at its line: %s", refused)
            return comments
        half = len(comments) // 2
        first = _post(forge, number, head_sha, comments[:half])
        return first + _post(forge, number, head_sha, comments[half:])
    except ForgeError as problem:
        log.warning("Findings could not be put at their lines: %s", problem)
        return comments
    return ()


def _moved(forge: Forge, number: int, head_sha: str) -> bool:
    try:
        return forge.snapshot(number).pull.head_sha != head_sha
    except ForgeError:
        # What cannot be known must not stop the comments that may have a place.
        return False


def resolve(forge: Forge, threads: Iterable[ReviewThread]) -> bool:
    """Resolve the threads; return False when the token may not."""
    for thread in threads:
        try:
            forge.apply(ResolveThread(thread.id))
        except ForbiddenError:
            return False
        except ForgeError as problem:
            log.warning("A thread stays open although its finding is gone: %s", problem)
    return True
