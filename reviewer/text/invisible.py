"""Finds invisible characters, shows them in prompts and removes them from output."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from reviewer.text.unicode_tables import DEFAULT_IGNORABLE

# Blank, although Unicode has them as symbols, marks or separators: a pattern of Braille, a musical
# note, Egyptian blanks, a Khitan filler, and the separators of lines and paragraphs.
_BLANK = "\u2028\u2029\u2800\U00013441\U00013442\U00016fe4\U0001d159"
_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})

# Displays code in another order than the one it runs in (Trojan Source, CVE-2021-42574).
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# All controls but tab, line feed, vertical tab and form feed; a carriage return or U+0085 inside
# a line starts a new one for some languages, and an escape or backspace hides text in a terminal.
_CONTROLS = "\0-\x08\r\x0e-\x1f\x7f-\x9f"
_MARKS = frozenset("\u061c\u200e\u200f")
_JOINERS = frozenset("\u200c\u200d")
# Only the flags of England, Scotland and Wales use tags; more tags than these can hide a message.
_FLAG = "\U0001f3f4[\U000e0061-\U000e007a]{4,6}\U000e007f"
# The blank pattern belongs to text in Braille, and to pictures made of its patterns.
_BRAILLE = "[\u2800-\u28ff]+"
# Scripts that need U+200C and U+200D to separate or join letters: Arabic to Mongolian.
_JOINING = ((0x0600, 0x08FF), (0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x18AF))
_IDEOGRAPHS = ((0x2E80, 0xA4CF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
# Characters, and the ranges of those that one of them may follow.
_NEEDED_AFTER = (
    # A line break between words of scripts without spaces: Thai, Lao, Myanmar, Khmer.
    ("\u200b", ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))),
    # Forms of Mongolian letters.
    ("\u180b\u180c\u180d\u180e\u180f", ((0x1820, 0x18AA), (0x11660, 0x1166C))),
    # Inherent vowels of Khmer.
    ("\u17b4\u17b5", ((0x1780, 0x17D3),)),
    # A missing vowel after an initial consonant of old Hangul.
    ("\u1160", ((0x1100, 0x115E), (0xA960, 0xA97C))),
    # Overlaps of shorthand letters.
    ("\U0001bca0\U0001bca1\U0001bca2\U0001bca3", ((0x1BC00, 0x1BC9F),)),
    # Beams and slurs of musical notes.
    ("".join(map(chr, range(0x1D173, 0x1D17B))), ((0x1D100, 0x1D172), (0x1D17B, 0x1D1FF))),
)
_FOLLOWED = {char: ranges for chars, ranges in _NEEDED_AFTER for char in chars}
_EMOJI_STYLES = "\ufe0e\ufe0f"


def show(text: str) -> str:
    """Return the text with each invisible character as its code point, such as [U+202E].

    Everything else stays, CRLF line ends included. Used for prompts: the model must see what a
    reader of the diff does not.
    """
    if text.isascii() and text.isprintable():
        return text
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
    """List the characters of one line that hide text or make two texts differ that look the same.

    These are Unicode's default-ignorable code points, controls and blank characters. Each comes
    with its position, in characters from 0. Those that a script or an emoji needs at their place
    are left out, and so are carriage returns at the end. Spaces of other widths are not listed.
    """
    if (text.isascii() and text.isprintable()) or not _compile_suspicious().search(text):
        return ()
    text = text.rstrip("\r")
    needed = {place for span in _find_wholes(text) for place in range(*span)}
    # Two of the marks are of these classes themselves.
    rightward = any(unicodedata.bidirectional(char) in {"R", "AL"} for char in set(text) - _MARKS)
    return tuple(
        (place, char)
        for place, char in (
            (found.start(), found[0]) for found in _compile_suspicious().finditer(text)
        )
        if place not in needed
        and not (rightward and char in _MARKS)
        and not _is_needed(char, text[max(0, place - 1) : place], text[place + 1 : place + 2])
    )


@cache
def _compile_suspicious() -> re.Pattern[str]:
    """Compile the pattern when it is first needed: a run with nothing to do never needs it."""
    ignorable = "".join(f"{chr(first)}-{chr(last)}" for first, last in DEFAULT_IGNORABLE)
    return re.compile(f"[{_CONTROLS}{_BLANK}\ufff9-\ufffb{ignorable}]")


def _find_wholes(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each flag, and of each row of Braille with a visible pattern."""
    for flag in re.finditer(_FLAG, text):
        yield flag.span()
    for row in re.finditer(_BRAILLE, text):
        if row[0].strip("\u2800"):
            yield row.span()


def _is_needed(char: str, before: str, after: str) -> bool:
    """Return True if a script or an emoji needs an invisible character between two others."""
    if not before:
        return False
    if char in _JOINERS:
        emoji = char == "\u200d" and _is_pictorial(before) and _is_pictorial(after)
        return emoji or _is_in_ranges(before, _JOINING)
    if char in _EMOJI_STYLES and before in "0123456789#*":
        return after == "\u20e3"
    if "\ufe00" <= char <= "\ufe0f":
        return _has_variants(before)
    if "\U000e0100" <= char <= "\U000e01ef":
        return _is_in_ranges(before, _IDEOGRAPHS)
    return _is_in_ranges(before, _FOLLOWED.get(char, ()))


def _is_pictorial(char: str) -> bool:
    """Return True if a character can be next to the joiner of an emoji sequence."""
    return char == "\ufe0f" or (
        char > "\u2000" and unicodedata.category(char) in {"So", "Sk", "Sm"}
    )


def _has_variants(char: str) -> bool:
    """Return True if a variation selector can choose a form of the character."""
    symbol = char > "\x7f" and unicodedata.category(char)[0] in "SP"
    return symbol or char == "\u2139" or _is_in_ranges(char, (*_IDEOGRAPHS, *_JOINING))


def _is_in_ranges(char: str, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= ord(char) <= last for first, last in ranges)


def _find_hidden(text: str) -> set[str]:
    return {char for char in set(text) - {"\n", "\t"} if _is_hidden(char)}


def _is_hidden(char: str) -> bool:
    return bool(_compile_suspicious().match(char)) or unicodedata.category(char) in _CATEGORIES
