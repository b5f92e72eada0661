"""The types of settings: which values are allowed, in words, and how a text becomes one."""

import enum
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from reviewer.config import shard
from reviewer.config.enums import NoLimit
from reviewer.config.shapes import Bounds, Items, Shape, Switch, Text, WordList, Words
from reviewer.config.shard import Shard
from reviewer.record import record, replace

if TYPE_CHECKING:
    from decimal import Decimal

T = TypeVar("T")
E = TypeVar("E", bound=enum.Enum)

MOST_GLOBS = 200
LONGEST_GLOB = 256
"""Characters. The time to match grows with the product of both; real lists are far smaller."""
MOST_NAMES = 100
LONGEST_NAME = 100
"""Characters. GitHub's labels have at most 50, its logins at most 39."""
LONGEST_LANGUAGE = 40
# What JavaScript's trim() removes, so that inputs are trimmed as by GitHub's toolkit.
_BLANKS = "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"
_BLANKS += "".join(map(chr, range(0x2000, 0x200B)))
LONGEST_INSTRUCTIONS = 4_096
"""Bytes of UTF-8: about a page, which is small beside the change itself in a prompt."""


@record
class OptionType(Generic[T]):
    """The type of a setting.

    `parse` raises ValueError for a text that is not allowed, with a reason if `allowed` does not
    say it. `blank` means that an empty text is a value too; otherwise it means the default.
    `many` means a list: one entry per line, or separated by commas. `shape` is how the repository's
    file would write the value; None for types that are used by inputs only.
    """

    parse: Callable[[str], T]
    allowed: str
    example: str
    shape: Shape | None = None
    blank: bool = False
    many: bool = False
    secret: bool = False


def trim(text: str) -> str:
    """Remove blanks and line breaks around a text, as `core.getInput` of GitHub's toolkit does."""
    return text.strip(_BLANKS)


def unquote(text: str) -> str:
    """Remove quotes around a text, and blanks on both sides of them, left from copying."""
    return trim(trim(text).strip("\"'"))


def flag(example: str = "true") -> OptionType[bool]:
    """Read a boolean as YAML 1.2 and GitHub's toolkit do."""
    words = {"true": True, "True": True, "TRUE": True}
    words |= {"false": False, "False": False, "FALSE": False}

    def parse(text: str) -> bool:
        if text not in words:
            raise ValueError
        return words[text]

    return OptionType(parse, "`true` or `false`", example, Switch())


def integer(low: int, high: int, example: int, *, unit: str = "") -> OptionType[int]:
    """Read a whole number in plain digits: no sign, exponent, separator or leading zero."""

    def parse(text: str) -> int:
        number = int(text) if re.fullmatch(r"0|[1-9][0-9]{0,9}", text) else -1
        if not low <= number <= high:
            raise ValueError
        return number

    allowed = f"a whole number from {low} to {high}{unit and f' ({unit})'}, in digits only"
    return OptionType(parse, allowed, str(example), Bounds(low, high))


def decimal(high: int, *, above: int = -1, unit: str = "", example: str) -> "OptionType[Decimal]":
    """Read a number up to `high` in plain digits, with a point before a fraction.

    No leading zero: 050 may be 0.50 without its separator.
    """

    def parse(text: str) -> "Decimal":
        # Imported late: only a run with a limit of this type needs it.
        from decimal import Decimal

        plain = re.fullmatch(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,6})?", text)
        number = Decimal(text) if plain else Decimal(-1)
        if not above < number <= high:
            raise ValueError
        return number

    low = "from 0 to" if above < 0 else f"above {above}, up to"
    return OptionType(parse, f"a number {low} {high}{unit}, like `{example}`", example)


def fraction(high: int, example: str) -> OptionType[float]:
    """Read a number from 0 to `high` as a float."""
    exact = decimal(high, example=example)
    return OptionType(lambda text: float(exact.parse(text)), exact.allowed, exact.example)


def optional(option: OptionType[T], default: str = "none") -> OptionType[T | None]:
    """Let an empty text mean None; `default` says what that is."""

    def parse(text: str) -> T | None:
        return option.parse(text) if text else None

    allowed = f"{option.allowed}; empty for {default}"
    return OptionType(parse, allowed, option.example, option.shape, blank=True)


def ceiling(option: OptionType[T], default: str) -> OptionType[T | NoLimit | None]:
    """Let an empty text mean None, the default in words, and `none` mean that there is no limit."""

    def parse(text: str) -> T | NoLimit | None:
        return NoLimit.NONE if text == NoLimit.NONE.value else option.parse(text) if text else None

    allowed = f"{option.allowed}; `none` for no limit; empty for {default}"
    return OptionType(parse, allowed, option.example, blank=True)


def never_empty(option: OptionType[T]) -> OptionType[T]:
    """Let an empty text mean the default, instead of being a value."""
    return replace(option, blank=False)


def choice(members: type[E], example: str) -> OptionType[E]:
    """Read one word of an enumeration, written as its lower-case name with hyphens.

    `example` is a word that does no harm to whoever copies it.
    """
    words = {_word(member): member for member in members}

    def parse(text: str) -> E:
        if text not in words:
            raise ValueError
        return words[text]

    *most, last = (f"`{word}`" for word in words)
    allowed = f"{', '.join(most)} or {last}"
    return OptionType(parse, allowed, example, Words(tuple(words)))


