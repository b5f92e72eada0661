"""Writes code as spans and fences that end where they should, and lifts spans out of prose."""

from collections.abc import Iterable

import re2

from reviewer.text import bot_triggers

# Stands for a lifted span. `visible.drop` leaves no such character in a text.
PLACEHOLDER = "\0"

_TICKS = re2.compile(r"(`+)")
_RUNS = re2.compile(r"`+|~+")
_LANGUAGE = re2.compile(r"[a-z0-9+#-]{1,20}")
# GitHub draws pictures from these, and offers to commit the last one.
_ACTIVE_LANGUAGES = frozenset({"mermaid", "math", "geojson", "topojson", "stl", "suggestion"})


def fence(text: str, language: str) -> str:
    """Write a fenced block, with a fence longer than any run of fence characters in the text."""
    ticks = "`" * max(len("```"), 1 + _longest_run(text))
    name = _LANGUAGE.match(language.strip().lower())
    word = name[0] if name and name[0] not in _ACTIVE_LANGUAGES else ""
    return f"{ticks}{word}\n{bot_triggers.break_in_code(text)}\n{ticks}"


def span(text: str) -> str:
    """Write one line as a code span."""
    # Inside of a span a "|" would still end a table cell.
    parts = bot_triggers.break_in_code(text.replace("|", "\n")).split("\n")
    return "&#124;".join(map(_quote_with_backticks, parts))


def extract(text: str) -> tuple[str, list[str]]:
    """Take the code spans out, each within its line, and leave a placeholder for each."""
    spans: list[str] = []
    return "\n".join(_extract_from_line(line, spans) for line in text.split("\n")), spans


def restore(text: str, spans: Iterable[str]) -> str:
    """Write the lifted spans where their placeholders stand."""
    first, *pieces = text.split(PLACEHOLDER)
    # Two spans side by side would read as one.
    apart = [piece or " " for piece in pieces[:-1]] + pieces[-1:]
    shown = map(_quote_with_backticks, bot_triggers.break_in_code("\n".join(spans)).split("\n"))
    return first + "".join(code + piece for code, piece in zip(shown, apart, strict=False))


def _quote_with_backticks(text: str) -> str:
    if not text:
        return ""
    ticks = "`" * (1 + _longest_run(text))
    pad = " " if "`" in (text[0], text[-1]) or _is_padded(text) else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _is_padded(text: str) -> bool:
    """Whether Markdown takes one space off both ends of a span."""
    return text[0] == text[-1] == " " and not text.isspace()


def _longest_run(text: str) -> int:
    return max(map(len, _RUNS.findall(text)), default=0) if "`" in text or "~" in text else 0


def _extract_from_line(line: str, spans: list[str]) -> str:
    if "`" not in line:
        return line
    pieces = _TICKS.split(line)
    closing = _find_closing_runs(pieces)
    kept = []
    index = 0
    while index < len(pieces):
        if end := closing.get(index, 0):
            code = "".join(pieces[index + 1 : end])
            # As it will be written: each "|" between two spans.
            parts = (code[1:-1] if _is_padded(code) else code).split("|")
            spans += filter(None, parts)
            kept.append("|".join(part and PLACEHOLDER for part in parts))
            index = end + 1
        else:
            kept.append(pieces[index])
            index += 1
    return "".join(kept)


def _find_closing_runs(pieces: list[str]) -> dict[int, int]:
    """Find for each run of backticks, which stand at odd places, the next of the same length."""
    closing: dict[int, int] = {}
    following: dict[str, int] = {}
    for index in range(len(pieces) - 2, 0, -2):
        if run := following.get(pieces[index]):
            closing[index] = run
        following[pieces[index]] = index
    return closing
