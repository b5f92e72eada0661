"""Finds what keeps a whole file from being YAML: marks of a merge, fences, odd blanks, comments."""

import re
import unicodedata
from collections.abc import Sequence

_CONFLICT = ("<<<<<<< ", ">>>>>>> ")
_FENCES = ("```", "~~~")
_COMMENTS = ("//", "/*", "--")
# A no-break space and its like, and what has no width at all. A mark at the start is removed.
# Inside of a text they do no harm.
_ODD = re.compile("(?:^ *|[:-] *)([\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff])")
_ENDS = ("---", "...")


def find(lines: Sequence[str], number: int) -> str:
    """Return what to do about the first sign, "" without one; the error is in line `number`."""
    if marked := _find_lines(lines, _CONFLICT):
        return (
            f"Lines {marked[0]} to {marked[-1]} have the marks of a merge conflict: keep one side, "
            "and remove the marks."
        )
    if fences := _find_lines(lines, _FENCES):
        which = f"lines {fences[0]} and {fences[-1]}" if len(fences) > 1 else f"line {fences[0]}"
        return f"Delete {which}: these are the marks around code in Markdown."
    # Further above they may be a part of a text.
    near = [place for place in (number - 1, number) if 0 < place <= len(lines)]
    return next(filter(None, (_explain_line(lines[place - 1], place) for place in near)), "")


def _explain_line(line: str, number: int) -> str:
    if line.lstrip().startswith(_COMMENTS) and line.strip() not in _ENDS:
        return f"Line {number} is a comment of another language. In YAML, write `#` in front of it."
    return explain_blank(line, number)


def explain_blank(line: str, number: int) -> str:
    """Return what to do about a character that looks like a blank where YAML wants a plain one."""
    if not (odd := _ODD.search(line)):
        return ""
    name = unicodedata.name(odd[1], "")
    return (
        f"Line {number} has a blank that is no plain space: U+{ord(odd[1]):04X}, {name}. Write "
        "plain spaces, or nothing, in its place."
    )


def explain_end(line: str) -> str:
    """Return what to do about a line that ends or begins a document."""
    mark = line.strip()
    if mark not in _ENDS:
        return ""
    return f"Delete the line `{mark}`, so that all settings are in one document."


def _find_lines(lines: Sequence[str], marks: tuple[str, ...]) -> list[int]:
    return [number for number, line in enumerate(lines, 1) if line.startswith(marks)]
