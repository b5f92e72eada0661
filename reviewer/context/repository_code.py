"""Chooses the unchanged code of the repository that a batch is read with."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.parts import Part
from reviewer.context import changed_definitions, definitions, identifiers, repository_index
from reviewer.context.changed_definitions import ChangedDefinition
from reviewer.context.outline import Outline
from reviewer.context.repository_index import (
    DefinitionPlace,
    Mention,
    RepositoryIndex,
    WantedNames,
)

FILES_PER_NAME = 6
"""Files shown that use one changed definition."""
USES_PER_FILE = 3
"""Uses of one name that are shown of one file."""
DEFINITIONS_PER_NAME = 2
BODY = 8
"""Lines shown of a definition, and of a function that overrides a changed one."""
AFTER = 2
"""Lines shown after a use; a call may go on there."""
COMMON = 25
"""Files; a name in more of them is looked for only where a file names the one that defines it."""
FILES_READ = 200
"""Files that are looked into for one batch."""
NAMED_CUTS = 5
_USES_SHARE = 2 / 3
_OCCURRENCES = 200
_GAP = "..."
_IMPORT = re.compile(
    r"\s*(?:import|from|use|using|require\w*|include|package|module|namespace|export\s*[{*]"
    r"|#\s*include|(?:const|let|var)\s[^=]*=\s*require)\b"
)
# A name alone on its line is a part of an import or a list of exports.
_LISTED = re.compile(r"\s*['\"]?\w+['\"]?,?\s*")


@dataclass(frozen=True, slots=True)
class RepositoryCode:
    """Unchanged code of the repository; both texts are empty where there is nothing to show.

    `uses` holds places that use what the change alters, `definitions` those of names that its added
    lines use. `cuts` names what was left out of them.
    """

    uses: str = ""
    definitions: str = ""
    cuts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Lines of one file under a title; `numbers` are those of the lines that decide."""

    title: str
    path: str
    rows: tuple[str, ...]
    numbers: frozenset[int]

    @property
    def text(self) -> str:
        return "\n".join((f"{self.title}:", *self.rows))


class RepositorySearch:
    """Finds code of the whole repository for any batch; safe to share between threads."""

    def __init__(
        self,
        changed: Sequence[ChangedFile],
        texts: Iterable[tuple[str, str]],
        near: Callable[[str], str | None],
    ) -> None:
        """Read all `texts` (path and text) once.

        `near` returns the text of one of these files again. It is called up to FILES_READ times for
        a batch.
        """
        self._near = near
        self._changed_lines = {file.path: _numbers_shown(file.hunks) for file in changed}
        self._index = RepositoryIndex(texts, _collect_wanted(changed, near))

    def find(
        self, parts: Sequence[Part], room: int, shown: Mapping[str, frozenset[int]]
    ) -> RepositoryCode:
        """Return pieces for a batch, in at most `room` characters, each shown whole or not at all.

        `shown` has the numbers of unchanged lines, by path, that the prompt shows already.
        """
        choice = _Choice(self._index, self._near, self._changed_lines, shown)
        uses, others, cuts = choice.find_uses(parts)
        page = _Page(room)
        first = page.take(uses, int(room * _USES_SHARE))
        needed = page.take(choice.find_definitions(parts), room)
        more = page.take(others, room)
        rest = (self._index.cut,) if self._index.cut else ()
        texts = ("\n".join((*first, *more)), "\n".join(needed))
        return RepositoryCode(*texts, _cap((*page.cuts, *cuts, *rest)))


