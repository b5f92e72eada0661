"""Reads the body of an error response: its JSON object, or the title of a page in its place."""

import html
import re
from collections.abc import Mapping

from httpx2 import Response

# A page says what it is at its beginning.
_SEARCHED = 20_000
_TITLES = (
    re.compile(r"<title\b[^<>]{0,200}>([^<]{1,500})", re.IGNORECASE),
    re.compile(r"<h1\b[^<>]{0,200}>([^<]{1,500})", re.IGNORECASE),
)


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
