"""What a batch is read with: the lines around it, and what other changed files say about it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from reviewer.changes.batches import Batch
from reviewer.changes.diff import ChangedFile
from reviewer.context import nearby_lines
from reviewer.context.related_changes import Index
from reviewer.errors import ForgeError
from reviewer.ports import Forge

log = logging.getLogger(__name__)

# Around the hunks, a third of a batch's room helps; more only dilutes it.
CONTEXT_SHARE = 3
# Other files help less than the lines around the change itself.
RELATED_SHARE = 6


class HeadFiles:
    """Reads files at one commit; safe to share between threads."""

    __slots__ = ("_forge", "_locks", "_mutex", "_sha", "_texts")

    def __init__(self, forge: Forge, sha: str) -> None:
        """Read nothing yet."""
        self._forge = forge
        self._sha = sha
        self._texts: dict[str, str | None] = {}
        self._locks: dict[str, Lock] = {}
        self._mutex = Lock()

    def text(self, path: str) -> str | None:
        """Return the text of a file, empty when there is none, None when it cannot be read."""
        with self._mutex:
            lock = self._locks.setdefault(path, Lock())
        with lock:
            if path not in self._texts:
                self._texts[path] = self._read(path)
            return self._texts[path]

    def _read(self, path: str) -> str | None:
        try:
            data = self._forge.content(path, self._sha)
        except ForgeError as problem:
            # A change can be reviewed without; the lines around it only help.
            log.warning("%s is read without its surroundings: %s", path, problem)
            return None
        # Bytes that are not UTF-8 look as they do in the hunks.
        return (data or b"").decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Seen:
    """Numbered lines around a batch, pieces of other files, and what was left out of both."""

    around: str = ""
    related: str = ""
    cuts: tuple[str, ...] = ()


class Surroundings:
    """Knows the surroundings of every changed file; safe to share between threads."""

    __slots__ = ("_files", "_index")

    def __init__(self, files: HeadFiles, changed: Sequence[ChangedFile]) -> None:
        """Read the changes of all files once."""
        self._files = files
        self._index = Index(changed, files.text)

    def of(self, batch: Batch, window: int, share: int = CONTEXT_SHARE) -> Seen:
        """Collect what fits; `window` is the room for a batch in characters."""
        related = self._index.related(batch.file, window // RELATED_SHARE)
        if batch.file.status == "added":
            # Its hunks are the whole file.
            return Seen("", related.text, related.cuts)
        text = self._files.text(batch.file.path)
        if text is None:
            cut = "the lines around the changes could not be read"
            return Seen("", related.text, (cut, *related.cuts))
        found = nearby_lines.around(text, batch.hunks, window // share)
        return Seen(found.text, related.text, (*found.cuts, *related.cuts))
