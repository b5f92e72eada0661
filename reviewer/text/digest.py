"""Hashes several texts together, so that no two different inputs are hashed as the same bytes."""

import hashlib

Field = str | int | None


def encode(*fields: Field) -> bytes:
    """Return the fields as bytes, each with its kind and its length in front.

    Different fields never have the same encoding: a text may hold any character, even half of a
    surrogate pair, and None, 0 and "" are three values.
    """
    return b"".join(map(_encode_field, fields))


def _encode_field(value: Field) -> bytes:
    content = b"" if value is None else str(value).encode("utf-8", "surrogatepass")
    return b"%c%d:%b" % (_find_kind(value), len(content), content)


def _find_kind(value: Field) -> bytes:
    match value:
        case None:
            return b"-"
        case int():
            return b"i"
        case str():
            return b"s"


def identify(*fields: Field) -> str:
    """Return 64 hexadecimal digits (SHA-256) that identify the fields."""
    return hashlib.sha256(encode(*fields)).hexdigest()


def identify_text(text: str) -> str:
    """Return 64 hexadecimal digits that identify a text of a comment.

    White space at the ends of lines does not matter, because forms and servers change it.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    plain = "\n".join(line.rstrip() for line in lines).strip()
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
