"""Decodes the bytes of a file that git calls binary, where they are text after all."""

import codecs
from dataclasses import dataclass

# The longer marks first: UTF-32's begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_SAMPLE = 8_000
"""Bytes in which git looks for a NUL byte; a file with one is binary to it."""
# Characters of control that no text needs; tab, line ends, form feed, backspace and escape may be.
_CONTROLS = frozenset(map(chr, range(0x20))) - frozenset("\t\n\v\f\r\b\x1b") | {"\x7f"}
# Shares of such characters. Random bytes have a tenth of them, and are no valid UTF-8.
_MOST_IN_UNICODE = 0.3
_MOST_IN_BYTES = 0.02
# Few of them are an accident in a file of any length.
_FEW = 3
# In UTF-16 text, most characters have a NUL as one of their two bytes, and hardly any as the other.
_NULS_OF_ONE_BYTE = 0.4
_NULS_OF_THE_OTHER = 0.05


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file; `remark` says why git does not take it for text."""

    text: str
    remark: str


def decode(data: bytes) -> Decoded | None:
    """Return the text of a file, or None when its bytes are no text in any form known here."""
    if not data:
        return Decoded("", "it is empty")
    for mark, name, shown in _MARKS:
        if data.startswith(mark):
            return _try(data[len(mark) :], name, f"it is {shown}", _MOST_IN_UNICODE)
    return (
        _decode_unmarked_utf16(data)
        or _try(data, "utf-8", _describe_nuls(data), _MOST_IN_UNICODE)
        or _try(data, "cp1252", "it is Windows-1252 or Latin-1", _MOST_IN_BYTES)
        or _try(data, "latin-1", "it is Latin-1", _MOST_IN_BYTES)
    )


def _decode_unmarked_utf16(data: bytes) -> Decoded | None:
    """Return the text when the NUL bytes are where UTF-16 has them."""
    sample = data[:_SAMPLE]
    if len(data) % 2 or not sample:
        return None
    half = len(sample) / 2
    first, second = (sample[place::2].count(0) / half for place in range(2))
    if second >= _NULS_OF_ONE_BYTE and first <= _NULS_OF_THE_OTHER:
        return _try(data, "utf-16-le", "it is UTF-16", _MOST_IN_BYTES)
    if first >= _NULS_OF_ONE_BYTE and second <= _NULS_OF_THE_OTHER:
        return _try(data, "utf-16-be", "it is UTF-16", _MOST_IN_BYTES)
    return None


def _try(data: bytes, name: str, remark: str, most: float) -> Decoded | None:
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return None
    controls = sum(text.count(char) for char in _CONTROLS)
    allowed = max(min(_FEW, len(text) // 2), len(text) * most)
    return Decoded(text, remark) if controls <= allowed else None


def _describe_nuls(data: bytes) -> str:
    count = data.count(0)
    return f"it holds {count:,} NUL byte{'s' * (count != 1)}" if count else "it is text"
