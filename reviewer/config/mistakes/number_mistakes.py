"""Reads the number that was meant where a text has a unit, groups of digits or a comma in it."""

import re
from collections.abc import Iterator

# 4,096 and 4'096; 0,50 and 2,5 have no groups of three digits.
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([,_' ])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]{1,6})?")
_DECIMAL_COMMA = re.compile(r"(?<![0-9,.])([0-9]{1,6}),([0-9]{1,6})(?![0-9,.])")
# Units that a setting has anyway. Minutes, hours and percent are none, so they are not taken away.
_UNIT = re.compile(
    r"^\$ ?|(?<=[0-9]) ?(?:\$|usd|dollars?|s|secs?|seconds?|tokens?|files?|lines?|findings?)$",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"([1-9][0-9]{0,5}) ?k", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]{1,9}")


def find(text: str) -> Iterator[str]:
    """Yield the readings of a text as numbers in plain digits; two for what may be either."""
    bare = _UNIT.sub("", text.strip())
    if found := _THOUSANDS.fullmatch(bare):
        yield f"{found[1]}000"
    if _GROUPED.fullmatch(bare):
        yield re.sub("[,_' ]", "", bare)
    yield _DECIMAL_COMMA.sub(r"\1.\2", bare)


def read_integer(text: str) -> int | None:
    """Return the only whole number that a text can mean, None if there is none."""
    plain = {int(each) for each in find(text) if _PLAIN.fullmatch(each)}
    return plain.pop() if len(plain) == 1 else None
