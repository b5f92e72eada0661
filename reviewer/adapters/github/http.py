"""One request to GitHub: sent once through PyGithub, bounded in time, its answer checked."""

import contextlib
import queue
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias, TypeVar
from urllib.parse import urlsplit

import requests
from github import Auth, Github
from urllib3.exceptions import HTTPError, MaxRetryError

from reviewer.adapters.github import refusals
from reviewer.adapters.github.refusals import GitHubResponse
from reviewer.adapters.http.deadline import Deadline, DeadlineError, bounded
from reviewer.adapters.http.retry import Policy, TransientError, patiently
from reviewer.errors import ForgeError, UnauthorizedError

JSON = "application/vnd.github+json"

_Pool: TypeAlias = queue.LifoQueue[Github]

# GitHub gives up on a request after 10 seconds of its own time.
_SECONDS_BETWEEN_BYTES = 15
# A write that is on its way when a signal comes must not arrive after the last word.
_GRACE = 1.5
# A name that cannot be resolved rarely gets better.
_ATTEMPTS_TO_CONNECT = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a request may take with all of its answer, and how far writes stand apart.

    In seconds. "Wait at least one second between each request" that writes: GitHub's "Best
    practices for using the REST API".
    """

    per_request: float = 30.0
    between_writes: float = 1.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to send; `url` is whole, or a path below the API's address.

    Statuses in `also` are as good as a success to whoever asks. `writes` tells a POST that changes
    something from one that only carries a query.
    """

    verb: str
    url: str
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    accept: str = JSON
    body: Mapping[str, object] | None = None
    also: tuple[int, ...] = ()
    writes: bool = False

    def __str__(self) -> str:
        """Name the request as HTTP does."""
        return f"{self.verb} {urlsplit(self.url).path}"


class Transport:
    """Sends requests from any number of threads."""

    def __init__(self, *, token: str, api_url: str, deadline: Deadline, pace: Pace) -> None:
        """Open no connection yet."""
        if not token:
            raise UnauthorizedError(
                "The input github-token is empty.",
                cause="A secret that is not set is an empty text.",
                remedy="Leave github-token out to use the one of the workflow.",
            )
        self._token = token
        self._api_url = api_url.rstrip("/")
        self._deadline = deadline
        self._pace = pace
        # PyGithub keeps the request being sent in its connection, so no two threads may share a
        # client. The one used last is taken first: its connection is warm. Writes have clients of
        # their own, because PyGithub would hold a query back after a write.
        self._readers: _Pool = queue.LifoQueue()
        self._writers: _Pool = queue.LifoQueue()

    def send(self, request: Request) -> GitHubResponse:
        """Send a request once and return its answer.

        Raises TransientError for what may pass by itself, else ForgeError.
        """
        seconds = min(self._pace.per_request, self._deadline.remaining())
        if not seconds:
            raise ForgeError(
                f"There was no time left for {request}.",
                cause="The run has used up its time.",
                remedy="Raise the input timeout, or review fewer files.",
            )
        idle = self._writers if request.writes else self._readers
        client = self._take(idle)
        with contextlib.ExitStack() as unless_answered:
            unless_answered.callback(client.close)
            try:
                grace = _GRACE if request.writes else 0.0
                answer = bounded(partial(_exchange, client, request), seconds, grace=grace)
            except (OSError, HTTPError, ValueError, RuntimeError, AssertionError) as problem:
                raise self._unanswered(request, problem) from problem
            unless_answered.pop_all()
        idle.put(client)
        if answer.ok or answer.status in request.also:
            return answer
        raise refusals.refusal(answer)

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
                base_url=self._api_url,
                timeout=_SECONDS_BETWEEN_BYTES,
                user_agent="code-review-action",
                # Retries are retrying.py's alone: PyGithub's repeat a POST blindly.
                retry=None,
                seconds_between_requests=None,
                seconds_between_writes=self._pace.between_writes if idle is self._writers else None,
                lazy=True,
            )

    def _unanswered(self, request: Request, problem: Exception) -> ForgeError | TransientError:
        """Say what it means that no answer came; a client that failed is not used again."""
        match problem:
            case DeadlineError() | requests.Timeout():
                late = ForgeError(
                    f"GitHub did not finish its answer to {request} in time.",
                    cause="GitHub is slow, or a proxy holds the answer back.",
                    remedy="See https://www.githubstatus.com and run the workflow again.",
                )
                return TransientError(late)
            case OSError(args=[MaxRetryError(reason=reason), *_]):
                return TransientError(self._unreachable(reason), attempts=_ATTEMPTS_TO_CONNECT)
            case OSError() | HTTPError():
                return TransientError(self._unreachable(problem))
            case ValueError():
                return refusals.unreadable(str(request), "its headers make no sense")
            case _:
                # PyGithub follows a 301 on the same host and raises bare errors at all others.
                return ForgeError(
                    f"GitHub answered {request} with a redirect that is not followed.",
                    cause="GITHUB_API_URL is not quite right.",
                    remedy="Correct the address.",
                )

    def _unreachable(self, reason: Exception | None) -> ForgeError:
        # Only its name: the text may quote what was sent.
        return ForgeError(
            f"GitHub cannot be reached at {self._api_url} ({type(reason).__name__}).",
            cause="The runner has no network, or a proxy or firewall stands in between.",
            remedy="Check the network of the runner and GITHUB_API_URL. If GitHub's certificate is "
            "of a company's own authority, have REQUESTS_CA_BUNDLE name that authority's "
            "certificate.",
        )


def _exchange(client: Github, request: Request) -> GitHubResponse:
    """Send a request; the headers and the text of the answer are whatever the server says."""
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
    """The repository `full_name` ("owner/name"); usable from any thread."""

    full_name: str
    graphql_url: str
    transport: Transport
    deadline: Deadline
    policy: Policy

    def url(self, path: str) -> str:
        """Return the address of something of the repository."""
        return f"/repos/{self.full_name}/{path}"

    @property
    def variables(self) -> dict[str, str]:
        """The variables by which GraphQL queries name the repository."""
        owner, _, name = self.full_name.partition("/")
        return {"owner": owner, "name": name}

    def send(self, request: Request) -> GitHubResponse:
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
