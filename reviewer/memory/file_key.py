"""Makes the keys under which the results of files are remembered, and compares two of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reviewer.changes.diff import ChangedFile
from reviewer.context.repository.shown_code import ShownCode
from reviewer.memory.seal import Seal
from reviewer.text import digest
from reviewer.text.truncate import shorten_name

_SEPARATOR = ":"
# Between rules and learnings: in no mark.
_LEARNED = "+"
# Characters with 6 bits each, for what an author cannot choose at will: whoever looks for two
# definitions with the same 48 bits has to push some 2^24, each of which is reviewed as a change.
_RULES = 8
_SHOWN = 8
_NAME = 2
_PIECE = 2 * _NAME
NAMED = 8
"""Pieces of code that a key can name if they change, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class FileKey:
    """What a file's result depends on; all of it is keyed.

    `change` identifies the file's own lines, `rules` the path instructions and guidelines that
    apply to it and then, behind a "+", the learnings about it. `shown` identifies the unchanged
    code that it is read with: all of it in the first characters, then the first pieces, so that
    the one that changed can be named. "" means none.

    Where the small model read the file, `change` identifies that model too, and where the lines
    are; `shown` identifies the text of the whole file, which the proof is about.
    """

    change: str
    rules: str = ""
    shown: str = ""

    @classmethod
    def parse(cls, text: str) -> "FileKey":
        """Read what `write` wrote; a text of another form gives a key that no file has."""
        change, _, rest = text.partition(_SEPARATOR)
        rules, _, shown = rest.partition(_SEPARATOR)
        return cls(change, rules, shown)

    def write(self) -> str:
        """Return the key as text, "" for a result that must not be reused."""
        parts = (self.change, self.rules, self.shown)
        return _SEPARATOR.join(parts).rstrip(_SEPARATOR) if self.change else ""

    @property
    def rules_alone(self) -> str:
        """The part of `rules` that identifies all but the learnings."""
        return self.rules.partition(_LEARNED)[0]

    @property
    def sum_shown(self) -> str:
        """The part of `shown` that identifies all of it."""
        return self.shown[:_SHOWN]


def drop_names(key: str) -> str:
    """Return a key without what names the pieces of code that changed; it takes less room."""
    found = FileKey.parse(key)
    return FileKey(found.change, found.rules, found.sum_shown).write()


