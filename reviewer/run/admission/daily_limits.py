"""Counts what outside contributors opened and had reviewed within a day, for the daily limits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewer import logins
from reviewer.config.workflow.inputs import Inputs
from reviewer.ports import MOST_LISTED
from reviewer.pull_request import ListedPull, PullRequest

DAY = timedelta(days=1)
MOST_READ = 100
"""Pull requests whose runs are counted; each takes a request. With more, the limit is reached."""
_UNCOUNTED = "more pull requests changed within a day than this run can count"


@dataclass(slots=True)
class _Tally:
    """What was counted so far, of all outside contributors and of the author."""

    inputs: Inputs
    author: str
    total: int = 0
    by_author: int = 0

    def add(self, login: str, count: int) -> None:
        self.total += count
        self.by_author += count if self.is_author(login) else 0

    def is_author(self, login: str) -> bool:
        return logins.is_same(login, self.author)

    def concerns(self, login: str) -> bool:
        """Return True if a count of this person can reach a limit."""
        return self.inputs.daily_limit is not None or self.is_author(login)

    @property
    def limits(self) -> str:
        """The inputs that set a limit."""
        for_all = "daily-limit" if self.inputs.daily_limit is not None else ""
        for_author = "daily-limit-per-author"
        return for_all or for_author

    @property
    def reached(self) -> str:
        """The limit that is reached, in words, or ""."""
        for_all, for_author = self.inputs.daily_limit, self.inputs.daily_limit_per_author
        if for_author is not None and self.by_author >= for_author:
            return (
                f"its author opened others or had reviews {self.by_author} times within a day "
                "(daily-limit-per-author)"
            )
        if for_all is not None and self.total >= for_all:
            return (
                f"outside contributors opened others or had reviews {self.total} times within a "
                "day (daily-limit)"
            )
        return ""


def find_reached_limit(
    inputs: Inputs,
    pull: PullRequest,
    runs: Sequence[int],
    now: datetime,
    list_pulls: Callable[[datetime], Sequence[ListedPull]],
    read_runs: Callable[[int], Sequence[int]],
) -> str:
    """Return the daily limit that is reached, in words, or "".

    `runs` are the moments, in Unix seconds, at which runs on this pull request asked a model;
    `read_runs` reads those of another one. `list_pulls` lists the pull requests that changed since
    a moment. Another pull request uses the limit as often as it was reviewed within a day, and at
    least once if it was opened within a day and before this one. If more have changed than can be
    looked at, a limit is taken as reached, because anybody can change many to hide others.
    """
    since = now - DAY

    def count_runs(moments: Sequence[int]) -> int:
        return sum(moment > since.timestamp() for moment in moments)

    def count_opening(each: ListedPull) -> int:
        return int(each.number < pull.number and each.opened_at > since)

    tally = _Tally(inputs, pull.author)
    tally.add(pull.author, count_runs(runs))
    listed = () if tally.reached else list_pulls(since)
    others = _list_outside(listed, pull, inputs)
    # The openings alone may be enough, and need no request for each.
    for each in others:
        tally.add(each.author, count_opening(each))
    # What nobody has commented on was not reviewed.
    unread = [each for each in others if each.commented and tally.concerns(each.author)]
    for each in unread[:MOST_READ]:
        if tally.reached:
            break
        more = count_runs(read_runs(each.number)) - count_opening(each)
        tally.add(each.author, max(0, more))
    uncounted = len(unread) > MOST_READ or len(listed) >= MOST_LISTED
    return tally.reached or (f"{_UNCOUNTED} ({tally.limits})" if uncounted else "")


def _list_outside(
    listed: Sequence[ListedPull], pull: PullRequest, inputs: Inputs
) -> list[ListedPull]:
    trusted = inputs.allowed_associations
    return [
        each for each in listed if each.number != pull.number and each.association not in trusted
    ]
