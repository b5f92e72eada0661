"""Reads files of the merge base: many with each request where many are needed, else one by one."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.errors import ForgeError
from reviewer.ports import LARGEST_FILE, Blob, CommitFiles, Forge
from reviewer.pull_request import PullRequest
from reviewer.text.digest import hash_as_git

log = logging.getLogger(__name__)

FEW = 4
"""Files that are read one by one: to list a commit and to read it as a whole takes as much."""
ASKED_TOGETHER = 40
"""Files of one query, the most that `Forge.text_contents` takes."""
_LARGEST_TEXT = 512_000
"""Bytes after which GraphQL cuts a text, so that no query returns the whole file."""
_LARGEST_QUERY = 4_000_000
"""Bytes of one query's files, all of which are in memory at once."""

ReadOne = Callable[[str, str], bytes | None]
"""Reads the file of a path at a commit with a request of its own, as `Forge.content`."""


@dataclass
class BaseFiles:
    """The files of a pull request's merge base.

    `upcoming` are the paths that may be asked for, in that order. Plain files are read together:
    texts with queries, and what no query returns from the archive of the commit. A content is
    used only if it has the hash of the commit's list. Links and what is not at hand are read one
    by one.
    """

    forge: Forge
    pull: PullRequest
    upcoming: Sequence[str] = ()
    _sha: str | ForgeError | None = None
    _files: Mapping[str, Blob] | None = None
    _asked: set[str] = field(default_factory=set)
    _texts: Mapping[str, bytes] = field(default_factory=dict)
    _missed: int = 0
    _archive: CommitFiles | ForgeError | None = None

    @property
    def sha(self) -> str:
        """The merge base; raises ForgeError if there is none, without asking for it again."""
        if self._sha is None:
            try:
                self._sha = self.forge.merge_base(self.pull.base_sha, self.pull.head_sha)
            except ForgeError as problem:
                self._sha = problem
        if isinstance(self._sha, ForgeError):
            raise self._sha
        return self._sha

    def list_files(self) -> Mapping[str, Blob]:
        """Return the plain files by path; empty if they cannot be listed."""
        if self._files is None:
            try:
                self._files = self.forge.blobs(self.sha)
            except ForgeError as problem:
                log.warning("The files of the merge base cannot be listed: %s", problem)
                self._files = {}
        return self._files

    def read(self, path: str, read_one: ReadOne) -> bytes | None:
        """Return the bytes of a file, None if there is none; raises what `read_one` raises."""
        found = self._find(path) if len(self.upcoming) > FEW else None
        return read_one(path, self.sha) if found is None else found

    def _find(self, path: str) -> bytes | None:
        blob = self.list_files().get(path)
        if blob is None or blob.size > LARGEST_FILE:
            return None
        if path not in self._asked:
            self._ask_from(path)
        data = self._texts.get(path)
        if data is None:
            self._missed += 1
            data = self._find_in_archive(path) if self._missed > FEW else None
        return data if data is not None and hash_as_git(data, len(blob.sha)) == blob.sha else None

    def _ask_from(self, path: str) -> None:
        """Ask for this file, and for those that may be asked for after it."""
        paths = list(dict.fromkeys(self.upcoming))
        start = paths.index(path) if path in paths else len(paths)
        chosen: list[str] = []
        room = _LARGEST_QUERY
        for each in (path, *paths[start + 1 :]):
            blob = self.list_files().get(each)
            if blob is None or blob.size > _LARGEST_TEXT or each in self._asked:
                continue
            room -= blob.size
            if chosen and (room < 0 or len(chosen) == ASKED_TOGETHER):
                break
            chosen.append(each)
        self._asked.update(chosen, (path,))
        try:
            self._texts = self.forge.text_contents(chosen, self.sha) if chosen else {}
        except ForgeError as problem:
            log.warning("Files of the merge base are not read together: %s", problem)
            self._texts = {}

    def _find_in_archive(self, path: str) -> bytes | None:
        if self._archive is None:
            try:
                self._archive = self.forge.archive(self.sha)(self.list_files())
            except ForgeError as problem:
                log.warning("The merge base is not read as a whole: %s", problem)
                self._archive = problem
        return None if isinstance(self._archive, ForgeError) else self._archive.read(path)
