"""Breaks mentions, commands, closing keywords and links by a zero-width space (U+200B) inside.

GitHub does not act on text in code spans and fences. Apps that read the source of a comment do, so
the words that trigger them are broken in code too, and nothing else is.
"""

from collections.abc import Iterable
from typing import Any

import re2

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

_AT = {ord(at): at + ZWSP for at in "@\uff20\ufe6b"}
_AT_AND_HASH = _AT | {ord("#"): "#" + ZWSP}


def break_commands(text: str) -> str:
    """Break bot commands at the start of a line, such as `/approve` and `bors r+`."""
    return _insert_breaks(text, (_COMMAND, _BOT_WORD))


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
