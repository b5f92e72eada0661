"""Finds the JSON object that is meant in a model's reply; a reply is untrusted.

Right or quiet: what can be meant in one way only is read, and everything else is an error, after
which the model is asked once more. A draft is not the reply, nor is a text of the change that the
model repeats, and a part of a broken object is never taken for the whole one.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TypeAlias

from pydantic_core import from_json

from reviewer.errors import ReplyError
from reviewer.llm.strict_json import NotJsonError, decode
from reviewer.prompt import Reply
from reviewer.text import json_members

Object: TypeAlias = Mapping[str, object]
# Characters of a reply that are read.
_LONGEST_REPLY = 1_000_000
# Characters of prose after a brace in which its closing brace is searched for.
_LONGEST_ASIDE = 20_000
# Braces in prose that are skipped; a text with more of them is no reply.
_MOST_ASIDES = 50
# The members by which a section, a finding or a verdict is recognised outside of a list.
_ROWS = {
    "files": ("findings",),
    "findings": ("quote", "title"),
    "verdicts": ("finding", "verdict"),
}
# Where the thinking of a reply begins: models and servers write it in front of the reply itself.
_THINKING = re.compile(
    r"\s*(?:<(?:seed:)?(?:think|thought|reason)\w*>|\[THINK\]|◁think▷)", re.IGNORECASE
)
# Where it ends.
_THOUGHT = (
    r"(?P<thought></(?:seed:)?(?:think|thought|reason)\w*>|\[/THINK\]|◁/think▷|<channel\|>"
    r"|assistantfinal(?=\s*\{))"
    r"|<\|channel\|>\s*(?P<channel>\w+)[^\n{]{0,100}?<\|message\|>"
)
_MARK = re.compile(_THOUGHT, re.IGNORECASE)
# What matters between the objects of a reply. In prose, a brace is rarely followed by a quoted
# name, and an object without members is useless. An echo is a part of our own prompt.
_TOKEN = re.compile(
    rf"{_THOUGHT}|<<(?P<nonce>[0-9a-f]{{16}})\b|(?P<echo>^ *[0-9]+ [+] .*$)"
    r'|(?P<value>(?:\[\s*)?\{\s*")',
    re.IGNORECASE | re.MULTILINE,
)
# What may follow a reply after thinking: fences and the special tokens of chat templates.
_TRAILER = re.compile(r"(?:\s|`|<\|\w+\|>|</\w+>)*")
_BRACKETS = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[][{}]')


@dataclass(frozen=True, slots=True)
class Found:
    """The object that a reply is about, and what is wrong with it."""

    value: Object
    truncated: bool = False
    ambiguous: bool = False


@dataclass(slots=True)
class _Scan:
    """What a reply has behind its thinking.

    `values` are the objects that fit, the last one ends at `end`. `broken` is where an object
    begins that may be meant and is no JSON, and why. `dropped` says that there were objects in
    front of a mark of thinking, although no thinking had begun.
    """

    final: bool = False
    values: list[Object] = field(default_factory=list)
    broken: tuple[int, str] | None = None
    dropped: bool = False
    thinking: bool = False
    end: int = 0
    asides: int = 0

    def forget(self) -> None:
        """Drop what was found so far: it was thinking."""
        self.dropped = self.dropped or (not self.thinking and bool(self.values or self.broken))
        self.values, self.broken = [], None


def find(reply: Reply, key: str, *shapes: type) -> Found:
    """Return the last object in a reply that has the member `key`.

    `shapes` are those of the object and of what is in it. Text around it is ignored, and so are
    drafts in the model's thinking. Raises ReplyError if there is none, if one that may be meant is
    no JSON, and for several different ones, unless the reply is the last that the model gives; of a
    reply that was cut off, the complete members count.
    """
    text = _unquote(reply.text[:_LONGEST_REPLY])
    truncated = reply.truncated or len(reply.text) > _LONGEST_REPLY
    scan = _scan(text, key, shapes, final=reply.final)
    if scan.thinking:
        raise ReplyError("The model's reply ends before its thinking does.")
    if truncated and scan.broken:
        return Found(_salvage(text[scan.broken[0] :], key), truncated=True)
    if scan.broken:
        raise ReplyError(f"The model's reply is not valid JSON: {scan.broken[1]}.")
    if not scan.values:
        reason = "was cut off before its" if truncated else f'has no member "{key}" in a'
        raise ReplyError(f"The model's reply {reason} JSON object.")
    different = any(value != scan.values[-1] for value in scan.values)
    trailer = _TRAILER.match(text, scan.end)
    cited = scan.dropped and not (trailer and trailer.end() == len(text))
    if cited or (different and not reply.final):
        raise ReplyError("The model's reply has several different JSON objects; one is expected.")
    return Found(scan.values[-1], ambiguous=different)


def _unquote(text: str) -> str:
    """Return the text that a reply holds as one JSON string, or else the reply."""
    try:
        found = json.loads(text) if text.lstrip().startswith('"') else text
    except ValueError:
        return text
    return found if isinstance(found, str) else text


def _scan(text: str, key: str, shapes: tuple[type, ...], *, final: bool) -> _Scan:
    scan = _Scan(final, thinking=bool(_THINKING.match(text)))
    position = 0
    while token := _TOKEN.search(text, position):
        position = token.end()
        if token["thought"] or token["channel"]:
            scan.forget()
            scan.thinking = (token["channel"] or "").lower() == "analysis"
        elif token["nonce"]:
            close = text.find(f"{token['nonce']}>>", position)
            position = len(text) if close < 0 else close
        elif token["value"]:
            position = _scan_value(scan, text, token.start(), key, shapes)
    return scan


def _scan_value(scan: _Scan, text: str, start: int, key: str, shapes: tuple[type, ...]) -> int:
    """Read the value that begins at `start`, and return the position behind it."""
    try:
        value, end = decode(text, start, final=scan.final)
    except NotJsonError as problem:
        scan.asides += 1
        end = _find_end_of_aside(text, start, problem.position)
        # A part of a broken reply must never be taken for the reply.
        if scan.asides > _MOST_ASIDES or _mentions(text[start:end], shapes):
            scan.broken = (start, str(problem))
        return end if scan.asides <= _MOST_ASIDES else len(text)
    if fitting := _fit(value, key):
        scan.values.append(fitting)
        scan.end = end
    return end


def _mentions(text: str, shapes: tuple[type, ...]) -> bool:
    return any(f'"{member.name}"' in text for shape in shapes for member in fields(shape))


def _find_end_of_aside(text: str, start: int, failed: int) -> int:
    """Return where the prose ends that looked like JSON from `start` to `failed`.

    That is behind the bracket that closes the first one, or else at the end of the line; at a mark
    of thinking at the latest.
    """
    line_end = text.find("\n", start)
    end = line_end if line_end >= 0 else len(text)
    depth = 0
    for found in _BRACKETS.finditer(text, start, start + _LONGEST_ASIDE):
        depth += (found[0] in "[{") - (found[0] in "]}")
        if not depth:
            end = found.end()
            break
    end = max(end, failed)
    mark = _MARK.search(text, start, end)
    return mark.start() if mark else end


def _fit(value: object, key: str) -> Object | None:
    """Return the object with the member `key`; it may be wrapped in another one.

    Rows that have no object around them, and a single row, are the value of the member.
    """
    while isinstance(value, Mapping) and not json_members.has(value, key):
        if _is_row(value, key):
            return {key: [value]}
        value = _unwrap(value)
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and any(_is_row(row, key) for row in value):
        return {key: value}
    return None


def _unwrap(value: Object) -> object:
    """Return the only member of an object, or the arguments of a call that is written as text."""
    if set(value) == {"name", "arguments"}:
        return json_members.unpack(value["arguments"])
    return next(iter(value.values())) if len(value) == 1 else None


def _is_row(value: object, key: str) -> bool:
    wanted = _ROWS.get(key, ())
    return (
        isinstance(value, Mapping)
        and bool(wanted)
        and all(json_members.has(value, name) for name in wanted)
    )


def _salvage(text: str, key: str) -> Object:
    """Return the complete members of the object at the start of a text that was cut off.

    Raises ReplyError if it is not valid JSON, or `key` is not among them.
    """
    try:
        found = from_json(text.encode(errors="replace"), allow_partial=True, allow_inf_nan=False)
    except ValueError:
        raise ReplyError("The model's reply was cut off and is not valid JSON.") from None
    if not (fitting := _fit(found, key)):
        raise ReplyError(f'The model\'s reply was cut off before the member "{key}".')
    return fitting
