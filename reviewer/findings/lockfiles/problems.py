"""Compares an entry of a lock file with what the file said before, and words what is wrong."""

import enum
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Self

from reviewer.findings.lockfiles import origins
from reviewer.findings.lockfiles.entries import Entry, Pinning, Source
from reviewer.findings.lockfiles.versions import Change, LockFormat
from reviewer.severity import Severity
from reviewer.text import truncate

# Characters of an address or a name in a finding.
_LONGEST_TEXT = 200
_MOST_LISTED = 3
_Key = tuple[str, str, str]


class Kind(enum.Enum):
    """What is wrong with an entry."""

    SOURCE = enum.auto()
    LOST = enum.auto()
    CHANGED = enum.auto()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an entry, and the rows that show it; the texts hold untrusted names."""

    kind: Kind
    entry: Entry
    rows: tuple[int, ...]
    severity: Severity
    title: str
    body: str


@dataclass(slots=True)
class Known:
    """What the old file says: its registries, and the hashes and addresses of its entries."""

    host_only: bool
    allowed: set[str] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)
    contents: set[tuple[object, ...]] = field(default_factory=set)
    sources: set[tuple[str, str, str]] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    local: set[str] = field(default_factory=set)
    repositories: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    hashes: dict[_Key, dict[str, set[str]]] = field(default_factory=dict)
    strengths: dict[_Key, int] = field(default_factory=dict)
    by_name: dict[tuple[str, bool], int] = field(default_factory=dict)
    hashed: bool = False

    @classmethod
    def learn(cls, change: Change, form: LockFormat) -> Self:
        """Read the old entries, and for the registries the file's defaults if it names none."""
        known = cls(form.host_only)
        for entry in change.before:
            known._learn_sources(entry)
        for number, (old, _) in enumerate(change.pairs):
            for entry in old.entries:
                known._learn_entry(entry, number)
        if not any(map(origins.is_registry, known.allowed)):
            known.allowed |= form.public
        new = (entry for _, version in change.pairs for entry in version.entries)
        known.hashed = any(entry.strength > 0 for entry in (*change.before, *new))
        return known

    def _learn_sources(self, entry: Entry) -> None:
        for source in entry.sources:
            origin = self._find_origin(source, entry)
            self.allowed.add(origin)
            if not source.index and not origins.names_release(
                source.text, entry.name, entry.version
            ):
                self.loose.add(origin)

    def _learn_entry(self, entry: Entry, number: int) -> None:
        self.contents.add((*entry.content, "" if entry.name else str(number)))
        self.names[entry.label].add(entry.name)
        if any(origins.is_local(each.text) for each in entry.sources):
            self.local.add(entry.label)
        for source in entry.sources:
            self.sources.add((entry.name, entry.version, source.text))
            if repository := origins.find_repository(source.text):
                self.repositories[entry.name].add(repository)
        key, kind = _key_of(entry, number), (entry.name, bool(entry.artifact))
        self.strengths[key] = max(self.strengths.get(key, -1), entry.strength)
        self.by_name[kind] = max(self.by_name.get(kind, -1), entry.strength)
        self._learn_hashes(entry, key)

    def _learn_hashes(self, entry: Entry, key: _Key) -> None:
        if entry.pinning is not Pinning.LOOSE:
            table = self.hashes.setdefault(key, {})
            for each in entry.hashes:
                table.setdefault(each.algorithm, set()).add(each.value)

    def _find_origin(self, source: Source, entry: Entry) -> str:
        if origins.is_local(source.text):
            return "local"
        if source.index:
            return origins.find_index_origin(source.text)
        return origins.find_origin(source.text, entry.name, host_only=self.host_only)

    def find_problem(self, entry: Entry, number: int) -> Problem | None:
        """Return the worst problem of an entry of the new file, None for an ordinary one.

        `number` is that of the hunk, which identifies an entry whose name is not shown.
        """
        if (*entry.content, "" if entry.name else str(number)) in self.contents:
            return None
        key = _key_of(entry, number)
        problem = self._find_source(entry) or self._find_lost(entry, key)
        problem = problem or self._find_changed(entry, key)
        if key not in self.hashes:
            self._learn_hashes(entry, key)
        return problem

    def _find_source(self, entry: Entry) -> Problem | None:
        names = self.names.get(entry.label)
        if entry.label and names and entry.name not in names:
            return self._word_source(entry, None, "another package is installed under its name")
        for source in entry.sources:
            if (entry.name, entry.version, source.text) in self.sources and names:
                continue
            if reason := self._judge_source(source, entry):
                return self._word_source(entry, source, reason)
        return self._find_mixed_repositories(entry)

    def _judge_source(self, source: Source, entry: Entry) -> str:
        """Return what is wrong with an address, "" for one that the file could have before."""
        if origins.is_local(source.text):
            moved = entry.label in self.names and entry.label not in self.local
            return "it is a folder now" if moved else ""
        origin = self._find_origin(source, entry)
        if origin not in self.allowed:
            return "the file did not use this source before"
        if source.index or self.host_only or origin in self.loose or origin.startswith("git "):
            return ""
        fits = origins.names_release(source.text, entry.name, entry.version)
        return "" if fits else "the address is that of another package or version"

    def _find_mixed_repositories(self, entry: Entry) -> Problem | None:
        """Return a problem if an archive is made of another repository than it was, or two."""
        if not self.host_only or not entry.name:
            return None
        old = self.repositories.get(entry.name, set())
        named = ((origins.find_repository(each.text), each) for each in entry.sources)
        found = {name: source for name, source in named if name}
        foreign = [each for name, each in found.items() if old and name not in old]
        if len(found) > 1 or foreign:
            source = (foreign or list(found.values()))[0]
            return self._word_source(entry, source, "it is another repository than before")
        return None

    def _word_source(self, entry: Entry, source: Source | None, reason: str) -> Problem:
        where = _shorten(source.text if source else entry.name)
        used = sorted(each for each in self.allowed if origins.is_registry(each))
        before = ", ".join(f"`{_shorten(each)}`" for each in used[:_MOST_LISTED]) or "none"
        body = (
            f"The entry `{_name(entry)}` now comes from `{where}`: {reason}. Registries of the file"
            f" before: {before}. The owner of the new source chooses the code that is"
            " installed, and the hash beside it does not help, because it was changed with it."
            " Create the lock file again from the usual registry, or confirm the new source with"
            " the people who maintain it."
        )
        title = f"Lock file entry leaves its registry: {_name(entry)}"
        rows = (source.row,) if source else (entry.row,)
        return Problem(Kind.SOURCE, entry, rows, Severity.HIGH, title, body)

    def _find_lost(self, entry: Entry, key: _Key) -> Problem | None:
        same = self.strengths.get(key, -1)
        before = self.by_name.get((entry.name, bool(entry.artifact)))
        if entry.strength > 0:
            weaker = entry.strength < max(same, before or -1)
            return _word_lost(entry, "a weaker hash than before") if weaker else None
        if same > 0:
            return _word_lost(entry, "no longer a hash that installers check")
        missed = self.hashed if before is None else before > 0
        if entry.hashed and missed and entry.strength < 1:
            return _word_lost(entry, "no hash, unlike the other entries of the file")
        return None

    def _find_changed(self, entry: Entry, key: _Key) -> Problem | None:
        old = self.hashes.get(key)
        if old is None or entry.pinning is Pinning.LOOSE:
            return None
        new: dict[str, set[str]] = defaultdict(set)
        for each in entry.hashes:
            new[each.algorithm].add(each.value)
        shared = [name for name in new if name in old and not new[name] <= old[name]]
        unlike = not shared and set(new).isdisjoint(old) and bool(old) and bool(new)
        if not shared and not (unlike and "/" in "".join((*new, *old))):
            return None
        grown = entry.pinning is Pinning.GROWING and all(old[name] <= new[name] for name in shared)
        known = {value for values in old.values() for value in values}
        rows = tuple(each.row for each in entry.hashes if each.value not in known)
        return _word_changed(entry, rows, grown=grown)


