"""The team's guidelines, and the selection of those that a request shows."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from reviewer.config.globs import Patterns
from reviewer.context import learnings
from reviewer.context.learnings import ShownLearnings
from reviewer.text import digest
from reviewer.text.truncate import first_lines, shorten, shorten_name

ROOM = 16_000
"""Characters of all guidelines in a request; a smaller window leaves them less."""
LONGEST = 8_000
"""Characters of one guideline file that a request shows."""
# Less of a file says too little.
_LEAST = 500
_LONGEST_GLOBS = 300
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Guideline:
    """A guideline file; it is about the files in `folder` and below that match its globs.

    An empty folder is the whole repository, and without globs every file matches. `cut` says that
    `text`, which is as prompts show it, is only the beginning.
    """

    path: str
    text: str
    folder: str = ""
    globs: tuple[str, ...] = ()
    patterns: Patterns = field(default_factory=lambda: Patterns(()), compare=False)
    cut: bool = False

    def applies_to(self, path: str) -> bool:
        """Return True if the guideline is about a file; globs are relative to the folder."""
        prefix = f"{self.folder}/" if self.folder else ""
        inside = path.startswith(prefix)
        return inside and (not self.globs or bool(self.patterns.verdict(path[len(prefix) :])))

    @property
    def about(self) -> str:
        """The files that it is about, in words; empty for all."""
        where = f"the files below {shorten_name(self.folder)}" if self.folder else ""
        which = f"match {shorten(', '.join(self.globs), _LONGEST_GLOBS)}" if self.globs else ""
        return f"{where or 'the files'} that {which}" if which else where

    def fit(self, room: int) -> "Guideline | None":
        """Return as much of it as fits, in whole lines; None for too little to be of use."""
        left = room - len(self.path) - len(self.about)
        if len(self.text) <= left:
            return self
        return (
            replace(self, text=first_lines(self.text, left), cut=True) if left >= _LEAST else None
        )


@dataclass(frozen=True, slots=True)
class Guidelines:
    """The guidelines that apply to the files of one run; safe to share between threads.

    `found` has those of the nearest folders first. `problems` are sentences on what could not be
    used, `edited` the guideline files that the change itself touches. `unread` says that the forge
    did not give some, so that others may apply too. `learned` is what the requests so far showed
    of the learnings.
    """

    found: tuple[Guideline, ...] = ()
    problems: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    unread: bool = False
    learned: list[ShownLearnings] = field(default_factory=list, compare=False)
    _cuts: set[str] = field(default_factory=set, compare=False)

    def select(self, paths: Collection[str], room: int) -> tuple[tuple[Guideline, ...], list[str]]:
        """Return the guidelines for a request about these files, and what was left out of them."""
        shown: list[Guideline] = []
        cuts: list[str] = []
        for guideline in self.found:
            if not any(map(guideline.applies_to, paths)):
                continue
            piece = guideline.fit(room)
            if piece is None:
                cuts.append(guideline.path)
                continue
            shown.append(piece)
            room -= len(piece.path) + len(piece.about) + len(piece.text)
            if piece.cut:
                cuts.append(f"{piece.path}, all but the first {len(piece.text):,} characters")
        return tuple(shown), cuts

    def identify_for(self, path: str) -> tuple[str, ...]:
        """Return a hash of each guideline that is about a file, whatever a request has room for."""
        texts = (
            digest.identify(each.path, each.folder, *each.globs, each.text)
            for each in self.found
            if each.applies_to(path)
        )
        return tuple(sorted(texts))

    def record(self, cuts: Iterable[str], learned: ShownLearnings | None = None) -> None:
        """Remember what was left out of a request that was sent, and its learnings."""
        self._cuts.update(cuts)
        if learned:
            self.learned.append(learned)

    @property
    def details(self) -> tuple[str, ...]:
        """Sentences for the job summary on what the requests so far did without."""
        cuts = join(sorted(self._cuts))
        left_out = f"guidelines left out of requests because of their length: {cuts}"
        unlearned = learnings.describe_left(self.learned) if self.learned else ()
        return (*self.problems, *([left_out] if cuts else []), *unlearned)

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for the comment if the change edits guidelines."""
        if not self.edited:
            return ()
        what = "the change edits guidelines, and was reviewed by the version of the base branch"
        return (f"{what}: {join(self.edited)}",)


def join(names: Sequence[str]) -> str:
    """Return the first names as text, and how many more there are."""
    more = len(names) - _NAMED
    text = ", ".join(map(shorten_name, names[:_NAMED]))
    return f"{text} and {more} more" if more > 0 else text
