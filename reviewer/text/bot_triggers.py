"""Breaks the words by which text makes GitHub or a bot act, with a zero-width space inside.

Code spans and fences stop GitHub, but not the apps that read a comment's source, so code is broken
as well, as little as that takes.
"""

from collections.abc import Iterable
from typing import Any

import re2

ZWSP = "\u200b"
# Each pattern breaks between its two groups.
# The name of a command may stand in a code span, of which a NUL is the place (verbatim.py).
_COMMAND = re2.compile(r"(?im)(^[\pZ\t*]*/)([\w\x00])")
_BOT_WORD = re2.compile(r"(?im)(^[\pZ\t*]*[br])((?:ors|echeck|etest)(?:\b|_))")
# GitHub's nine: close, closes, closed, fix, fixes, fixed, resolve, resolves, resolved.
_CLOSING = re2.compile(
    r"(?i)([cfr])((?:lose[sd]?|ix(?:e[sd])?|esolve[sd]?)"
    r":?[ \t]+(?:[\w.-]+/[\w.-]+)?(?:#|gh-|https?:))"
)
_ISSUE = re2.compile(r"(?i)(gh-)(\d)")
_ADDRESS = re2.compile(r"(?i)(www|mailto|xmpp)([.:])")
# Ours, and those of other tools: whoever writes under the same name takes a comment with his own
# marker for his own, and writes over it.
_MARKER = re2.compile(r"(<)(!--)")

_AT = {ord(at): at + ZWSP for at in "@\uff20\ufe6b"}
_AT_AND_HASH = _AT | {ord("#"): "#" + ZWSP}


def break_commands(text: str) -> str:
    """Break what bots take at the start of a line: `/approve`, `bors r+`."""
    return _insert_breaks(text, (_COMMAND, _BOT_WORD))


def break_in_code(text: str) -> str:
    """Break mentions, commands, closing keywords and the hidden markers of ours and others."""
    return _insert_breaks(text, (_COMMAND, _BOT_WORD, _CLOSING, _MARKER)).translate(_AT)


def break_in_prose(text: str) -> str:
    """Break mentions, closing keywords, references to issues and what GitHub turns into links."""
    text = _insert_breaks(text, (_CLOSING, _ISSUE, _ADDRESS))
    return text.replace("://", f":{ZWSP}/{ZWSP}/").translate(_AT_AND_HASH)


def _insert_breaks(text: str, patterns: Iterable[Any]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda match: f"{match[1]}{ZWSP}{match[2]}", text)
    return text
