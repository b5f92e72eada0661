"""Finds what keeps a whole file from being YAML: marks of a merge, fences, odd blanks, comments."""

import re
import unicodedata
from collections.abc import Sequence

_CONFLICT = ("<<<<<<< ", ">>>>>>> ")
_FENCES = ("```", "~~~")
_COMMENTS = ("//", "/*", "--")
# A no-break space and its like, and what has no width at all. A mark at the start is removed.
_ODD = re.compile("[\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]")
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
    for place in (number, number - 1):
        if 0 < place <= len(lines) and (advice := explain_blank(lines[place - 1], place)):
            return advice
    above = (n for n in _find_lines(lines, _COMMENTS, indented=True) if n <= number)
    if first := next((n for n in above if lines[n - 1].strip() not in _ENDS), 0):
        return f"Line {first} is a comment of another language. In YAML, write `#` in front of it."
    return ""


def explain_blank(line: str, number: int) -> str:
    """Return what to do about a character that looks like a blank, or like nothing."""
    if not (odd := _ODD.search(line)):
        return ""
    name = unicodedata.name(odd[0], "")
    return (
        f"Line {number} has a blank that is no plain space: U+{ord(odd[0]):04X}, {name}. Write "
        "plain spaces, or nothing, in its place."
    )


def explain_end(line: str) -> str:
    """Return what to do about a line that ends or begins a document."""
    mark = line.strip()
    if mark not in _ENDS:
        return ""
    return f"Delete the line `{mark}`, so that all settings are in one document."


def _find_lines(
    lines: Sequence[str], marks: tuple[str, ...], *, indented: bool = False
) -> list[int]:
    shown = [line.lstrip() if indented else line for line in lines]
    return [number for number, line in enumerate(shown, 1) if line.startswith(marks)]