class _Page:
    """What was taken so far, and the room that is left."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._seen: dict[str, set[int]] = {}
        self.cuts: list[str] = []

    def take(self, pieces: Iterable[_Piece], most: int) -> list[str]:
        taken = []
        spent = 0
        for piece in pieces:
            seen = self._seen.setdefault(piece.path, set())
            if piece.numbers <= seen:
                continue
            cost = len(piece.text) + 1
            if cost > self._room or spent + cost > most:
                self.cuts.append(piece.title)
                continue
            self._room -= cost
            spent += cost
            seen |= piece.numbers
            taken.append(piece.text)
        return taken


class _Choice:
    """Pieces for one batch, the nearest first."""

    def __init__(
        self,
        index: RepositoryIndex,
        near: Callable[[str], str | None],
        changed_lines: Mapping[str, frozenset[int]],
        shown: Mapping[str, frozenset[int]],
    ) -> None:
        self._index = index
        self._near = near
        self._changed_lines = changed_lines
        self._shown = shown
        self._sources: dict[str, _Source | None] = {}

    def find_uses(
        self, parts: Sequence[Part]
    ) -> tuple[Iterator[_Piece], Iterator[_Piece], list[str]]:
        """Return pieces about changed headers, those about changed bodies, and cuts."""
        headers: list[Iterator[_Piece]] = []
        bodies: list[Iterator[_Piece]] = []
        cuts: list[str] = []
        for part in parts:
            text = self._near(part.file.path)
            for each in changed_definitions.find_changed(part.file, part.hunks, text):
                group = headers if each.header else bodies
                group.append(self._find_overrides(part.file, each))
                group.append(self._find_places(part.file, each, cuts))
        return _alternate(headers), _alternate(bodies), cuts

    def find_definitions(self, parts: Sequence[Part]) -> Iterator[_Piece]:
        """Yield the definitions of names that added lines use."""
        ordered = sorted(parts, key=lambda part: repository_index.is_test(part.file.path))
        return itertools.chain.from_iterable(map(self._find_needed, ordered))

    def _find_places(
        self, file: ChangedFile, changed: ChangedDefinition, cuts: list[str]
    ) -> Iterator[_Piece]:
        family = identifiers.language_family(file.path)
        count = self._index.mention_counts.get((family, changed.name), 0)
        near = _sort_mentions(file.path, self._index.mentions(family, changed.name))
        taken = 0
        for tier, mention in near:
            unlikely = tier >= _FAR and (count > COMMON or len(changed.name) < _TELLING)
            if taken == FILES_PER_NAME or unlikely:
                break
            piece = self._make_use(changed.name, mention.path, family)
            if piece:
                taken += 1
                yield piece
        if taken == FILES_PER_NAME < count:
            cuts.append(f"further uses of {changed.name}: {count} files mention it")

    def _find_overrides(self, file: ChangedFile, changed: ChangedDefinition) -> Iterator[_Piece]:
        """Yield definitions of the same name in files that name a relative of its class."""
        family = identifiers.language_family(file.path)
        if changed.name in changed.relatives:
            return
        places = [
            place
            for place in self._index.definitions(family, changed.name)
            if place.path != file.path and changed.relatives & place.links
        ]
        for place in _sort_places(file.path, places)[:FILES_PER_NAME]:
            title = f"Another definition of {changed.name}, perhaps an override, in"
            if piece := self._make_definition(title, place):
                yield piece

    def _find_needed(self, part: Part) -> Iterator[_Piece]:
        path = part.file.path
        family = identifiers.language_family(path)
        words = identifiers.words(self._near(path) or "")
        own = changed_definitions.find_added(part.hunks, family)
        for name in changed_definitions.find_used(part.hunks, family):
            if name in own:
                continue
            places = _choose_nearest(path, name, self._index.definitions(family, name), words)
            if len(places) > DEFINITIONS_PER_NAME:
                continue
            for place in places:
                if piece := self._make_definition(f"Definition of {name} in", place):
                    yield piece

    def _make_use(self, name: str, path: str, family: str) -> _Piece | None:
        source = self._open(path)
        if source is None:
            return None
        hidden = self._changed_lines.get(path, frozenset()) | self._shown.get(path, frozenset())
        numbers = [n for n in source.find(name, family) if n not in hidden][:USES_PER_FILE]
        if not numbers:
            return None
        rows = source.render(_add_surroundings(source, numbers))
        return _Piece(f"Use of {name} in {_one_line(path)}", path, rows, frozenset(numbers))

    def _make_definition(self, title: str, place: DefinitionPlace) -> _Piece | None:
        source = self._open(place.path)
        hidden = self._changed_lines.get(place.path, frozenset())
        hidden |= self._shown.get(place.path, frozenset())
        if source is None or place.line in hidden or place.line > len(source.lines):
            return None
        block = source.outline.block(place.line)
        end = block.end if block and block.start == place.line else place.line
        numbers = range(place.line, min(end, place.line + BODY - 1) + 1)
        heads = source.outline.headers((place.line,))
        around = [head for head in heads if head != place.line][:1]
        rows = source.render(sorted({*around, *numbers}))
        title = f"{title} {_one_line(place.path)}"
        return _Piece(title, place.path, rows, frozenset((place.line,)))

    def _open(self, path: str) -> "_Source | None":
        if path not in self._sources:
            if len(self._sources) >= FILES_READ:
                return None
            text = self._near(path)
            self._sources[path] = _Source(text) if text else None
        return self._sources[path]


class _Source:
    """The lines of one file."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.lines = text.split("\n")
        self._outline: Outline | None = None

    @property
    def outline(self) -> Outline:
        """Its functions and classes."""
        if self._outline is None:
            self._outline = Outline(self.lines)
        return self._outline

    def find(self, name: str, family: str) -> list[int]:
        """Return the lines that use a name, calls first.

        Imports, comments and other definitions of the name are left out, and so is a plain word
        that may be a local variable.
        """
        calls: dict[int, None] = {}
        others: dict[int, None] = {}
        number, end = 1, 0
        pattern = re.compile(rf"(?<!\w)(?<!\w\$){name}(?!\w)(\s*[(<!])?")
        plain = name.islower() and "_" not in name
        for found in islice(pattern.finditer(self._text), _OCCURRENCES):
            number += self._text.count("\n", end, found.start())
            end = found.start()
            member = self._text[max(0, end - 1) : end] in _MEMBER
            if number in calls or (plain and not found[1] and not member):
                continue
            line = self.lines[number - 1][: identifiers.LONGEST_LINE]
            if not _is_no_use(line, name, family):
                (calls if found[1] else others)[number] = None
        return [*calls, *(n for n in others if n not in calls)]

    def render(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """Return numbered lines, and a mark where lines are left out."""
        rows: list[str] = []
        previous = 0
        for number in numbers:
            if previous and number != previous + 1:
                rows.append(_GAP)
            rows.append(f"{number:>6}   {self.lines[number - 1][: identifiers.LONGEST_LINE]}")
            previous = number
        return tuple(rows)


_MEMBER = (".", ":", ">")
_FAR = 5
# Characters; a shorter name without a link to its file is more likely another thing.
_TELLING = 8


def _is_no_use(line: str, name: str, family: str) -> bool:
    return bool(
        _IMPORT.match(line)
        or definitions.COMMENT.match(line)
        or _LISTED.fullmatch(line)
        or definitions.find_on_line(line, family) == name
    )


def _add_surroundings(source: _Source, numbers: Iterable[int]) -> list[int]:
    found = set[int]()
    for number in numbers:
        block = source.outline.block(number)
        start, end = (block.start, block.end) if block else (1, len(source.lines))
        found |= {number, *source.outline.headers((number,))[:1]}
        found |= set(range(max(number - 1, start), min(number + AFTER, end) + 1))
    return sorted(found)


def _sort_mentions(path: str, mentions: Iterable[Mention]) -> list[tuple[int, Mention]]:
    ranked = [(_rank(path, each), each) for each in mentions]
    ranked.sort(key=lambda each: (each[0], _distance(path, each[1].path), each[1].path))
    return ranked


def _rank(path: str, mention: Mention) -> int:
    """Return how near a file is: itself, its folder, importers, tests, others."""
    if mention.path == path:
        return 0
    test = repository_index.is_test(mention.path)
    same = _folder(mention.path) == _folder(path)
    imports = repository_index.name_in_imports(path) in mention.links
    package = repository_index.folder_in_imports(path) in mention.links
    if not test:
        return 1 if same else 2 if imports else 4 if package else _FAR + 1
    return 3 if same or imports else 4 if package else _FAR + 2


def _sort_places(path: str, places: Iterable[DefinitionPlace]) -> list[DefinitionPlace]:
    return sorted(places, key=lambda each: (_distance(path, each.path), each.path, each.line))


def _choose_nearest(
    path: str, name: str, places: Iterable[DefinitionPlace], words: set[str]
) -> list[DefinitionPlace]:
    """Return the places that are as near to a file as possible, () if all are far and many.

    Near are the file itself, those that it names, and those of its folder.
    """
    groups: dict[int, list[DefinitionPlace]] = {}
    for place in places:
        if repository_index.is_test(path) or not repository_index.is_test(place.path):
            groups.setdefault(_rank_definition(path, place.path, words), []).append(place)
    best = min(groups, default=_FAR)
    if best == _FAR and len(name) < _TELLING:
        return []
    return _sort_places(path, groups.get(best, ()))


def _rank_definition(path: str, other: str, words: set[str]) -> int:
    if other == path:
        return 0
    if repository_index.name_in_imports(other) in words:
        return 1
    if _folder(other) == _folder(path):
        return 2
    return 3 if repository_index.folder_in_imports(other) in words else _FAR


def _distance(one: str, other: str) -> int:
    first, second = one.split("/"), other.split("/")
    common = next((n for n, (a, b) in enumerate(zip_longest(first, second)) if a != b), len(first))
    return len(first) + len(second) - 2 * common


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _collect_wanted(
    changed: Sequence[ChangedFile], near: Callable[[str], str | None]
) -> dict[str, WantedNames]:
    wanted: dict[str, WantedNames] = {}
    for file in changed:
        names = wanted.setdefault(identifiers.language_family(file.path), WantedNames())
        for each in changed_definitions.find_changed(file, file.hunks, near(file.path)):
            names.mentions.add(each.name)
            names.links |= each.relatives
        family = identifiers.language_family(file.path)
        names.defined |= changed_definitions.find_used(file.hunks, family).keys()
        names.links |= {
            repository_index.name_in_imports(file.path),
            repository_index.folder_in_imports(file.path),
        } - {""}
    return wanted


def _numbers_shown(hunks: Iterable[Hunk]) -> frozenset[int]:
    return frozenset(line.new for hunk in hunks for line in hunk.lines if line.new is not None)


def _alternate(groups: Sequence[Iterator[_Piece]]) -> Iterator[_Piece]:
    """Yield the first of each group, then the second of each, and so on."""
    for row in zip_longest(*groups):
        yield from (piece for piece in row if piece is not None)


def _cap(cuts: Iterable[str]) -> tuple[str, ...]:
    different = tuple(dict.fromkeys(cuts))
    more = len(different) - NAMED_CUTS
    return different if more <= 0 else (*different[:NAMED_CUTS], f"{more} other pieces of code")


def _one_line(path: str) -> str:
    # A path may hold a line feed; our heading must stay on one line.
    return path.replace("\n", "\\n").replace("\r", "\\r")
