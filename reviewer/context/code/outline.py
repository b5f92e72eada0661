"""Finds the functions and classes of a file in any language, by indentation."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Characters of a line that are read; later ones neither indent it nor show what it defines.
_READ = 300
# Lines above a header that may introduce it, and lines of a header.
_ABOVE = 5
_HEAD = 6
# A key of YAML or JSON is no word of a definition.
_WORD = re.compile(r"[A-Za-z_]\w*(?![\w:\"'-])")
_LABEL = re.compile(r"\w+( slots)?:\s*$")
_DEFINING = frozenset(
    _WORD.findall(
        "class contract def defmodule defp enum extension fn func fun function impl interface "
        "macro message method module namespace object protocol record service struct sub trait "
        "type union"
    )
)
_STATEMENTS = frozenset(
    _WORD.findall(
        "assert await case catch default defer delete do elif else elsif except finally for "
        "foreach go if lock loop match new raise return select switch synchronized throw try "
        "unless until using when while with yield"
    )
)
_CLOSING = ("}", ")", "]", "{")
_OPENING = ("{", ":", "=", "=>", "->", ";", " do", " then")
_ABOVE_STARTS = ("@", "#", "//", "/*", "*", "[")
_DOCSTRINGS = ('"""', "'''", 'r"""')


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of a definition, numbered from 1, both ends included."""

    start: int
    end: int


class Outline:
    """The blocks of one file, found in one pass over its lines.

    A line belongs to the nearest line above it that is indented less. Lines that only close or open
    a bracket belong to the block that they close or open. Comments with #, preprocessor lines and
    labels of brace languages end no block, because they may have any indentation. The outline keeps
    numbers, and not the lines.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        """Find the blocks in the lines of a file."""
        self._braces = any(line.startswith(("{", "}")) for line in lines)
        numbers = range(len(lines) + 1)
        self._parents = array("I", bytes(4 * len(numbers)))
        self._ends = array("I", numbers)
        self._definitions = self._parents[:]
        self._read(lines)
        self._find_definitions(lines)

    def block(self, number: int) -> Block | None:
        """Return the innermost definition that contains line `number` or starts there."""
        if not 1 <= number < len(self._parents):
            return None
        start = self._definitions[number]
        return Block(start, self._ends[start]) if start else None

    def headers(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """List the header lines of all definitions around the lines, the innermost first.

        In a file without definitions (data, configuration), every enclosing line is a header.
        """
        found: dict[int, None] = {}
        seen = set[int]()
        for number in numbers:
            defines = bool(self.block(number))
            while 1 <= number < len(self._parents) and number not in seen:
                seen.add(number)
                if not defines or self._definitions[number] == number:
                    found[number] = None
                number = self._parents[number]  # noqa: PLW2901
        return tuple(n for n in found if self._ends[n] > n)

    def introduction(self, number: int, lines: Sequence[str]) -> tuple[int, ...]:
        """List the lines that introduce a block: header, decorators and comments above, docstring.

        The header line itself comes first. `lines` are those that the outline was made of.
        """
        above = []
        for line in range(number - 1, max(0, number - 1 - _ABOVE), -1):
            if not _text(lines, line).startswith(_ABOVE_STARTS):
                break
            above.append(line)
        below = []
        last = min(self._ends[number], number + _HEAD)
        line = number
        while line < last and not _text(lines, line).endswith(_OPENING):
            line += 1
            below.append(line)
        # Without an end, it is no header of several lines.
        below = below if _text(lines, line).endswith(_OPENING) else []
        line = number + len(below) + 1
        if line <= self._ends[number] and _text(lines, line).startswith(_DOCSTRINGS):
            below.append(line)
        return (number, *above, *below)

    def _read(self, lines: Sequence[str]) -> None:
        widths: list[int] = []
        open_blocks: list[int] = []
        previous = 0
        for number in range(1, len(self._parents)):
            text = _text(lines, number)
            if not text:
                self._parents[number] = open_blocks[-1] if open_blocks else 0
                continue
            width = _width(lines[number - 1])
            deeper = bisect_left(widths, width)
            if self._ends_no_block(text):
                self._parents[number] = open_blocks[deeper - 1] if deeper else 0
                continue
            stays = text.startswith(_CLOSING) or text == "end"
            keep = deeper + (stays and deeper < len(widths) and widths[deeper] == width)
            self._close(open_blocks[keep:], previous)
            del widths[keep:], open_blocks[keep:]
            self._parents[number] = open_blocks[-1] if open_blocks else 0
            if keep == deeper:
                widths.append(width)
                open_blocks.append(number)
            previous = number
        self._close(open_blocks, previous)

    def _close(self, blocks: Iterable[int], last: int) -> None:
        for start in blocks:
            self._ends[start] = max(start, last)

    def _find_definitions(self, lines: Sequence[str]) -> None:
        for number in range(1, len(self._parents)):
            own = self._ends[number] > number and self._is_definition(number, lines)
            self._definitions[number] = number if own else self._definitions[self._parents[number]]

    def _is_definition(self, number: int, lines: Sequence[str]) -> bool:
        text = _text(lines, number)
        if text.endswith(";") or text.startswith("<"):
            return False
        name, assigned, value = text.partition("=")
        words = _WORD.findall(name)
        if not words or words[0] in _STATEMENTS:
            return False
        if not _DEFINING.isdisjoint(words):
            return True
        before, called, _ = name.partition("(")
        if assigned and not (text.endswith("=> {") or value.startswith((" function", " async"))):
            return False
        if text.endswith("{") or _text(lines, number + 1) == "{":
            return bool(called or assigned)
        # A header of several lines has a result type or modifiers; a call has neither.
        return self._braces and bool(called) and "." not in before and len(words) > 1

    def _ends_no_block(self, text: str) -> bool:
        return text.startswith("#") or (self._braces and bool(_LABEL.match(text)))


def _text(lines: Sequence[str], number: int) -> str:
    return lines[number - 1][:_READ].strip() if number <= len(lines) else ""


def _width(line: str) -> int:
    start = line[:_READ].expandtabs()
    return len(start) - len(start.lstrip())
