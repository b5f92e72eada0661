"""Pairs changed files by their names: test and subject, header and source, model and migration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from reviewer.changes.diff import ChangedFile
from reviewer.context.code import identifiers

SIBLINGS = 5
"""Siblings of one file; more of them follow from a framework's naming, not from a relation."""
# Files of one name that are compared; thousands of "index.js" must not make a run quadratic.
_COMPARED = 200
# Mirrored folder trees differ only in these names.
_MIRRORED = frozenset(
    {"tests", "test", "__tests__", "spec", "specs", "testing", "src", "lib", "include", "main"}
)
_STARTS = ("test_",)
_ENDS = ("_test", "_tests", "_spec", ".spec", ".test", "-test", "Tests", "Test", "Spec")
_HEADERS = frozenset({".h", ".hh", ".hpp", ".hxx"})
_SOURCES = frozenset({".c", ".cc", ".cpp", ".cxx", ".m", ".mm"})
_MODELS = frozenset({"models", "model"})


@dataclass(frozen=True, slots=True)
class _FileName:
    """The parts of a path: `mirrored` and `stem` are without the words that mark a test."""

    folder: tuple[str, ...]
    mirrored: tuple[str, ...]
    stem: str
    suffix: str
    test: bool
    family: str


class SiblingIndex:
    """Looks up changed files by name; safe to share between threads."""

    def __init__(self, files: Sequence[ChangedFile]) -> None:
        """Index the files."""
        self._names = {file.path: _parse_name(file.path) for file in files}
        self._stems: dict[str, list[ChangedFile]] = {}
        self._models: dict[tuple[str, ...], list[ChangedFile]] = {}
        self._migrations: dict[tuple[str, ...], list[ChangedFile]] = {}
        for file in files:
            name = self._names[file.path]
            self._stems.setdefault(name.stem, []).append(file)
            if (app := _app_of_migration(name)) is not None:
                self._migrations.setdefault(app, []).append(file)
            elif (app := _app_of_model(name)) is not None:
                self._models.setdefault(app, []).append(file)

    def siblings(self, file: ChangedFile) -> tuple[ChangedFile, ...]:
        """List the siblings of a file, at most SIBLINGS; those of its own folder come first."""
        name = self._names.get(file.path) or _parse_name(file.path)
        same_stem = islice(self._stems.get(name.stem, ()), _COMPARED)
        near = [other for other in same_stem if _are_siblings(name, self._names[other.path])]
        near.sort(key=lambda other: self._names[other.path].folder != name.folder)
        found = {other.path: other for other in (*near, *self._model_partners(name))}
        found.pop(file.path, None)
        return tuple(found.values())[:SIBLINGS]

    def _model_partners(self, name: _FileName) -> Iterable[ChangedFile]:
        if (app := _app_of_migration(name)) is not None:
            return self._models.get(app, ())[: SIBLINGS + 1]
        if (app := _app_of_model(name)) is not None:
            return self._migrations.get(app, ())[: SIBLINGS + 1]
        return ()


def _parse_name(path: str) -> _FileName:
    pure = PurePosixPath(path)
    folder = pure.parent.parts
    stem = pure.stem
    bare = stem
    for start in _STARTS:
        bare = bare.removeprefix(start)
    for end in _ENDS:
        if bare == stem:
            bare = bare.removesuffix(end)
    mirrored = tuple(part for part in folder if part not in _MIRRORED)
    return _FileName(
        folder,
        mirrored,
        bare or stem,
        pure.suffix.lower(),
        bare not in {stem, ""},
        identifiers.language_family(path),
    )


def _are_siblings(one: _FileName, other: _FileName) -> bool:
    """Return True if two files with the same stem belong together."""
    if one.folder == other.folder:
        return True
    if one.test != other.test:
        test, subject = (one, other) if one.test else (other, one)
        return test.family == subject.family and _folders_match(test, subject)
    suffixes = {one.suffix, other.suffix}
    both = bool(suffixes & _HEADERS) and bool(suffixes & _SOURCES)
    return both and _folders_match(one, other)


def _folders_match(one: _FileName, other: _FileName) -> bool:
    """Return True if the folders mirror each other, or one path ends with the other."""
    short, long = sorted((one.mirrored, other.mirrored), key=len)
    return long[len(long) - len(short) :] == short


def _app_of_migration(name: _FileName) -> tuple[str, ...] | None:
    if "migrations" not in name.folder:
        return None
    return name.folder[: name.folder.index("migrations")]


def _app_of_model(name: _FileName) -> tuple[str, ...] | None:
    if name.stem in _MODELS:
        return name.folder
    if name.folder and name.folder[-1] in _MODELS:
        return name.folder[:-1]
    return None
