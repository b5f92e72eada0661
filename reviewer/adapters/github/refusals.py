"""What GitHub sent back: the answer, its checked reading, and what its refusals mean."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from reviewer.adapters.http import waiting
from reviewer.adapters.http.retry import TransientError
from reviewer.errors import (
    ConversationClosedError,
    ForbiddenError,
    ForgeError,
    NotFoundError,
    RateLimitedError,
    UnauthorizedError,
    UnprocessableError,
)

T = TypeVar("T")

# "issues=write; pull_requests=write": what stands between semicolons is a choice.
_PERMISSION = re.compile(r"([a-z_]{1,40})=(read|write)")
_LONGEST_MESSAGE = 300
_LIMITS = ("rate limit", "abuse detection")
_CLOSED = ("issue is locked", "conversation is locked", "was archived")


@dataclass(frozen=True, slots=True)
class GitHubResponse:
    """An answer to `request` ("GET /path"); header names are in lower case, all text untrusted."""

    request: str
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def ok(self) -> bool:
        """Whether the request was carried out; a redirect was not."""
        return 200 <= self.status < 300  # noqa: PLR2004  # RFC 9110, section 15.3

    @property
    def message(self) -> str:
        """GitHub's own words about what went wrong, on one short line; empty without any."""
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
        """Decode the JSON; `decode` raises ValueError for a shape that cannot be.

        Raises TransientError, which allows one more attempt, for an answer that cannot be used.
        """
        text = self.text_of("json")
        try:
            return decode(json.loads(text))
        except (ValueError, RecursionError) as wrong:
            raise unreadable(self.request, str(wrong)) from wrong

    def text_of(self, kind: str) -> str:
        """Return the text when the name of its media type contains `kind`.

        Raises TransientError, which allows one more attempt, when it does not.
        """
        if kind not in self.headers.get("content-type", ""):
            raise unreadable(self.request, f"its type is not {kind}")
        return self.text


def unreadable(request: str, why: str) -> TransientError:
    """Make the failure of an answer that came but cannot be used: one more attempt."""
    problem = ForgeError(
        f"GitHub's answer to {request} cannot be used: {why[:_LONGEST_MESSAGE]}.",
        cause="A proxy answered in GitHub's place, or GitHub has a fault.",
        remedy="Run the workflow again, and check GITHUB_API_URL.",
    )
    return TransientError(problem, attempts=2)


def refusal(  # noqa: PLR0911  # one for each meaning
    response: GitHubResponse,
) -> ForgeError | TransientError:
    """Say what an answer means that is not the one hoped for."""
    match response.status:
        case 401:
            return UnauthorizedError(
                "GitHub does not accept the token.",
                cause="The input github-token is wrong, or the token has expired.",
                remedy="Leave github-token out to use the one of the workflow.",
            )
        case 403 | 429 if _speaks_of_limit(response):
            return limited(response)
        case 403:
            return _closed(response) or forbidden(response)
        case 404 | 410:
            return not_found(f"GitHub answered {response.request} with {response.status}")
        case 422:
            return _unprocessable(response)
        case status if status == 408 or status >= 500:  # noqa: PLR2004  # the server's own trouble
            return TransientError(
                _failed(response), wait=waiting.asked_wait(response.headers, response.message)
            )
        case _:
            return _failed(response)


def _unprocessable(response: GitHubResponse) -> UnprocessableError:
    said = f": {response.message}" if response.message else ""
    return UnprocessableError(
        f"GitHub refuses {response.request} with 422{said}.",
        cause="A line, a commit or a text is not what GitHub expects there.",
        remedy="Run the workflow again; if that does not help, please report it.",
    )


def _closed(response: GitHubResponse) -> ConversationClosedError | None:
    if not any(word in response.message for word in _CLOSED):
        return None
    return ConversationClosedError(
        f"Nobody may comment here: {response.message}",
        cause="The conversation is locked or the repository is archived.",
    )


def not_found(what: str) -> NotFoundError:
    """Make the failure of something that is not there, or not for this token: GitHub tells not."""
    return NotFoundError(
        f"{what}: not found, or the token may not see it.",
        cause="GitHub gives the same answer in both cases.",
        remedy="Check the number and the repository, and that the job's permissions contain "
        "`contents: read` and `pull-requests: write`.",
    )


def forbidden(response: GitHubResponse) -> ForbiddenError:
    """Make the failure of a token without permission, with the line to paste."""
    accepted = response.headers.get("x-accepted-github-permissions", "").split(";")
    # Any one of them will do; pull requests are what this action is about.
    choice = next((way for way in accepted if "pull_requests" in way), accepted[0])
    needed = {"contents": "read", "pull-requests": "write"}
    needed |= {name.replace("_", "-"): level for name, level in _PERMISSION.findall(choice)}
    # Every token has this one, and a workflow that names it is refused.
    needed.pop("metadata", None)
    needs = ", ".join(f"{name}: {level}" for name, level in needed.items())
    said = f": {response.message}" if response.message else ""
    return ForbiddenError(
        f"The token may not do {response.request}{said}.",
        cause="The workflow does not give its token the permission; for a fork GitHub never does.",
        remedy=f"Add to the job: `permissions: {{{needs}}}`.",
    )


def limited(response: GitHubResponse) -> TransientError:
    """Make the failure of a rate limit, with the wait that GitHub asked for."""
    wait = waiting.asked_wait(response.headers, response.message)
    asked = "without saying for how long" if wait is None else f"and asks to wait {_spoken(wait)}"
    problem = RateLimitedError(
        f"GitHub limits the requests of this token {asked}.",
        cause="All jobs of a repository share one limit.",
        remedy="Run the workflow again after that time.",
    )
    return TransientError(problem, wait=wait, limited=True)


def _speaks_of_limit(response: GitHubResponse) -> bool:
    return (
        response.status == 429  # noqa: PLR2004  # Too Many Requests
        or "retry-after" in response.headers
        or response.headers.get("x-ratelimit-remaining") == "0"
        or any(words in response.message.lower() for words in _LIMITS)
    )


def _spoken(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minutes" if minutes > 1 else f"{math.ceil(seconds)} seconds"


def _failed(response: GitHubResponse) -> ForgeError:
    if 300 <= response.status < 400:  # noqa: PLR2004  # RFC 9110, section 15.4
        return ForgeError(
            f"GitHub answered {response.request} with a redirect ({response.status}).",
            cause="The repository was renamed, or GITHUB_API_URL is not quite right.",
            remedy="Run the workflow again under the new name, or correct the address.",
        )
    said = f" and says: {response.message}" if response.message else ""
    return ForgeError(
        f"GitHub answered {response.request} with {response.status}{said}.",
        remedy="See https://www.githubstatus.com and run the workflow again.",
    )
