"""Hashes several texts so that no two inputs are the same bytes, and contents as git does."""

import hashlib
from functools import partial

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


def hash_as_git(data: bytes, digits: int) -> str:
    """Return git's hash of a file's content: SHA-1 for 40 digits, else SHA-256."""
    digest = partial(hashlib.sha1, usedforsecurity=False) if digits == 40 else hashlib.sha256  # noqa: PLR2004
    return digest(b"blob %d\0" % len(data) + data).hexdigest()
