"""Our review threads: which finding each is about, and what people did to it."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from reviewer.comments import inline
from reviewer.errors import ForbiddenError, ForgeError, UnprocessableError
from reviewer.finding import Dismissal, Finding
from reviewer.ports import CreateReview, Forge, InlineComment, ResolveThread
from reviewer.pull_request import Conversation, ReviewThread

log = logging.getLogger(__name__)
MOST_COMMENTS = 30
"""Comments of one review; reviewdog posts no more at a time either, and larger ones time out."""


def mine(conversation: Conversation, name: str) -> Mapping[str, ReviewThread]:
    """Return the threads that this instance started, by the fingerprint of their finding.

    Of several about one finding the one that is open counts, else the last.
    """
    found: dict[str, ReviewThread] = {}
    for thread in conversation.threads:
        said = inline.read(thread.comments[0].body, name) if thread.mine else ""
        if said and not (said in found and thread.resolved and not found[said].resolved):
            found[said] = thread
    return found


def unsaid(
    comments: Sequence[InlineComment], conversation: Conversation, name: str
) -> tuple[InlineComment, ...]:
    """List the comments that are not there yet.

    What a person has resolved is not said again. What we have resolved ourselves was gone and has
    come back.
    """
    said = mine(conversation, name)
    return tuple(
        comment
        for comment in comments
        if (thread := said.get(inline.read(comment.body, name))) is None
        or (thread.resolved and thread.resolved_by_me)
    )


def hold(findings: Iterable[Finding], conversation: Conversation, name: str) -> bool:
    """Whether each of the findings has a thread, open or not."""
    said = mine(conversation, name)
    return all(finding.fingerprint in said for finding in findings)


def to_resolve(
    gone: Iterable[Finding], conversation: Conversation, name: str
) -> tuple[ReviewThread, ...]:
    """List the open threads of findings that are gone; one in which people talk is theirs."""
    said = mine(conversation, name)
    found = (said.get(finding.fingerprint) for finding in gone)
    return tuple(t for t in found if t and not t.resolved and not t.answered)


def dismissed(
    findings: Iterable[Finding],
    conversation: Conversation,
    name: str,
    may_write: Callable[[str], bool],
) -> tuple[Dismissal, ...]:
    """List the findings whose thread somebody who may write has resolved or rejected."""
    said = mine(conversation, name)
    allowed = cache(may_write)
    return tuple(_dismissed(findings, said, allowed))


def _dismissed(
    findings: Iterable[Finding],
    said: Mapping[str, ReviewThread],
    allowed: Callable[[str], bool],
) -> Iterator[Dismissal]:
    for finding in findings:
        thread = said.get(finding.fingerprint)
        if thread is None:
            continue
        resolver = "" if thread.resolved_by_me else thread.resolved_by
        if thread.resolved and resolver and allowed(resolver):
            yield Dismissal(finding, resolver, "resolved")
        elif by := next(filter(allowed, thread.comments[0].thumbs_down), ""):
            yield Dismissal(finding, by, "thumbs down")


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
