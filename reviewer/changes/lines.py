"""The lines of hunks; those of a long one are kept as bytes.

As objects, the lines of the largest change take 100 MB more.
"""

import enum
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import overload

# Hunks whose lines are kept as objects too: a file is read many times, then another one.
_RECENT = 8
# Lines; as many are made for themselves.
_FEW = 50


class LineKind(enum.Enum):
    """The kind of a diff line, by its first character."""

    CONTEXT = " "
    ADDED = "+"
    REMOVED = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a hunk.

    `old` and `new` are its numbers in both versions, from 1; None where a version lacks the line.
    `text` has no marker and no line feed; a carriage return stays.
    """

    kind: LineKind
    old: int | None
    new: int | None
    text: str


_UTF8 = ("utf-8", "surrogatepass")
_PLUS, _MINUS = ord(LineKind.ADDED.value), ord(LineKind.REMOVED.value)


@dataclass(frozen=True, slots=True, eq=False)
class _Packed:
    """The lines of one hunk; `old` and `new` are the first numbers in both versions.

    `data` holds their texts without anything between them, `starts` where each begins and the last
    one ends, `kinds` their markers.
    """

    data: bytes
    starts: "array[int]"
    kinds: bytes
    old: int
    new: int

    def read(self, places: range) -> Iterator[Line]:
        """Yield the lines at adjacent places."""
        before = self.kinds[: places.start]
        old = self.old + len(before) - before.count(_PLUS)
        new = self.new + len(before) - before.count(_MINUS)
        marks = self.kinds[places.start : places.stop]
        for mark, text in zip(marks, self._read_texts(places), strict=True):
            if mark == _PLUS:
                yield Line(LineKind.ADDED, None, new, text)
                new += 1
            elif mark == _MINUS:
                yield Line(LineKind.REMOVED, old, None, text)
                old += 1
            else:
                yield Line(LineKind.CONTEXT, old, new, text)
                old, new = old + 1, new + 1

    def _read_texts(self, places: range) -> Iterator[str]:
        starts = self.starts[places.start : places.stop + 1]
        data = self.data[starts[0] : starts[-1]]
        if not data.isascii():
            return (self.data[at:end].decode(*_UTF8) for at, end in pairwise(starts))
        # Decoded at once, because it has a character for each byte.
        text, first = data.decode(), starts[0]
        return (text[at - first : end - first] for at, end in pairwise(starts))


@lru_cache(maxsize=_RECENT)
def _unpack(packed: _Packed) -> tuple[Line, ...]:
    return tuple(packed.read(range(len(packed.kinds))))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PackedLines(Sequence[Line]):
    """Adjacent lines of a hunk, equal to a tuple of them; a slice shares their bytes."""

    _packed: _Packed
    _places: range

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self._places)

    def __iter__(self) -> Iterator[Line]:
        """Yield the lines in order."""
        if len(self) <= _FEW:
            return self._packed.read(self._places)
        return iter(_unpack(self._packed)[self._places.start : self._places.stop])

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        """Return one line, which makes no other, or adjacent ones."""
        if isinstance(index, int):
            place = self._places[index]
            return next(self._packed.read(range(place, place + 1)))
        places = self._places[index]
        if not places:
            return ()
        return PackedLines(self._packed, places) if places.step == 1 else tuple(self)[index]

    def __eq__(self, other: object) -> bool:
        """Compare with any sequence of lines."""
        if isinstance(other, PackedLines) and self._packed is other._packed:
            return self._places == other._places
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        """Return the hash of a tuple of the lines."""
        return hash(tuple(self))

    def __repr__(self) -> str:
        """Show what a tuple of the lines shows."""
        return repr(tuple(self))


def pack(lines: Sequence[Line]) -> PackedLines:
    """Return the lines of a hunk packed; in both versions, their numbers are without gaps."""
    texts = [line.text.encode(*_UTF8) for line in lines]
    packed = _Packed(
        b"".join(texts),
        array("I", accumulate(map(len, texts), initial=0)),
        "".join(line.kind.value for line in lines).encode(),
        next((line.old for line in lines if line.old is not None), 0),
        next((line.new for line in lines if line.new is not None), 0),
    )
    return PackedLines(packed, range(len(lines)))
