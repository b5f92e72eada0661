"""Announces a review in the comment, before the model is asked."""

import logging
from collections.abc import Collection, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock

from reviewer.comments import upsert
from reviewer.comments.upsert import Compose, OwnComment
from reviewer.errors import ConversationClosedError, ForbiddenError, ForgeError
from reviewer.memory import state, state_line
from reviewer.pipeline.worker_pool import start_in_thread
from reviewer.pull_request import Comment
from reviewer.run.publishing.reporter import Reporter, ReportTarget

log = logging.getLogger(__name__)

# Nobody can replace the announcement of a run that was killed.
_IF_IT_STAYS = "If that run has ended and this notice is still here, re-run it."
# Seconds: a signal leaves few, and nothing depends on this read.
_LONGEST_WAIT = 1.5


@dataclass(frozen=True, slots=True)
class Announcement:
    """What was announced by whom; `reporter` is the one to use from then on.

    `writing` is held by who writes into the comment while the review goes on, and by nobody once
    it has ended. It is None if there is nothing to write into.
    """

    reporter: Reporter
    writing: "Lock | None" = None

    def compose_progress(self, text: str) -> Compose:
        """Compose the announcement with a sentence on how far the review is."""
        return self.reporter.compose_status(f"{self.reporter.announcement} {text}", _IF_IT_STAYS)


@contextmanager
def announced(reporter: Reporter, own: OwnComment, *, wanted: bool) -> Iterator[Announcement]:
    """Write to the comment that the review is under way, for a `with` block that makes it.

    Without `wanted`, nothing is written.

    Its reporter writes annotations instead if the token of a fork may not comment. `own` must have
    just been read. If GitHub fails, the review goes on. Raises CommentForbiddenError, before the
    block begins, if the workflow lacks the permission.

    Another run may announce a review at the same moment. That is looked for beside the block, and
    nothing of it is written once the block has ended.
    """
    reporter, compose, comment = _write(reporter, own) if wanted else (reporter, None, None)
    if compose is None or comment is None:
        yield Announcement(reporter)
        return
    writing = Lock()
    look = partial(_keep_one, reporter, own, comment, compose, writing)
    looking = () if own.kept else (start_in_thread(look),)
    seconds = _LONGEST_WAIT
    try:
        yield Announcement(reporter, writing)
        seconds = -1
    finally:
        _stop(looking, writing, seconds=seconds)


def _stop(looking: Collection[Future[None]], writing: Lock, *, seconds: float) -> None:
    """Let nothing more be written; wait for a write under way, at most `seconds`, -1 for ever."""
    wait(looking, timeout=_LONGEST_WAIT)
    # Never released: who still reads does not begin to write.
    writing.acquire(timeout=seconds)


def _write(reporter: Reporter, own: OwnComment) -> tuple[Reporter, Compose | None, Comment | None]:
    """Write the announcement; return the reporter to use, and what was written how, if it was."""
    if reporter.target is not ReportTarget.COMMENT:
        return reporter, None, None
    compose = _compose(reporter, own)
    try:
        return reporter, compose, upsert.write(reporter.run.forge, own, compose)
    except (ForbiddenError, ConversationClosedError) as refused:
        return reporter.fall_back(refused), None, None
    except ForgeError as problem:
        log.warning("The review could not be announced, and goes on: %s", problem)
        return reporter, None, None


def _keep_one(
    reporter: Reporter, own: OwnComment, comment: Comment, compose: Compose, writing: Lock
) -> None:
    """Read the comments again, and keep one if another run has announced its review too."""
    forge = reporter.run.forge
    try:
        again = OwnComment.find(forge.snapshot(own.snapshot.pull.number), own.seal)
        if not writing.acquire(blocking=False):
            return
        try:
            upsert.keep_one(forge, own, again, comment, compose)
        finally:
            writing.release()
    except ForgeError as problem:
        log.warning("Nobody knows if another run announced its review too: %s", problem)


def _compose(reporter: Reporter, own: OwnComment) -> Compose:
    """Announce the review; for daily limits, remember the run, which pays even if it fails.

    A state that is not believed stays, so that its text is never signed.
    """
    run, announce = reporter.run, reporter.compose_status(reporter.announcement, _IF_IT_STAYS)
    limits = (run.inputs.daily_limit, run.inputs.daily_limit_per_author)
    if limits == (None, None) or own.doubt:
        return announce

    began = int(run.now.timestamp())
    runs = state.add_run(own.state.runs, began)

    def compose(now: OwnComment) -> str:
        known = now.state
        # Composed again over what this run has just written, it must not be added twice.
        if known.runs != runs:
            counted = state.add_run(known.runs, began)
            known = replace(known, runs=counted, moment=known.moment + 1)
        return state_line.put_into(announce(now) or "", known, run.seal)

    return compose
