"""Shortens text for a reader: between words if possible, never inside a character."""

import unicodedata
from dataclasses import dataclass

NAME_CHARACTERS = 200
"""Characters of one name in a list: authors choose names, and one must not fill the list."""
_MARK = "…"
_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
# No character that people write is composed of more code points.
_MOST_PARTS = 32


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a longer text; `cuts` says what was left out, one phrase each."""

    text: str
    cuts: tuple[str, ...] = ()


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of the text; a shortened one ends with "…".

    The cut is between two words, unless the word there takes more than half of the limit.
    """
    if len(text) <= limit:
        return text
    room = limit - len(_MARK)
    between = max(text.rfind(space, limit // 2, room + 1) for space in " \n\t")
    return text[: between if between >= 0 else move_to_boundary(text, room)].rstrip() + _MARK


def shorten_name(name: str) -> str:
    """Return a path, a commit subject or an issue title, shortened to at most NAME_CHARACTERS."""
    return shorten(name, NAME_CHARACTERS)


def line(text: str, limit: int) -> str:
    """Return the text on one line, with single spaces, shortened to `limit` characters."""
    return shorten(" ".join(text.split()), limit)


def first_lines(text: str, limit: int) -> str:
    """Return the whole lines that fit into `limit` characters, or a part of a long one."""
    end = text.rfind("\n", 0, limit)
    return text[: end if end > limit // 2 else limit].rstrip()


def move_to_boundary(text: str, end: int) -> int:
    """Return the last position up to `end` that does not split a character from its parts.

    Parts are accents, skin tones and joined emoji.
    """
    for place in range(end, max(0, end - _MOST_PARTS), -1):
        if place >= len(text) or not _continues(text[place - 1], text[place]):
            return place
    return end


def _continues(before: str, after: str) -> bool:
    return (
        before == _ZERO_WIDTH_JOINER
        or after in _SKIN_TONES
        or after == _ZERO_WIDTH_JOINER
        or unicodedata.category(after).startswith("M")
    )