def _key_of(entry: Entry, number: int) -> _Key:
    name = entry.name or f"\0{number}"
    return (name, "", entry.artifact) if entry.artifact else (name, entry.version, "")


def _word_lost(entry: Entry, what: str) -> Problem:
    body = (
        f"The entry `{_name(entry)}` has {what}. Without a strong hash, the installer accepts"
        " whatever the server sends under that name. Create the lock file again with the package"
        " manager, and find out why the hash was left out."
    )
    title = f"Lock file entry loses its hash: {_name(entry)}"
    rows = tuple(each.row for each in entry.hashes)
    return Problem(Kind.LOST, entry, rows, Severity.MEDIUM, title, body)


def _word_changed(entry: Entry, rows: tuple[int, ...], *, grown: bool) -> Problem:
    what = "gets another hash beside those it had" if grown else "gets another hash"
    body = (
        f"The entry `{_name(entry)}` {what}, although its version stays the same. A published"
        " release does not change, so the new hash may be that of a replaced file. Compare it with"
        " the hash that the registry shows, or take back the change of the hash."
    )
    title = f"Hash in the lock file changes without the version: {_name(entry)}"
    severity = Severity.MEDIUM if grown else Severity.HIGH
    return Problem(Kind.CHANGED, entry, rows, severity, title, body)


def _name(entry: Entry) -> str:
    name = entry.artifact or entry.label or entry.name
    if not name:
        return "an entry whose name the diff does not show"
    shown = name if entry.artifact or not entry.version else f"{name} {entry.version}"
    return _shorten(shown)


def _shorten(text: str) -> str:
    return truncate.line(text.replace("`", "'"), _LONGEST_TEXT)
