"""Finds how changed files belong together: callers, definitions, tests and their subjects."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.context.code import identifiers
from reviewer.context.file_pairs import SiblingIndex
from reviewer.text.truncate import Excerpt

# These limits keep a run over 1,000 files of 1,000 lines linear and its memory small.
SYMBOLS_KEPT = 50_000
"""Definitions that one run keeps."""
MENTIONS_PER_FILE = 4
MENTIONS = 40
"""Mentions of one symbol that are kept; a symbol with more callers is well known."""
DEFINITIONS = 3
"""Definitions of one symbol that are kept."""
BODY = 8
"""Lines shown of a definition."""
SYMBOLS = 40
"""Symbols of one file that are looked up."""
SIBLING_LINES = 150
"""Lines of hunks; a sibling with more is not shown."""
NAMED_CUTS = 5
"""Cuts that are named; further ones are counted."""


@dataclass(frozen=True, slots=True)
class _Place:
    file: ChangedFile
    hunk: Hunk
    index: int

    @property
    def line(self) -> Line:
        return self.hunk.lines[self.index]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Lines of another file; `rows` is empty for one that is too large to be shown."""

    title: str
    rows: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join((f"{self.title}:", *self.rows))


class ChangeIndex:
    """Finds related changes in an index of all changed files; safe to share between threads."""

    def __init__(self, files: Sequence[ChangedFile]) -> None:
        """Index the files."""
        self._siblings = SiblingIndex(files)
        changed = (
            (identifiers.language_family(file.path), name)
            for file in files
            for name in _names_defined(file)
        )
        self._changed = frozenset(islice(changed, SYMBOLS_KEPT))
        self._definitions: dict[tuple[str, str], list[_Place]] = {}
        self._mentions: dict[tuple[str, str], list[_Place]] = {}
        for file in files:
            self._read(file)

    def group(self, files: Sequence[ChangedFile]) -> tuple[tuple[ChangedFile, ...], ...]:
        """Return the files in groups that belong together, by folder and name.

        A group holds siblings, such as a test and its subject, and the callers of what a file
        defines. Within it, each file is near those that it is related to.
        """
        waiting = {file.path: file for file in sorted(files, key=_folder_first)}
        groups: list[tuple[ChangedFile, ...]] = []
        while waiting:
            first = next(iter(waiting))
            group = [waiting.pop(first)]
            for file in group:  # grows while it is read
                found = (waiting.pop(path, None) for path in self._related_paths(file))
                group += filter(None, found)
            groups.append(tuple(group))
        return tuple(groups)

    def _related_paths(self, file: ChangedFile) -> Iterator[str]:
        yield from (sibling.path for sibling in self._siblings.siblings(file))
        family = identifiers.language_family(file.path)
        for name in islice(_names_defined(file), SYMBOLS):
            places = self._mentions.get((family, name), ())
            yield from dict.fromkeys(place.file.path for place in places)

    def find_related(
        self, file: ChangedFile, limit: int, beside: frozenset[str] = frozenset()
    ) -> Excerpt:
        """Return pieces of other changed files, each under a heading with its path.

        They take at most `limit` characters; a piece is shown whole or not at all. Callers of
        definitions that `file` changes come first, then definitions of names that its added lines
        use, then the hunks of its siblings. `beside` are files whose changes the same prompt shows.
        """
        shown = beside | {file.path}
        taken: list[str] = []
        cuts: list[str] = []
        room = limit + 1
        for piece in self._pieces(file, shown):
            cost = len(piece.text) + 1
            if piece.rows and cost <= room:
                room -= cost
                taken.append(piece.text)
            else:
                cuts.append(piece.title)
        return Excerpt("\n".join(taken), _cap_cuts(cuts))

    def _read(self, file: ChangedFile) -> None:
        family = identifiers.language_family(file.path)
        counts: dict[str, int] = {}
        for hunk in file.hunks:
            for index, line in enumerate(hunk.lines):
                if line.kind is LineKind.REMOVED:
                    continue
                place = _Place(file, hunk, index)
                defined = identifiers.definition(line.text)
                if defined and len(self._definitions) < SYMBOLS_KEPT:
                    self._add_place(self._definitions, (family, defined), place, DEFINITIONS)
                for name in identifiers.names(line.text):
                    if name == defined or (family, name) not in self._changed:
                        continue
                    counts[name] = counts.get(name, 0) + 1
                    if counts[name] <= MENTIONS_PER_FILE:
                        self._add_place(self._mentions, (family, name), place, MENTIONS)

    @staticmethod
    def _add_place(
        known: dict[tuple[str, str], list[_Place]], key: tuple[str, str], place: _Place, most: int
    ) -> None:
        places = known.setdefault(key, [])
        if len(places) < most:
            places.append(place)

    def _pieces(self, file: ChangedFile, shown: frozenset[str]) -> Iterator[_Piece]:
        yield from self._callers(file, shown)
        yield from self._definitions_used(file, shown)
        for sibling in self._siblings.siblings(file):
            if sibling.path not in shown:
                yield _sibling_piece(sibling)

    def _callers(self, file: ChangedFile, shown: frozenset[str]) -> Iterator[_Piece]:
        family = identifiers.language_family(file.path)
        for name in islice(_names_defined(file), SYMBOLS):
            by_file: dict[str, list[str]] = {}
            for place in self._mentions.get((family, name), ()):
                if place.file.path not in shown:
                    by_file.setdefault(place.file.path, []).append(diff.render_line(place.line))
            for path, rows in by_file.items():
                yield _Piece(f"Mentions of {name} in {_one_line(path)}", tuple(rows))

    def _definitions_used(self, file: ChangedFile, shown: frozenset[str]) -> Iterator[_Piece]:
        family = identifiers.language_family(file.path)
        for name in islice(_names_added(file), SYMBOLS):
            places = self._definitions.get((family, name), ())
            others = [place for place in places if place.file.path not in shown]
            yield from (_definition_piece(name, place) for place in others)


