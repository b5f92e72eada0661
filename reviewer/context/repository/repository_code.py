"""Chooses the unchanged code of the repository that a batch is read with."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, zip_longest

from reviewer.changes.diff import ChangedFile, Hunk, render_hunks
from reviewer.changes.parts import Part
from reviewer.context.code import changed_definitions, definitions, identifiers
from reviewer.context.code.changed_definitions import ChangedDefinition
from reviewer.context.code.code_pieces import CodePiece, Page, SourceFile
from reviewer.context.repository import nearness
from reviewer.context.repository.repository_index import (
    LIMITS,
    DefinitionPlace,
    RepositoryIndex,
    SearchLimits,
    collect_wanted,
    find_used,
    sort_by_nearness,
)

FILES_PER_HEADER = 6
"""Files shown that use one definition whose first lines are changed: they may break."""
FILES_PER_BODY = 3
"""Files shown that use one definition whose body is changed."""
DEFINITIONS = 2
"""Definitions of one name that are shown; a name with more of them is ambiguous."""
COMMON = 25
"""Files; a name in more of them is looked for only where a file names the one that defines it."""
TELLING = 8
"""Characters; a shorter name in a far file is more likely another thing."""
NAMED_CUTS = 5
# The part of the room that uses of changed first lines may take before definitions are chosen.
_USES_SHARE = 2 / 3


@dataclass(frozen=True, slots=True)
class RepositoryCode:
    """Unchanged code of the repository; both texts are empty where there is nothing to show.

    `uses` holds places that use what the change alters, and definitions that override it or that it
    overrides; `definitions` those of names that added lines use. `cuts` names what was left out.
    """

    uses: str = ""
    definitions: str = ""
    cuts: tuple[str, ...] = ()


class RepositorySearch:
    """Finds code of the whole repository for any batch; safe to share between threads."""

    def __init__(
        self,
        changed: Sequence[ChangedFile],
        texts: Iterable[tuple[str, str]],
        near: Callable[[str], str | None],
        limits: SearchLimits = LIMITS,
    ) -> None:
        """Read all `texts` (path and text) once.

        `near` returns the text of one of these files again. It is called in the caller's thread,
        for a batch as often as `limits` has files.
        """
        self._near = near
        self._limits = limits
        self._changed = {file.path: file for file in changed}
        wanted, self._used = collect_wanted(changed, near)
        self._index = RepositoryIndex(texts, wanted, limits)

    def find(
        self, parts: Sequence[Part], room: int, shown: Mapping[str, frozenset[int]]
    ) -> RepositoryCode:
        """Return pieces for a batch, in at most `room` characters, each shown whole or not at all.

        `shown` has the numbers of unchanged lines, by path, that the prompt shows already.
        """

        # Kept for this batch only: those of 900,000 changed lines took 35 MB.
        @cache
        def hidden(path: str) -> frozenset[int]:
            file = self._changed.get(path)
            return _find_numbers(file.hunks if file else ()) | shown.get(path, frozenset())

        choice = _Choice(self._index, self._near, hidden, self._limits)
        headers, bodies = choice.find_uses(parts)
        page = Page(room)
        first = page.take(headers, int(room * _USES_SHARE))
        needed = page.take(choice.find_definitions(parts), room)
        uses = "\n".join((*first, *page.take(bodies, room)))
        unread = (self._index.cut,) if self._index.cut else ()
        cuts = _cap_cuts((*page.cuts, *choice.cuts, *unread))
        return RepositoryCode(uses, "\n".join(needed), cuts)

    def find_places(self, file: ChangedFile) -> Iterator[tuple[str, list[DefinitionPlace]]]:
        """Yield each name that a file's changed lines define, with the places of its overrides.

        Names that its added lines use follow, with the places that define them. The places are
        those that a request with enough room shows, whatever it shows beside them.
        """
        if not nearness.is_test(file.path):
            text = self._near(file.path)
            choice = _Choice(self._index, self._near, lambda _: frozenset(), self._limits)
            for changed in changed_definitions.find_changed(file, file.hunks, text):
                if places := choice.find_override_places(file.path, changed):
                    yield changed.name, places
            used = self._used.get(file.path) or find_used(file.path, file.hunks)
            yield from _find_needed(self._index, file.path, file.hunks, text, used)


class _Choice:
    """The pieces for one batch, the nearest first."""

    def __init__(
        self,
        index: RepositoryIndex,
        near: Callable[[str], str | None],
        hidden: Callable[[str], frozenset[int]],
        limits: SearchLimits,
    ) -> None:
        self._index = index
        self._near = near
        self._hidden = hidden
        self._sources: dict[str, SourceFile | None] = {}
        self._files = limits.files
        self._lines_left = limits.lines
        self.cuts: list[str] = []

    def find_uses(self, parts: Sequence[Part]) -> tuple[Iterator[CodePiece], Iterator[CodePiece]]:
        """Return the pieces about changed first lines, and those about changed bodies."""
        headers: list[Iterator[CodePiece]] = []
        bodies: list[Iterator[CodePiece]] = []
        for part in _without_tests(parts):
            text = self._near(part.file.path)
            for each in changed_definitions.find_changed(part.file, part.hunks, text):
                group = headers if each.header else bodies
                group.append(self._find_overrides(part.file.path, each))
                group.append(self._find_places(part.file.path, each))
        return _alternate(headers), _alternate(bodies)

    def find_definitions(self, parts: Sequence[Part]) -> Iterator[CodePiece]:
        """Yield the definitions of names that added lines use."""
        return itertools.chain.from_iterable(map(self._find_needed, _without_tests(parts)))

    def _find_places(self, path: str, changed: ChangedDefinition) -> Iterator[CodePiece]:
        family = identifiers.language_family(path)
        count = self._index.count_mentions(family, changed.name)
        most = FILES_PER_HEADER if changed.header else FILES_PER_BODY
        taken = 0
        for rank, user in self._sort_users(path, changed.name, family):
            unlikely = rank >= nearness.FAR and (count > COMMON or len(changed.name) < TELLING)
            if taken == most or unlikely:
                break
            source = self._open(user, family)
            piece = source and source.make_use(changed.name, self._hidden(user))
            if piece:
                taken += 1
                yield piece
        if taken == most < count:
            self.cuts.append(f"further uses of {changed.name}: {count:,} files mention it")

    def _sort_users(self, path: str, name: str, family: str) -> list[tuple[int, str]]:
        """Return rank and path of the files that mention a name, the nearest first.

        Those in a folder with another definition of the name mean that one.
        """
        folders = {
            nearness.find_folder(place.path) for place in self._index.definitions(family, name)
        } - {nearness.find_folder(path)}
        users = (
            (nearness.rank_user(path, each.path, each.links), each.path)
            for each in self._index.mentions(family, name)
            if nearness.find_folder(each.path) not in folders
        )
        return sorted(
            users, key=lambda user: (user[0], nearness.measure_distance(path, user[1]), user[1])
        )

    def _find_overrides(self, path: str, changed: ChangedDefinition) -> Iterator[CodePiece]:
        """Yield definitions of the same name in subclasses of its class, and in its bases."""
        title = f"Another definition of {changed.name}, perhaps an override, in"
        places = self.find_override_places(path, changed)
        yield from self._make_definitions(title, places, identifiers.language_family(path))

    def find_override_places(self, path: str, changed: ChangedDefinition) -> list[DefinitionPlace]:
        """Return where subclasses of its class, and its bases, define the same name."""
        family = identifiers.language_family(path)
        places = [
            place
            for place in self._index.definitions(family, changed.name)
            if place.path != path
            and not changed.relatives.isdisjoint(place.links)
            and self._is_relative(place, changed, family)
        ]
        return sort_by_nearness(path, places)[:FILES_PER_BODY]

    def _is_relative(self, place: DefinitionPlace, changed: ChangedDefinition, family: str) -> bool:
        source = self._open(place.path, family)
        line = source.find_class(place.line) if source else ""
        is_base = definitions.find_on_line(line, family) in changed.relatives
        return is_base or changed.owner in identifiers.words(line)

    def _find_needed(self, part: Part) -> Iterator[CodePiece]:
        path = part.file.path
        family = identifiers.language_family(path)
        used, text = find_used(path, part.hunks), self._near(path)
        for name, nearest in _find_needed(self._index, path, part.hunks, text, used):
            yield from self._make_definitions(f"Definition of {name} in", nearest, family)

    def _make_definitions(
        self, title: str, places: Iterable[DefinitionPlace], family: str
    ) -> Iterator[CodePiece]:
        for place in places:
            if place.line not in self._hidden(place.path):
                source = self._open(place.path, family)
                if source:
                    yield source.make_definition(title, place.line)

    def _open(self, path: str, family: str) -> SourceFile | None:
        if path not in self._sources:
            if len(self._sources) >= self._files:
                return None
            text = self._near(path) or ""
            self._lines_left -= text.count("\n") + 1
            may_open = text and self._lines_left >= 0
            self._sources[path] = SourceFile(path, text, family) if may_open else None
        return self._sources[path]


def _find_needed(
    index: RepositoryIndex,
    path: str,
    hunks: Sequence[Hunk],
    text: str | None,
    used: Iterable[str],
) -> Iterator[tuple[str, list[DefinitionPlace]]]:
    """Yield each name that added lines use, with its definitions, if they are not ambiguous.

    `text` is the file at the head, None where it is not at hand.
    """
    family = identifiers.language_family(path)
    words = identifiers.words(render_hunks(hunks) if text is None else text)
    own = changed_definitions.find_added(hunks, family)
    for name in used:
        places = index.definitions(family, name) if name not in own else ()
        nearest = _choose_nearest(path, name, places, words)
        if nearest and len(nearest) <= DEFINITIONS:
            yield name, nearest


def _choose_nearest(
    path: str, name: str, places: Iterable[DefinitionPlace], words: frozenset[str]
) -> list[DefinitionPlace]:
    """Return the places that are as near to a file as any is.

    Code is not defined in tests, and a short name in a file that is neither imported nor in the
    same folder is most likely another thing.
    """
    groups: dict[int, list[DefinitionPlace]] = {}
    for place in places:
        if not nearness.is_test(place.path):
            rank = nearness.rank_definition(path, place.path, words)
            groups.setdefault(rank, []).append(place)
    best = min(groups, default=nearness.FAR)
    if best >= nearness.BESIDE and len(name) < TELLING:
        return []
    return sort_by_nearness(path, groups.get(best, ()))


def _without_tests(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts that are no tests: what they define and use decided no finding yet."""
    return (part for part in parts if not nearness.is_test(part.file.path))


def _find_numbers(hunks: Iterable[Hunk]) -> frozenset[int]:
    return frozenset(line.new for hunk in hunks for line in hunk.lines if line.new is not None)


def _alternate(groups: Sequence[Iterator[CodePiece]]) -> Iterator[CodePiece]:
    """Yield the first of each group, then the second of each, and so on."""
    for row in zip_longest(*groups):
        yield from (piece for piece in row if piece is not None)


def _cap_cuts(cuts: Iterable[str]) -> tuple[str, ...]:
    different = tuple(dict.fromkeys(cuts))
    more = len(different) - NAMED_CUTS
    named = tuple(islice(different, NAMED_CUTS))
    return named if more <= 0 else (*named, f"{more:,} other pieces of unchanged code")