def choices(
    members: type[E], alone: E, example: str = "high, incomplete"
) -> OptionType[tuple[E, ...]]:
    """Read one or more words of an enumeration; the member `alone` goes with no other."""
    one = choice(members, example)

    def parse(text: str) -> tuple[E, ...]:
        items = tuple(dict.fromkeys(map(one.parse, _split(text))))
        if not items or (alone in items and len(items) > 1):
            raise ValueError
        return items

    first = _word(alone)
    words = tuple(map(_word, members))
    others = ", ".join(f"`{word}`" for word in words if word != first)
    allowed = f"`{first}`, or any of {others}"
    return OptionType(parse, allowed, example, WordList(words), many=True)


def _word(member: enum.Enum) -> str:
    return member.name.lower().replace("_", "-")


def line(pattern: str, allowed: str, example: str, *, blank: bool = False) -> OptionType[str]:
    """Read a text on one line, trimmed, that matches the whole of a regular expression."""

    def parse(text: str) -> str:
        text = trim(text)
        fits = re.fullmatch(pattern, text) and text.isprintable()
        if not fits and not (blank and not text):
            raise ValueError
        return text

    return OptionType(parse, allowed, example, blank=blank)


def secret(example: str) -> OptionType[str]:
    """Read a key or token; blanks and quotes around it are removed."""

    def parse(text: str) -> str:
        text = unquote(text)
        if not re.fullmatch(r"[!-~]*", text):
            raise ValueError
        return text

    allowed = "one line of visible ASCII characters, without blanks inside"
    return OptionType(parse, allowed, example, blank=True, secret=True)


def _is_mark(char: str) -> bool:
    """Return True for an accent, or a vowel sign of a script that has them."""
    import unicodedata  # Rare, and every start would pay for the table.

    return unicodedata.category(char).startswith("M")


def language() -> OptionType[str]:
    """Read the name of a language, and nothing else that could be an instruction to the model."""

    def parse(text: str) -> str:
        text = trim(text)
        usual = all(char in " -" or char.isalpha() or _is_mark(char) for char in text)
        if len(text) > LONGEST_LANGUAGE or not usual:
            raise ValueError
        return text

    allowed = f"letters, spaces and hyphens, at most {LONGEST_LANGUAGE}"
    # A schema has no portable class for letters: this one excludes the other ASCII characters.
    shape = Text(LONGEST_LANGUAGE, r"^[^\x00-\x1f!-,./0-9:-@\[-`{-\x7f]*$")
    return OptionType(parse, allowed, "Brazilian Portuguese", shape, blank=True)


def prose() -> OptionType[str]:
    """Read a text of several lines."""

    def parse(text: str) -> str:
        text = trim(text)
        if len(text.encode(errors="replace")) > LONGEST_INSTRUCTIONS:
            raise ValueError
        return text

    allowed = f"a text of at most {LONGEST_INSTRUCTIONS} bytes"
    example = "Money is in cents, never a float."
    return OptionType(parse, allowed, example, Text(LONGEST_INSTRUCTIONS), blank=True)


def share() -> OptionType[Shard]:
    """Read one share of the files, such as 2/8."""
    return OptionType(shard.parse, f"a share such as `2/8`, of at most {shard.MOST}", "2/8")


def globs(example: str, *, selects: bool) -> OptionType[tuple[str, ...]]:
    """Read gitignore patterns, and comments as there; `selects` is that of `shapes.Items`."""

    def parse(text: str) -> tuple[str, ...]:
        lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
        return check_items(_split("\n".join(lines)), MOST_GLOBS, LONGEST_GLOB)

    allowed = f"gitignore patterns, at most {MOST_GLOBS} of {LONGEST_GLOB} characters"
    shape = Items(MOST_GLOBS, LONGEST_GLOB, globs=True, selects=selects)
    return OptionType(parse, allowed, example, shape, blank=True, many=True)


def names(
    example: str, among: tuple[str, ...] = (), *, logins: bool = False
) -> OptionType[tuple[str, ...]]:
    """Read a list of names, from the set `among` if it is given; `logins` of accounts, or any."""

    def parse(text: str) -> tuple[str, ...]:
        items = check_items(_split(text), MOST_NAMES, LONGEST_NAME)
        if among and not set(items) <= set(among):
            raise ValueError
        return tuple(map(check_login, items)) if logins else items

    allowed = f"at most {MOST_NAMES} names of {LONGEST_NAME} characters"
    if logins:
        allowed = f"at most {MOST_NAMES} logins, such as `octocat`, or `renovate[bot]` for an app"
    if among:
        allowed = f"any of {', '.join(among)}"
    shape = None if among else Items(MOST_NAMES, LONGEST_NAME, logins=logins)
    return OptionType(parse, allowed, example, shape, blank=not among, many=True)


def check_login(text: str) -> str:
    """Return the login of an account; raises ValueError for what can be none."""
    if not re.fullmatch(r"@?[A-Za-z0-9][A-Za-z0-9_-]*(?:\[bot\])?", text, re.IGNORECASE):
        raise ValueError(f"{text!r} is no login")
    return text


def check_items(items: tuple[str, ...], most: int, longest: int) -> tuple[str, ...]:
    """Return the items; raises ValueError for too many, too long or unprintable ones."""
    if len(items) > most:
        raise ValueError(f"{len(items)} entries; at most {most} are allowed")
    for number, item in enumerate(items, 1):
        if len(item) > longest:
            raise ValueError(f"entry {number} is longer than {longest} characters")
        if not item.isprintable():
            raise ValueError(f"entry {number} contains a control or invisible character")
    return items


def _split(text: str) -> tuple[str, ...]:
    return tuple(item for part in re.split(r"[,\r\n]", text) if (item := trim(part)))