@dataclass(frozen=True, slots=True)
class FileKeys:
    """Makes the keys of one run's files, each part of them once.

    `find_rules` returns a text for each rule that applies to a path, and None if not all rules are
    known; `find_learnings` does the same for learnings. `find_shown` returns the unchanged code
    that a file is read with, None if it is not known. `small` is the name of the small model, ""
    for none, and `find_text` returns the text of the whole file with that path after the change,
    None where it is not at hand.
    """

    seal: Seal
    find_rules: Callable[[str], Sequence[str] | None] = lambda _: ()
    find_shown: Callable[[ChangedFile], Sequence[ShownCode] | None] = lambda _: ()
    small: str = ""
    find_text: Callable[[str], str | None] = lambda _: None
    find_learnings: Callable[[str], Sequence[str] | None] = lambda _: ()
    _changes: dict[str, str] = field(default_factory=dict)

    def identify_change(self, file: ChangedFile) -> str:
        """Return the part of a key for a file's own lines, "" without a key of the seal."""
        if file.path not in self._changes:
            self._changes[file.path] = self.seal.identify(unit_key(file))
        return self._changes[file.path]

    def identify_trivial(self, file: ChangedFile) -> str:
        """Return what `identify_change` does for a file that the small model has read.

        Both versions of the file follow from it and from `identify_text`.
        """
        if not self.small:
            return ""
        places = (f"{line.old} {line.new}" for hunk in file.hunks for line in hunk.lines)
        return self.seal.identify(digest.identify("trivial", self.small, unit_key(file), *places))

    def is_trivial(self, known: FileKey, file: ChangedFile) -> bool:
        """Return True for the key of a result of this small model about the same lines."""
        return bool(known.change) and known.change == self.identify_trivial(file)

    def identify_text(self, path: str) -> str | None:
        """Return the part of a key for the text of a whole file, None if it is not at hand."""
        text = self.find_text(path)
        return None if text is None else self.seal.mark(digest.identify("whole", text), _SHOWN)

    def identify_rules(self, path: str) -> str | None:
        """Return the part of a key for the rules of a path, None if it is unknown."""
        rules, learnings = self.find_rules(path), self.find_learnings(path)
        if rules is None or learnings is None:
            return None
        # Without learnings, it is what it was before there were any.
        learned = _LEARNED + self._mark_rules(learnings) if learnings else ""
        return self._mark_rules(rules) + learned

    def identify_shown(self, file: ChangedFile) -> str | None:
        """Return the part of a key for the code shown with a file, None if it is unknown."""
        pieces = self.find_shown(file)
        return None if pieces is None else self._mark_shown(pieces)

    def make(self, file: ChangedFile) -> str:
        """Return the key of a file that was reviewed by this run, "" if it must not be reused.

        Rules that could not be read were not applied, and code that could not be read not shown.
        """
        change = self.identify_change(file)
        if not change:
            return ""
        rules = self.identify_rules(file.path)
        return FileKey(change, rules or "", self.identify_shown(file) or "").write()

    def make_trivial(self, file: ChangedFile) -> str:
        """Return the key of a file that the small model has read, "" if it must not be reused."""
        change, text = self.identify_trivial(file), self.identify_text(file.path)
        rules = self.identify_rules(file.path)
        return FileKey(change, rules or "", text).write() if change and text else ""

    def explain_shown(self, known: str, file: ChangedFile) -> str:
        """Return what of the code shown with a file changed, as a phrase; `known` is the old part.

        Names in it are untrusted.
        """
        marks = known[_SHOWN:]
        pairs = [marks[at : at + _PIECE] for at in range(0, len(marks), _PIECE)]
        names = {pair[:_NAME] for pair in pairs}
        pieces = [(each, self._mark_piece(each)) for each in self.find_shown(file) or ()]
        for piece, mark in pieces:
            if mark[:_NAME] in names and (piece.edited or mark not in pairs):
                return _describe(piece)
        for piece, mark in pieces:
            # Of more pieces, those that are not named may be old ones.
            if pairs and len(pairs) < NAMED and not piece.edited and mark[:_NAME] not in names:
                return _describe(piece)
        return "code that it was read with changed"

    def _mark_rules(self, rules: Sequence[str]) -> str:
        return self.seal.mark(digest.identify("rules", *rules), _RULES) if rules else ""

    def _mark_shown(self, pieces: Sequence[ShownCode]) -> str:
        unchanged = [piece for piece in pieces if not piece.edited]
        if not unchanged:
            return ""
        parts = (part for each in unchanged for part in (each.path, each.name, each.content))
        whole = self.seal.mark(digest.identify("shown", *parts), _SHOWN)
        return whole + "".join(map(self._mark_piece, unchanged[:NAMED]))

    def _mark_piece(self, piece: ShownCode) -> str:
        name = digest.identify("name", piece.path, piece.name)
        text = digest.identify("text", piece.path, piece.name, piece.content)
        return self.seal.mark(name, _NAME) + self.seal.mark(text, _NAME)


def _describe(piece: ShownCode) -> str:
    if not piece.name:
        return "the code around its changes changed"
    return f"`{piece.name}` in {shorten_name(piece.path)} changed"


def unit_key(file: ChangedFile) -> str:
    """Return 64 hexadecimal digits for a file's change: paths, status, mode and lines.

    Line numbers are left out, so the key stays the same if lines only moved.
    """
    counts = (len(hunk.lines) for hunk in file.hunks)
    rows = (
        part for hunk in file.hunks for line in hunk.lines for part in (line.kind.value, line.text)
    )
    about = (file.path, file.previous_path, file.status, file.modes[1], len(file.hunks))
    return digest.identify("unit", *about, *counts, *rows)
