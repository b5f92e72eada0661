"""Masks and detects the secrets of this run, such as the API key, in everything it writes."""

import binascii
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from reviewer.errors import SecretRepeatedError

Value = TypeVar("Value")

MASK = "[REDACTED]"
SHORTEST = 8
"""Characters; shorter values ("none", "true") occur in ordinary text, which must not be masked."""
# In a known attack the model cuts seven characters off a key, so that scanners miss it.
_CUT = 7
# Letters and digits; ordinary text without its spaces repeats shorter sequences by chance.
_SHORTEST_CORE = 12
# RFC 3986, section 2.3.
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_NO_LETTER = re.compile(r"[\W_]+")


class Secrets:
    """The values that must never leave the process, in every form in which they could leave it.

    Forms are the value and each of its lines, whole and without the first or last 7 characters;
    and the reversed, URL-encoded, escaped, hexadecimal and base64 forms of all these.
    """

    __slots__ = ("_cores", "_forms")

    def __init__(self, values: Iterable[str]) -> None:
        """Prepare the forms of each value; values and lines under SHORTEST are left out."""
        forms = {form for value in values for form in _forms(value)}
        self._forms = tuple(sorted(forms, key=len, reverse=True))
        self._cores: tuple[str, ...] | None = None

    def mask(self, text: str) -> str:
        """Replace every form of every secret by [REDACTED]."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def mask_all(self, texts: Iterable[str]) -> list[str]:
        """Mask each of the texts."""
        return [self.mask(text) for text in texts]

    def conceal(self, value: Value) -> Value:
        """Return a text, or a frozen dataclass or tuple of texts, with every text in it masked.

        Raises SecretRepeatedError when a masked text still shows a part of a secret.
        """
        # The path with nothing to do builds Secrets and never needs these.
        from dataclasses import fields, is_dataclass, replace

        def walk(part: Any) -> Any:  # noqa: ANN401 - any part of the value
            if isinstance(part, str):
                masked = self.mask(part)
                self.withhold((masked,))
                return masked
            if isinstance(part, tuple):
                return tuple(map(walk, part))
            if is_dataclass(part) and not isinstance(part, type):
                members = {each.name: walk(getattr(part, each.name)) for each in fields(part)}
                return replace(part, **members)
            return part

        concealed: Value = walk(value)
        return concealed

    def withhold(self, texts: Iterable[str]) -> None:
        """Raise SecretRepeatedError when one of the texts holds a secret, whole or in part.

        A model that writes a secret in one form may write it in others too, which nobody can list:
        masking the known forms is not enough then.
        """
        if any(map(self.leaked_in, texts)):
            raise SecretRepeatedError(
                "The model's reply is withheld: it contains all or part of a secret of this run.",
                cause="What the model was shown or where it runs has the secret.",
                remedy="Replace the secret, and look at what the pull request adds.",
            )

    def leaked_in(self, text: str) -> bool:
        """Return True if the text holds a form of a secret, or its middle half in disguise.

        Disguises that `mask` misses: another letter case or width, and characters between that are
        no letters or digits, such as spaces, line feeds, invisible characters and Markdown.
        """
        if any(form in text for form in self._forms):
            return True
        if self._cores is None:
            # Only a text to publish is checked, and a run with nothing to do has none.
            self._cores = tuple({core for form in self._forms if (core := _middle_half(form))})
        bare = _letters_and_digits(text) if self._cores else ""
        return any(core in bare for core in self._cores)

    def __repr__(self) -> str:
        """Show the number of forms and no value."""
        return f"Secrets({len(self._forms)} forms)"


def _forms(value: str) -> Iterator[str]:
    whole = {line.strip() for line in (value, *value.splitlines())}
    parts = {part for secret in whole for part in (secret, secret[_CUT:], secret[:-_CUT])}
    for part in parts:
        if len(part) >= SHORTEST:
            yield from _encodings(part)


def _middle_half(form: str) -> str:
    """Return the middle half of a form, which a cut at either end leaves; "" if it is too short."""
    bare = _letters_and_digits(form)
    quarter = len(bare) // 4
    middle = bare[quarter : len(bare) - quarter]
    return middle if len(middle) >= _SHORTEST_CORE else ""


def _letters_and_digits(text: str) -> str:
    """Return only letters and digits, in one case and width, with HTML entities decoded."""
    # Imported late: every start would pay for the tables.
    import html
    import unicodedata

    plain = unicodedata.normalize("NFKC", html.unescape(text)).casefold()
    return _NO_LETTER.sub("", plain)


def _encodings(secret: str) -> Iterator[str]:
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
    yield from _base64_encodings(raw)


def _percent_encoded(raw: bytes, kept: bytes) -> str:
    """Encode like `urllib.parse.quote`, whose import every start would pay for."""
    return "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in raw)


def _base64_encodings(secret: bytes) -> Iterator[str]:
    """Yield the base64 of the secret at each of the three offsets within a longer text.

    Characters that also encode bits of a neighbour are left out, so that the rest always matches.
    """
    for offset in range(3):
        padded = bytes(offset) + secret
        first, end = -(-offset * 8 // 6), len(padded) * 8 // 6
        encoded = binascii.b2a_base64(padded, newline=False).decode()[first:end]
        yield encoded
        yield encoded.replace("+", "-").replace("/", "_")
