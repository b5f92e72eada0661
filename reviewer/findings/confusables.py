"""Finds names that look like ASCII names, but hold letters of another script."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from reviewer.text import unicode_tables

# An escape in a string is no part of the name after it: "\\n" and "\\u0345".
_NAME = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[a-z0])|(\w+)")
_ASCII_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASCII_LETTER = re.compile(r"[A-Za-z]")
# Parts of names end at an underscore.
_PART = re.compile(r"[^\W_]+")
_DOTTED_BEFORE = re.compile(r"[A-Za-z0-9_)\]]\.$")
_DOTTED_AFTER = re.compile(r"\.[A-Za-z_]")
# One of these Greek letters beside a short name, or before a capital, is how formulas are written.
_SCIENCE = "\u03b1\u03b3\u03ba\u03bd\u03c1\u03c3\u03c4\u03c5"
_GREEK = ("\u0370", "\u03ff")
_FORMULA = re.compile(
    f"[{_SCIENCE}](?:[A-Z0-9][A-Za-z0-9]*|[A-Za-z]{{0,4}}[0-9]*)"
    f"|[A-Za-z0-9]{{0,4}}[{_SCIENCE}][0-9]*"
    f"|d[{_SCIENCE}]d[a-z]"
)
_CALLED_OR_SET = re.compile(r"\(|\s*[-+*/|&:]?=")
_FEWEST_LETTERS_IN_PROSE = 3
_QUOTES = ("'", '"', "`")
# The data has one look-alike for I, l and 1, and one for O and 0; so have our comparisons.
_SKELETON = str.maketrans("I10", "llO")


class _Kind(Enum):
    """How a character is related to the ASCII character that it looks like."""

    ASCII = auto()
    FOREIGN = auto()
    PHONETIC = auto()
    SIMILAR = auto()
    FONT = auto()
    WIDE = auto()


_TABLES = (
    (_Kind.FOREIGN, unicode_tables.LOOK_ALIKES),
    (_Kind.PHONETIC, unicode_tables.PHONETIC_LOOK_ALIKES),
    (_Kind.SIMILAR, unicode_tables.SMALL_CAPITAL_LOOK_ALIKES),
    # Unicode has these as look-alikes too, but they look the same in few typefaces.
    (_Kind.SIMILAR, {"6": "\u0431", "r": "\u0433", "w": "\u0448"}),
)
_LOOKS = {
    char: (look, kind) for kind, table in _TABLES for look, chars in table.items() for char in chars
}
_FORMS = {"<font>": _Kind.FONT, "<wide>": _Kind.WIDE}


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A name of a line that looks like the ASCII name `look`.

    `letters` are the characters that are not ASCII, each with its position in the line from 0 and
    the ASCII character that it looks like.
    """

    name: str
    look: str
    letters: tuple[tuple[int, str, str], ...]


def find(line: str, is_known: Callable[[str], bool]) -> tuple[LookAlike, ...]:
    """List the names of one line that look like ASCII names (UTS 39), in order.

    A part of a name that mixes ASCII letters with letters of another script is listed if all of
    them look like ASCII characters. A part without ASCII letters is listed if the name has other
    parts of ASCII, or if `is_known` says that a name with this `skeleton` is in the same file.
    Words of another language, formulas with a Greek letter and Latin alphabets are left out.
    """
    if line.isascii():
        return ()
    names = [found for found in _NAME.finditer(line) if found[1] and not found[1].isascii()]
    prose = any(_is_of_a_language(char) for name in names for char in name[1])
    evidence = _Evidence(is_known, prose)
    return tuple(
        alike for name in names for alike in _find_in_name(line, name.start(1), name[1], evidence)
    )


def skeleton(name: str) -> str:
    """Return what is equal for ASCII names that look the same: I, l and 1 are, and O and 0."""
    return name.translate(_SKELETON)