def _definition_piece(name: str, place: _Place) -> _Piece:
    following = place.hunk.lines[place.index : place.index + 2 * BODY]
    kept = [line for line in following if line.kind is not LineKind.REMOVED][:BODY]
    title = f"Definition of {name} in {_one_line(place.file.path)}"
    return _Piece(title, tuple(map(diff.render_line, kept)))


def _sibling_piece(file: ChangedFile) -> _Piece:
    small = sum(len(hunk.lines) for hunk in file.hunks) <= SIBLING_LINES
    rows = tuple(diff.render_hunks(file.hunks).split("\n")) if small else ()
    return _Piece(f"Changes to {_one_line(file.path)}", rows)


def _folder_first(file: ChangedFile) -> tuple[str, str]:
    folder, _, name = file.path.rpartition("/")
    return folder, name


def _names_defined(file: ChangedFile) -> dict[str, None]:
    """Return each name whose definition is among the changed lines once, in order."""
    names = map(identifiers.definition, (line.text for line in file.changed_lines))
    return dict.fromkeys(filter(None, names))


def _names_added(file: ChangedFile) -> Iterator[str]:
    """Yield each name in the added lines once, in order."""
    seen = set[str]()
    for line in file.changed_lines:
        if line.kind is LineKind.ADDED:
            for name in identifiers.names(line.text):
                if name not in seen:
                    seen.add(name)
                    yield name


def _cap_cuts(cuts: Iterable[str]) -> tuple[str, ...]:
    different = tuple(dict.fromkeys(cuts))
    more = len(different) - NAMED_CUTS
    return different if more <= 0 else (*different[:NAMED_CUTS], f"{more} other related pieces")


def _one_line(path: str) -> str:
    # A path may hold a line feed; our heading must stay on one line.
    return path.replace("\n", "\\n").replace("\r", "\\r")
