"""The GitHub adapter aimed at a loopback GitHub, in a hurry."""

import time
from collections.abc import Callable
from typing import TypeVar

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.github.transport.http import Pace
from reviewer.adapters.http.retry import Deadline, Policy, call_within
from reviewer.operations import Operation
from reviewer.ports import Forge
from reviewer.pull_request import Comment
from tests.loopback.github import TOKEN, LoopbackGitHub

T = TypeVar("T")
QUICK = Policy(attempts=4, first_wait=0.01, longest_wait=0.02, limit_wait=0.02, jitter=0.0)


def forge(
    server: LoopbackGitHub,
    *,
    token: str = TOKEN,
    seconds: float = 20.0,
    deadline: Deadline | None = None,
    policy: Policy = QUICK,
    between_writes: float = 0.0,
    api_url: str = "",
) -> Forge:
    """Make an adapter whose waits are short; `seconds` or `deadline` is all the time it has.

    `api_url` is another name of github.com's API than its own.
    """
    return GitHub(
        token=token,
        repository=server.full_name,
        api_url=api_url or server.api_url,
        graphql_url=f"{api_url}/graphql" if api_url else server.graphql_url,
        deadline=deadline or Deadline(seconds),
        policy=policy,
        pace=Pace(per_request=10.0, between_writes=between_writes),
    )


class HurriedDeadline(Deadline):
    """The time of a request is over as soon as GitHub holds its response back.

    Until then a request may take as long as a busy machine needs.
    """

    def __init__(self, server: LoopbackGitHub) -> None:
        """Take all the time that `forge` has by default."""
        super().__init__(20.0)
        self._server = server

    def call(self, call: Callable[[], T], *, at_most: float, grace: float = 0.0) -> T:
        """Return what `call` returns, or look every few milliseconds if its time is over."""
        end, look = time.monotonic() + at_most, 0.005

        def more() -> float:
            if self._server.holding.is_set():
                self._server.holding.clear()
                return 0.0
            return look if time.monotonic() < end else 0.0

        return call_within(call, look, grace=grace, more=more)


def apply_write(forge: Forge, operation: Operation) -> Comment:
    """Carry out a write that leaves a comment."""
    comment = forge.apply(operation)
    assert isinstance(comment, Comment)
    return comment
