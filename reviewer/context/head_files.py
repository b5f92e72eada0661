"""The files at the head commit, each read once for all who want its text."""

import logging
from threading import Lock

from reviewer.errors import ForgeError
from reviewer.ports import Forge

log = logging.getLogger(__name__)


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
