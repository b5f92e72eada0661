"""One repository at GitHub: where its things are, and how patiently they are asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from reviewer.adapters.github.http import Request, Transport
from reviewer.adapters.github.refusals import Answer
from reviewer.adapters.http.deadline import Deadline
from reviewer.adapters.http.retry import Policy, patiently

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository `full_name` ("owner/name"); usable from any thread."""

    full_name: str
    graphql_url: str
    transport: Transport
    deadline: Deadline
    policy: Policy

    def url(self, path: str) -> str:
        """Return the address of something of the repository."""
        return f"/repos/{self.full_name}/{path}"

    def send(self, request: Request) -> Answer:
        """Send a request once; raises what Transport.send raises."""
        return self.transport.send(request)

    def graphql(
        self, query: str, variables: Mapping[str, object], *, writes: bool = False
    ) -> Request:
        """Make the request of a GraphQL query."""
        body = {"query": query, "variables": dict(variables)}
        return Request("POST", self.graphql_url, body=body, writes=writes)

    def patiently(self, what: str, call: Callable[[], T], *, attempts: int | None = None) -> T:
        """Repeat a call as the policy says; `what` names it in messages."""
        policy = replace(self.policy, attempts=attempts) if attempts else self.policy
        return patiently(call, what=what, deadline=self.deadline, policy=policy)
