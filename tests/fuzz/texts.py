"""Whatever a text holds, it is inert once neutralised, and no known secret is left in it."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote

from reviewer.redaction.run_secrets import MASK, SHORTEST, Secrets
from reviewer.text import markdown
from tests.rendered_markdown import FRAME_TAGS, assert_inert

BETWEEN = "\n=====\n"
LONGEST = 3_000


def prose(data: bytes) -> None:
    """Neutralise a text as prose, as a line, as code and as a span."""
    text = data.decode(errors="surrogateescape")[:LONGEST]
    block, line = markdown.block(text), markdown.line(text)

    assert_inert(block)
    assert markdown.block(block) == block
    assert markdown.line(line) == line
    assert_inert(f"| a | b |\n| - | - |\n| {line} | END |", FRAME_TAGS)
    assert_inert(markdown.code(text))
    assert_inert(f"| a | b |\n| - | - |\n| {markdown.span(text)} | END |", FRAME_TAGS)


def secrets(data: bytes) -> None:
    """Mask secrets, one a line, in the text that follows, and in what programs make of them."""
    above, _, text = data.decode(errors="replace")[:LONGEST].partition(BETWEEN)
    values = [value.strip() for value in above.split("\n")[:3] if value.isprintable()]
    known = Secrets(values)
    long = [value for value in values if len(value) >= SHORTEST]
    forms = {form for value in long for form in (value, *_written(value))}
    for said in (text, f"{text}{above}{text}"):
        left = known.mask(said).split(MASK)
        # What only looks like one in disguise is not masked: it makes the whole be withheld.
        assert not any(form in piece for form in forms for piece in left)
    for secret in long:
        if not known.leaked_in(MASK):
            assert known.mask(f"\0{secret}\0") == f"\0{MASK}\0"
            assert all(MASK in known.mask(form) for form in _written(secret))


def _written(secret: str) -> Iterator[str]:
    """Write a secret as a program might that wants to show it to somebody."""
    raw = secret.encode()
    yield from (base64.b64encode(b"?" * offset + raw).decode() for offset in range(3))
    yield from (secret[7:], secret[:-7]) if len(secret) >= SHORTEST + 7 else ()
    yield from (secret[::-1], raw.hex(), json.dumps(secret), quote(secret, safe=""), repr(secret))
