"""Finds, in one pass over the text of a repository, where names are mentioned and defined."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from reviewer.context import definitions, identifiers

LARGEST_FILE = 1 << 20
"""Bytes of a file that is read; larger ones are generated."""
LARGEST_REPOSITORY = 200_000_000
"""Characters that are read; a repository that is larger is read in part."""
MENTIONS = 2_000
"""Files kept that mention one name; the rest is counted."""
DEFINITIONS = 200
"""Definitions of one name that are kept."""
# Bytes that are no part of a name; those of characters beyond ASCII are.
_BETWEEN = bytes(
    byte if not chr(byte).isascii() or chr(byte).isalnum() or chr(byte) == "_" else ord(" ")
    for byte in range(256)
)
# Lines of such a key are recognised as secrets only in a text that has the whole of it.
_KEY = "PRIVATE KEY-----"
_WORD = re.compile(r"\w+")
# The name of such a file says nothing; an import names its folder.
_ENTRY_FILES = frozenset({"__init__", "__main__", "index", "mod", "lib", "main"})
_COMMON_FOLDERS = frozenset(
    {
        "app",
        "include",
        "internal",
        "lib",
        "main",
        "pkg",
        "source",
        "sources",
        "src",
        "test",
        "tests",
    }
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testing|testdata)/|(?:^|/)(?:test_|conftest)[^/]*$"
    r"|[._-](?:tests?|spec)\.[^/]*$|(?:Tests?|Spec)\.[a-z]+$"
)


@dataclass(slots=True)
class WantedNames:
    """What to look for in the files of one family of languages.

    `mentions` are names whose users are wanted, `defined` names whose definitions are. `links` are
    words by which a file names another one.
    """

    mentions: set[str] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Mention:
    """A file that mentions a name; `links` are the wanted words by which it names other files."""

    path: str
    links: frozenset[str]


@dataclass(frozen=True, slots=True)
class DefinitionPlace:
    """A line that defines a name; `links` as in Mention."""

    path: str
    line: int
    links: frozenset[str]


class RepositoryIndex:
    """Where the wanted names are; `mention_counts` counts the files that mention a name."""

    def __init__(self, texts: Iterable[tuple[str, str]], wanted: Mapping[str, WantedNames]) -> None:
        """Read path and text of every file once, in time linear in their size."""
        self._wanted = {
            family: _EncodedNames(names)
            for family, names in wanted.items()
            if names.defined or names.mentions
        }
        self._mentions: dict[tuple[str, str], list[Mention]] = {}
        self._definitions: dict[tuple[str, str], list[DefinitionPlace]] = {}
        self.mention_counts: dict[tuple[str, str], int] = {}
        self.cut = ""
        """What was not read, as a phrase."""
        left = LARGEST_REPOSITORY
        for path, text in texts:
            family = identifiers.language_family(path)
            if family not in self._wanted:
                continue
            left -= len(text)
            if left < 0:
                self.cut = f"files after the first {LARGEST_REPOSITORY:,} characters of code"
                return
            if len(text) <= LARGEST_FILE and _KEY not in text:
                self._read(path, text, family)

    def mentions(self, family: str, name: str) -> tuple[Mention, ...]:
        """Return the files that mention a wanted name, at most MENTIONS."""
        return tuple(self._mentions.get((family, name), ()))

    def definitions(self, family: str, name: str) -> tuple[DefinitionPlace, ...]:
        """Return the lines that define a wanted name, at most DEFINITIONS."""
        return tuple(self._definitions.get((family, name), ()))

    def _read(self, path: str, text: str, family: str) -> None:
        wanted = self._wanted[family]
        data = text.encode(errors="replace")
        words = wanted.all.intersection(data.translate(_BETWEEN).split())
        if not words:
            return
        links = frozenset(wanted.links[word] for word in words if word in wanted.links)
        for word in words:
            if name := wanted.mentions.get(word):
                key = family, name
                self.mention_counts[key] = self.mention_counts.get(key, 0) + 1
                _add(self._mentions, key, Mention(path, links), MENTIONS)
        if any(word in wanted.defined for word in words):
            self._read_definitions(path, data, wanted, links, family)

    def _read_definitions(
        self, path: str, data: bytes, wanted: "_EncodedNames", links: frozenset[str], family: str
    ) -> None:
        line, end = 1, 0
        for word, offset in definitions.find(data, family):
            if name := wanted.defined.get(word):
                line += data.count(b"\n", end, offset)
                end = offset
                _add(
                    self._definitions,
                    (family, name),
                    DefinitionPlace(path, line, links),
                    DEFINITIONS,
                )


class _EncodedNames:
    """Wanted names by their form in UTF-8, so that every file shares their texts."""

    def __init__(self, names: WantedNames) -> None:
        self.mentions = {name.encode(): name for name in names.mentions}
        self.defined = {name.encode(): name for name in names.defined | names.mentions}
        self.links = {name.encode(): name for name in names.links}
        self.all = frozenset({*self.mentions, *self.defined, *self.links})


def name_in_imports(path: str) -> str:
    """Return the word by which other files most likely import a file; "" for none."""
    stem = PurePosixPath(path).name.partition(".")[0]
    if stem in _ENTRY_FILES:
        return folder_in_imports(path)
    return max(_WORD.findall(stem), key=len, default="")


def folder_in_imports(path: str) -> str:
    """Return the word by which other files name the folder of a file; "" for none."""
    parts = PurePosixPath(path).parent.parts
    telling = (part for part in reversed(parts) if part.lower() not in _COMMON_FOLDERS)
    return max(_WORD.findall(next(telling, "")), key=len, default="")


def is_test(path: str) -> bool:
    """Return True for the name of a test, or of a file beside tests."""
    return bool(_TEST.search(path))


def _add(known: dict, key: tuple[str, str], item: object, most: int) -> None:
    items = known.setdefault(key, [])
    if len(items) < most:
        items.append(item)
