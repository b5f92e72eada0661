"""The kinds of values that settings take: what is allowed, in words, and how text becomes one."""

import enum
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from reviewer.config import shard
from reviewer.config.shard import Shard
from reviewer.record import record, replace

if TYPE_CHECKING:
    from decimal import Decimal

T = TypeVar("T")
E = TypeVar("E", bound=enum.Enum)

MOST_GLOBS = 200
LONGEST_GLOB = 256
"""Characters; matching is linear in the product of both, and no real list comes near."""
MOST_NAMES = 100
LONGEST_NAME = 100
"""GitHub's labels end at 50 characters, its logins at 39."""
LONGEST_LANGUAGE = 40
LONGEST_INSTRUCTIONS = 4_096
"""Bytes of UTF-8: enough for a page of wishes, too little to drown the change itself."""


@record
class Bounds:
    """The smallest and the largest number that is allowed."""

    low: int
    high: int


@record
class Kind(Generic[T]):
    """A kind of value.

    `parse` raises ValueError for what is not allowed, with a reason where `allowed` does not say
    it all. `blank` means that an empty text is a value too; otherwise it stands for the default.
    `many` means a list: one entry per line, or separated by commas.
    """

    parse: Callable[[str], T]
    allowed: str
    example: str
    blank: bool = False
    many: bool = False
    secret: bool = False


def flag() -> Kind[bool]:
    """Read a boolean as YAML 1.2 and GitHub's own toolkit do; nothing is trimmed."""
    words = {"true": True, "True": True, "TRUE": True}
    words |= {"false": False, "False": False, "FALSE": False}

    def parse(text: str) -> bool:
        if text not in words:
            raise ValueError
        return words[text]

    return Kind(parse, "`true` or `false`", "true")


def whole(bounds: Bounds, example: int) -> Kind[int]:
    """Read a whole number in plain digits: no sign, exponent, separator or leading zero."""

    def parse(text: str) -> int:
        number = int(text) if re.fullmatch(r"0|[1-9][0-9]{0,9}", text) else -1
        if not bounds.low <= number <= bounds.high:
            raise ValueError
        return number

    allowed = f"a whole number from {bounds.low} to {bounds.high}, in digits only"
    return Kind(parse, allowed, str(example))


def decimal(high: int, *, above: int = -1, unit: str = "", example: str) -> "Kind[Decimal]":
    """Read a number up to `high` in plain digits, with a point where it has a fraction."""

    def parse(text: str) -> "Decimal":
        # Imported late: few runs set a price.
        from decimal import Decimal

        number = Decimal(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text) else Decimal(-1)
        if not above < number <= high:
            raise ValueError
        return number

    low = "from 0 to" if above < 0 else f"above {above}, up to"
    return Kind(parse, f"a number {low} {high}{unit}, like `{example}`", example)


def fraction(high: int, example: str) -> Kind[float]:
    """Read a number from 0 to `high`, where exactness does not matter."""
    exact = decimal(high, example=example)

    def parse(text: str) -> float:
        return float(exact.parse(text))

    return Kind(parse, exact.allowed, exact.example)


def optional(kind: Kind[T]) -> Kind[T | None]:
    """Let an empty text mean None."""

    def parse(text: str) -> T | None:
        return kind.parse(text) if text else None

    return Kind(parse, f"{kind.allowed}; empty for none", kind.example, blank=True)


def needed(kind: Kind[T]) -> Kind[T]:
    """Let an empty text stand for the default, where a kind has a meaning of its own for it."""
    return replace(kind, blank=False)


def choice(members: type[E]) -> Kind[E]:
    """Read one word of an enumeration, written as its lower-case name."""
    words = {member.name.lower(): member for member in members}

    def parse(text: str) -> E:
        if text not in words:
            raise ValueError
        return words[text]

    *most, last = (f"`{word}`" for word in words)
    return Kind(parse, f"{', '.join(most)} or {last}", last.strip("`"))


def line(pattern: str, allowed: str, example: str, *, blank: bool = False) -> Kind[str]:
    """Read a text on one line, trimmed, that matches a pattern as a whole."""
    shape = re.compile(pattern)

    def parse(text: str) -> str:
        text = text.strip()
        if not (shape.fullmatch(text) and text.isprintable()) and not (blank and not text):
            raise ValueError
        return text

    return Kind(parse, allowed, example, blank=blank)


def secret(example: str) -> Kind[str]:
    """Read a key or token; the blanks and quotes that come with copying it are taken off."""

    def parse(text: str) -> str:
        text = text.strip().strip("\"'").strip()
        if not re.fullmatch(r"[!-~]*", text):
            raise ValueError
        return text

    allowed = "one line of visible ASCII characters, without blanks inside"
    return Kind(parse, allowed, example, blank=True, secret=True)


def language() -> Kind[str]:
    """Read the name of a language: whoever can write more here could instruct the model."""

    def parse(text: str) -> str:
        text = text.strip()
        if len(text) > LONGEST_LANGUAGE or not all(map(_in_a_language_name, text)):
            raise ValueError
        return text

    allowed = f"letters, spaces and hyphens, at most {LONGEST_LANGUAGE}"
    return Kind(parse, allowed, "Brazilian Portuguese", blank=True)


def _in_a_language_name(char: str) -> bool:
    return char in " -" or unicodedata.category(char)[0] in "LM"


def prose() -> Kind[str]:
    """Read a text of several lines."""

    def parse(text: str) -> str:
        text = text.strip()
        if len(text.encode(errors="replace")) > LONGEST_INSTRUCTIONS:
            raise ValueError
        return text

    allowed = f"a text of at most {LONGEST_INSTRUCTIONS} bytes"
    return Kind(parse, allowed, "Money is in cents, never a float.", blank=True)


def share() -> Kind[Shard]:
    """Read one share of a division, such as 2/8."""
    return Kind(shard.parse, f"a share such as `2/8`, of at most {shard.MOST}", "2/8")


def globs() -> Kind[tuple[str, ...]]:
    """Read gitignore patterns; lines that start with "#" are comments, as there."""

    def parse(text: str) -> tuple[str, ...]:
        lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
        return capped(_items("\n".join(lines)), MOST_GLOBS, LONGEST_GLOB)

    allowed = f"gitignore patterns, at most {MOST_GLOBS} of {LONGEST_GLOB} characters"
    return Kind(parse, allowed, "docs/**, *.md", blank=True, many=True)


def names(example: str, among: tuple[str, ...] = ()) -> Kind[tuple[str, ...]]:
    """Read a list of names, out of a closed set where one is given."""

    def parse(text: str) -> tuple[str, ...]:
        items = capped(_items(text), MOST_NAMES, LONGEST_NAME)
        if among and not set(items) <= set(among):
            raise ValueError
        return items

    allowed = f"at most {MOST_NAMES} names of {LONGEST_NAME} characters"
    if among:
        allowed = f"any of {', '.join(among)}"
    return Kind(parse, allowed, example, blank=not among, many=True)


def capped(items: tuple[str, ...], most: int, longest: int) -> tuple[str, ...]:
    """Return the items; raises ValueError when they are too many or one is too long or odd."""
    if len(items) > most:
        raise ValueError(f"{len(items)} entries; at most {most} are allowed")
    for number, item in enumerate(items, 1):
        if len(item) > longest:
            raise ValueError(f"entry {number} is longer than {longest} characters")
        if not item.isprintable():
            raise ValueError(f"entry {number} holds a control or invisible character")
    return items


def _items(text: str) -> tuple[str, ...]:
    return tuple(item for part in re.split(r"[,\r\n]", text) if (item := part.strip()))
