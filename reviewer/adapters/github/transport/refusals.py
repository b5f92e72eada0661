"""What GitHub sent back: the response, its checked reading, and the errors that refusals become."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from reviewer.adapters.github.transport import forbidden
from reviewer.adapters.http import waiting
from reviewer.adapters.http.retry import TransientError
from reviewer.errors import (
    ForgeError,
    NotFoundError,
    RateLimitedError,
    RequestReserveError,
    UnauthorizedError,
    UnprocessableError,
)

T = TypeVar("T")

_LONGEST_MESSAGE = 300
_LIMITS = ("rate limit", "abuse detection")
# A tenth of the requests of an hour is kept for publishing: a summary, its threads, a check run and
# what is read again take less than the most.
_RESERVE_SHARE = 10
_FEWEST_KEPT, _MOST_KEPT = 20, 100
_COUNT = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class GitHubResponse:
    """A response to `request` ("GET /path"); header names are in lower case, texts untrusted."""

    request: str
    status: int
    headers: Mapping[str, str]
    text: str
    ok: bool = field(init=False)
    """True when the request was carried out (2xx)."""

    def __post_init__(self) -> None:
        """Read the status (RFC 9110, section 15.3)."""
        object.__setattr__(self, "ok", 200 <= self.status < 300)  # noqa: PLR2004

    @property
    def message(self) -> str:
        """GitHub's message about what went wrong, on one line of at most 300 characters."""
        try:
            value = json.loads(self.text)
        except (ValueError, RecursionError):
            return ""
        match value:
            case {"message": str(message)}:
                return " ".join(message.split())[:_LONGEST_MESSAGE]
            case _:
                return ""

    def read(self, decode: Callable[[object], T]) -> T:
        """Return what `decode` makes of the JSON; it raises ValueError for an unexpected shape.

        Raises TransientError, which allows one more attempt, for a response that cannot be used.
        """
        text = self.text_of("json")
        try:
            return decode(json.loads(text))
        except (ValueError, RecursionError) as wrong:
            raise unreadable_error(self.request, str(wrong)) from wrong

    def text_of(self, kind: str) -> str:
        """Return the text of a response whose media type contains `kind`.

        Raises TransientError, which allows one more attempt, for another media type.
        """
        if kind not in self.headers.get("content-type", ""):
            raise unreadable_error(self.request, f"its type is not {kind}")
        return self.text


class TooMuchError(TransientError):
    """GitHub did not finish an answer as large as this one; a smaller one may succeed."""


def unreadable_error(request: str, why: str) -> TransientError:
    """Return the error for a response that cannot be used; it allows one more attempt."""
    problem = ForgeError(
        f"GitHub's answer to {request} cannot be used: {why[:_LONGEST_MESSAGE]}.",
        cause="A proxy answered in GitHub's place, or GitHub has a fault.",
        remedy="Run the workflow again, and check GITHUB_API_URL.",
    )
    return TransientError(problem, attempts=2)


def repeated_pages_error(listed: str) -> ForgeError:
    """Return the error for a list, which `listed` names, whose pages come again and again."""
    return ForgeError(
        f"GitHub's pages of {listed} repeat themselves.",
        cause="GitHub is faulty, or a proxy answers in its place.",
        remedy="See https://www.githubstatus.com and run the workflow again.",
    )


def explain(  # noqa: PLR0911  # one for each meaning
    response: GitHubResponse,
) -> ForgeError | TransientError:
    """Return the error for a response whose status is not a success."""
    match response.status:
        case 401:
            return UnauthorizedError(
                "GitHub does not accept the token.",
                cause="The input github-token is wrong, or the token has expired.",
                remedy="Leave github-token out: the action then uses the workflow's own token.",
            )
        case 403 | 429 if _speaks_of_limit(response):
            return rate_limit_error(response)
        case 403:
            if response.text.lstrip().startswith("<"):
                return forbidden.page_error(response.request)
            return forbidden_error(response)
        case 404 | 410:
            return not_found_error(f"GitHub answered {response.request} with {response.status}")
        case 422:
            return _unprocessable_error(response)
        case status if status == 408 or status >= 500:  # noqa: PLR2004  # the server's own trouble
            # "GitHub terminates requests that take more than 10 seconds" with these two.
            kind = TooMuchError if status in {502, 504} else TransientError
            wait = waiting.asked_wait(response.headers, response.message)
            return kind(_status_error(response), wait=wait)
        case _:
            return _status_error(response)


