"""Writes and reads the signed line, the last of the comment, that holds a run's state."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from pydantic import TypeAdapter, ValidationError

from reviewer.finding import Finding
from reviewer.memory import file_key
from reviewer.memory.seal import UNSEALED, Seal
from reviewer.memory.state import State
from reviewer.text import digest

VERSION = 2
LARGEST = 32_000
"""Characters of the encoded state; the comment has to hold the review too."""
LARGEST_IN_REPORT = 4_000_000
"""Characters; no limit but this is needed in a report, which may have 20 MB."""

_PURPOSE = f"state v={VERSION}"
_UNSIGNED = "unsigned"
# Maintainers, and all workflows that comment as the same bot, can write such a line: it is
# untrusted. Web forms send CRLF.
_LINE = re.compile(
    rf"^<!-- code-review-action:state v={VERSION} "
    rf"([A-Za-z0-9_-]+) ([A-Za-z0-9_-]{{43}}|{_UNSIGNED}) -->\r?$",
    re.MULTILINE | re.ASCII,
)
# The tags of so many lines of one comment are checked; ours has one.
_MOST_LINES = 10
# Bytes for each character; a state has about three, and a small text can unpack to a large one.
_UNPACKED = 30


def encode(state: State, seal: Seal = UNSEALED, *, largest: int = LARGEST) -> str:
    """Return the hidden line with its tag, at most `largest` characters of state.

    If the state is too large, what names the code that changed is dropped first, then summaries,
    then the rules that findings name, then units without findings, then units with findings.
    """
    for smaller in _shrink(state):
        packed = zlib.compress(_adapter().dump_json(smaller, exclude_defaults=True), 9)
        text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
        if len(text) <= largest:
            tag = seal.sign(_PURPOSE, text) or _UNSIGNED
            return f"<!-- code-review-action:state v={VERSION} {text} {tag} -->"
    raise AssertionError("a state without units always fits")  # pragma: no cover


def put_into(body: str, state: State, seal: Seal) -> str:
    """Return `body` with this state, signed, as its last line, instead of the one in it."""
    return f"{_drop_lines(body)}\n{encode(state, seal)}\n"


def hash_text(body: str) -> str:
    """Return 64 hexadecimal digits for a comment's text without its state."""
    return digest.identify_text(_drop_lines(body))


def _drop_lines(body: str) -> str:
    lines = body.replace("\r\n", "\n").rstrip("\n").split("\n")
    return "\n".join(line for line in lines if not is_present(line))


def encode_for_report(state: State, seal: Seal) -> str | None:
    """Return the line for a report, None without a key: nobody could believe it."""
    return encode(state, seal, largest=LARGEST_IN_REPORT) if seal.key else None


def _shrink(state: State) -> Iterator[State]:
    yield state
    named = (replace(unit, key=file_key.drop_names(unit.key)) for unit in state.units)
    state = replace(state, units=tuple(named))
    yield state
    state = replace(state, units=tuple(replace(unit, summary="") for unit in state.units))
    yield state
    units = tuple(
        replace(unit, findings=tuple(map(_drop_rule, unit.findings))) for unit in state.units
    )
    state = replace(state, units=units, unchecked=tuple(map(_drop_rule, state.unchecked)))
    yield state
    # Units with findings are kept longest, because their findings would get new words and numbers.
    ordered = sorted(state.units, key=lambda unit: not unit.findings)
    while ordered:
        ordered = ordered[: len(ordered) * 7 // 8]
        yield replace(state, units=tuple(ordered))
    yield replace(state, units=(), major_changes=(), gaps=(), unchecked=(), dismissed=())


def _drop_rule(finding: Finding) -> Finding:
    return replace(finding, candidate=replace(finding.candidate, rule=""))


def is_present(body: str) -> bool:
    """Return True if a comment holds a state, readable or not."""
    return "<!-- code-review-action:state " in body


def find_signed_head(body: str) -> str:
    """Return the head that a comment's state names, "" if it is not signed, with whatever key."""
    lines = _LINE.findall(body)
    if not lines or lines[-1][1] == _UNSIGNED:
        return ""
    known = _decode(lines[-1][0], LARGEST)
    return known.head_sha if known else ""


def believe(body: str, seal: Seal, *, largest: int = LARGEST) -> State | None:
    """Return the newest state in a comment that this seal's key signed, None if there is none.

    Without a key, it is the state that the comment claims: no run may leave out work because of it.
    """
    if not seal.key:
        return decode(body)
    lines = _LINE.findall(body)[-_MOST_LINES:]
    signed = [text for text, tag in lines if seal.verify(_PURPOSE, text, tag)]
    states = filter(None, (_decode(text, largest) for text in signed))
    return max(states, key=lambda state: state.moment, default=None)


def decode(body: str) -> State | None:
    """Return the state that a comment claims, whoever wrote it; None if there is none to read.

    The text is untrusted: its size is limited and its structure checked.
    """
    lines = _LINE.findall(body)
    return _decode(lines[-1][0], LARGEST) if lines else None


def explain_doubt(body: str, seal: Seal) -> str:
    """Return why a comment's state was not believed, "" if it has none."""
    if not is_present(body):
        return ""
    if not seal.key or (_LINE.search(body) and not decode(body)):
        return "what was remembered could not be read"
    return (
        "what was remembered is not signed with the present key: the key changed, another workflow "
        "wrote it, or an earlier version of the action did"
    )


def _decode(text: str, largest: int) -> State | None:
    if len(text) > largest:
        return None
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        plain = zlib.decompressobj().decompress(packed, _UNPACKED * largest)
        return _adapter().validate_json(plain, strict=True)
    except (binascii.Error, zlib.error, ValidationError):
        return None


@cache
def _adapter() -> TypeAdapter[State]:
    return TypeAdapter(State)
