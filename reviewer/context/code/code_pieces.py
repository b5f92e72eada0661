"""Cuts pieces out of files: a use with the head of its function, a definition with its body."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from reviewer.context.code import definitions, identifiers
from reviewer.context.code.identifiers import LONGEST_LINE
from reviewer.context.code.outline import Outline
from reviewer.context.code.text_lines import TextLines

USES_PER_FILE = 3
"""Uses of one name that are shown of one file."""
BODY = 8
"""Lines shown of a definition."""
AFTER = 2
"""Lines shown after a use; a call may go on there."""
_OCCURRENCES = 200
_GAP = "..."
# Characters before a name that is a member of something, and so no local variable.
_MEMBER = (".", ":", ">")
# A call or a macro, or what else says that a type is made or taken apart.
_AFTER_NAME = (
    r"(?:(?P<call>\s{0,2}(?:\(|!\s?[(\[{]|(?:::)?<[^<>\n]{1,60}>\s?\())"
    r"|(?P<made>\s?(?:\{|::)))?"
)
_IMPORT = re.compile(
    r"\s*(?:(?:import|from|use|using|require\w*|include|package|module|namespace)\b|export\s*[{*]"
    r"|#\s*include|(?:const|let|var)\s[^=]*=\s*require\b)"
)
_NAMESPACE = re.compile(r"\s*(?:namespace|package)\b")
# A name alone on its line is a part of an import or of a list of exports.
_LISTED = re.compile(r"\s*['\"]?\w+['\"]?,?\s*")
# Characters; a piece with a path, a head and some lines takes more.
_SMALLEST = 120
_NO_ROOM = "further unchanged code, because there was no room left"


@dataclass(frozen=True, slots=True)
class CodePiece:
    """Lines of one file under a title; `numbers` are those of the lines that matter."""

    title: str
    path: str
    rows: tuple[str, ...]
    numbers: frozenset[int]

    @property
    def text(self) -> str:
        """The piece as a prompt shows it."""
        return "\n".join((f"{self.title}:", *self.rows))


class Page:
    """The lines that are taken, and the room that is left."""

    def __init__(self, room: int) -> None:
        """Make a page of at most `room` characters."""
        self._room = room + 1  # the last row ends without a line feed
        self._taken: dict[str, frozenset[int]] = {}
        self.cuts: list[str] = []
        """The titles of the pieces that did not fit."""

    def take(self, pieces: Iterable[CodePiece], most: int) -> list[str]:
        """Take the pieces that fit into `most` characters and the room; name the others."""
        taken = []
        spent = 0
        for piece in pieces:
            if self._room < _SMALLEST:
                # Looking for more would cost time and show nothing.
                self.cuts.append(_NO_ROOM)
                break
            known = self._taken.get(piece.path, frozenset())
            if piece.numbers <= known:
                continue
            cost = len(piece.text) + 1
            if cost > self._room or spent + cost > most + 1:
                self.cuts.append(piece.title)
                continue
            self._room -= cost
            spent += cost
            self._taken[piece.path] = known | piece.numbers
            taken.append(piece.text)
        return taken


class SourceFile:
    """The lines of one file of the repository."""

    def __init__(self, path: str, text: str, family: str) -> None:
        """Read the lines; `family` is that of the file's language."""
        self._path = path
        self._text = text
        self._family = family
        self._lines = TextLines(text)

    @cached_property
    def _outline(self) -> Outline:
        # Some files that are opened mention a name and show nothing. A list is faster for what
        # reads every line, and is not kept.
        return Outline(self._text.split("\n"))

    def make_use(self, name: str, hidden: frozenset[int]) -> CodePiece | None:
        """Return the first uses of a name, calls before others, or None if there are none.

        Lines in `hidden` are not looked at.
        """
        found = (number for number in self._find_uses(name) if number not in hidden)
        numbers = tuple(islice(found, USES_PER_FILE))
        if not numbers:
            return None
        shown = {line for number in numbers for line in self._find_surroundings(number)}
        title = f"Use of {name} in {_one_line(self._path)}"
        return CodePiece(title, self._path, self._render(sorted(shown)), frozenset(numbers))

    def find_class(self, line: int) -> str:
        """Return the line that begins the class around a definition, "" for none."""
        heads = (self._lines[head - 1] for head in self._outline.headers((line,)) if head != line)
        return next(filter(identifiers.CLASS.search, heads), "")[:LONGEST_LINE]

    def make_definition(self, title: str, line: int) -> CodePiece:
        """Return the first lines of what is defined in a line, under the head around it."""
        block = self._outline.block(line)
        end = block.end if block and block.start == line else line
        around = [head for head in self._outline.headers((line,)) if head != line][:1]
        shown = {
            *(head for head in around if not _NAMESPACE.match(self._lines[head - 1])),
            *range(line, min(end, line + BODY - 1, len(self._lines)) + 1),
        }
        title = f"{title} {_one_line(self._path)}"
        return CodePiece(title, self._path, self._render(sorted(shown)), frozenset((line,)))

    def _find_uses(self, name: str) -> list[int]:
        """Return the lines that use a name, calls first.

        Imports, comments and definitions of the name are left out, and so is a plain word that may
        be a local variable, and a type that only annotates something.
        """
        calls: dict[int, None] = {}
        others: dict[int, None] = {}
        number, end = 1, 0
        # The name comes first: re searches for a text much faster than for what is not before it.
        word = re.escape(name)
        pattern = re.compile(rf"{word}(?<!\w{word})(?<!\w\${word})(?!\w){_AFTER_NAME}")
        for found in islice(pattern.finditer(self._text), _OCCURRENCES):
            number += self._text.count("\n", end, found.start())
            end = found.start()
            if number not in calls and self._is_use(name, number, end, found):
                (calls if found["call"] else others)[number] = None
        return [*calls, *(number for number in others if number not in calls)]

    def _is_use(self, name: str, number: int, offset: int, found: re.Match[str]) -> bool:
        line = self._lines[number - 1]
        if len(line) > LONGEST_LINE or _IMPORT.match(line) or definitions.COMMENT.match(line):
            return False
        start = offset - self._text.rfind("\n", 0, offset) - 1
        before, after = line[:start], line[start + len(name) :]
        quoted = bool(before.count('"') % 2 or before.count("'") % 2)
        if _LISTED.fullmatch(line) or (quoted and " " in (before[-1:], after[:1])):
            return False
        if found["call"]:
            return definitions.find_on_line(line, self._family) != name
        if name[0].isupper() and not name.isupper():
            member = quoted and before.endswith(".")
            return bool(found["made"] or member or identifiers.CLASS.search(before))
        telling = not name.islower() or "_" in name or before[-1:] in _MEMBER
        return telling and definitions.find_on_line(line, self._family) != name

    def _find_surroundings(self, number: int) -> set[int]:
        block = self._outline.block(number)
        start, end = (block.start, block.end) if block else (1, len(self._lines))
        first, last = max(number - 1, start), min(number + AFTER, end)
        return {number, *self._outline.headers((number,))[:1], *range(first, last + 1)}

    def _render(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """Return numbered lines, and a mark where lines are left out.

        A long line is not cut: a secret in it would no longer be recognised.
        """
        rows: list[str] = []
        previous = 0
        for number in numbers:
            line = self._lines[number - 1]
            if previous and number != previous + 1:
                rows.append(_GAP)
            if len(line) > LONGEST_LINE:
                line = f"[a line of {len(line):,} characters]"
            rows.append(f"{number:>6}   {line}")
            previous = number
        return tuple(rows)


def _one_line(path: str) -> str:
    # A path may hold a line feed; our heading must stay on one line.
    return path.replace("\n", "\\n").replace("\r", "\\r")
