"""Decodes one JSON value of a model's reply, strictly: what has two meanings is an error."""

import json
import math
from collections.abc import Sequence

# No number in our schemas has more digits. Converting a long number takes quadratic time.
_DIGITS = 18


class NotJsonError(ValueError):
    """The text is not strict JSON from `position` on."""

    def __init__(self, problem: str, position: int) -> None:
        """Say what is wrong, and where."""
        super().__init__(problem)
        self.position = position


def decode(text: str, start: int, *, final: bool) -> tuple[object, int]:
    """Return the value that begins at `start`, and the position behind it.

    Raises NotJsonError for what strict JSON forbids: trailing commas, comments, single quotes,
    NaN, repeated names, numbers out of range and nesting that is too deep. Only line breaks in
    strings are read: they leave no doubt about what is meant. Of a `final` reply, odd numbers are
    read as null and objects with repeated names as empty.
    """
    try:
        return _decode_with(_STRICT, text, start)
    except NotJsonError as problem:
        try:
            return _decode_with(_LAST if final else _WITH_LINE_BREAKS, text, start)
        except NotJsonError:
            raise problem from None


def _decode_with(decoder: json.JSONDecoder, text: str, start: int) -> tuple[object, int]:
    try:
        return decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise NotJsonError(f"{error.msg} at character {error.pos:,}", error.pos) from None
    except RecursionError:
        raise NotJsonError("nested too deeply", len(text)) from None
    except ValueError as error:
        raise NotJsonError(str(error), start) from None


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


def _make_decoder(*, strict: bool) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_build_object,
        parse_int=_parse_integer,
        parse_float=_parse_fraction,
        parse_constant=_reject_constant,
        strict=strict,
    )


def _build_if_sound(members: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Return an object without members for one whose names are repeated: nothing can read it."""
    found = dict(members)
    return found if len(found) == len(members) else {}


def _parse_if_finite(digits: str) -> float | None:
    return number if math.isfinite(number := float(digits)) else None


# For the last reply that a model gives: an odd number or object makes its own row unusable, which
# is counted, and not the whole reply.
_LAST = json.JSONDecoder(
    object_pairs_hook=_build_if_sound,
    parse_int=lambda digits: int(digits) if len(digits) <= _DIGITS else None,
    parse_float=_parse_if_finite,
    parse_constant=lambda _: None,
    strict=False,
)


_STRICT = _make_decoder(strict=True)
_WITH_LINE_BREAKS = _make_decoder(strict=False)