def skeletons(lines: Iterable[str]) -> frozenset[str]:
    """Return the skeletons of the ASCII names in lines of code."""
    return frozenset(skeleton(name) for line in lines for name in _ASCII_NAME.findall(line))


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What is around a name: the names of its file, and words of another language in its line."""

    is_known: Callable[[str], bool]
    in_prose: bool


def _find_in_name(line: str, start: int, name: str, evidence: _Evidence) -> Iterator[LookAlike]:
    """Yield the name, if one of its parts looks like ASCII and is not written so by right."""
    parts = [(start + found.start(), _Part.of(found[0])) for found in _PART.finditer(name)]
    if not any(part for _, part in parts):
        return
    end = start + len(name)
    dotted = _DOTTED_BEFORE.search(line[max(0, start - 2) : start]) or _DOTTED_AFTER.match(
        line, end
    )
    code = bool(_CALLED_OR_SET.match(line, end))
    look = _look_of_name(name)
    twin = evidence.is_known(skeleton(look))
    ascii_letters = len(_ASCII_LETTER.findall(name))
    letters: list[tuple[int, str, str]] = []
    for place, part in parts:
        if part is None:
            continue
        joined = bool(dotted) or ascii_letters > part.ascii_letters
        quoted = len(part.text) == 1 and line[max(0, place - 1) : place] in _QUOTES
        if part.is_suspicious(joined=joined, code=code) or (
            twin and not quoted and part.is_name(in_prose=evidence.in_prose)
        ):
            letters += [(place + at, *letter) for at, letter in part.letters]
    if letters:
        yield LookAlike(name, look, tuple(letters))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a name, without underscores, all of which looks like ASCII; some of it is not.

    `letters` are the characters that are not ASCII: position in the part, character and look.
    """

    text: str
    letters: tuple[tuple[int, tuple[str, str]], ...]
    kinds: frozenset[_Kind]

    @classmethod
    @lru_cache(maxsize=4_096)
    def of(cls, text: str) -> "_Part | None":
        """Return the part, or None where it is ASCII or has characters that do not look so."""
        looks = [None if text.isascii() else _look_of(char) for char in text]
        letters, kinds = [], set()
        for at, (char, look) in enumerate(zip(text, looks, strict=True)):
            if look is None:
                return None
            if not char.isascii():
                letters.append((at, (char, look[0])))
                kinds.add(look[1])
        return cls(text, tuple(letters), frozenset(kinds))

    @property
    def ascii_letters(self) -> int:
        """The number of ASCII letters."""
        return len(_ASCII_LETTER.findall(self.text))

    def is_suspicious(self, *, joined: bool, code: bool) -> bool:
        """Return True if nobody writes the part so by right, whatever else the file has.

        `joined` means that other parts of its name are ASCII, `code` that it is called or set.
        """
        if _FORMULA.fullmatch(self.text) or self.kinds == {_Kind.PHONETIC}:
            return False
        if self.ascii_letters:
            # A word of another language with a stray Latin letter has more letters of its own.
            return _Kind.SIMILAR not in self.kinds or self.ascii_letters > len(self.letters)
        if self.kinds == {_Kind.FONT}:
            return (joined or code) and len(self.text) > 1
        return joined and self.kinds <= {_Kind.FOREIGN} and not set(self.text) <= set(_SCIENCE)

    def is_name(self, *, in_prose: bool) -> bool:
        """Return True if an ASCII name that looks the same, somewhere in the file, is no chance."""
        if self.kinds & {_Kind.WIDE, _Kind.FONT}:
            return False
        if len(self.text) == 1:
            return not in_prose and not _GREEK[0] <= self.text <= _GREEK[1]
        return not in_prose or len(self.text) >= _FEWEST_LETTERS_IN_PROSE


@lru_cache(maxsize=4_096)
def _look_of(char: str) -> tuple[str, _Kind] | None:
    """Return the ASCII character that a character looks like; None where there is none.

    NFKC folds fullwidth and mathematical letters; Python does so with names, most languages do not.
    """
    if char.isascii():
        return char, _Kind.ASCII
    folded = unicodedata.normalize("NFKC", char)
    if folded == char:
        return _LOOKS.get(char)
    form = unicodedata.decomposition(char).partition(" ")[0]
    kind = _FORMS.get(form)
    # Letterlike symbols are written in formulas; the sign of kelvin is exactly a K.
    if char == "\u212a":
        return folded, _Kind.FOREIGN
    if kind is None or "\u2100" <= char <= "\u214f":
        return None
    return (folded, kind) if folded.isascii() and folded.isalnum() else _LOOKS.get(folded)


def _is_of_a_language(char: str) -> bool:
    """Return True if a character shows that its line holds words of another language."""
    look = _look_of(char)
    return look is None or look[1] is _Kind.SIMILAR


def _look_of_name(name: str) -> str:
    """Return the name with all characters that look like ASCII as ASCII."""
    looks: Sequence[tuple[str, _Kind] | None] = [_look_of(char) for char in name]
    return "".join(look[0] if look else char for look, char in zip(looks, name, strict=True))
