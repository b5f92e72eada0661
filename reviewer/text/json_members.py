"""Members of the JSON objects that a model writes: how each is asked for, and how it is read.

A shape is a frozen dataclass whose fields are `Annotated` with a Member. `schema` makes the JSON
Schema that the model gets, `read` makes the value from what came back. Both follow from the one
declaration; other readers of the dataclass, such as pydantic, ignore the Member.

The schemas keep within OpenAI's strict mode, which wants every member required and no other
allowed, and knows no limits of length:
https://platform.openai.com/docs/guides/structured-outputs#supported-schemas. The readers are
lenient: they cut, replace and give defaults, so that little of a reply is lost.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import TypeAlias, TypeVar, get_args, get_type_hints

from reviewer.text.truncate import line, shorten

Schema: TypeAlias = Mapping[str, object]
Shape = TypeVar("Shape", bound=Hashable)
Word = TypeVar("Word")

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}

# Beyond this a number is no line of any file.
_LAST_LINE = 10_000_000
# "6", "L6", "line 6", "#6", "6-8", "L6 to L8".
_LINES = re.compile(
    r"[^\w-]*(?:[a-z]{1,10}[^\w-]*)?(-?[0-9]{1,8})"
    r"(?:\s*(?:[-:,\u2013\u2014]|\.\.|to)\s*[a-z]{0,4}\s*([0-9]{1,8}))?\W*",
    re.IGNORECASE,
)


class UnusableError(ValueError):
    """A value that cannot be read as what is expected, which the message names."""


@dataclass(frozen=True, slots=True)
class Member:
    """How one member is asked for and read.

    `schema` is None for a member that is read but not asked for. `read` takes any value and raises
    UnusableError for what cannot be used. A member that is missing has its field's default; without
    one it is read as None.
    """

    schema: Schema | None
    read: Callable[[object], object]


def schema(shape: type) -> Schema:
    """Return the JSON Schema of a shape, its members in the order of the fields."""
    asked = {name: member.schema for name, member in _members(shape).items() if member.schema}
    return {
        "type": "object",
        "properties": asked,
        "required": list(asked),
        "additionalProperties": False,
    }


def read(shape: type[Shape], value: object) -> Shape:
    """Make a shape of any JSON value; unknown members are ignored.

    Raises UnusableError, which names the member, for a value that cannot be used.
    """
    row = as_object(value)
    found = {
        name: _read_member(name, member, row)
        for name, member in _members(shape).items()
        if has(row, name) or name not in _optional(shape)
    }
    return shape(**found)


def has(row: Mapping[str, object], name: str) -> bool:
    """Return True if an object has the member, in any spelling that `get` reads."""
    return name in row or any(_plain(each) == _plain(name) for each in row)


def get(row: Mapping[str, object], name: str) -> object:
    """Return a member of an object, None if it is missing; startLine is start_line too."""
    if name in row:
        return row[name]
    return next((value for each, value in row.items() if _plain(each) == _plain(name)), None)


def _plain(name: str) -> str:
    return "".join(words_in(name))


def as_object(value: object) -> Mapping[str, object]:
    """Return an object, also one that is given as JSON text; raises UnusableError for others."""
    value = unpack(value)
    if not isinstance(value, Mapping):
        raise UnusableError("an object is expected")
    return value


def unpack(value: object) -> object:
    """Return what a JSON text holds; other values stay as they are, as does a text of a person."""
    if not isinstance(value, str):
        return value
    # Imported here, because the first request to GitHub must not wait for it.
    from pydantic_core import from_json

    try:
        return from_json(encodable(value), allow_inf_nan=False)
    except ValueError:
        return value


def _read_member(name: str, member: Member, row: Mapping[str, object]) -> object:
    try:
        return member.read(get(row, name))
    except UnusableError as problem:
        raise UnusableError(f"{name}: {problem}") from None


@cache
def _members(shape: type) -> Mapping[str, Member]:
    hints = get_type_hints(shape, include_extras=True)
    members: dict[str, Member] = {}
    for field in fields(shape):
        declared = [extra for extra in get_args(hints[field.name]) if isinstance(extra, Member)]
        if not declared:
            raise TypeError(f"{shape.__name__}.{field.name} has no Member in its annotation")
        members[field.name] = declared[0]
    return members


@cache
def _optional(shape: type) -> frozenset[str]:
    return frozenset(field.name for field in fields(shape) if field.default is not MISSING)


def encodable(text: str) -> str:
    """Replace half surrogate pairs, which JSON can spell and nothing can write."""
    return text.encode(errors="replace").decode()


def prose(text: str, limit: int) -> str:
    """Cut a text of one or several lines to at most `limit` characters."""
    return shorten(text.strip(), limit)


def text(limit: int, *, cut: Callable[[str, int], str] = prose) -> Member:
    """Declare a text of at most `limit` characters; one that is missing or blank is unusable."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise UnusableError("a text is expected")
        return cut(encodable(value), limit)

    return Member(TEXT, read)


