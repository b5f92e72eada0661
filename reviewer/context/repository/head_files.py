"""Reads the files of the head commit: from a checkout, an archive, queries, or one by one."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock, RLock

from reviewer.errors import ForgeError, RequestReserveError, WorkspaceError
from reviewer.ports import LARGEST_FILE, Archive, Blob, CommitFiles, Forge

log = logging.getLogger(__name__)

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
        self._whole: tuple[CommitFiles, ...] | None = None
        self._queried: CommitFiles | None = None
        self._texts: dict[str, str | None] = {}
        self._locks: dict[str, Lock] = {}
        self._mutex = Lock()
        self._loading = RLock()
        self._finding = Lock()
        self._archive: Archive | ForgeError | None = None
        self._unlisted: ForgeError | None = None
        self.unread: set[str] = set()
        """Files that were not read, because the rest of the requests is kept for publishing."""
        self.missing = ""
        """Why the files were not read all at once, "" where they were or were not needed."""

    def want(self, paths: Iterable[str]) -> None:
        """Name the files that will be asked for; those that are not at hand are read together."""
        with self._loading:
            self._wanted = tuple(paths)
            self._queried = None

    def list_files(self, *, optional: bool = False) -> Mapping[str, Blob]:
        """Return the plain files of the commit; raises ForgeError when they cannot be listed.

        An `optional` list is not asked for again after a failure.
        """
        with self._loading:
            if self._files is None:
                self._files = self._list(optional=optional)
            return self._files

    @property
    def listed(self) -> Mapping[str, Blob]:
        """The plain files of the commit if they were listed before, else none; sends nothing."""
        return self._files or {}

    def _list(self, *, optional: bool) -> Mapping[str, Blob]:
        if optional and self._unlisted:
            raise self._unlisted
        try:
            return self._forge.blobs(self._sha, optional=optional)
        except ForgeError as problem:
            self._unlisted = problem
            raise

    @property
    def has_checkout(self) -> bool:
        """True if there is a checkout, which may have all that the archive has."""
        return self._open_checkout is not None

    def find_archive(self) -> Archive:
        """Return what downloads the archive of the commit; raises ForgeError if there is none.

        Only the first call asks for it. `load` does so too; called beside it, this saves the time
        of a request.
        """
        with self._finding:
            if self._archive is None:
                try:
                    self._archive = self._forge.archive(self._sha)
                except ForgeError as problem:
                    self._archive = problem
            if isinstance(self._archive, ForgeError):
                raise self._archive
            return self._archive

    def load(self) -> tuple[CommitFiles, ...]:
        """Return where files are at hand, after reading them all at once; may take a minute.

        Only the first call reads; other threads wait for it. Without it, the first file that is
        asked for does the same.
        """
        with self._loading:
            if self._whole is None:
                self._whole = tuple(self._read_all())
            if self._queried is None:
                self._queried = self._read_wanted(self._files or {}, self._whole)
            return (*self._whole, self._queried)

    def find(self, path: str) -> bytes | None:
        """Return the bytes of a plain file where they are at hand, else None."""
        return _find(path, self.load())

    def _read_all(self) -> Iterator[CommitFiles]:
        try:
            files = self.list_files(optional=True)
            checkout = self._open_checkout(files) if self._open_checkout else None
            if checkout:
                yield checkout
            if checkout is None or not _has_all(checkout, files):
                yield self.find_archive()(files)
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
    """Return True if a checkout has every file that an archive would bring."""
    return all(checkout.read(path) is not None for path, each in files.items() if _is_small(each))


def _is_small(file: Blob | None) -> bool:
    return file is not None and file.size <= LARGEST_FILE


def _find(path: str, places: Iterable[CommitFiles]) -> bytes | None:
    found = (place.read(path) for place in places)
    return next((data for data in found if data is not None), None)


def _decode(data: bytes) -> str:
    # Hunks hold bytes that are not UTF-8 in the same form.
    return data.decode(errors="replace")
