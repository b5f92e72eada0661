"""Matches paths against gitignore patterns, in linear time; the last match decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import re2
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from reviewer.config import option_types

# The longest list that option_types allows compiles within this; real ones need kilobytes.
_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class _Rule:
    regex: str
    compiled: Any
    verdict: bool


class Patterns:
    """A list of gitignore patterns."""

    __slots__ = ("_any", "_rules")

    def __init__(self, lines: Iterable[str]) -> None:
        """Compile patterns that are ours or were parsed before; raises ValueError as `parse`."""
        self._rules = tuple(_rule(number, line) for number, line in enumerate(lines, 1))
        # Most paths match no pattern, and one search for all patterns finds that out.
        self._any = _compile("|".join(f"(?:{rule.regex})" for rule in self._rules))

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Self:
        """Compile patterns that somebody wrote; raises ValueError, naming the first wrong one."""
        most, longest = option_types.MOST_GLOBS, option_types.LONGEST_GLOB
        return cls(option_types.check_items(tuple(lines), most, longest))

    def verdict(self, path: str) -> bool | None:
        """Return True for a match, False if a "!" pattern takes it back, None for no match."""
        # A lone surrogate has no UTF-8 form, so RE2 cannot read it and no pattern can name it.
        text = path.encode(errors="replace").decode()
        if not self._rules or not self._any.search(text):
            return None
        return next(rule.verdict for rule in reversed(self._rules) if rule.compiled.search(text))


def compile_groups(groups: Mapping[str, str]) -> tuple[tuple[str, Patterns], ...]:
    """Compile lists of patterns that are separated by blanks, each under its name."""
    return tuple((name, Patterns(lines.split())) for name, lines in groups.items())


def find_group(groups: Iterable[tuple[str, Patterns]], path: str) -> str:
    """Return the name of the first group with a pattern that matches the path, else ""."""
    return next((name for name, patterns in groups if patterns.verdict(path)), "")


def _rule(number: int, line: str) -> _Rule:
    try:
        regex, verdict = GitIgnoreSpecPattern.pattern_to_regex(line)
        if regex is not None and verdict is not None:
            return _Rule(regex, _compile(regex), verdict)
    # GitIgnorePatternError is a ValueError; re2.error is not.
    except (ValueError, re2.error):
        pass
    raise ValueError(f"entry {number} is not a gitignore pattern")


def _compile(regex: str) -> Any:  # noqa: ANN401 - re2 has no types
    options = re2.Options()
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = _BYTES
    options.never_capture = True
    return re2.compile(regex, options)
