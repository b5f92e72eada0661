"""Collects what a part of a file is read with: the lines around it and related changes."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock, RLock

from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import Part
from reviewer.context import nearby_lines
from reviewer.context.related_changes import ChangeIndex
from reviewer.context.repository_code import RepositoryCode, RepositorySearch
from reviewer.errors import ForgeError, RequestReserveError, WorkspaceError
from reviewer.ports import LARGEST_FILE, Blob, CommitFiles, Forge
from reviewer.text.truncate import Excerpt

log = logging.getLogger(__name__)

LONGEST = 8_000
"""Characters of one guideline file that a prompt shows."""
READ_TOGETHER = 40
"""Files that one query asks for, where the commit cannot be read as a whole."""
LOOKED_AT = 8_000
"""Bytes in which a NUL makes a file binary; git looks at as many."""


class HeadFiles:
    """The plain files at one commit, as `ports.Workspace`; safe to share between threads.

    They are read from the first of these that has them: a checkout, the archive of the commit
    unless the checkout is whole, queries for the `wanted` files together, one request for each
    file that is asked for. The list of files and their hashes comes from the forge, so what
    is not part of the commit cannot be read.
    """

    def __init__(
        self,
        forge: Forge,
        sha: str,
        wanted: Iterable[str] = (),
        open_checkout: Callable[[Mapping[str, Blob]], CommitFiles] | None = None,
    ) -> None:
        """Prepare to read at the commit `sha`; no request is sent yet.

        `wanted` are the paths that will be asked for. `open_checkout` returns what a checkout has
        of the files of the commit; it is None where there is none.
        """
        self._forge = forge
        self._sha = sha
        self._wanted = tuple(wanted)
        self._open_checkout = open_checkout
        self._files: Mapping[str, Blob] | None = None
        self._at_hand: tuple[CommitFiles, ...] | None = None
        self._texts: dict[str, str | None] = {}
        self._locks: dict[str, Lock] = {}
        self._mutex = Lock()
        self._loading = RLock()
        self.unread: set[str] = set()
        """Files that were not read, because the rest of the requests is kept for publishing."""
        self.missing = ""
        """Why the files were not read all at once, "" where they were or were not needed."""

    def list_files(self, *, optional: bool = False) -> Mapping[str, Blob]:
        """Return the plain files of the commit; raises ForgeError when they cannot be listed."""
        with self._loading:
            if self._files is None:
                self._files = self._forge.blobs(self._sha, optional=optional)
            return self._files

    def load(self) -> tuple[CommitFiles, ...]:
        """Return where files are at hand, after reading them all at once; may take a minute.

        Only the first call reads; other threads wait for it. Without it, the first file that is
        asked for does the same.
        """
        with self._loading:
            if self._at_hand is None:
                whole = tuple(self._read_all())
                self._at_hand = (*whole, self._read_wanted(self._files or {}, whole))
            return self._at_hand

    def _read_all(self) -> Iterator[CommitFiles]:
        try:
            files = self.list_files(optional=True)
            checkout = self._open_checkout(files) if self._open_checkout else None
            if checkout:
                yield checkout
            if checkout is None or not _has_all(checkout, files):
                yield self._forge.archive(self._sha, files)
        except ForgeError as problem:
            self.missing = problem.what
            log.warning("The head commit is not read as a whole: %s", problem)

    def _read_wanted(self, files: Mapping[str, Blob], whole: Sequence[CommitFiles]) -> "_Contents":
        """Read the wanted files that are not at hand, many with each request.

        Attributes of the repository can leave files out of an archive. The files of a request that
        fails are left out.
        """
        left = [
            path
            for path in self._wanted
            if (not files or _is_small(files.get(path))) and _find(path, whole) is None
        ]
        found: dict[str, bytes] = {}
        for start in range(0, len(left), READ_TOGETHER):
            try:
                found |= self._forge.text_contents(left[start : start + READ_TOGETHER], self._sha)
            except ForgeError as problem:
                log.warning("Files are read one by one: %s", problem)
                break
        return _Contents(found)

    def text(self, path: str) -> str | None:
        """Return the text of a file: "" when it does not exist, None when it cannot be read."""
        text = self._find(path)
        if text is not None:
            return text
        with self._mutex:
            lock = self._locks.setdefault(path, Lock())
        with lock:
            if path not in self._texts:
                self._texts[path] = self._read(path)
            return self._texts[path]

    def paths(self) -> tuple[str, ...]:
        """Return the paths of the plain files, sorted."""
        return tuple(sorted(self._require_files()))

    def read(self, path: str) -> str:
        """Return a file's text, with a request where it is not at hand."""
        text = self.near(path)
        if text is not None:
            return text
        try:
            data = self._forge.content(path, self._sha, optional=True)
        except ForgeError as problem:
            raise WorkspaceError(f"{path[:200]!r} could not be read: {problem.what}") from problem
        return _decode(data or b"")

    def near(self, path: str) -> str | None:
        """Return a file's text where it is at hand, else None."""
        if path not in self._require_files():
            raise WorkspaceError(f"{path[:200]!r} is no plain file of the reviewed commit.")
        return self._find(path)

    def texts(self, largest: int) -> Iterator[tuple[str, str]]:
        """Yield path and text of every text file at hand of at most `largest` bytes."""
        for path, blob in sorted(self._require_files().items()):
            data = _find(path, self.load()) if blob.size <= largest else None
            if data is not None and b"\0" not in data[:LOOKED_AT]:
                yield path, _decode(data)

    def _require_files(self) -> Mapping[str, Blob]:
        try:
            return self.list_files(optional=True)
        except ForgeError as problem:
            raise WorkspaceError(f"The files cannot be listed: {problem.what}") from problem

    def _find(self, path: str) -> str | None:
        data = _find(path, self.load())
        return None if data is None else _decode(data)

    def _read(self, path: str) -> str | None:
        known = self._files.get(path) if self._files else None
        if known and known.size > LARGEST_FILE:
            log.warning("%s is too large to be read for context", path)
            return None
        try:
            data = self._forge.content(path, self._sha, optional=True)
        except RequestReserveError as problem:
            if not self.unread:
                log.warning(
                    "Files are reviewed without the lines around their changes: %s", problem
                )
            self.unread.add(path)
            return None
        except ForgeError as problem:
            # Context only helps: the change can be reviewed without it.
            log.warning("%s is reviewed without the lines around its changes: %s", path, problem)
            return None
        return _decode(data or b"")


