"""Reads the YAML of pnpm and yarn, and yarn's first format, as a tree that knows its lines."""

import re
from collections.abc import Sequence

from reviewer.findings.lockfiles.trees import Builder, LockNode, LockTree, decode_string

_QUOTED = r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^']|'')*'"
_KEY = rf"(?:{_QUOTED}|[^\s\"'&*!|>%@`{{}}\[\],#?:-](?:[^\s:]|:(?=\S))*)"
_MEMBER = re.compile(rf"(?P<key>{_KEY}):(?: +(?P<value>\S.*))?")
_HEADER = re.compile(r'(?P<key>(?:"(?:[^"\\]|\\.)*"|[^"\'#])+):')
_PAIR = re.compile(rf"(?P<key>{_QUOTED}|[A-Za-z@][^\s\"':]*) +(?P<value>{_QUOTED}|[^\s\"'{{[]\S*)")
_LONG_KEY = re.compile(rf"\? +(?P<key>{_QUOTED}|\S+)")
# Lines that begin inside of something are inside of few things.
_MOST_WRAPS = 10
_BLOCK = re.compile(r"[|>][+-]?\d?")
_FLOW = re.compile(
    rf"{_QUOTED}|[\"'].*|[{{}}\[\],]|[^\s{{}}\[\],\"':](?:[^{{}}\[\],:]|:(?=\S))*|:(?=\s)|\S"
)
_PLAIN = re.compile(r"[^\s&*!|>%@`{}\[\],\"'#](?:(?!: | #).)*")


def parse(rows: Sequence[str], *, whole: bool, pairs: bool = False) -> LockTree:
    """Parse lines of indented members; with `pairs`, also `key value` without a colon."""
    return _Parser(whole=whole, pairs=pairs).parse(rows)


class _Parser:
    """Keeps the open nodes with their indentation."""

    def __init__(self, *, whole: bool, pairs: bool) -> None:
        self._pairs = pairs
        self._whole = whole
        self._root = LockNode(None, 0, opener="{")
        self._open: list[tuple[int, LockNode]] = []
        self._unknown: set[int] = set()
        self._block: int | None = None
        self._seen: set[tuple[int, str]] = set()
        self._wraps = 0

    def parse(self, rows: Sequence[str]) -> LockTree:
        for row, text in enumerate(rows):
            content = text.lstrip(" ")
            indent = len(text) - len(content)
            if not content.strip() or content.startswith("#") or self._in_block(indent):
                continue
            if not self._take(content.rstrip(" "), indent, row):
                self._unknown.add(row)
        return LockTree(self._root, frozenset(self._unknown))

    def _in_block(self, indent: int) -> bool:
        if self._block is not None and indent <= self._block:
            self._block = None
        return self._block is not None

    def _take(self, content: str, indent: int, row: int) -> bool:
        """Read one line into the tree; False if it is not understood."""
        if content in {"---", ":"}:
            return True
        parent = self._find_parent(indent)
        if content.startswith("- "):
            value = _read_scalar(content[2:].strip())
            parent.children.append(LockNode(None, row, content if value is None else value))
            return value is not None
        match = self._match(content)
        key = _unquote_key(match["key"]) if match else None
        if match is None or key is None:
            return False
        place = (id(parent), key)
        fresh = place not in self._seen
        self._seen.add(place)
        value = match.groupdict().get("value")
        node = LockNode(key, row, opener="" if value else "{")
        parent.children.append(node)
        self._open.append((indent, node))
        return (not value or self._read_value(node, value, indent, row)) and fresh

    def _match(self, content: str) -> re.Match[str] | None:
        found = _MEMBER.fullmatch(content) or _LONG_KEY.fullmatch(content)
        if not found and self._pairs:
            found = _PAIR.fullmatch(content) or _HEADER.fullmatch(content)
        return found

    def _find_parent(self, indent: int) -> LockNode:
        while self._open and self._open[-1][0] >= indent:
            last, _ = self._open.pop()
            if not self._open and last > indent and self._may_wrap():
                self._wrap()
        return self._open[-1][1] if self._open else self._root

    def _may_wrap(self) -> bool:
        self._wraps += 1
        return not self._whole and self._wraps <= _MOST_WRAPS

    def _wrap(self) -> None:
        """Put what the lines began with into a node: its own line was not among them."""
        self._root.children = [LockNode(None, 0, opener="{", children=self._root.children)]

    def _read_value(self, node: LockNode, value: str, indent: int, row: int) -> bool:
        if _BLOCK.fullmatch(value):
            self._block = indent
            node.text = ""
            return True
        if value[0] in "{[":
            return _read_flow(node, value, row)
        node.text = _read_scalar(value)
        if node.text is None:
            node.text = value
            return False
        return True


def _unquote_key(key: str) -> str | None:
    """Return a key without quotes; a list of quoted descriptors keeps its commas."""
    if key[0] not in "\"'":
        return key.replace('"', "")
    whole = _read_scalar(key)
    return whole if whole is not None else key.replace('"', "")


def _read_scalar(value: str) -> str | None:
    if value[0] == '"':
        return decode_string(value)
    if value[0] == "'":
        inside = value[1:-1]
        closed = len(value) > 1 and value[-1] == "'" and "'" not in inside.replace("''", "")
        return inside.replace("''", "'") if closed else None
    return value if _PLAIN.fullmatch(value) else None


def _read_flow(node: LockNode, value: str, row: int) -> bool:
    """Read `{a: b}` or `[a, b]` on one line into the node; False if it is not understood."""
    builder = Builder(whole=True)
    for piece in _FLOW.findall(value):
        _take_flow(builder, piece.rstrip(), row)
    tree = builder.finish(row + 1)
    first = tree.root.children[0] if tree.root.children else node
    node.opener, node.children = first.opener or "{", first.children
    return not tree.unknown and len(tree.root.children) == 1


def _take_flow(builder: Builder, piece: str, row: int) -> None:
    if builder.take_mark(piece, row):
        return
    if piece == ":":
        builder.make_key(row)
    elif (text := _read_scalar(piece)) is not None:
        builder.add(text, row)
    else:
        builder.unknown.add(row)
