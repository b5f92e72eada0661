"""Finds invisible characters, shows them in prompts and removes them from output."""

import re
import unicodedata
from collections.abc import Iterable

# Blank or invisible, although Unicode classifies them as letters, marks or spaces.
_BLANK_OR_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})

# Displays code in another order than the one it runs in (Trojan Source, CVE-2021-42574).
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS = frozenset("\u061c\u200e\u200f")
_JOINERS = frozenset("\u200c\u200d")
_SPACE = "\u200b"
_VARIATIONS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_TAGS = frozenset(map(chr, range(0xE0000, 0xE0080)))
_WIDTHLESS = frozenset("\u00ad\u034f\u115f\u1160\u180e\u3164\ufeff\uffa0") | frozenset(
    map(chr, range(0x2060, 0x2065))
)
_SUSPICIOUS = REORDERING | _MARKS | _JOINERS | {_SPACE} | _VARIATIONS | _TAGS | _WIDTHLESS
# Only the flags of England, Scotland and Wales use tags; more tags than these can hide a message.
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{4,6}\U000e007f")
# Scripts that need U+200C and U+200D to separate or join letters: Arabic to Mongolian.
_JOINING = ((0x0600, 0x08FF), (0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x18AF))
# Scripts without spaces, where U+200B allows a line break: Thai, Lao, Myanmar, Khmer.
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))
_IDEOGRAPHS = ((0x2E80, 0xA4CF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


def show(text: str) -> str:
    """Return the text with each invisible character as its code point, such as [U+202E].

    Everything else stays, CRLF line ends included. Used for prompts: the model must see what a
    reader of the diff does not.
    """
    marks = {ord(char): f"[U+{ord(char):04X}]" for char in _find_hidden(text)}
    return "\r\n".join(part.translate(marks) for part in text.split("\r\n")) if marks else text


def drop(text: str) -> str:
    """Return the text without invisible characters; carriage returns are removed too.

    Used for output: invisible text can still steer a program that reads the comment.
    """
    return text.translate(dict.fromkeys(map(ord, _find_hidden(text))))


def replace_surrogates(text: str) -> str:
    """Return the text with "?" for each lone surrogate, which neither UTF-8 nor RE2 can read.

    Positions in the text stay the same.
    """
    return text.encode(errors="replace").decode()


def find_suspicious(text: str) -> tuple[tuple[int, str], ...]:
    """List the bidirectional, zero-width and tag characters of one line that no script needs.

    Each comes with its position, in characters from 0. Characters that a script or an emoji needs
    at their place are left out.
    """
    if text.isascii() or _SUSPICIOUS.isdisjoint(text):
        return ()
    flags = {place for flag in _FLAG.finditer(text) for place in range(*flag.span())}
    rightward = any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)
    return tuple(
        (place, char)
        for place, char in enumerate(text)
        if char in _SUSPICIOUS
        and place not in flags
        and not (rightward and char in _MARKS)
        and not _is_needed(char, text[max(0, place - 1) : place], text[place + 1 : place + 2])
    )


def _is_needed(char: str, before: str, after: str) -> bool:
    """Whether a script or an emoji needs an invisible character between its two neighbours."""
    if not before:
        return False
    if char in _JOINERS:
        emoji = char == "\u200d" and _is_pictorial(before) and _is_pictorial(after)
        return emoji or _is_in_ranges(before, _JOINING)
    if char in _VARIATIONS:
        keycap = before in "0123456789#*" and after == "\u20e3"
        return keycap or _has_variants(before)
    return char == _SPACE and _is_in_ranges(before, _UNSPACED)


def _is_pictorial(char: str) -> bool:
    """Whether a character can be next to the joiner of an emoji sequence."""
    return char == "\ufe0f" or (
        char > "\u2000" and unicodedata.category(char) in {"So", "Sk", "Sm"}
    )


def _has_variants(char: str) -> bool:
    """Whether a variation selector can choose a form of the character; a selector has none."""
    symbol = char > "\x7f" and unicodedata.category(char)[0] in "SP"
    return symbol or char == "\u2139" or _is_in_ranges(char, (*_IDEOGRAPHS, *_JOINING))


def _is_in_ranges(char: str, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= ord(char) <= last for first, last in ranges)


def _find_hidden(text: str) -> set[str]:
    return {char for char in set(text) - {"\n", "\t"} if _is_hidden(char)}


def _is_hidden(char: str) -> bool:
    return char in _BLANK_OR_INVISIBLE or unicodedata.category(char) in _CATEGORIES
