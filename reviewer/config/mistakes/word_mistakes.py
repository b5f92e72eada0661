"""Finds the word that was meant where a setting takes a switch or some of a few words."""

import difflib
import re
from collections.abc import Sequence

from reviewer import grades
from reviewer.config.shapes import Switch, WordList, Words

_SWITCHES = {
    **dict.fromkeys(("true", "yes", "on", "y", "1", "enabled", "always"), True),
    **dict.fromkeys(("false", "no", "off", "n", "0", "disabled", "never", "none"), False),
}
# What says that something is not done; the last two go with no other word.
_OFF = ("off", "never", "none")
_ALONE = ("never", "none")
# What says that it is done, the more careful word first.
_ON = ("auto", "on")
# What people put around a word: quotes of all kinds, the dash of a list, the end of a sentence.
_AROUND = " \t,;\"'`\u201c\u201d\u2018\u2019"
# How like a word another one must be to be taken for it, as difflib measures it.
_LIKE = 0.75


def read_switch(value: object) -> bool | None:
    """Return what a value says in place of `true` or `false`, None if it says neither."""
    return None if value is None else _SWITCHES.get(unwrap(str(value)).casefold())


def unwrap(text: str) -> str:
    """Remove what people put around a word."""
    return text.strip(_AROUND).removeprefix("-").lstrip()


def correct(value: object, shape: Words | WordList) -> str:
    """Return the words that were meant, separated by commas; "" if nobody knows."""
    items = value if isinstance(value, tuple) else re.split(r"[,;\n]|\s-", _write(value))
    texts = [unwrap(_write(each)).lower() for each in items]
    # What stands between two separators is nothing, and an empty list is no word.
    texts = [text for text in texts if text] or texts[:1]
    words = [_correct_word(text, shape.words) for text in texts]
    if not all(words):
        return ""
    kept = dict.fromkeys([word for word in words if word not in _ALONE] or words)
    return "" if isinstance(shape, Words) and len(kept) > 1 else ", ".join(kept)


def list_choices(key: str, shape: Words | WordList | Switch) -> str:
    """Return what to write where nobody knows what was meant.

    One of a few words is no example: whoever copies it gets something else than was meant.
    """
    if isinstance(shape, Switch):
        return f"Write `{key}: true` or `{key}: false`."
    return f"Write `{key}: ...` with one of these words."


def _write(value: object) -> str:
    return "" if value is None else str(value)


def _correct_word(text: str, words: Sequence[str]) -> str:
    if text in words:
        return text
    switched = read_switch(text)
    if switched is not None:
        # Without a word for off, the others are degrees or kinds, and none of them means on.
        meant = _OFF if not switched else _ON if "off" in words else ()
        return next((word for word in meant if word in words), "")
    severity = grades.read_least_severity(text) if "critical" in words else None
    if severity and severity.label in words:
        return severity.label
    begun = [word for word in words if len(text) > 1 and word.startswith(text)]
    alike = begun or difflib.get_close_matches(text, words, n=1, cutoff=_LIKE)
    # "noncritical" is like "critical", and means the opposite.
    return alike[0] if len(alike) == 1 and alike[0][0] == text[0] else ""
