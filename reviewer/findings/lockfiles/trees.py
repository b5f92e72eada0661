"""Reads JSON and TOML of lock files as a tree that knows its lines, also from the middle of one."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

# Containers inside each other; lock files nest a dozen, and deeper ones are not read.
_DEEPEST = 100
_JSON_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|//.*|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_TOML_PIECE = re.compile(
    r'"""|\'\'\'|"(?:[^"\\]|\\.)*"?|\'[^\']*\'?|[{}\[\]=,]|#.*|[^\s{}\[\]=,"\'#]+'
)
_TABLE = re.compile(r"\s*(\[\[?)([A-Za-z0-9_.\-\"' ]+)\]\]?\s*(?:#.*)?")
_LITERAL = re.compile(r"[A-Za-z0-9+\-._:]+")
_CLOSERS = {"}": "{", "]": "["}
_BARE = "bare"
_TRIPLES = ('"""', "'''")


@dataclass(slots=True, eq=False)
class LockNode:
    """A member or item; rows count from 0, and `text` is None for a container.

    `opener` is "{" or "[" for a container, "bare" for a word of TOML, "" for other values.
    A container whose beginning is not in the lines has no key.
    """

    key: str | None
    row: int
    text: str | None = None
    opener: str = ""
    children: list["LockNode"] = field(default_factory=list)

    def get(self, key: str) -> "LockNode | None":
        """Return the last member of that name, as parsers of whole files do."""
        return next((child for child in reversed(self.children) if child.key == key), None)

    def value(self, key: str) -> str:
        """Return the text of the last member of that name, "" if there is none."""
        found = self.get(key)
        return found.text or "" if found else ""

    def values(self, *keys: str) -> list["LockNode"]:
        """Return all members with one of the names that are no containers."""
        return [each for each in self.children if each.key in keys and each.text is not None]


@dataclass(frozen=True, slots=True)
class LockTree:
    """What was read, and the rows that were not understood."""

    root: LockNode
    unknown: frozenset[int]


class Builder:
    """Makes a tree of tokens; what closes more than was opened wraps what was read so far."""

    def __init__(self, *, whole: bool) -> None:
        """Start at the beginning of the file, or anywhere in it."""
        self.root = LockNode(None, 0, opener="{")
        self.base = self.root
        self.unknown: set[int] = set()
        self._whole = whole
        self._stack: list[LockNode] = []
        self._key: str | None = None
        self._skipped = 0
        self._wraps = 0
        self._seen: set[tuple[int, str]] = set()

    @property
    def depth(self) -> int:
        """The number of open containers."""
        return len(self._stack) + self._skipped

    @property
    def _current(self) -> LockNode:
        return self._stack[-1] if self._stack else self.base

    def take_mark(self, piece: str, row: int) -> bool:
        """Take a bracket or a comma; return False for any other piece."""
        if piece in "{[":
            self.open(piece, row)
        elif piece in "}]":
            self.close(piece, row)
        elif piece == ",":
            self.end_member(row)
        else:
            return False
        return True

    def open(self, bracket: str, row: int) -> None:
        """Start a container."""
        if len(self._stack) >= _DEEPEST:
            self._skipped += 1
            self.unknown.add(row)
            return
        node = LockNode(self._key, row, opener=bracket)
        self._key = None
        self._current.children.append(node)
        self._stack.append(node)

    def close(self, bracket: str, row: int) -> None:
        """End the innermost container."""
        self.end_member(row)
        if self._skipped:
            self._skipped -= 1
        elif self._stack:
            if self._stack.pop().opener != _CLOSERS[bracket]:
                self.unknown.add(row)
        else:
            self._wrap(_CLOSERS[bracket], row)

    def _wrap(self, bracket: str, row: int) -> None:
        """Put what the lines began with into a container that was opened before them."""
        self._wraps += 1
        if self._whole or self._wraps > _DEEPEST:
            self.unknown.add(row)
        else:
            self.base.children = [LockNode(None, 0, opener=bracket, children=self.base.children)]

    def add(self, text: str, row: int, mark: str = "") -> None:
        """Add a value, or what turns out to be a key; `mark` becomes its opener."""
        if not self._skipped:
            self._current.children.append(LockNode(self._key, row, text, mark))
            self._key = None

    def make_key(self, row: int, *, dotted_is_odd: bool = False) -> None:
        """Make the last value the key of the next one."""
        last = self._current.children[-1] if self._current.children else None
        if self._skipped or last is None or last.key is not None or last.text is None:
            self.unknown.add(row)
            return
        self._key = self._current.children.pop().text
        if dotted_is_odd and last.opener == _BARE and "." in last.text:
            self.unknown.add(row)  # no generator writes dotted keys
        place = (id(self._current), self._key or "")
        if place in self._seen:
            self.unknown.add(row)  # no generator writes a member twice
        self._seen.add(place)

    def end_member(self, row: int) -> None:
        """End a member; a key without a value is not understood."""
        if self._key is not None:
            self.unknown.add(row)
            self._key = None

    def finish(self, rows: int) -> LockTree:
        """Return the tree; of a whole file whose brackets do not match, no row is understood."""
        if self._whole and (self.depth or self._wraps):
            self.unknown.update(range(rows))
        return LockTree(self.root, frozenset(self.unknown))


