"""Writes code that text cannot close, and breaks the words that make GitHub or a bot act.

GitHub does not act on text in code spans and fences. Apps that read the source of a comment do, so
the words that trigger them are broken by a zero-width space (U+200B) in code too, and nothing else
is.
"""

from collections.abc import Iterable
from itertools import pairwise, zip_longest
from typing import Any

import re2

# Marks the place of an extracted span. `invisible.drop` removes this character from all text.
PLACEHOLDER = "\0"

_TICKS = re2.compile(r"(`+)")
_RUNS = re2.compile(r"`+|~+")
_LANGUAGE = re2.compile(r"[a-z0-9+#-]{1,20}")
# GitHub renders these as pictures, maps or formulas, and offers to commit a suggestion.
_ACTIVE_LANGUAGES = frozenset({"mermaid", "math", "geojson", "topojson", "stl", "suggestion"})
ZWSP = "\u200b"
# Each pattern is broken between its two groups.
# The name of a command may be in a code span, for which NUL is the placeholder (code_spans.py).
_COMMAND = re2.compile(r"(?im)(^[\pZ\t*]*/)([\w\x00])")
_BOT_WORD = re2.compile(r"(?im)(^[\pZ\t*]*[br])((?:ors|echeck|etest)(?:\b|_))")
# GitHub's nine: close, closes, closed, fix, fixes, fixed, resolve, resolves, resolved.
_CLOSING = re2.compile(
    r"(?i)([cfr])((?:lose[sd]?|ix(?:e[sd])?|esolve[sd]?)"
    r":?[ \t]+(?:[\w.-]+/[\w.-]+)?(?:#|gh-|https?:))"
)
_ISSUE = re2.compile(r"(?i)(gh-)(\d)")
_ADDRESS = re2.compile(r"(?i)(www|mailto|xmpp)([.:])")
# Our markers and those of other tools: a tool that runs under the same account takes a comment with
# its marker for its own, and overwrites it.
_MARKER = re2.compile(r"(<)(!--)")
_ENTITIES = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord("$"): "&#36;" + ZWSP,
} | {ord(char): f"&#{ord(char)};" for char in "[]`|~\\"}
_AT = {ord(at): at + ZWSP for at in "@\uff20\ufe6b"}
_AT_AND_HASH = _AT | {ord("#"): "#" + ZWSP}


def fence(text: str, language: str) -> str:
    """Return a fenced block; its fence is longer than any run of backticks or tildes in the text.

    `language` is kept when it looks like the name of a language and GitHub only highlights it.
    """
    ticks = "`" * max(len("```"), 1 + _longest_run(text))
    name = _LANGUAGE.match(language.strip().lower())
    word = name[0] if name and name[0] not in _ACTIVE_LANGUAGES else ""
    return f"{ticks}{word}\n{break_in_code(text)}\n{ticks}"


def span(text: str) -> str:
    """Return one line as a code span, or as several with "|" between them."""
    # Inside a span, "|" would still end a table cell.
    parts = break_in_code(text.replace("|", "\n")).split("\n")
    return "&#124;".join(map(_quote_with_backticks, parts))


def extract(text: str) -> tuple[str, list[str]]:
    """Return the text with a placeholder for each code span, and the spans without backticks.

    A span ends on the line where it starts.
    """
    spans: list[str] = []
    return "\n".join(_extract_from_line(line, spans) for line in text.split("\n")), spans


def restore(text: str, spans: Iterable[str]) -> str:
    """Return the text with the extracted spans in place of their placeholders."""
    first, *pieces = text.split(PLACEHOLDER)
    # Two adjacent spans would be read as one.
    separated = [piece or " " for piece in pieces[:-1]] + pieces[-1:]
    rendered = map(_quote_with_backticks, break_in_code("\n".join(spans)).split("\n"))
    return first + "".join(code + piece for code, piece in zip(rendered, separated, strict=False))


def _quote_with_backticks(text: str) -> str:
    if not text:
        return ""
    ticks = "`" * (1 + _longest_run(text))
    pad = " " if "`" in (text[0], text[-1]) or _is_padded(text) else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _is_padded(text: str) -> bool:
    """Return True if Markdown strips one space from both ends of a span (CommonMark 6.1)."""
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
            # Split as `span` writes it: each "|" goes between two spans.
            parts = (code[1:-1] if _is_padded(code) else code).split("|")
            spans += filter(None, parts)
            kept.append("|".join(part and PLACEHOLDER for part in parts))
            index = end + 1
        else:
            kept.append(pieces[index])
            index += 1
    return "".join(kept)


def _find_closing_runs(pieces: list[str]) -> dict[int, int]:
    """Map each run of backticks to the next of the same length; runs have odd indexes."""
    closing: dict[int, int] = {}
    following: dict[str, int] = {}
    for index in range(len(pieces) - 2, 0, -2):
        if run := following.get(pieces[index]):
            closing[index] = run
        following[pieces[index]] = index
    return closing


def break_commands(text: str) -> str:
    """Break bot commands at the start of a line, such as `/approve` and `bors r+`."""
    return _insert_breaks(text, (_COMMAND, _BOT_WORD))


def escape_line(text: str) -> str:
    """Return one line of prose in which nothing acts or has a meaning, list markers included."""
    return escape_prose(break_commands(text)).replace("*", "&#42;")


def escape_prose(text: str) -> str:
    """Break trigger words and write every other character with a meaning as an entity."""
    return _escape_underscores(break_in_prose(text).translate(_ENTITIES))


def _escape_underscores(text: str) -> str:
    """Keep `__init__` from becoming bold; between two letters, "_" has no meaning."""
    parts = text.split("_")
    ends = [
        "_" if left[-1:].isalnum() and right[:1].isalnum() else "&#95;"
        for left, right in pairwise(parts)
    ]
    return "".join(part + end for part, end in zip_longest(parts, ends, fillvalue=""))


def break_in_code(text: str) -> str:
    """Break mentions, commands, closing keywords and hidden markers (HTML comments)."""
    return _insert_breaks(text, (_COMMAND, _BOT_WORD, _CLOSING, _MARKER)).translate(_AT)


def break_in_prose(text: str) -> str:
    """Break mentions, closing keywords, issue references and addresses that GitHub links.

    Commands are left to `break_commands`, because only the start of a line makes a command.
    """
    text = _insert_breaks(text, (_CLOSING, _ISSUE, _ADDRESS))
    return text.replace("://", f":{ZWSP}/{ZWSP}/").translate(_AT_AND_HASH)


def _insert_breaks(text: str, patterns: Iterable[Any]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda match: f"{match[1]}{ZWSP}{match[2]}", text)
    return text
