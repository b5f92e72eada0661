"""Tells who wrote the comments of review threads, so that prompts can keep them apart."""

import enum
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from reviewer import logins
from reviewer.errors import ForgeError
from reviewer.pull_request import ReviewComment, ReviewThread

log = logging.getLogger(__name__)

_AT_ONCE = 4
MOST_LOGINS = 20
"""Logins that one run asks the forge about; each costs a request, and anybody may comment."""


class Speaker(enum.Enum):
    """Who wrote a comment; the value is the name in prompts."""

    REVIEWER = "This reviewer"
    MAINTAINER = "A maintainer"
    AUTHOR = "The author of the change"
    OTHER = "Somebody without write access"


_REPORTING = frozenset({Speaker.REVIEWER, Speaker.MAINTAINER})


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment and who wrote it; `body` is untrusted.

    `reported` means that the model is asked not to repeat it.
    """

    speaker: Speaker
    body: str
    reported: bool = False


@dataclass(frozen=True, slots=True)
class Discussion:
    """A review thread as a prompt shows it; `line` is None once the thread is outdated."""

    line: int | None
    remarks: tuple[Remark, ...]

    @property
    def reported(self) -> bool:
        """True if the reviewer or a maintainer started the thread."""
        return any(remark.reported for remark in self.remarks[:1])


@dataclass(slots=True)
class Speakers:
    """Finds who wrote in the review threads of one pull request; safe to share between threads.

    `author` is the login of the pull request's author, who is the author even with write access:
    nobody may keep a problem of their own change from being reported. `is_ours` decides if a
    comment in a thread is proven to be the reviewer's. `may_write` sends a request. It is called
    once for each login, for at most MOST_LOGINS of them. The others, and those about whom the forge
    gives an error, are treated as people without write access.
    """

    author: str
    may_write: Callable[[str], bool]
    is_ours: Callable[[ReviewThread, ReviewComment], bool]
    _known: dict[str, bool] = field(default_factory=dict)
    _locks: dict[str, Lock] = field(default_factory=dict)
    _mutex: Lock = field(default_factory=Lock)

    def meet(self, threads: Iterable[ReviewThread]) -> None:
        """Ask about the people in threads that `describe` will be called for; takes a request each.

        A few are asked about side by side: GitHub allows 100 requests at a time ("Rate limits for
        the REST API").
        """
        with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="speakers") as pool:
            list(pool.map(self.describe, threads))

    def describe(
        self, thread: ReviewThread, comments: Iterable[ReviewComment] | None = None
    ) -> Discussion:
        """Return the thread with the speaker of each comment; `comments` is a part of them.

        A remark is `reported` only if the reviewer or a maintainer wrote it and started the thread.
        """
        first = next((self._identify(thread, each) for each in thread.comments), Speaker.OTHER)
        shown = thread.comments if comments is None else comments
        named = ((self._identify(thread, each), each.body) for each in shown)
        return Discussion(
            thread.line,
            tuple(
                Remark(speaker, body, reported={first, speaker} <= _REPORTING)
                for speaker, body in named
            ),
        )

    def _identify(self, thread: ReviewThread, comment: ReviewComment) -> Speaker:
        if comment.mine:
            # Other workflows comment as the same bot, and may echo anybody's words.
            return Speaker.REVIEWER if self.is_ours(thread, comment) else Speaker.OTHER
        if logins.is_same(comment.author, self.author):
            return Speaker.AUTHOR
        return Speaker.MAINTAINER if self._ask(comment.author) else Speaker.OTHER

    def _ask(self, login: str) -> bool:
        with self._mutex:
            lock = self._locks.setdefault(login, Lock())
            asks = list(self._locks).index(login) < MOST_LOGINS
        with lock:
            if login not in self._known:
                self._known[login] = asks and self._request(login)
            return self._known[login]

    def _request(self, login: str) -> bool:
        try:
            return self.may_write(login)
        except ForgeError as problem:
            log.warning("%s is treated as somebody without write access: %s", login, problem)
            return False
