"""The shapes that values of settings have in the repository's file and in its JSON Schema."""

from typing import TypeAlias

from reviewer.record import record


@record
class Switch:
    """`true` or `false`."""


@record
class Bounds:
    """A whole number from `low` to `high`, both included."""

    low: int
    high: int


@record
class Words:
    """One of some words."""

    words: tuple[str, ...]


@record
class WordList:
    """One or more of some words: a text with commas, or a list."""

    words: tuple[str, ...]


@record
class Text:
    """A text of at most `longest` characters.

    `pattern` tells an editor what it may hold, as far as a JSON Schema can say it.
    """

    longest: int
    pattern: str = ""


@record
class Items:
    """A list of at most `most` texts of up to `longest` characters; `globs`: gitignore patterns.

    Patterns that `selects` say which files are meant; others leave files out. `logins` are names of
    accounts.
    """

    most: int
    longest: int
    globs: bool = False
    selects: bool = False
    logins: bool = False


Shape: TypeAlias = Switch | Bounds | Words | WordList | Text | Items
