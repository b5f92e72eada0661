"""Packs parts of related files into batches, each of which is the subject of one request."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from reviewer.changes import parts
from reviewer.changes.parts import Part

LARGEST_BATCH = 60_000
"""Characters of changes and context in one request; models read longer prompts less carefully."""
MOST_FILES = 40
"""Files in one request; a reply has a section for each, and a long reply is cut off."""
SHARES = (1.0, 0.5, 0.0)
"""What a request may show of the context and the guidelines that belong to it."""
# Characters around the changes of a file in a prompt: its path, headings and fences.
_FRAME = 300


@dataclass(frozen=True, slots=True)
class Batch:
    """The parts of files that one request is about, related ones side by side; at least one.

    `whole` says that it holds everything that the run reviews, `second` that another request is
    about the same parts, which are in another order here. `share` is one of SHARES. `proofs` say
    for each part why its change is trivial; only then the small model reads the batch.
    """

    parts: tuple[Part, ...]
    whole: bool = False
    second: bool = False
    share: float = 1.0
    proofs: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The characters that its changes take in a prompt."""
        return sum(part.size for part in self.parts)

    @property
    def paths(self) -> tuple[str, ...]:
        """The path of each part's file."""
        return tuple(part.file.path for part in self.parts)

    def names(self, show: Callable[[str], str]) -> dict[str, str]:
        """Return the paths by the names that a reply may use, which a prompt has as `show` returns.

        A model may call a renamed file by its old path, if no file here has that path now. Those
        names come last.
        """
        names = {show(path): path for path in self.paths}
        for file in (part.file for part in self.parts):
            if file.previous_path and file.status == "renamed":
                names.setdefault(show(file.previous_path), file.path)
        return names

    @property
    def label(self) -> str:
        """Its name in the log."""
        first = self.parts[0]
        name = first.file.path + (f" (part {first.number} of {first.count})" * (first.count > 1))
        others = len(self.parts) - 1
        return name + (f" and {others} more file{'s' * (others > 1)}" if others else "")

    def halves(self) -> tuple["Batch", ...]:
        """Return two or more batches with the same changes; () when it is too small to split."""
        if len(self.parts) == 1:
            return tuple(self._with((half,)) for half in parts.halve(self.parts[0]))
        sizes = accumulate(part.size for part in self.parts[:-1])
        ends = enumerate(sizes, 1)
        middle, _ = min(ends, key=lambda each: abs(each[1] - self.size / 2))
        return self._with(self.parts[:middle]), self._with(self.parts[middle:])

    def fit(self, room: int) -> tuple["Batch", ...]:
        """Return the batch, or as few as hold its changes in `room` characters each."""
        if self.size <= room:
            return (self,)
        pieces = [
            piece
            for part in self.parts
            for piece in (parts.divide(part, room) if part.size > room else (part,))
        ]
        return tuple(map(self._with, _pack((pieces,), room)))

    def leaner(self) -> tuple["Batch", ...]:
        """Return the batch with its share and with each smaller one."""
        return tuple(replace(self, share=share) for share in SHARES if share <= self.share)

    def _with(self, some: tuple[Part, ...]) -> "Batch":
        return Batch(some, second=self.second, share=self.share)

    def reverse(self) -> "Batch":
        """Return the batch for the second pass."""
        return Batch(self.parts[::-1], second=True)


def pack(groups: Iterable[Sequence[Part]], room: int) -> tuple[Batch, ...]:
    """Pack groups of parts, in order, into batches of at most `room` characters of changes.

    A group stays together if it fits into one batch. A part that is larger than the room gets a
    batch of its own. One batch that holds everything is marked as `whole`.
    """
    shares = tuple(_pack(groups, room))
    return tuple(Batch(share, whole=len(shares) == 1) for share in shares)


def separate(all_parts: Iterable[Part]) -> tuple[Batch, ...]:
    """Return a batch for each part."""
    return tuple(Batch((part,)) for part in all_parts)


def _pack(groups: Iterable[Sequence[Part]], room: int) -> Iterator[tuple[Part, ...]]:
    share: list[Part] = []
    for group in groups:
        if share and not _fits([*share, *group], room):
            yield tuple(share)
            share = []
        for part in group:
            if share and not _fits([*share, part], room):
                yield tuple(share)
                share = []
            share.append(part)
    if share:
        yield tuple(share)


def _fits(share: Sequence[Part], room: int) -> bool:
    taken = sum(part.size + _FRAME for part in share)
    return taken <= room and len(share) <= MOST_FILES
