"""Names the unchanged code that a file is read with, so that a later run notices if it changed.

What one request shows depends on its batch and on its room. This does not: it is the function or
class around each change, and the definitions of the names that added lines use.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import LineKind
from reviewer.context.code.code_pieces import BODY
from reviewer.context.code.identifiers import LONGEST_LINE
from reviewer.context.code.outline import Outline
from reviewer.context.nearby_lines import LONGEST_BODY, find_changed_positions
from reviewer.context.repository.repository_index import DefinitionPlace
from reviewer.text import digest

PIECES = 40
"""Pieces of one file; a request that shows more of them has no room for the others."""
_BRACKETS = ("}", ")", "]", "{", "end")


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A piece of unchanged code; `name` is what it defines, "" for the lines around a change.

    `content` identifies its text, without line numbers. `edited` says that the change itself
    touches it, so that it is no unchanged code.
    """

    path: str
    name: str
    content: str
    edited: bool = False


def find(
    files: Sequence[ChangedFile],
    changed: Sequence[ChangedFile],
    find_places: Callable[[ChangedFile], Iterable[tuple[str, Sequence[DefinitionPlace]]]],
    read: Callable[[str], str | None],
) -> dict[str, tuple[ShownCode, ...]]:
    """Return the code that each of the files is read with, by path.

    `changed` are all files of the change. `find_places` returns the definitions that a file needs,
    by name. `read` returns the text of a file at the head, None for one that is not at hand; each
    is read once for its definitions.
    """
    needed = {file.path: tuple(islice(_list_places(file, find_places), PIECES)) for file in files}
    texts = _read_places((place for places in needed.values() for _, place in places), read)
    added = {file.path: _find_added_runs(file.hunks) for file in changed}

    def describe(name: str, place: DefinitionPlace) -> ShownCode:
        content, last = texts[place.path, place.line]
        runs = added.get(place.path, ())
        at = bisect_right(runs, place.line, key=lambda run: run.stop)
        edited = at < len(runs) and runs[at].start <= last
        return ShownCode(place.path, name, content, edited)

    return {
        file.path: (
            *_find_surroundings(file, read),
            *(describe(name, place) for name, place in needed[file.path]),
        )
        for file in files
    }


def _list_places(
    file: ChangedFile,
    find_places: Callable[[ChangedFile], Iterable[tuple[str, Sequence[DefinitionPlace]]]],
) -> Iterator[tuple[str, DefinitionPlace]]:
    return ((name, place) for name, places in find_places(file) for place in places)


def _read_places(
    places: Iterable[DefinitionPlace], read: Callable[[str], str | None]
) -> Mapping[tuple[str, int], tuple[str, int]]:
    """Return what identifies the text of each place, and its last line."""
    by_path: dict[str, set[int]] = {}
    for place in places:
        by_path.setdefault(place.path, set()).add(place.line)
    found: dict[tuple[str, int], tuple[str, int]] = {}
    for path, numbers in by_path.items():
        lines = (read(path) or "").split("\n")
        for number in numbers:
            shown = _take_definition(lines, number)
            found[path, number] = digest.identify("definition", *shown), number + len(shown) - 1
    return found


def _take_definition(lines: Sequence[str], number: int) -> list[str]:
    """Return the first lines of what a line defines: those below it that are indented more."""
    shown = [line.rstrip() for line in lines[number - 1 : number]]
    width = _measure_indent(shown[0]) if shown else 0
    for line in lines[number : number - 1 + BODY]:
        text = line.strip()
        # Brackets that close a list of parameters, or open a body, begin no other definition.
        if text and _measure_indent(line) <= width and not text.startswith(_BRACKETS):
            break
        shown.append(line.rstrip())
    while shown and not shown[-1]:
        shown.pop()
    return shown


def _measure_indent(line: str) -> int:
    start = line[:LONGEST_LINE].expandtabs()
    return len(start) - len(start.lstrip())


def _find_surroundings(file: ChangedFile, read: Callable[[str], str | None]) -> Iterator[ShownCode]:
    """Yield the functions and classes around the changes, without those that are too long."""
    # The hunks of a new file are all of it.
    text = None if file.status == "added" else read(file.path)
    if not text:
        return
    lines = text.split("\n")
    outline = Outline(lines)
    changed = [number for hunk in file.hunks for number in find_changed_positions(hunk)]
    shown = {
        line for head in outline.headers(changed) for line in outline.introduction(head, lines)
    }
    for block in filter(None, map(outline.block, changed)):
        if block.end - block.start < LONGEST_BODY:
            shown.update(range(block.start, block.end + 1))
    if shown:
        rows = (lines[number - 1].rstrip() for number in sorted(shown) if number <= len(lines))
        yield ShownCode(file.path, "", digest.identify("surroundings", *rows))


def _find_added_runs(hunks: Iterable[Hunk]) -> tuple[range, ...]:
    """Return the numbers of the added lines; single ones of 900,000 lines would take 35 MB."""
    runs: list[range] = []
    for line in (line for hunk in hunks for line in hunk.lines):
        if line.kind is LineKind.ADDED and line.new is not None:
            joins = bool(runs) and runs[-1].stop == line.new
            start = runs.pop().start if joins else line.new
            runs.append(range(start, line.new + 1))
    return tuple(runs)
