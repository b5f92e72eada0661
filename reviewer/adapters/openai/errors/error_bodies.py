"""Reads an error response: its JSON object, or the title of a page in its place."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from httpx2 import Response

from reviewer.adapters.http import waiting
from reviewer.text import invisible, truncate

_LONGEST_QUOTE = 200

# A page says what it is at its beginning.
_SEARCHED = 20_000
_TITLES = (
    re.compile(r"<title\b[^<>]{0,200}>([^<]{1,500})", re.IGNORECASE),
    re.compile(r"<h1\b[^<>]{0,200}>([^<]{1,500})", re.IGNORECASE),
)
# What OpenAI, Anthropic and Google call the errors that another provider's response repeats.
_STATUS_NAMES: dict[str, int] = {
    "authentication_error": HTTPStatus.UNAUTHORIZED,
    "invalid_api_key": HTTPStatus.UNAUTHORIZED,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "permission_error": HTTPStatus.FORBIDDEN,
    "permission_denied": HTTPStatus.FORBIDDEN,
    "invalid_request_error": HTTPStatus.BAD_REQUEST,
    "invalid_argument": HTTPStatus.BAD_REQUEST,
    "rate_limit_exceeded": HTTPStatus.TOO_MANY_REQUESTS,
    "rate_limit_error": HTTPStatus.TOO_MANY_REQUESTS,
    "resource_exhausted": HTTPStatus.TOO_MANY_REQUESTS,
    "server_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "api_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
    "overloaded_error": HTTPStatus.SERVICE_UNAVAILABLE,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "deadline_exceeded": HTTPStatus.GATEWAY_TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error response, as far as it has OpenAI's shape or another usual one.

    `code` and `parameter` are OpenAI's "code" (or "type") and "param". `text` is the whole body in
    lower case, for searching, or the error of a response of status 200, which may hold a part of a
    reply beside it; `message` and `location`, where a redirect leads, may be shown.
    `wait` is in seconds, None when the server asks for none. `is_page` marks a web page in place of
    JSON; `base_url` and the `path` of an API below it are the address that was asked, empty if they
    are not known.
    """

    status: int
    code: str
    parameter: str
    text: str
    message: str
    location: str
    wait: float | None
    is_page: bool = False
    base_url: str = ""
    path: str = ""

    @property
    def server(self) -> str:
        """The host of base-url, with its port if it names one."""
        return urlsplit(self.base_url).netloc

    @property
    def host(self) -> str:
        """The host of base-url."""
        return urlsplit(self.base_url).hostname or ""


def read(response: Response, key: str, error: dict[str, object] | None = None) -> Refusal:
    """Read an error response; the API key is hidden wherever the server repeats it.

    `error` is what a response of status 200 holds instead of a completion; its status is the one
    that it names, or 200.
    """
    status = response.status_code if error is None else read_status(error)
    text = response.text if error is None else json.dumps(error, ensure_ascii=False)
    error = read_object(response) if error is None else error
    message = read_member(error, "message") or read_member(error, "detail")
    message = message or find_title(response.text) or response.text.strip()
    message = message or response.reason_phrase or "no text"
    return Refusal(
        status=status,
        code=read_member(error, "code") or read_member(error, "type"),
        parameter=read_member(error, "param"),
        text=text.lower(),
        message=clean(message.removeprefix(f"{status} "), key),
        location=clean(response.headers.get("location", ""), key),
        wait=waiting.asked_wait(response.headers, message),
        is_page=_is_page(text),
    )


def clean(text: str, key: str) -> str:
    """Return a server's text on one line of at most 200 characters, without key and controls."""
    hidden = text.replace(key, "***") if key else text
    return truncate.line(invisible.drop(hidden), _LONGEST_QUOTE)


def _is_page(text: str) -> bool:
    return text[:_SEARCHED].lstrip().startswith("<")


def find_title(text: str) -> str:
    """Return the title or the first heading of a page, "" if the text has none."""
    if not _is_page(text):
        return ""
    found = filter(None, (pattern.search(text[:_SEARCHED]) for pattern in _TITLES))
    titles = (" ".join(html.unescape(match[1]).split()) for match in found)
    return next(filter(None, titles), "")


def read_object(response: Response) -> dict[str, object]:
    """Return the object that describes the error in the body, empty where there is none."""
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, list) and found:
        found = found[0]
    if isinstance(found, dict) and isinstance(found.get("error"), dict):
        found = found["error"]
    if isinstance(found, dict) and isinstance(found.get("error"), str):
        found = {"message": found["error"], **found}
    return found if isinstance(found, dict) else {}


def read_member(error: Mapping[str, object], name: str) -> str:
    """Return a member of the error object that is a text, "" if there is none."""
    value = error.get(name)
    return value if isinstance(value, str) else ""


def read_status(error: dict[str, object]) -> int:
    """Return the HTTP status that an error names by its number or a usual word, 200 without one."""
    for name in ("status", "code", "type"):
        named = str(error.get(name)).lower()
        if re.fullmatch("[345][0-9]{2}", named):
            return int(named)
        if named in _STATUS_NAMES:
            return _STATUS_NAMES[named]
    return HTTPStatus.OK
