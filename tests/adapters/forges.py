"""The GitHub adapter aimed at a loopback GitHub, in a hurry."""

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.github.http import Pace
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
    policy: Policy = QUICK,
    per_request: float = 10.0,
    between_writes: float = 0.0,
) -> Forge:
    """Make an adapter whose waits are short; `seconds` is all the time it has."""
    return GitHub(
        token=token,
        repository=server.full_name,
        api_url=server.api_url,
        graphql_url=server.graphql_url,
        deadline=Deadline(seconds),
        policy=policy,
        pace=Pace(per_request=per_request, between_writes=between_writes),
    )


def apply_write(forge: Forge, operation: Operation) -> Comment:
    """Carry out a write that leaves a comment."""
    comment = forge.apply(operation)
    assert comment is not None
    return comment