def _unprocessable_error(response: GitHubResponse) -> UnprocessableError:
    message = f": {response.message}" if response.message else ""
    return UnprocessableError(
        f"GitHub refuses {response.request} with 422{message}.",
        cause="GitHub does not accept a line, a commit or a text in the request.",
        remedy="Run the workflow again; if that does not help, please report it.",
    )


def not_found_error(what: str) -> NotFoundError:
    """Return the error for what does not exist or is hidden: GitHub gives 404 for both."""
    return NotFoundError(
        f"{what}: not found, or the token may not see it.",
        cause="GitHub does not say which of the two it is.",
        remedy="Check the number and the repository, and that the job's permissions contain "
        "`contents: read` and `pull-requests: write`.",
    )


def forbidden_error(response: GitHubResponse, message: str = "") -> ForgeError:
    """Return the error for a request that GitHub forbids.

    `message` is GitHub's, where it is not a member of the response.
    """
    accepted = response.headers.get("x-accepted-github-permissions", "")
    return forbidden.explain(response.request, message or response.message, accepted)


def rate_limit_error(response: GitHubResponse, message: str = "") -> TransientError:
    """Return the error for a rate limit, with the wait that GitHub asked for.

    `message` is GitHub's, where it is not a member of the response.
    """
    wait = waiting.asked_wait(response.headers, message or response.message)
    asked = (
        "without saying for how long"
        if wait is None
        else f"and asks to wait {_describe_wait(wait)}"
    )
    problem = RateLimitedError(
        f"GitHub limits the requests of this GitHub token {asked}.",
        cause="All jobs of a repository share one limit.",
        remedy="Run the workflow again after that time.",
    )
    return TransientError(problem, wait=wait, limited=True)


def check_reserve(
    seen: Iterable[tuple[Mapping[str, str], float]], now: float, resource: str = "core"
) -> None:
    """Raise RequestReserveError if only the requests for publishing are left.

    `seen` holds the headers of responses and the moments at which they came, on the clock of `now`,
    in seconds. `resource` names the limit that applies: REST requests and GraphQL queries have one
    each ("Rate limits for the REST API"). Requests of several threads end in any order, so the
    smallest number of the newest hour is taken. Without numbers, as on most Enterprise servers,
    there is no reserve.
    """
    found = [
        (headers["x-ratelimit-reset"], -int(headers["x-ratelimit-remaining"]), headers, moment)
        for headers, moment in seen
        if headers.get("x-ratelimit-resource") == resource and _has_counts(headers)
    ]
    if not found:
        return
    _, remaining, headers, moment = max(found, key=lambda each: each[:2])
    limit, remaining = int(headers["x-ratelimit-limit"]), -remaining
    if remaining > max(_FEWEST_KEPT, min(_MOST_KEPT, limit // _RESERVE_SHARE)):
        return
    if now - moment < (waiting.until_reset(headers) or 0):
        raise RequestReserveError(
            f"The GitHub token has {remaining} of {limit} requests left, which are kept for "
            "publishing.",
            cause="All jobs of a repository share one limit an hour.",
            remedy="Run the workflow again when the hour is over, or review fewer files.",
        )


def _has_counts(headers: Mapping[str, str]) -> bool:
    names = ("limit", "remaining", "reset")
    values = (headers.get(f"x-ratelimit-{name}", "") for name in names)
    return all(_COUNT.fullmatch(value) for value in values)


def names_limit(message: str) -> bool:
    """Return True if a message of GitHub's speaks of a limit of requests."""
    return any(words in message.lower() for words in _LIMITS)


def _speaks_of_limit(response: GitHubResponse) -> bool:
    return (
        response.status == 429  # noqa: PLR2004  # Too Many Requests
        or "retry-after" in response.headers
        or response.headers.get("x-ratelimit-remaining") == "0"
        or names_limit(response.message)
    )


def _describe_wait(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minutes" if minutes > 1 else f"{math.ceil(seconds)} seconds"


def _status_error(response: GitHubResponse) -> ForgeError:
    if 300 <= response.status < 400:  # noqa: PLR2004  # RFC 9110, section 15.4
        return ForgeError(
            f"GitHub answered {response.request} with a redirect ({response.status}).",
            cause="The repository was renamed, or GITHUB_API_URL is not the API's own address.",
            remedy="Run the workflow in the renamed repository; leave GITHUB_API_URL as the runner "
            "sets it.",
        )
    message = f" and says: {response.message}" if response.message else ""
    return ForgeError(
        f"GitHub answered {response.request} with {response.status}{message}.",
        remedy="See https://www.githubstatus.com and run the workflow again.",
    )
