"""Finds, in one pass over the text of a repository, where names are mentioned and defined."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.context.code import changed_definitions, definitions, identifiers
from reviewer.context.repository import nearness

LARGEST_FILE = 1 << 20
"""Characters of a file that is read; larger ones are generated."""
NAMES = 20_000
"""Names that one run looks for."""
MENTIONS_PER_NAME = 2_000
"""Files kept that mention one name; the rest is counted."""
DEFINITIONS_PER_NAME = 200
# Bytes that are no part of a name; those of characters beyond ASCII are.
_BETWEEN = bytes(
    byte if not chr(byte).isascii() or chr(byte).isalnum() or chr(byte) == "_" else ord(" ")
    for byte in range(256)
)
# Lines of such a key are recognised as secrets only in a text that has the whole of it.
_KEY = "PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """How much of a repository is read and kept for a run, and looked into for one batch.

    `characters` are read; a repository that is larger is read in part. `places` are the mentions
    and definitions that are kept of all names, a few bytes each. `files` and `lines` are looked
    into for one batch.
    """

    characters: int = 200_000_000
    places: int = 1_000_000
    files: int = 200
    lines: int = 200_000


LIMITS = SearchLimits()


@dataclass(slots=True)
class WantedNames:
    """What to look for in the files of one family of languages.

    `mentioned` are names whose users are wanted, `defined` names whose definitions are. `links` are
    words by which a file names another one.
    """

    mentioned: set[str] = field(default_factory=set)
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


def sort_by_nearness(path: str, places: Iterable[DefinitionPlace]) -> list[DefinitionPlace]:
    """Return the places with those first whose files are in a folder near that of `path`."""
    return sorted(
        places,
        key=lambda each: (nearness.measure_distance(path, each.path), each.path, each.line),
    )


def find_used(path: str, hunks: Sequence[Hunk]) -> tuple[str, ...]:
    """Return the names that the added lines of a file use."""
    return tuple(changed_definitions.find_used(hunks, identifiers.language_family(path)))


def collect_wanted(
    changed: Sequence[ChangedFile], near: Callable[[str], str | None]
) -> tuple[dict[str, WantedNames], dict[str, tuple[str, ...]]]:
    """Return what is looked for in each language, and by path the names that added lines use."""
    wanted: dict[str, WantedNames] = {}
    used_in: dict[str, tuple[str, ...]] = {}
    left = NAMES
    for file in changed:
        family = identifiers.language_family(file.path)
        known = family in definitions.FAMILIES and not nearness.is_test(file.path)
        if not known or left <= 0:
            continue
        found = changed_definitions.find_changed(file, file.hunks, near(file.path))
        used = used_in[file.path] = find_used(file.path, file.hunks)
        left -= len(found) + len(used)
        names = wanted.setdefault(family, WantedNames())
        names.mentioned |= {each.name for each in found}
        names.defined |= {*used}
        names.links |= nearness.find_links(file.path).union(*(each.relatives for each in found))
    return wanted, used_in


class RepositoryIndex:
    """Where the wanted names are."""

    def __init__(
        self,
        texts: Iterable[tuple[str, str]],
        wanted: Mapping[str, WantedNames],
        limits: SearchLimits = LIMITS,
    ) -> None:
        """Read path and text of every file once, in time linear in their size.

        `wanted` has the names for each family of languages; files of other families are passed
        over.
        """
        self._wanted = {family: _EncodedNames(names) for family, names in wanted.items()}
        self._mentions: dict[tuple[str, str], list[Mention]] = {}
        self._definitions: dict[tuple[str, str], list[DefinitionPlace]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._room = limits.places
        self.cut = ""
        """What was not read, as a phrase; "" where everything was."""
        self._read_all(texts, limits.characters)

    def mentions(self, family: str, name: str) -> tuple[Mention, ...]:
        """Return the files that mention a wanted name, at most MENTIONS_PER_NAME."""
        return tuple(self._mentions.get((family, name), ()))

    def count_mentions(self, family: str, name: str) -> int:
        """Return the number of files that mention a wanted name."""
        return self._counts.get((family, name), 0)

    def definitions(self, family: str, name: str) -> tuple[DefinitionPlace, ...]:
        """Return the lines that define a wanted name, at most DEFINITIONS_PER_NAME."""
        return tuple(self._definitions.get((family, name), ()))

    def _read_all(self, texts: Iterable[tuple[str, str]], most: int) -> None:
        left = most
        for path, text in texts:
            family = identifiers.language_family(path)
            if family not in self._wanted or len(text) > LARGEST_FILE or _KEY in text:
                continue
            left -= len(text)
            if left < 0:
                self.cut = f"code after the first {most:,} characters"
                return
            self._read(path, text, family)

    def _read(self, path: str, text: str, family: str) -> None:
        wanted = self._wanted[family]
        data = text.encode(errors="replace")
        words = wanted.every.intersection(data.translate(_BETWEEN).split())
        if not words:
            return
        links = frozenset(wanted.links[word] for word in words if word in wanted.links)
        mention = Mention(path, links)
        for word in words:
            if name := wanted.mentioned.get(word):
                self._counts[family, name] = self._counts.get((family, name), 0) + 1
                places = self._mentions.setdefault((family, name), [])
                if len(places) < MENTIONS_PER_NAME and self._room:
                    self._room -= 1
                    places.append(mention)
        if not wanted.defined.keys().isdisjoint(words):
            self._read_definitions(mention, data, family)

    def _read_definitions(self, mention: Mention, data: bytes, family: str) -> None:
        line, end = 1, 0
        wanted = self._wanted[family].defined
        for word, offset in definitions.find(data, family, wanted):
            line += data.count(b"\n", end, offset)
            end = offset
            places = self._definitions.setdefault((family, wanted[word]), [])
            if len(places) < DEFINITIONS_PER_NAME and self._room:
                self._room -= 1
                places.append(DefinitionPlace(mention.path, line, mention.links))


class _EncodedNames:
    """Wanted names by their form in UTF-8, so that all places share their texts."""

    def __init__(self, names: WantedNames) -> None:
        self.mentioned = {name.encode(): name for name in names.mentioned}
        # A changed definition may have others of its name: overrides, and what it overrides.
        self.defined = {name.encode(): name for name in names.defined | names.mentioned}
        self.links = {name.encode(): name for name in names.links}
        self.every = frozenset({*self.defined, *self.links})
