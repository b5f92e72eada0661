"""Reads the body of an error response: its JSON object, or the title of a page in its place."""

import html
import re
from collections.abc import Mapping
from http import HTTPStatus

from httpx2 import Response

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


def find_title(text: str) -> str:
    """Return the title or the first heading of a page, "" if the text has none."""
    beginning = text[:_SEARCHED]
    if not beginning.lstrip().startswith("<"):
        return ""
    found = filter(None, (pattern.search(beginning) for pattern in _TITLES))
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
