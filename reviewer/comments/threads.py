"""Posts inline comments, resolves their threads, and reads how maintainers dismissed findings."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from reviewer.comments import answer, inline
from reviewer.comments.upsert import Moment, NextStep, next_step
from reviewer.errors import ForbiddenError, ForgeError, UnprocessableError
from reviewer.finding import Dismissal, Finding
from reviewer.memory.seal import Seal
from reviewer.operations import CreateReview, InlineComment, ResolveThread
from reviewer.ports import Forge
from reviewer.pull_request import Conversation, ReviewComment, ReviewThread

log = logging.getLogger(__name__)

MOST_COMMENTS = 30
"""Inline comments in one review, as in reviewdog; larger reviews time out at GitHub."""
MOST_ASKED = 20
"""People; each takes a request that asks if they may write."""


def index_threads(conversation: Conversation, seal: Seal) -> Mapping[str, ReviewThread]:
    """Map what identifies each thread to the one that this reviewer started.

    Of several threads about one finding, the first open one is taken, else the last.
    """
    threads: dict[str, ReviewThread] = {}
    for thread in conversation.threads:
        identity = _read_identity(thread, seal)
        known = threads.get(identity)
        if identity and not (known and thread.resolved and not known.resolved):
            threads[identity] = thread
    return threads


def _read_identity(thread: ReviewThread, seal: Seal) -> str:
    if not thread.mine:
        return ""
    return inline.read_identity(thread.comments[0].body, seal, thread.path)


def _find_thread(identity: str, threads: Mapping[str, ReviewThread]) -> ReviewThread | None:
    """Return the thread of this identity, or else one that says the same of a worse severity."""
    return next((threads[it] for it in inline.list_including(identity) if it in threads), None)


def is_ours(thread: ReviewThread, comment: ReviewComment, seal: Seal) -> bool:
    """Return True if this reviewer wrote a comment in a thread that it started.

    Every workflow comments as the same bot. Without a key, nothing more is known.
    """
    if not (comment.mine and thread.mine):
        return False
    if not seal.key:
        return True
    if not _read_identity(thread, seal):
        return False
    return comment == thread.comments[0] or answer.read_question_id(comment.body, seal) is not None


def missing_comments(
    comments: Sequence[InlineComment], conversation: Conversation, seal: Seal
) -> tuple[InlineComment, ...]:
    """Return the comments that have no thread yet.

    A finding whose thread a person resolved gets no new comment. One whose thread we resolved does,
    because it was fixed and has come back.
    """
    threads = index_threads(conversation, seal)
    return tuple(
        comment
        for comment in comments
        if (thread := _find_thread(inline.planned_identity(comment), threads)) is None
        or (thread.resolved and thread.resolved_by_me)
    )


def find_explained(
    findings: Sequence[Finding],
    comments: Sequence[InlineComment],
    conversation: Conversation,
    seal: Seal,
) -> frozenset[int]:
    """Return the numbers of the findings that one of the planned comments explains at their lines.

    Without a key, nothing proves that a thread is ours: it gets no second comment, but the summary
    has the explanation too.
    """
    if not seal.key:
        comments = missing_comments(comments, conversation, seal)
    return inline.find_numbers(findings, comments)


def exist_for(findings: Iterable[Finding], conversation: Conversation, seal: Seal) -> bool:
    """Return True if each of the findings has a thread, open or resolved."""
    threads = index_threads(conversation, seal)
    return all(_find_thread(inline.identify(finding), threads) for finding in findings)


def find_resolvable(
    fixed: Iterable[Finding], conversation: Conversation, seal: Seal
) -> tuple[ReviewThread, ...]:
    """Return the open threads of fixed findings in which no person has replied."""
    threads = index_threads(conversation, seal)
    found = (_find_thread(inline.identify(finding), threads) for finding in fixed)
    return tuple(t for t in found if t and not t.resolved and not t.answered)


def find_dismissals(
    findings: Iterable[Finding],
    conversation: Conversation,
    seal: Seal,
    may_dismiss: Callable[[str], bool],
) -> Iterator[Dismissal]:
    """Yield a dismissal for each finding whose thread a maintainer resolved or gave a thumbs down.

    A maintainer is somebody who may dismiss; `may_dismiss` is called once for each login.
    """
    threads = index_threads(conversation, seal)
    may_dismiss = cache(may_dismiss)
    for finding in findings:
        thread = _find_thread(inline.identify(finding), threads)
        if thread is None:
            continue
        resolver = "" if thread.resolved_by_me else thread.resolved_by
        if thread.resolved and resolver and may_dismiss(resolver):
            yield Dismissal(finding, resolver, "resolved")
        elif by := next(filter(may_dismiss, thread.comments[0].thumbs_down), ""):
            yield Dismissal(finding, by, "thumbs down")


def keep_permitted(
    dismissals: Sequence[Dismissal], may_write: Callable[[str], bool]
) -> tuple[Dismissal, ...]:
    """Return the dismissals by people who may write; at most MOST_ASKED people are asked about."""
    people = tuple(dict.fromkeys(each.by for each in dismissals))[:MOST_ASKED]
    writers = set(filter(may_write, people))
    return tuple(each for each in dismissals if each.by in writers)


def post(
    forge: Forge, number: int, head_sha: str, comments: Sequence[InlineComment]
) -> tuple[InlineComment, ...]:
    """Post the comments in reviews of at most MOST_COMMENTS; return those that were not posted.

    GitHub refuses a whole review because of one comment that it cannot place, and does not say
    which, so a refused review is sent again in halves. The caller explains the returned ones in the
    summary comment.
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
            log.info("The head moved; the run for the new head posts inline comments: %s", refused)
            return comments
        if len(comments) == 1:
            log.warning("GitHub cannot place an inline comment: %s", refused)
            return comments
        half = len(comments) // 2
        first = _post(forge, number, head_sha, comments[:half])
        return first + _post(forge, number, head_sha, comments[half:])
    except ForgeError as problem:
        log.warning("Inline comments could not be posted: %s", problem)
        return comments
    return ()


def _has_moved(forge: Forge, number: int, head_sha: str) -> bool:
    try:
        snapshot = forge.snapshot(number)
    except ForgeError:
        # Unknown: other comments may still be placed.
        return False
    return next_step(Moment.AT_LINES, head_sha, snapshot) is not NextStep.GO_ON


def resolve(forge: Forge, threads: Iterable[ReviewThread]) -> bool:
    """Resolve the threads; return False if the token lacks the permission.

    Other errors are logged.
    """
    for thread in threads:
        try:
            forge.apply(ResolveThread(thread.id))
        except ForbiddenError:
            return False
        except ForgeError as problem:
            log.warning("The thread of a fixed finding could not be resolved: %s", problem)
    return True
