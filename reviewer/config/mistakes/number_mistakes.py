"""Reads the number that was meant where a text has a unit, groups of digits or a comma in it."""

import re
from collections.abc import Iterator

# 4,096 and 4'096; 0,50 and 2,5 have no groups of three digits.
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([,_' ])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]{1,6})?")
_DECIMAL_COMMA = re.compile(r"(?<![0-9,.])([0-9]{1,6}),([0-9]{1,6})(?![0-9,.])")
_DOLLARS = r"^\$ ?|(?<=[0-9]) ?(?:\$|usd|dollars?)$"
_SECONDS = r"(?<=[0-9]) ?(?:s|secs?|seconds?)$"
_TOKENS = r"(?<=[0-9k]) ?tokens?$"
_FINDINGS = r"(?<=[0-9]) ?findings?$"
# The unit that a setting has anyway. A number with another one is meant for something else.
_UNITS = {
    "max-cost": _DOLLARS,
    "max-cost-pull-request": _DOLLARS,
    "price": _DOLLARS,
    "timeout": _SECONDS,
    "request-timeout": _SECONDS,
    "max-tokens-total": _TOKENS,
    "max-output-tokens": _TOKENS,
    "context-window": _TOKENS,
    "max-files": r"(?<=[0-9]) ?files?$",
    "max-file-lines": r"(?<=[0-9]) ?lines?$",
    "max-findings": _FINDINGS,
    "max-visible": _FINDINGS,
}
_THOUSANDS = re.compile(r"([1-9][0-9]{0,5}) ?k", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]{1,9}")


def find(name: str, text: str) -> Iterator[str]:
    """Yield what a text says for a setting, in plain digits; two for what may be either."""
    bare = text.strip()
    if name in _UNITS:
        bare = re.sub(_UNITS[name], "", bare, flags=re.IGNORECASE)
    if found := _THOUSANDS.fullmatch(bare):
        yield f"{found[1]}000"
    if _GROUPED.fullmatch(bare):
        yield re.sub("[,_' ]", "", bare)
    yield _DECIMAL_COMMA.sub(r"\1.\2", bare)


def read_integer(name: str, text: str) -> int | None:
    """Return the only whole number that a text can mean for a setting, None if there is none."""
    plain = {int(each) for each in find(name, text) if _PLAIN.fullmatch(each)}
    return plain.pop() if len(plain) == 1 else None
