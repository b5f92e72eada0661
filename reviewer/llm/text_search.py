"""Searches text for a pattern that a model wrote, in pieces that take a fraction of a second."""

from collections.abc import Callable, Iterator
from typing import Any

import re2

from reviewer.text.invisible import replace_surrogates

LARGEST_PROGRAM = 5_000
"""Instructions of a compiled pattern: ten letters of any script have as many.

RE2 takes up to 0.7 ns for each instruction and byte when the states of a pattern do not fit into
its cache, measured with `\\pL.{999}Q`. Its cache is small by choice: a larger one was not faster.
"""
PIECE = 65_536
"""Characters that are searched before the clock is looked at: a second at most."""
_MEMORY = 2 << 20


class LinePattern:
    """A regular expression in RE2's syntax, for single lines.

    `line` searches one line. `piece` says if a line of many can match; None where it cannot say.
    """

    def __init__(self, pattern: str) -> None:
        """Compile the pattern.

        Raises re2.error for what is no pattern, and ValueError for one that is too large.
        """
        text = replace_surrogates(pattern)
        self.line = _compile(text)
        # "^" and "$" must match at every line while a piece of many lines is searched.
        self.piece = _compile(f"(?m){text}") if r"\A" not in text and r"\z" not in text else None

    def find_lines(self, text: str, is_over: Callable[[], bool]) -> Iterator[tuple[int, str]]:
        """Yield the number and text of each line that matches; stop when `is_over` says so.

        A line of more than PIECE characters is searched in parts, and yielded as its first
        part that matches.
        """
        last = 0
        for first, piece in cut(text):
            if is_over():
                return
            if self.piece and not self.piece.search(replace_surrogates(piece)):
                continue
            for number, line in enumerate(piece.removesuffix("\n").split("\n"), first):
                if number > last and self.line.search(replace_surrogates(line)):
                    last = number
                    yield number, line


def cut(text: str) -> Iterator[tuple[int, str]]:
    """Yield pieces of at most PIECE characters, each with the number of its first line.

    A piece ends at the end of a line, unless the line alone is longer.
    """
    start, number = 0, 1
    while start < len(text):
        end = start + PIECE
        if end < len(text):
            end = text.rfind("\n", start, end) + 1 or end
        piece = text[start:end]
        yield number, piece
        number += piece.count("\n")
        start = end


def has_long_line(text: str) -> bool:
    """Return True if a line of the text is searched in parts."""
    *pieces, _ = [piece for _, piece in cut(text)] or [""]
    return not all(piece.endswith("\n") for piece in pieces)


def _compile(pattern: str) -> Any:  # noqa: ANN401 - re2 has no types
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True
    compiled = re2.compile(pattern, options)
    if compiled.programsize > LARGEST_PROGRAM:
        raise ValueError("the pattern is too large: use fewer or smaller repeats and classes")
    return compiled
