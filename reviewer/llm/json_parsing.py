"""Parses the JSON object in a model's reply: strictly, or as much of it as a cut reply holds."""

import json
import math
import re
from collections.abc import Iterator, Sequence

from pydantic_core import from_json

from reviewer.errors import ReplyError

# In prose, a brace is rarely followed by a quoted name. An object without members is useless.
_OBJECT = re.compile(r'\{\s*"')
_THINKING = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
# No number in our schemas has more digits. Converting a long number takes quadratic time.
_DIGITS = 18


def parse(text: str, key: str) -> dict[str, object]:
    """Return the first complete object with the member `key`; text around it is ignored.

    Raises ReplyError when there is none, and for what strict JSON forbids: trailing commas, NaN,
    repeated names, numbers out of range and nesting that is too deep.
    """
    try:
        for candidate in _decode_objects(_without_thinking(text)):
            if key in candidate:
                return candidate
    except json.JSONDecodeError as error:
        raise ReplyError(
            f"The model's reply is not valid JSON: {error.msg} at character {error.pos:,}."
        ) from None
    except ValueError as error:
        raise ReplyError(f"The model's reply is not valid JSON: {error}.") from None
    except RecursionError:
        raise ReplyError("The model's reply is not valid JSON: nested too deeply.") from None
    raise ReplyError(f'The model\'s reply has no JSON object with the member "{key}".')


def salvage(text: str, key: str) -> dict[str, object]:
    """Return the complete members of an object that was cut off.

    Raises ReplyError when there is no object, it is not valid JSON, or `key` is not among them.
    """
    content = _without_thinking(text)
    start = _OBJECT.search(content)
    if not start:
        raise ReplyError("The model's reply was cut off before its JSON object.")
    try:
        found = from_json(
            _encode(content[start.start() :]), allow_partial=True, allow_inf_nan=False
        )
    except ValueError:
        raise ReplyError("The model's reply was cut off and is not valid JSON.") from None
    if not isinstance(found, dict) or key not in found:
        raise ReplyError(f'The model\'s reply was cut off before the member "{key}".')
    return found


def _without_thinking(text: str) -> str:
    """Return the text after `<think>…</think>`, which may hold drafts of the reply."""
    return text[thought.end() :] if (thought := _THINKING.match(text)) else text


def _encode(text: str) -> bytes:
    """Encode text that may hold lone surrogates, which UTF-8 cannot encode."""
    return text.encode(errors="replace")


def _decode_objects(text: str) -> Iterator[dict[str, object]]:
    """Yield the objects in a text, one after the other."""
    end = 0
    while start := _OBJECT.search(text, end):
        found, end = _DECODER.raw_decode(text, start.start())
        yield found


def _build_object(members: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("an object has two members of the same name")
    return found


def _parse_integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError("a number is out of range")
    return int(digits)


def _parse_fraction(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError("a number is out of range")
    return number


def _reject_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_build_object,
    parse_int=_parse_integer,
    parse_float=_parse_fraction,
    parse_constant=_reject_constant,
)
