"""Collects what a part of a file is read with: the lines around it and related changes."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

from reviewer.changes.diff import ChangedFile
from reviewer.changes.parts import Part
from reviewer.context import nearby_lines
from reviewer.context.related_changes import ChangeIndex
from reviewer.errors import ForgeError, RequestReserveError
from reviewer.ports import Forge
from reviewer.text.truncate import Excerpt

log = logging.getLogger(__name__)

LONGEST = 8_000
"""Characters of one guideline file that a prompt shows."""


class HeadFiles:
    """Reads files at one commit, each at most once; safe to share between threads."""

    __slots__ = ("_forge", "_locks", "_mutex", "_sha", "_texts", "unread")

    def __init__(self, forge: Forge, sha: str) -> None:
        """Prepare to read at the commit `sha`; no request is sent yet."""
        self._forge = forge
        self._sha = sha
        self._texts: dict[str, str | None] = {}
        self._locks: dict[str, Lock] = {}
        self._mutex = Lock()
        self.unread: set[str] = set()
        """Files that were not read, because the rest of the requests is kept for publishing."""

    def text(self, path: str) -> str | None:
        """Return the text of a file: "" when it does not exist, None when it cannot be read."""
        with self._mutex:
            lock = self._locks.setdefault(path, Lock())
        with lock:
            if path not in self._texts:
                self._texts[path] = self._read(path)
            return self._texts[path]

    def _read(self, path: str) -> str | None:
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
        # Hunks hold bytes that are not UTF-8 in the same form.
        return (data or b"").decode(errors="replace")


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

    __slots__ = ("_files", "_index", "unread")

    def __init__(self, files: HeadFiles, changed: Sequence[ChangedFile]) -> None:
        """Index the changes of all files; a single file has no related changes."""
        self._files = files
        self.unread = files.unread
        self._index = ChangeIndex(changed, files.text) if len(changed) > 1 else None

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
        text = self._files.text(part.file.path)
        if text is None:
            cut = "the lines around the changes were not read"
            return PartContext("", related.text, (cut, *related.cuts))
        nearby = nearby_lines.select(text, part.hunks, room.nearby)
        return PartContext(nearby.text, related.text, (*nearby.cuts, *related.cuts))


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
    return cut_guideline(data.decode(errors="replace").strip(), LONGEST)


def cut_guideline(text: str, limit: int) -> str:
    """Return the text of a guideline file, cut after `limit` characters and marked then."""
    return text if len(text) <= limit else f"{text[:limit]}\n[cut at {limit:,} characters]"
