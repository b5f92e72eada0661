"""Reads the title of an HTML page that came in place of JSON: a proxy's, or one to log in."""

import html
import re

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
