"""Writes values as lines of the repository's file, for the advice in errors."""

import re
from collections.abc import Iterable, Mapping, Sequence

from reviewer.config.mistakes import glob_mistakes

LONGEST = 160
"""Characters of a line in an error; a longer one is not repeated."""
# Words and numbers, with what no YAML reader takes for anything else.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./ -]*(?<! )")
_CONSTANT = re.compile(r"(?i)(true|false|null|yes|no|on|off|y|n)")
_TAKES_BACK = (
    " It only brings files back that the default rules exclude. To exclude all others, write `{}`."
)
# What the runner reads as a command must not come out of a file.
_COMMAND = re.compile(r"::|##\[")


def write(key: str, value: object) -> str:
    """Return the line for a key, "" for a value that is too long or odd to repeat."""
    text = write_value(value)
    line = f"{key}: {text}"
    return line if text and is_plain_line(line) else ""


def join(lines: Iterable[str]) -> str:
    """Return lines as an error lists them."""
    return ", ".join(f"`{line}`" for line in lines)


def is_plain_line(line: str) -> bool:
    """Return True for a line that an error can repeat."""
    return len(line) <= LONGEST and line.isprintable() and not _COMMAND.search(line)


def write_value(value: object) -> str:
    """Return a scalar, or a list of scalars on one line; "" for anything else."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return quote(value)
        case Sequence():
            items = [write_value(each) if _is_scalar(each) else "" for each in value]
            return f"[{', '.join(items)}]" if all(items) else ""
        case _:
            return ""


def _is_scalar(value: object) -> bool:
    return isinstance(value, str) or not isinstance(value, Sequence | Mapping)


def quote(text: str) -> str:
    """Return a text as YAML reads it back."""
    if _PLAIN.fullmatch(text) and not _CONSTANT.fullmatch(text):
        return text
    if "\\" in text or '"' in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def explain_exceptions(key: str, value: object) -> str:
    """Return a sentence about patterns to exclude that only take files back, "" for others."""
    patterns = value if isinstance(value, tuple) else (value,)
    if key != "exclude" or not patterns or not glob_mistakes.only_take_back(map(str, patterns)):
        return ""
    others = write(key, ("**", *patterns))
    return _TAKES_BACK.format(others) if others else ""
