"""Keeps the secrets that this process knows out of everything it writes."""

import binascii
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator

MASK = "[REDACTED]"
# Shorter values ("none", "true") stand in ordinary text: masking them would spoil it.
SHORTEST = 8
# A known attack has the model cut seven characters off a key, so that scanners do not know it.
_CUT = 7
# Letters and digits; fewer stand one after the other in ordinary text, once its spaces are gone.
_TELLING = 12
# RFC 3986, section 2.3.
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_NO_LETTER = re.compile(r"[\W_]+")


class Secrets:
    """The values that must never leave the process, in every form in which they could."""

    __slots__ = ("_cores", "_forms")

    def __init__(self, values: Iterable[str]) -> None:
        """Prepare the forms of each value and of each of its lines, from 8 characters on."""
        forms = {form for value in values for form in _forms(value)}
        self._forms = tuple(sorted(forms, key=len, reverse=True))
        self._cores: tuple[str, ...] | None = None

    def mask(self, text: str) -> str:
        """Replace every form of every secret by [REDACTED]."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def leaked_in(self, text: str) -> bool:
        """Whether some form of a secret stands in the text, disguised or for the most part.

        Letter case, width and whatever is no letter or digit can hide one from `mask`: spaces,
        line feeds, invisible characters, Markdown, entities.
        """
        if any(form in text for form in self._forms):
            return True
        if self._cores is None:
            # Only a text to publish is checked, and a run with nothing to do has none.
            self._cores = tuple({core for form in self._forms if (core := _core(form))})
        bare = _bare(text) if self._cores else ""
        return any(core in bare for core in self._cores)

    def __repr__(self) -> str:
        """Count, and show nothing."""
        return f"Secrets({len(self._forms)} forms)"


def _forms(value: str) -> Iterator[str]:
    whole = {line.strip() for line in (value, *value.splitlines())}
    parts = {part for secret in whole for part in (secret, secret[_CUT:], secret[:-_CUT])}
    for part in parts:
        if len(part) >= SHORTEST:
            yield from _encoded(part)


def _core(form: str) -> str:
    """Return the middle half of a form, which a cut at either end leaves; "" if it says little."""
    bare = _bare(form)
    quarter = len(bare) // 4
    middle = bare[quarter : len(bare) - quarter]
    return middle if len(middle) >= _TELLING else ""


def _bare(text: str) -> str:
    """Reduce a text to its letters and digits, without case, width and entities."""
    # Imported late: every start would pay for the table of entities.
    import html

    plain = unicodedata.normalize("NFKC", html.unescape(text)).casefold()
    return _NO_LETTER.sub("", plain)


def _encoded(secret: str) -> Iterator[str]:
    raw = secret.encode(errors="surrogatepass")
    yield secret
    yield secret[::-1]
    yield _percent_encoded(raw, _UNRESERVED + b"/")
    yield _percent_encoded(raw, _UNRESERVED)
    yield _percent_encoded(raw, _UNRESERVED + b" ").replace(" ", "+")
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield raw.hex()
    yield from _base64(raw)


def _percent_encoded(raw: bytes, kept: bytes) -> str:
    """Encode like `urllib.parse.quote`, whose import every start would pay for."""
    return "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in raw)


def _base64(secret: bytes) -> Iterator[str]:
    """Yield what base64 makes of the secret wherever it stands in a longer text.

    Only characters that hold no bit of a neighbour are kept, so that they are found inside.
    """
    for offset in range(3):
        padded = bytes(offset) + secret
        first, end = -(-offset * 8 // 6), len(padded) * 8 // 6
        encoded = binascii.b2a_base64(padded, newline=False).decode()[first:end]
        yield encoded
        yield encoded.replace("+", "-").replace("/", "_")
