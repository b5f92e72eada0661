"""Reads both versions of a lock file from its hunks, and from the text before if there is one."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.findings.lockfiles import (
    line_formats,
    node_formats,
    origins,
    other_formats,
    trees,
    yaml_trees,
)
from reviewer.findings.lockfiles.entries import Entry
from reviewer.findings.lockfiles.line_formats import Read
from reviewer.findings.lockfiles.trees import LockNode, LockTree

_Reader: TypeAlias = Callable[[Sequence[str], bool], Read]
Row: TypeAlias = tuple[str, Line | None]
"""A line of one version; None in place of the diff's line for one that the hunks do not show."""


@dataclass(frozen=True, slots=True)
class LockFormat:
    """How a lock file is read, and the registries that it uses unless it says otherwise.

    Without `in_parts`, a hunk alone does not show in which section its lines are. With
    `host_only`, the paths of a registry's addresses say nothing about the registry.
    """

    read: _Reader
    public: frozenset[str]
    host_only: bool = False
    in_parts: bool = True


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the file, or of one hunk: its lines, its entries, the rows not understood."""

    rows: tuple[Row, ...]
    entries: tuple[Entry, ...]
    unknown: frozenset[int]
    whole: bool

    @property
    def is_understood(self) -> bool:
        """Return True if all changed lines and the packages that they are about were understood."""
        changed = {row for row, (_, line) in enumerate(self.rows) if is_changed(line)}
        nameless = {row for entry in self.entries if not entry.name for row in entry.rows}
        return changed.isdisjoint(self.unknown) and (self.whole or changed.isdisjoint(nameless))


@dataclass(frozen=True, slots=True)
class Change:
    """Pairs of versions, old and new; one pair for the file, or one for each hunk."""

    pairs: tuple[tuple[Version, Version], ...]
    before: tuple[Entry, ...]
    """The entries of the old file as far as they are known."""


def is_changed(line: Line | None) -> bool:
    """Return True for an added or removed line."""
    return line is not None and line.kind is not LineKind.CONTEXT


def find_format(path: str) -> LockFormat | None:
    """Return the format of a lock file by its exact name; None for other files."""
    name = path.rpartition("/")[2]
    if not path.isprintable():
        return None
    if found := _BY_NAME.get(name):
        return found
    return next((each for pattern, each in _BY_PATTERN if pattern.fullmatch(name)), None)


def read(file: ChangedFile, before: str | None, form: LockFormat) -> Change:
    """Read both versions, whole if the text before is known and fits the hunks."""
    old_text = "" if before is None and file.status == "added" else before
    rows = None if old_text is None else _rebuild(old_text, file.hunks)
    if rows:
        old, new = (_read_version(side, form, whole=True) for side in rows)
        return Change(((old, new),), old.entries)
    pairs = tuple(_read_hunk(hunk, form) for hunk in file.hunks)
    if old_text is not None:
        return Change(pairs, form.read(_clean(old_text.split("\n")), True)[0])  # noqa: FBT003
    return Change(pairs, tuple(entry for old, _ in pairs for entry in old.entries))


def _rebuild(before: str, hunks: Iterable[Hunk]) -> tuple[list[Row], list[Row]] | None:
    """Return the lines of both versions; None if a hunk does not fit the text."""
    texts = before.removesuffix("\n").split("\n") if before else []
    old: list[Row] = []
    new: list[Row] = []
    for line in (line for hunk in hunks for line in hunk.lines):
        place = line.old if line.old is not None else None
        gap = (place - 1 if place is not None else len(old)) - len(old)
        if place is None and line.new is not None:
            gap = line.new - 1 - len(new)
        if gap < 0 or len(old) + gap > len(texts):
            return None
        unseen = [(text, None) for text in texts[len(old) : len(old) + gap]]
        old += unseen
        new += unseen
        if place is not None and texts[len(old) : len(old) + 1] != [line.text]:
            return None
        old += [(line.text, line)] if place is not None else []
        new += [(line.text, line)] if line.new is not None else []
    rest: list[Row] = [(text, None) for text in texts[len(old) :]]
    return old + rest, new + rest


def _read_hunk(hunk: Hunk, form: LockFormat) -> tuple[Version, Version]:
    old: list[Row] = [(line.text, line) for line in hunk.lines if line.old is not None]
    new: list[Row] = [(line.text, line) for line in hunk.lines if line.new is not None]
    return _read_version(old, form, whole=False), _read_version(new, form, whole=False)


def _read_version(rows: Sequence[Row], form: LockFormat, *, whole: bool) -> Version:
    texts = _clean(text for text, _ in rows)
    entries, unknown = form.read(texts, whole)
    odd = {row for row, text in enumerate(texts) if not text.replace("\t", "").isprintable()}
    return Version(tuple(rows), entries, unknown | odd, whole)


def _clean(texts: Iterable[str]) -> list[str]:
    """Return lines without the CR of a CRLF and the byte order mark."""
    return [text.removesuffix("\r").removeprefix("\ufeff") for text in texts]


def _read_tree(
    parse: Callable[[Sequence[str], bool], LockTree], find: Callable[[LockNode], Iterator[Entry]]
) -> _Reader:
    def read_rows(rows: Sequence[str], whole: bool) -> Read:  # noqa: FBT001
        tree = parse(rows, whole)
        return tuple(find(tree.root)), tree.unknown

    return read_rows


def _read_lines(find: Callable[[Sequence[str]], Read]) -> _Reader:
    return lambda rows, _: find(rows)


def _json(rows: Sequence[str], whole: bool) -> LockTree:  # noqa: FBT001
    return trees.parse_json(rows, whole=whole)


def _toml(rows: Sequence[str], whole: bool) -> LockTree:  # noqa: FBT001
    return trees.parse_toml(rows, whole=whole)


def _yaml(rows: Sequence[str], whole: bool) -> LockTree:  # noqa: FBT001
    return yaml_trees.parse(rows, whole=whole)


def _yarn(rows: Sequence[str], whole: bool) -> LockTree:  # noqa: FBT001
    return yaml_trees.parse(rows, whole=whole, pairs=True)


_NPM = LockFormat(_read_tree(_json, node_formats.read_npm), origins.NPM)
_PYTHON = LockFormat(_read_tree(_toml, other_formats.read_python), origins.PYTHON)
_GEMS = LockFormat(_read_lines(line_formats.read_gems), origins.RUBY, in_parts=False)
PIP = LockFormat(_read_lines(line_formats.read_requirements), origins.PYTHON)
_COMPOSER = LockFormat(
    _read_tree(_json, other_formats.read_composer), origins.COMPOSER, host_only=True
)
_DENO = LockFormat(
    _read_tree(_json, node_formats.read_deno),
    origins.DENO | origins.NPM,
    host_only=True,
)
_BY_NAME = {
    "package-lock.json": _NPM,
    "npm-shrinkwrap.json": _NPM,
    "yarn.lock": LockFormat(_read_tree(_yarn, node_formats.read_yarn), origins.NPM),
    "pnpm-lock.yaml": LockFormat(_read_tree(_yaml, node_formats.read_pnpm), origins.NPM),
    "bun.lock": LockFormat(_read_tree(_json, node_formats.read_bun), origins.NPM),
    "deno.lock": _DENO,
    "uv.lock": _PYTHON,
    "poetry.lock": _PYTHON,
    "pdm.lock": _PYTHON,
    "Pipfile.lock": LockFormat(_read_tree(_json, other_formats.read_pipfile), origins.PYTHON),
    "Cargo.lock": LockFormat(_read_tree(_toml, other_formats.read_cargo), origins.CARGO),
    "composer.lock": _COMPOSER,
    "go.sum": LockFormat(_read_lines(line_formats.read_go), frozenset()),
    "go.work.sum": LockFormat(_read_lines(line_formats.read_go), frozenset()),
    "Gemfile.lock": _GEMS,
    "gems.locked": _GEMS,
}
_BY_PATTERN = (
    (re.compile(r"pylock(?:\.[^.]+)?\.toml"), _PYTHON),
    (re.compile(r".*requirements.*\.(?:txt|lock)"), PIP),
)
