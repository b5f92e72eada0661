"""Shortens text for a reader: between words where it can, and never inside a character."""

import unicodedata
from dataclasses import dataclass

_MARK = "…"
_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
# No character that people read is put together from more parts.
_MOST_PARTS = 32


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Text within a limit; `cuts` names what was left out, in words of ours alone."""

    text: str
    cuts: tuple[str, ...] = ()


def shorten(text: str, limit: int) -> str:
    """Cut a text to at most `limit` characters, the mark of the cut included.

    The cut falls between two words, unless the word there takes more than half of the limit.
    """
    if len(text) <= limit:
        return text
    room = limit - len(_MARK)
    between = max(text.rfind(space, limit // 2, room + 1) for space in " \n\t")
    return text[: between if between >= 0 else move_to_boundary(text, room)].rstrip() + _MARK


def line(text: str, limit: int) -> str:
    """Put a text on one line and shorten it."""
    return shorten(" ".join(text.split()), limit)


def move_to_boundary(text: str, end: int) -> int:
    """Move an end back to where no accent, skin tone or joined emoji is torn from its base."""
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