@dataclass(frozen=True, slots=True)
class _Contents:
    """Contents in memory, as `ports.CommitFiles`."""

    contents: Mapping[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.contents.get(path)


def _has_all(checkout: CommitFiles, files: Mapping[str, Blob]) -> bool:
    """Whether a checkout has every file that an archive would bring."""
    return all(checkout.read(path) is not None for path, each in files.items() if _is_small(each))


def _is_small(file: Blob | None) -> bool:
    return file is not None and file.size <= LARGEST_FILE


def _find(path: str, places: Iterable[CommitFiles]) -> bytes | None:
    found = (place.read(path) for place in places)
    return next((data for data in found if data is not None), None)


def _decode(data: bytes) -> str:
    # Hunks hold bytes that are not UTF-8 in the same form.
    return data.decode(errors="replace")


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

    __slots__ = ("_changed", "_excludes", "_index", "_lock", "_search", "files")

    def __init__(
        self,
        files: HeadFiles,
        changed: Sequence[ChangedFile],
        excludes: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Index the changes of all files; a single file has no related changes.

        `excludes` returns True for the paths of files whose unchanged code is not shown.
        """
        self.files = files
        self._changed = changed
        self._excludes = excludes
        self._lock = Lock()
        self._search: RepositorySearch | None = None
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
            with self._lock:
                if self._search is None:
                    self._search = RepositorySearch(
                        self._changed, self._read_texts(), self._read_near
                    )
            return self._search.find(parts, room, shown)
        except WorkspaceError as problem:
            log.warning("Unchanged code of other files is not shown: %s", problem)
            return RepositoryCode()

    def _read_texts(self) -> Iterator[tuple[str, str]]:
        texts = self.files.texts(LARGEST_FILE)
        return ((path, text) for path, text in texts if not self._excludes(path))

    def _read_near(self, path: str) -> str | None:
        try:
            return self.files.near(path)
        except WorkspaceError:
            # A deleted file is no file of the commit.
            return None


def read_guidelines(
    forge: Forge, paths: Iterable[str], base_sha: str
) -> tuple[tuple[str, str], ...]:
    """Return path and text of each guideline file, each text at most about LONGEST characters.

    They are read at the base commit, which the author of the change cannot edit. A file that does
    not exist or cannot be read is left out; the latter is logged.
    """
    found = ((path, _read_one(forge, path, base_sha)) for path in paths)
    return tuple((path, text) for path, text in found if text)


def _read_one(forge: Forge, path: str, base_sha: str) -> str:
    try:
        data = forge.content(path, base_sha) or b""
    except ForgeError as problem:
        log.warning("The guideline file %s could not be read: %s", path, problem)
        return ""
    text = data.decode(errors="replace").strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n[cut at {LONGEST:,} characters]"
