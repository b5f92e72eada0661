"""The GitHub adapter aimed at a loopback GitHub, in a hurry."""

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.github.transport.http import Pace
from reviewer.adapters.http.retry import Deadline, Policy
from reviewer.operations import Operation
from reviewer.ports import Forge
from reviewer.pull_request import Comment
from tests.loopback.github import TOKEN, LoopbackGitHub

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


def apply_write(forge: Forge, operation: Operation) -> Comment:
    """Carry out a write that leaves a comment."""
    comment = forge.apply(operation)
    assert isinstance(comment, Comment)
    return comment
