"""Our review threads: which finding each is about, what people did to it, and what we do there."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from reviewer.comments import inline
from reviewer.comments.moved_head import Moment, NextStep, next_step
from reviewer.errors import ForbiddenError, ForgeError, UnprocessableError
from reviewer.finding import Dismissal, Finding
from reviewer.operations import CreateReview, InlineComment, ResolveThread
from reviewer.ports import Forge
from reviewer.pull_request import Conversation, ReviewThread

log = logging.getLogger(__name__)

MOST_COMMENTS = 30
"""Comments of one review; reviewdog posts no more at a time either, and larger ones time out."""


def by_fingerprint(conversation: Conversation, name: str) -> Mapping[str, ReviewThread]:
    """Map the fingerprint of a finding to the thread that the instance `name` started about it.

    Of several threads about one finding the open one is taken, else the last.
    """
    threads: dict[str, ReviewThread] = {}
    for thread in conversation.threads:
        fingerprint = inline.read_fingerprint(thread.comments[0].body, name) if thread.mine else ""
        known = threads.get(fingerprint)
        if fingerprint and not (known and thread.resolved and not known.resolved):
            threads[fingerprint] = thread
    return threads


def missing_comments(
    comments: Sequence[InlineComment], conversation: Conversation, name: str
) -> tuple[InlineComment, ...]:
    """Return the comments that have no thread yet.

    A thread that a person resolved is not started again. A thread that we resolved is: its finding
    was gone and has come back.
    """
    threads = by_fingerprint(conversation, name)
    return tuple(
        comment
        for comment in comments
        if (thread := threads.get(inline.read_fingerprint(comment.body, name))) is None
        or (thread.resolved and thread.resolved_by_me)
    )


def exist_for(findings: Iterable[Finding], conversation: Conversation, name: str) -> bool:
    """Return True if each of the findings has a thread, open or resolved."""
    threads = by_fingerprint(conversation, name)
    return all(finding.fingerprint in threads for finding in findings)


def find_resolvable(
    fixed: Iterable[Finding], conversation: Conversation, name: str
) -> tuple[ReviewThread, ...]:
    """Return the open threads of fixed findings, without those in which people talk."""
    threads = by_fingerprint(conversation, name)
    found = (threads.get(finding.fingerprint) for finding in fixed)
    return tuple(t for t in found if t and not t.resolved and not t.answered)


def find_dismissals(
    findings: Iterable[Finding],
    conversation: Conversation,
    name: str,
    may_write: Callable[[str], bool],
) -> Iterator[Dismissal]:
    """Yield the findings whose thread was resolved or given thumbs down by somebody who may write.

    `may_write` is asked once for each login.
    """
    threads = by_fingerprint(conversation, name)
    may_write = cache(may_write)
    for finding in findings:
        thread = threads.get(finding.fingerprint)
        if thread is None:
            continue
        resolver = "" if thread.resolved_by_me else thread.resolved_by
        if thread.resolved and resolver and may_write(resolver):
            yield Dismissal(finding, resolver, "resolved")
        elif by := next(filter(may_write, thread.comments[0].thumbs_down), ""):
            yield Dismissal(finding, by, "thumbs down")


def post(
    forge: Forge, number: int, head_sha: str, comments: Sequence[InlineComment]
) -> tuple[InlineComment, ...]:
    """Post the comments in reviews of at most MOST_COMMENTS; return those that could not be placed.

    GitHub refuses a whole review for one comment without a place and does not say which: a refused
    review is sent again in halves. What cannot be posted for any other reason is returned too, so
    that the summary explains it.
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
        if _has_moved(forge, number, head_sha):
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


def _has_moved(forge: Forge, number: int, head_sha: str) -> bool:
    try:
        snapshot = forge.snapshot(number)
    except ForgeError:
        # What cannot be known must not stop the comments that may have a place.
        return False
    return next_step(Moment.AT_LINES, head_sha, snapshot) is not NextStep.GO_ON


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
