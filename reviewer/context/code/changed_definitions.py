"""Tells which definitions a change alters, removes or renames, and which names its lines use."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import LineKind
from reviewer.context.code import definitions, identifiers
from reviewer.context.code.identifiers import LONGEST_LINE
from reviewer.context.code.outline import Outline

NAMES_PER_FILE = 200
"""Names of one file, of each kind, that are looked for."""
# Changing one of these changes what a call of their class does.
_CONSTRUCTORS = frozenset(
    {"__init__", "__new__", "__call__", "__construct", "constructor", "initialize"}
)
# Lines of a definition with many parameters.
_LONGEST_HEADER = 60
_WORD = re.compile(r"\w+")
# Local variables share names with functions of other files; a call is no local variable.
_CALL = re.compile(r"([A-Za-z_]\w*)(?=\s{0,2}[(!]|\s{0,2}<[^<>]{1,40}>\()")
# Languages in which a call needs no parentheses.
_ATTRIBUTE = {"rb": re.compile(r"\.([a-z_]\w*)")}
_PROPER = re.compile(r"\w*[A-Z]\w*")


@dataclass(frozen=True, slots=True)
class ChangedDefinition:
    """A definition whose lines a change touches.

    `header` says that its first lines are changed or removed, so that its callers may break;
    otherwise its body is. `owner` is the class around it, `relatives` are that and the classes that
    it names.
    """

    name: str
    header: bool
    owner: str = ""
    relatives: frozenset[str] = frozenset()


def find_changed(
    file: ChangedFile, hunks: Sequence[Hunk], text: str | None
) -> tuple[ChangedDefinition, ...]:
    """Return the definitions that `hunks` touch, those with a changed header first.

    `text` is the file at the head; without it, git's section headings name the enclosing functions.
    A definition that is only added has no users yet, so it is left out.
    """
    family = identifiers.language_family(file.path)
    if family not in definitions.FAMILIES:
        return ()
    removed = dict.fromkeys(_find_on_removed_lines(hunks, family))
    found = [ChangedDefinition(name, header=True) for name in removed]
    if text is None:
        sections = (definitions.find_on_line(hunk.section, family) for hunk in hunks)
        found += [ChangedDefinition(name, header=False) for name in sections if name]
    elif file.status != "added":
        new = find_added(hunks, family).keys() - removed
        found += (each for each in _find_enclosing(hunks, text, family) if each.name not in new)
    merged: dict[str, ChangedDefinition] = {}
    for each in islice(found, NAMES_PER_FILE):
        known = merged.get(each.name, each)
        merged[each.name] = ChangedDefinition(
            each.name,
            known.header or each.header,
            known.owner or each.owner,
            known.relatives | each.relatives,
        )
    return tuple(sorted(merged.values(), key=lambda each: not each.header))


def find_added(hunks: Iterable[Hunk], family: str) -> dict[str, None]:
    """Return the names that added lines define, in order."""
    lines = (line for hunk in hunks for line in hunk.lines if line.kind is LineKind.ADDED)
    names = (definitions.find_on_line(line.text, family) for line in lines)
    return dict.fromkeys(filter(None, names))


def find_used(hunks: Iterable[Hunk], family: str) -> dict[str, None]:
    """Return the names that added lines call, or use in another form than a local variable."""
    found: dict[str, None] = {}
    for hunk in hunks:
        for line in hunk.lines:
            if line.kind is LineKind.ADDED and len(found) < NAMES_PER_FILE:
                found |= _find_uses(line.text[:LONGEST_LINE], family)
    return found


def _find_uses(line: str, family: str) -> dict[str, None]:
    if definitions.COMMENT.match(line):
        return {}
    attributes = _ATTRIBUTE[family].findall(line) if family in _ATTRIBUTE else ()
    names = (*_CALL.findall(line), *_PROPER.findall(line), *attributes)
    return dict.fromkeys(name for name in names if identifiers.is_distinctive(name))


def _find_on_removed_lines(hunks: Iterable[Hunk], family: str) -> Iterator[str]:
    for hunk in hunks:
        for line in hunk.lines:
            if line.kind is LineKind.REMOVED and (
                name := definitions.find_on_line(line.text, family)
            ):
                yield name


def _find_enclosing(hunks: Sequence[Hunk], text: str, family: str) -> Iterator[ChangedDefinition]:
    lines = text.split("\n")
    outline = Outline(lines)
    headers: dict[int, bool] = {}
    for number, removed in dict.fromkeys(
        each for hunk in hunks for each in _find_positions(hunk, family)
    ):
        around = outline.headers((number,))
        if around and around[0] <= len(lines):
            end = _find_end_of_header(lines, around[0])
            # What is removed after the last line of a header was in the body.
            in_header = number < end or (number == end and not removed)
            headers[around[0]] = headers.get(around[0], False) or in_header
    for header, in_header in headers.items():
        line = lines[header - 1][:LONGEST_LINE]
        classes = [lines[outer - 1] for outer in outline.headers((header,))[1:]]
        name = definitions.find_on_line(line, family)
        outer = definitions.find_on_line(classes[0], family) if classes else ""
        if outer and (name == outer or not _CONSTRUCTORS.isdisjoint(_WORD.findall(line))):
            # Every place that makes an object uses the body, and none shows it.
            name = outer if in_header else ""
        if name:
            relatives = frozenset(_find_proper_names(classes))
            yield ChangedDefinition(name, in_header, outer if relatives else "", relatives)


def _find_end_of_header(lines: Sequence[str], start: int) -> int:
    """Return the line in which the parentheses of a definition are closed."""
    depth = 0
    for number in range(start, min(len(lines), start + _LONGEST_HEADER) + 1):
        line = lines[number - 1][:LONGEST_LINE]
        depth += line.count("(") - line.count(")")
        if depth <= 0:
            return number
    return start


def _find_proper_names(lines: Iterable[str]) -> Iterator[str]:
    for line in filter(identifiers.CLASS.search, lines):
        names = identifiers.names(line)
        yield from (name for name in names if not name.islower())


def _find_positions(hunk: Hunk, family: str) -> Iterator[tuple[int, bool]]:
    """Yield the lines of a hunk's changes in the new file; of a removal (True), the one before.

    A removed definition is left out: it says nothing of what is around it.
    """
    here = next((line.new for line in hunk.lines if line.new is not None), 1)
    for line in hunk.lines:
        here = line.new or here
        removed = line.kind is LineKind.REMOVED
        if line.kind is not LineKind.CONTEXT and not (
            removed and definitions.find_on_line(line.text, family)
        ):
            yield here, removed
