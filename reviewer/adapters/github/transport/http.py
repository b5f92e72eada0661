"""Sends one request to GitHub through PyGithub, with a time limit, and checks the response."""

import contextlib
import queue
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias, TypeVar
from urllib.parse import urlsplit

import requests
from github import Auth, Github
from urllib3.exceptions import HTTPError

from reviewer.adapters.github.transport import refusals, silence
from reviewer.adapters.github.transport.refusals import GitHubResponse
from reviewer.adapters.http.retry import (
    PUBLISHING_SECONDS,
    Deadline,
    Policy,
    TransientError,
    call_with_retries,
)
from reviewer.errors import UnauthorizedError

JSON = "application/vnd.github+json"

_Pool: TypeAlias = queue.LifoQueue[Github]

# GitHub ends a request after 10 seconds of processing ("Troubleshooting the REST API").
_SECONDS_BETWEEN_BYTES = 15
# Seconds. A write that is being sent when a signal comes must not arrive after the last comment.
_GRACE = 1.5
# Responses whose rate limits are compared; more than there are threads, as they end in any order.
_LATEST = 64
_USER_AGENT = "code-review-action"
# Bytes of a download that are read at once.
_PIECE = 1 << 16
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds that a request may take with its whole response, and seconds between two writes.

    `per_archive` is for all of a commit's archive: the first requests to the model wait for it.
    "Wait at least one second between each request" that writes ("Best practices for using the
    REST API").
    """

    per_request: float = 30.0
    between_writes: float = 1.0
    per_archive: float = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to send; `url` is absolute, or a path below the API's address.

    HTTP statuses in `also` count as success. `writes` marks a request that changes something: a
    POST may also carry a GraphQL query. `optional` marks a read that the run can do without.
    `resource` is GitHub's name of the hourly limit that the request uses up.
    """

    verb: str
    url: str
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    accept: str = JSON
    body: Mapping[str, object] | None = None
    also: tuple[int, ...] = ()
    writes: bool = False
    optional: bool = False
    resource: str = "core"

    def __str__(self) -> str:
        """Return the method and the path, as in "GET /repos/octo/shop/pulls/7"."""
        return f"{self.verb} {urlsplit(self.url).path}"


class Transport:
    """Sends requests; may be used by several threads at once."""

    def __init__(self, *, token: str, api_url: str, deadline: Deadline, pace: Pace) -> None:
        """Keep the GitHub token; raises UnauthorizedError for an empty one. Nothing is sent yet."""
        if not token:
            raise UnauthorizedError(
                "The input github-token is empty.",
                cause="The workflow sets it to a secret that does not exist.",
                remedy="Leave github-token out: the action then uses the workflow's own token.",
            )
        self._token = token
        self.api_url = api_url.rstrip("/")
        self._deadline = deadline
        self.pace = pace
        # The headers of the latest responses, and when they came.
        self._seen = deque[tuple[Mapping[str, str], float]](maxlen=_LATEST)
        # PyGithub keeps the request that it sends in its connection, so each client serves one
        # thread at a time. The client used last is taken first: its connection is still open.
        # Writes have their own clients, because PyGithub would delay a query after a write.
        self._readers: _Pool = queue.LifoQueue()
        self._writers: _Pool = queue.LifoQueue()

    def send(self, request: Request) -> GitHubResponse:
        """Send a request once and return its response.

        Raises ForgeError for a status that is neither a success nor in `request.also`, and when no
        response comes; TransientError where another attempt may succeed. An optional read is sent
        only while there are more requests and time than publishing needs.
        """
        deadline = self._deadline
        if request.optional:
            refusals.check_reserve(tuple(self._seen), time.monotonic(), request.resource)
            deadline = deadline.earlier_by(PUBLISHING_SECONDS)
        idle = self._writers if request.writes else self._readers
        client = self._take(idle)
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(client.close)
            try:
                response = deadline.call(
                    partial(_exchange, client, request),
                    at_most=self.pace.per_request,
                    grace=_GRACE if request.writes else 0.0,
                )
            except (OSError, HTTPError, ValueError, RuntimeError, AssertionError) as problem:
                raise silence.explain(str(request), problem, self.api_url) from problem
            on_failure.pop_all()
        idle.put(client)
        self._seen.append((response.headers, time.monotonic()))
        if response.ok or response.status in request.also:
            return response
        raise refusals.explain(response)

    def check_reserve(self) -> None:
        """Raise RequestReserveError if only the requests that publishing needs are left."""
        for resource in ("core", "graphql"):
            refusals.check_reserve(tuple(self._seen), time.monotonic(), resource)

    def download(self, url: str, *, with_token: bool) -> Iterator[bytes]:
        """Yield the body of a response piece by piece; no redirect is followed.

        Raises what `send` raises. The address may hold a secret, which no message shows.
        """
        asked = Request("GET", url)
        headers = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}
        headers |= {"Authorization": f"Bearer {self._token}"} if with_token else {}
        try:
            with requests.get(
                url,
                headers=headers,
                # Otherwise a file .netrc of the machine would add its password for the host.
                auth=lambda prepared: prepared,
                timeout=_SECONDS_BETWEEN_BYTES,
                stream=True,
                allow_redirects=False,
            ) as response:
                if response.status_code != requests.codes.ok:
                    seen = {name.lower(): text for name, text in response.headers.items()}
                    status = response.status_code
                    raise refusals.explain(GitHubResponse(str(asked), status, seen, ""))
                while piece := response.raw.read(_PIECE):
                    yield piece
        except (OSError, HTTPError, ValueError) as problem:
            raise silence.explain(str(asked), problem, self.api_url) from problem

    def close(self) -> None:
        """Close the connections that are not in use."""
        for idle in (self._readers, self._writers):
            with contextlib.suppress(queue.Empty):
                while True:
                    idle.get_nowait().close()

    def _take(self, idle: _Pool) -> Github:
        try:
            return idle.get_nowait()
        except queue.Empty:
            return Github(
                auth=Auth.Token(self._token),
                base_url=self.api_url,
                timeout=_SECONDS_BETWEEN_BYTES,
                user_agent=_USER_AGENT,
                # Only `retry` repeats requests: PyGithub would repeat a POST blindly.
                retry=None,
                seconds_between_requests=None,
                seconds_between_writes=self.pace.between_writes if idle is self._writers else None,
                lazy=True,
            )


