"""Says what to write in place of the text of an input that cannot be used."""

import re
from collections.abc import Iterator
from typing import Any

from reviewer.config.mistakes import number_mistakes, word_mistakes
from reviewer.config.option_types import OptionType, unquote
from reviewer.config.shapes import Switch, WordList, Words

_SCHEME = re.compile(r"(?:authorization:\s*)?(?:bearer|token)\s+", re.IGNORECASE)


def advise(name: str, kind: OptionType[Any], text: str) -> str:
    """Return what to write, an example if nobody knows what was meant."""
    if kind.secret:
        return _advise_secret(name, kind, text)
    if lines := find_lines(name, kind, text):
        return f"Write {' or '.join(f'`{line}`' for line in lines)}."
    if isinstance(kind.shape, Words | WordList | Switch):
        return word_mistakes.list_choices(name, kind.shape)
    return f"Write, for example, `{name}: {kind.example}`."


def find_lines(name: str, kind: OptionType[Any], text: str) -> tuple[str, ...]:
    """Return the line that was meant: none if nobody knows, two if a number has two readings."""
    values = dict.fromkeys(_correct(name, kind, text))
    return tuple(f"{name}: {value}" for value in values if _takes(kind, value))


def _correct(name: str, kind: OptionType[Any], text: str) -> Iterator[str]:
    match kind.shape:
        case Switch():
            switched = word_mistakes.read_switch(text)
            yield "" if switched is None else str(switched).lower()
        case Words() | WordList():
            yield word_mistakes.correct(text, kind.shape)
        case _:
            # A list has commas of its own.
            yield from () if kind.many else number_mistakes.find(name, unquote(text))


def _takes(kind: OptionType[Any], value: str) -> bool:
    """Return True for a value that may be advised: a text of the author is not repeated."""
    try:
        return bool(value) and not isinstance(kind.parse(value), str)
    except ValueError:
        return False


def _advise_secret(name: str, kind: OptionType[Any], text: str) -> str:
    """Return what to do about a secret, of which nothing is repeated but a fixed word."""
    bare = unquote(text)
    found = _SCHEME.match(bare)
    key = bare[found.end() :] if found else ""
    try:
        kind.parse(key)
    except ValueError:
        key = ""
    if found and key:
        scheme = f"{' '.join(found[0].split())} "
        return f"Remove `{scheme}` from the secret, or from the line `{name}:` if it is there."
    return f"Save it again as a secret, in one line, and write `{name}: {kind.example}`."
