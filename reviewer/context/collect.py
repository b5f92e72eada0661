"""Collects what changes are read with: lines around them, related changes, unchanged code."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import Part
from reviewer.context import linters, nearby_lines
from reviewer.context.related_changes import ChangeIndex
from reviewer.context.repository import shown_code
from reviewer.context.repository.head_files import HeadFiles
from reviewer.context.repository.repository_code import RepositoryCode, RepositorySearch
from reviewer.context.repository.shown_code import ShownCode
from reviewer.errors import WorkspaceError
from reviewer.ports import LARGEST_FILE
from reviewer.text.truncate import Excerpt

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """Characters that the context of a part may take: lines around it, and other changed files."""

    nearby: int
    related: int


@dataclass(frozen=True, slots=True)
class PartContext:
    """What a part of a file is read with.

    `nearby` holds numbered lines of the same file, `related` pieces of other changed files; both
    are empty where there is nothing to show. `cuts` names what was left out of them.
    """

    nearby: str = ""
    related: str = ""
    cuts: tuple[str, ...] = ()


class ContextCollector:
    """Collects the context of any part of a changed file; safe to share between threads."""

    __slots__ = (
        "_changed", "_excludes", "_index", "_linters", "_lock", "_lock_of_shown", "_looked",
        "_search", "_shown", "files", "share",
    )  # fmt: skip

    def __init__(
        self,
        files: HeadFiles,
        changed: Sequence[ChangedFile],
        excludes: Callable[[str], bool] = lambda _: False,
        share: Sequence[ChangedFile] = (),
    ) -> None:
        """Index the changes of all files; a single file has no related changes.

        `excludes` returns True for the paths of files whose unchanged code is not shown. `share`
        are the files that `find_shown` may be asked about, those of a shard.
        """
        self.files = files
        self._changed = changed
        self._excludes = excludes
        self.share = share
        self._lock = Lock()
        self._lock_of_shown = Lock()
        self._linters: tuple[str, ...] | None = None
        self._search: RepositorySearch | None = None
        self._shown: Mapping[str, tuple[ShownCode, ...]] | None = None
        self._looked = False
        self._index = ChangeIndex(changed) if len(changed) > 1 else None

    def group(self, files: Sequence[ChangedFile]) -> tuple[tuple[ChangedFile, ...], ...]:
        """Return the files in groups that belong together, as `ChangeIndex.group` does."""
        return self._index.group(files) if self._index else tuple((file,) for file in files)

    def collect(self, part: Part, room: Room, beside: frozenset[str] = frozenset()) -> PartContext:
        """Return the context of a part that fits into `room`.

        `beside` are the paths of other files whose changes the same prompt shows.
        """
        related = Excerpt("")
        if self._index:
            related = self._index.find_related(part.file, room.related, beside)
        if part.file.status == "added":
            # Its hunks are the whole file.
            return PartContext("", related.text, related.cuts)
        text = self.files.text(part.file.path)
        if text is None:
            cut = "the lines around the changes were not read"
            return PartContext("", related.text, (cut, *related.cuts))
        nearby = nearby_lines.select(text, part.hunks, room.nearby)
        return PartContext(nearby.text, related.text, (*nearby.cuts, *related.cuts))

    def search(
        self, parts: Sequence[Part], room: int, contexts: Sequence[PartContext]
    ) -> RepositoryCode:
        """Return the unchanged code of the repository for parts, in at most `room` characters.

        `contexts` are those that the same prompt shows. The first call reads all files at hand and
        sends no request for any; other threads wait for it.
        """
        shown: dict[str, frozenset[int]] = {}
        for part, context in zip(parts, contexts, strict=True):
            path = part.file.path
            known = nearby_lines.find_numbers(context.nearby)
            shown[path] = shown.get(path, frozenset()) | known
        try:
            # One at a time: together they would end no sooner, each with its files in memory, and
            # all requests would wait for the last of them.
            with self._lock:
                return self._open_search().find(parts, room, shown)
        except WorkspaceError as problem:
            log.warning("Unchanged code of other files is not shown: %s", problem)
            return RepositoryCode()

    def find_shown(self, file: ChangedFile) -> tuple[ShownCode, ...] | None:
        """Return the unchanged code that a file is read with, None if it is not known.

        It does not depend on the batch and its room. The first call reads it for all changed files
        and sends no request for any. It is not known if the commit is not at hand as a whole:
        of a part of it, other definitions would be the nearest.
        """
        with self._lock_of_shown:
            if not self._looked:
                self._shown, self._looked = self._find_all_shown(), True
        return None if self._shown is None else self._shown.get(file.path, ())

    def _find_all_shown(self) -> Mapping[str, tuple[ShownCode, ...]] | None:
        try:
            with self._lock:
                search = self._open_search()
        except WorkspaceError as problem:
            log.warning("The unchanged code that was shown is not known: %s", problem)
            return None
        if self.files.missing:
            return None
        return shown_code.find(self.share, self._changed, search.find_places, self.read_near)

    def _open_search(self) -> RepositorySearch:
        if self._search is None:
            self._search = RepositorySearch(self._changed, self._read_texts(), self.read_near)
        return self._search

    def find_linters(self) -> tuple[str, ...]:
        """Return the names of the compilers and linters that the repository is configured for."""
        with self._lock:
            if self._linters is None:
                try:
                    self._linters = linters.find(self.files.paths(), self.read_near)
                except WorkspaceError:
                    self._linters = ()
            return self._linters

    def _read_texts(self) -> Iterator[tuple[str, str]]:
        texts = self.files.texts(LARGEST_FILE)
        return ((path, text) for path, text in texts if not self._excludes(path))

    def read_near(self, path: str) -> str | None:
        """Return the text of a file of the commit, None where it is not at hand."""
        try:
            return self.files.near(path)
        except WorkspaceError:
            # A deleted file is no file of the commit.
            return None
