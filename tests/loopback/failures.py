"""What can go wrong with one exchange, as values that a test puts into a server's queue.

`processed` says if the server did what was asked before things went wrong: the client cannot
tell, and that is the point.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tests.loopback.messages import JSON, Response, as_json


@dataclass(frozen=True, slots=True)
class Instead:
    """Another answer goes out in place of the real one."""

    response: Response
    processed: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset without an answer."""

    processed: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer until the server is released or the time in seconds has passed; then a reset."""

    seconds: float = 30.0
    processed: bool = False


@dataclass(frozen=True, slots=True)
class Drip:
    """The real answer, but its body one byte at a time, `interval` seconds apart."""

    interval: float = 0.05


@dataclass(frozen=True, slots=True)
class Cut:
    """The real answer, but the connection is reset in the middle of its body."""


@dataclass(frozen=True, slots=True)
class Around:
    """The real answer, changed on its way out; or something happens before or after it is made."""

    before: Callable[[], object] | None = None
    after: Callable[[], object] | None = None
    change: Callable[[Response], Response] | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """Nothing goes wrong: lets the first of several matching requests through."""


Failure: TypeAlias = Instead | Reset | Hang | Drip | Cut | Around | Pass


def status(
    code: int,
    body: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    processed: bool = False,
) -> Instead:
    """Answer with a status; without a body, the JSON that GitHub's front end sends."""
    value = {"message": "Server Error"} if body is None else body
    return Instead(as_json(code, value, headers), processed)


def html(text: str = "<html><body>Unicorn!</body></html>", *, code: int = 200) -> Instead:
    """Answer with a page for people where JSON was asked for."""
    return Instead(Response(code, text.encode(), "text/html; charset=utf-8"))


def redirect(location: str, *, code: int = 307) -> Instead:
    """Send the client elsewhere."""
    body = {"message": "Temporary Redirect", "url": location}
    return Instead(as_json(code, body, {"Location": location}))


def malformed(body: bytes = b'{"id": 1, "body": "trunc', *, code: int = 200) -> Instead:
    """Answer with JSON that ends too early."""
    return Instead(Response(code, body, JSON))


def empty(code: int = 200) -> Instead:
    """Answer without a body."""
    return Instead(Response(code))


def rate_limited(*, code: int = 403, retry_after: float | None = None) -> Instead:
    """GitHub's secondary limit; the header in seconds is missing as often as not."""
    wait = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    body = {
        "message": "You have exceeded a secondary rate limit. Please wait a few minutes before "
        "you try again.",
        "documentation_url": "https://docs.github.com/rest/using-the-rest-api/"
        "rate-limits-for-the-rest-api#about-secondary-rate-limits",
    }
    return status(code, body, headers=wait)


def limit_used_up(*, reset: int, code: int = 403) -> Instead:
    """GitHub's primary limit; `reset` in seconds since 1970."""
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
    body = {"message": "API rate limit exceeded for installation ID 1."}
    return status(code, body, headers=headers)


def graphql_errors(*messages: str, data: object = None, kind: str = "FORBIDDEN") -> Instead:
    """A GraphQL failure: status 200, errors in the body, and perhaps some of the data."""
    errors = [{"type": kind, "message": message} for message in messages]
    return status(200, {"data": data, "errors": errors})


def edited(change: Callable[[object], object]) -> Around:
    """Change the JSON of the real answer."""

    def changed(response: Response) -> Response:
        value = change(json.loads(response.body))
        return as_json(response.status, value, response.headers)

    return Around(change=changed)