def _exchange(client: Github, request: Request) -> GitHubResponse:
    """Send a request; the headers and the text of the response are untrusted."""
    status, headers, text = client.requester.requestJson(
        request.verb,
        request.url,
        parameters=dict(request.parameters),
        headers={"Accept": request.accept},
        input=request.body,
    )
    return GitHubResponse(str(request), status, headers, text)


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository `full_name` ("owner/name"), and how its requests are sent and repeated."""

    full_name: str
    graphql_url: str
    transport: Transport
    deadline: Deadline
    policy: Policy

    def url(self, path: str) -> str:
        """Return the path of a REST endpoint below the repository."""
        return f"/repos/{self.full_name}/{path}"

    def send(self, request: Request) -> GitHubResponse:
        """Send a request once; raises what Transport.send raises."""
        return self.transport.send(request)

    def graphql(
        self, query: str, variables: Mapping[str, object], *, writes: bool = False
    ) -> Request:
        """Return the request for a GraphQL query; `writes` marks a mutation."""
        body = {"query": query, "variables": dict(variables)}
        return Request("POST", self.graphql_url, body=body, writes=writes, resource="graphql")

    def ask(self, query: str, variables: Mapping[str, object]) -> Request:
        """Return the request for a GraphQL query about the repository, its $owner and $name."""
        owner, _, name = self.full_name.partition("/")
        return self.graphql(query, {"owner": owner, "name": name, **variables})

    def retry(self, what: str, call: Callable[[], T], *, attempts: int | None = None) -> T:
        """Repeat a call as the policy allows, or `attempts` times; `what` names it in the log."""
        policy = replace(self.policy, attempts=attempts) if attempts else self.policy
        return call_with_retries(call, what=what, deadline=self.deadline, policy=policy)

    def retry_optional(self, what: str, call: Callable[[], T], *, attempts: int | None = None) -> T:
        """Repeat an optional read as `retry` does; never wait for a rate limit."""
        policy = replace(self.policy, attempts=attempts) if attempts else self.policy

        def once() -> T:
            try:
                return call()
            except TransientError as failure:
                if failure.limited:
                    raise failure.problem from failure
                raise

        deadline = self.deadline.earlier_by(PUBLISHING_SECONDS)
        return call_with_retries(once, what=what, deadline=deadline, policy=policy)
