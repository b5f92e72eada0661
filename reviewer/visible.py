"""Makes characters that a reader cannot see visible to the model and absent from what we print."""

import unicodedata

# Blank or invisible although Unicode files them under letters, marks or spaces.
_NAMED = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})


def show(text: str) -> str:
    """Write each invisible character as [U+202E]; everything else, CRLF included, stays as it is.

    For prompts: the model must see what a reader of the diff would not.
    """
    marks = {ord(char): f"[U+{ord(char):04X}]" for char in _hidden(text)}
    return "\r\n".join(part.translate(marks) for part in text.split("\r\n")) if marks else text


def drop(text: str) -> str:
    """Remove each invisible character, carriage returns included.

    For output: what a reader cannot see may still steer a program that reads the comment.
    """
    return text.translate(dict.fromkeys(map(ord, _hidden(text))))


def _hidden(text: str) -> set[str]:
    return {char for char in set(text) - {"\n", "\t"} if _is_hidden(char)}


def _is_hidden(char: str) -> bool:
    return char in _NAMED or unicodedata.category(char) in _CATEGORIES