def parse_json(rows: Sequence[str], *, whole: bool) -> LockTree:
    """Parse lines of JSON, in any layout; trailing commas and comments are accepted."""
    builder = Builder(whole=whole)
    for row, text in enumerate(rows):
        for piece in _JSON_PIECE.findall(text):
            _take_json(builder, piece, row)
    return builder.finish(len(rows))


def _take_json(builder: Builder, piece: str, row: int) -> None:
    if builder.take_mark(piece, row):
        return
    if piece == ":":
        builder.make_key(row)
    elif piece[0] == '"' and (text := decode_string(piece)) is not None:
        builder.add(text, row)
    elif _LITERAL.fullmatch(piece):
        builder.add(piece, row)
    elif not piece.startswith("//"):
        builder.unknown.add(row)


def decode_string(piece: str) -> str | None:
    """Return the text of a string as JSON writes it; None for one that is no JSON."""
    try:
        text = json.loads(piece)
    except ValueError:
        return None
    return text if isinstance(text, str) else None


def parse_toml(rows: Sequence[str], *, whole: bool) -> LockTree:
    """Parse lines of TOML; `[[package]]` makes one node each, and subtables are its children."""
    builder = Builder(whole=whole)
    if not whole:
        builder.base = LockNode(None, 0, opener="{")
        builder.root.children.append(builder.base)
    tables: dict[tuple[int, str], LockNode] = {}
    quote = ""
    for row, text in enumerate(rows):
        table = None if quote or builder.depth else _TABLE.fullmatch(text)
        if table:
            builder.base = _open_table(builder.root, table, row, tables)
            continue
        for piece in _TOML_PIECE.findall(text):
            quote = _take_toml(builder, piece, row, quote)
        if not builder.depth and not quote:
            builder.end_member(row)
    return builder.finish(len(rows))


def _open_table(
    root: LockNode, table: re.Match[str], row: int, tables: dict[tuple[int, str], LockNode]
) -> LockNode:
    parts = [part.strip(" \"'") for part in table[2].split(".")][:_DEEPEST]
    base = root
    for number, part in enumerate(parts, 1):
        found = tables.get((id(base), part))
        if found is None or (table[1] == "[[" and number == len(parts)):
            found = LockNode(part, row, opener="{")
            base.children.append(found)
            tables[id(base), part] = found
        base = found
    return base


def _take_toml(builder: Builder, piece: str, row: int, quote: str) -> str:
    """Take one piece; returns the quotes of a text of several lines that is open after it."""
    if quote or piece in _TRIPLES:
        if piece == quote:
            builder.add("", row)
            return ""
        return quote or piece
    if builder.take_mark(piece, row):
        return ""
    if piece == "=":
        builder.make_key(row, dotted_is_odd=True)
    elif piece[0] != "#":
        _add_toml_value(builder, piece, row)
    return ""


def _add_toml_value(builder: Builder, piece: str, row: int) -> None:
    text: str | None = piece
    if piece[0] == "'":
        text = piece[1:-1] if len(piece) > 1 else None
    elif piece[0] == '"':
        text = decode_string(piece)
    elif not _LITERAL.fullmatch(piece):
        text = None
    if text is None:
        builder.unknown.add(row)
    else:
        builder.add(text, row, "" if piece[0] in "\"'" else _BARE)
