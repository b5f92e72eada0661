"""Whatever a text holds, it is inert once neutralised, and no known secret is left in it."""

from reviewer import neutraliser
from reviewer.redaction import MASK, SHORTEST, Secrets
from tests.pages import FRAME_TAGS, assert_inert

BETWEEN = "\n=====\n"
LONGEST = 3_000


def prose(data: bytes) -> None:
    """Neutralise a text as prose, as a line, as code and as a span."""
    text = data.decode(errors="surrogateescape")[:LONGEST]
    block, line = neutraliser.block(text), neutraliser.line(text)

    assert_inert(block)
    assert neutraliser.block(block) == block
    assert neutraliser.line(line) == line
    assert_inert(f"| a | b |\n| - | - |\n| {line} | END |", FRAME_TAGS)
    assert_inert(neutraliser.code(text))
    assert_inert(f"| a | b |\n| - | - |\n| {neutraliser.span(text)} | END |", FRAME_TAGS)


def secrets(data: bytes) -> None:
    """Mask secrets, one a line, in the text that follows them, and where they are put into it."""
    values, _, text = data.decode(errors="surrogateescape")[:LONGEST].partition(BETWEEN)
    known = Secrets(values.split("\n")[:3])
    for said in (text, f"{text}{values}{text}"):
        pieces = known.mask(said).split(MASK)
        assert not any(known.leaked_in(piece) for piece in pieces)
        for secret in values.split("\n")[:3]:
            if len(secret.strip()) >= SHORTEST:
                assert not any(secret.strip() in piece for piece in pieces)