def any_text() -> Member:
    """Declare a text of any length, blank ones included; the caller has to cut it."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise UnusableError("a text is expected")
        return encodable(value)

    return Member(TEXT, read)


def optional_text(*, asked: bool = True) -> Member:
    """Declare a text of any length; other values become "". The caller has to cut it."""

    def read(value: object) -> str:
        return encodable(value) if isinstance(value, str) else ""

    return Member(TEXT if asked else None, read)


def optional_line(limit: int) -> Member:
    """Declare a line of at most `limit` characters; what is no text is empty."""

    def read(value: object) -> str:
        return line(encodable(value), limit) if isinstance(value, str) else ""

    return Member(TEXT, read)


def nullable_line(limit: int) -> Member:
    """Declare a line of at most `limit` characters or null; what is no text is empty."""
    return Member({"type": ["string", "null"]}, optional_line(limit).read)


def code(limit: int) -> Member:
    """Declare code or null; half of it would be wrong, so more than `limit` characters are none."""

    def read(value: object) -> str | None:
        if not isinstance(value, str) or not value.strip() or len(value) > limit:
            return None
        return encodable(value)

    return Member({"type": ["string", "null"]}, read)


def line_number(*, last: bool = False) -> Member:
    """Declare the number of a line; what cannot be one becomes 0.

    Of a range such as "6-8" or [6, 8] it is the first line, or the `last`.
    """

    def read(value: object) -> int:
        if isinstance(value, list) and value:
            value = value[-1 if last else 0]
        if isinstance(value, str) and (found := _LINES.fullmatch(value)):
            value = int((last and found[2]) or found[1])
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return value if type(value) is int and abs(value) <= _LAST_LINE else 0

    return Member(NUMBER, read)


def word(words: Mapping[str, Word], *, otherwise: Word) -> Member:
    """Declare one of several words, read in any letter case; `otherwise` is for all other values.

    Marks around the word do not matter, nor do the separators in it. A value that is one of the
    meanings already is kept.
    """

    def read(value: object) -> Word:
        if isinstance(value, str):
            return words.get("-".join(words_in(value)), otherwise)
        return next((meaning for meaning in words.values() if meaning is value), otherwise)

    return one_word(words, read)


def one_word(words: Iterable[str], read: Callable[[object], object]) -> Member:
    """Declare one of several words that `read` reads in its own way."""
    return Member({"type": "string", "enum": list(words)}, read)


def words_in(text: str) -> list[str]:
    """Return the words of a text in lower case, without marks, emoji and separators."""
    return re.findall(r"[^\W_]+", text.lower())


def one_of(words: Iterable[str], *, otherwise: str) -> Member:
    """Declare one of several words that mean themselves."""
    return word({each: each for each in words}, otherwise=otherwise)


def rows(of: Schema) -> Member:
    """Declare a list whose rows are read later, each by itself.

    A list that is given as JSON text is read too, and an object in place of a list is its only row.
    """

    def read(value: object) -> tuple[object, ...]:
        value = unpack(value)
        if isinstance(value, Mapping) and value:
            return (value,)
        if not isinstance(value, list):
            raise UnusableError("a list is expected")
        return tuple(value)

    return Member({"type": "array", "items": of}, read)


def optional_rows(of: Schema) -> Member:
    """Declare a list as `rows` does; what is no list is empty."""
    found = rows(of)
    return Member(found.schema, lambda value: found.read(value) if _is_list(value) else ())


def _is_list(value: object) -> bool:
    return bool(value) and isinstance(unpack(value), list | Mapping)


def optional_texts() -> Member:
    """Declare a list of texts; what is no list is empty."""
    found = texts()
    return Member(found.schema, lambda value: found.read(value if isinstance(value, list) else []))


def texts() -> Member:
    """Declare a list of texts; rows that are none are left out."""

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise UnusableError("a list is expected")
        return tuple(encodable(row) for row in value if isinstance(row, str))

    return Member({"type": "array", "items": TEXT}, read)
