"""Finds the JSON object in what a model said: strictly, or as far as a cut answer goes."""

import json
import math
import re
from collections.abc import Iterator, Sequence

from pydantic_core import from_json

from reviewer.errors import ReplyError

# A brace in prose is rarely followed by a quoted name; an object without members is of no use.
_OBJECT = re.compile(r'\{\s*"')
_THINKING = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
# No number that we ask for has more digits; converting long ones takes quadratic time.
_DIGITS = 18


def parse(text: str, key: str) -> dict[str, object]:
    """Return the first whole object that has `key`; prose and fences around it are ignored.

    Raises ReplyError when there is none, and for what strict JSON does not know: trailing commas,
    NaN, doubled names, numbers out of range, nesting without end.
    """
    try:
        for found in _decode_objects(_without_thinking(text)):
            if key in found:
                return found
    except json.JSONDecodeError as error:
        raise ReplyError(
            f"The model's answer is not valid JSON: {error.msg} at character {error.pos:,}."
        ) from None
    except ValueError as error:
        raise ReplyError(f"The model's answer is not valid JSON: {error}.") from None
    except RecursionError:
        raise ReplyError("The model's answer is not valid JSON: nested too deeply.") from None
    raise ReplyError(f'The model\'s answer has no JSON object with the member "{key}".')


def salvage(text: str, key: str) -> dict[str, object]:
    """Return what is complete of an object that was cut off; raises ReplyError as `parse` does."""
    spoken = _without_thinking(text)
    start = _OBJECT.search(spoken)
    if not start:
        raise ReplyError("The model's answer was cut off before it began.")
    try:
        found = from_json(_encode(spoken[start.start() :]), allow_partial=True, allow_inf_nan=False)
    except ValueError:
        raise ReplyError("The model's answer was cut off and is not valid JSON.") from None
    if not isinstance(found, dict) or key not in found:
        raise ReplyError(f'The model\'s answer was cut off before the member "{key}".')
    return found


def _without_thinking(text: str) -> str:
    """Drop what a model thought aloud, which may hold drafts of the answer."""
    return text[thought.end() :] if (thought := _THINKING.match(text)) else text


def _encode(text: str) -> bytes:
    """Encode text that may hold half a surrogate pair, which has no encoding."""
    return text.encode(errors="replace")


def _decode_objects(text: str) -> Iterator[dict[str, object]]:
    """Decode the objects that stand in a text, one after the other."""
    end = 0
    while start := _OBJECT.search(text, end):
        found, end = _DECODER.raw_decode(text, start.start())
        yield found


def _build_object(members: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a name occurs twice in one object")
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
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_build_object,
    parse_int=_parse_integer,
    parse_float=_parse_fraction,
    parse_constant=_reject_constant,
)
