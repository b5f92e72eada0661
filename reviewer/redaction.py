"""Keeps the secrets that this process knows out of everything it writes."""

import base64
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "[REDACTED]"
# Shorter values ("none", "true") stand in ordinary text; masking them would ruin it, hide nothing.
_SHORTEST = 8


class Secrets:
    """The values that must never leave the process, in every form in which they could."""

    __slots__ = ("_forms",)

    def __init__(self, values: Iterable[str]) -> None:
        """Prepare the forms of each value; values under 8 characters are not secrets."""
        forms = {form for value in values for form in _forms(value)}
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def mask(self, text: str) -> str:
        """Replace every form of every secret by [REDACTED]."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def leaked_in(self, text: str) -> bool:
        """Whether some form of a secret stands in the text."""
        return any(form in text for form in self._forms)

    def __repr__(self) -> str:
        """Count, and show nothing."""
        return f"Secrets({len(self._forms)} forms)"


def _forms(value: str) -> Iterator[str]:
    lines = [value.strip(), *(line.strip() for line in value.splitlines())]
    for secret in {line for line in lines if len(line) >= _SHORTEST}:
        yield secret
        yield secret[::-1]
        yield quote(secret, safe="")
        yield quote_plus(secret)
        yield json.dumps(secret)[1:-1]
        yield json.dumps(secret, ensure_ascii=False)[1:-1]
        yield from _base64(secret.encode())


def _base64(secret: bytes) -> Iterator[str]:
    """Yield what base64 makes of the secret wherever it stands in a longer text.

    Only characters that hold no bit of a neighbour are kept, so that they are found inside.
    """
    for offset in range(3):
        padded = b"\0" * offset + secret
        whole = len(padded) * 8 // 6
        first = -(-offset * 8 // 6)
        standard = base64.b64encode(padded).decode()[first:whole]
        yield standard
        yield standard.translate(str.maketrans("+/", "-_"))
