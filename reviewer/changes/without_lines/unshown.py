"""Changed files of which there are no lines: why, or what to look at to find out."""

import hashlib
from dataclasses import dataclass

from reviewer.pull_request import ListedFile
from reviewer.review.result import Status


@dataclass(frozen=True, slots=True)
class Unreviewable:
    """A changed file without lines to show.

    SKIPPED: there is nothing to review; EXCLUDED: nobody reviews its kind; FAILED: it should have
    been reviewed. `lines` is the number of changed lines, as far as the forge counts them.
    `content` is a hash of the file's bytes, empty if they were not read.
    """

    path: str
    reason: str
    status: Status
    lines: int = 0
    previous_path: str | None = None
    content: str = ""
    modes: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Unshown:
    """A row without lines that nothing explains: the contents of the file decide.

    `binary` says that git calls the file binary, `garbled` that its patch has bytes which are not
    UTF-8. Its author can cause both.
    """

    row: ListedFile
    binary: bool = False
    garbled: bool = False
    modes: tuple[str, str] = ("", "")

    @property
    def cause(self) -> str:
        """Why its contents are read, for the table of files."""
        if self.garbled:
            return "its patch is not UTF-8"
        return "git calls it binary" if self.binary else "GitHub shows no patch"

    @property
    def path(self) -> str:
        """The path of the row."""
        return self.row.path

    @property
    def previous_path(self) -> str | None:
        """The path before a rename."""
        return self.row.previous_path

    def report(self, status: Status, reason: str, data: bytes | None = None) -> Unreviewable:
        """Return the result for a row whose lines cannot be shown; `data` are the file's bytes."""
        lines = 0 if status is Status.SKIPPED else self.row.additions + self.row.deletions
        content = "" if data is None else hashlib.sha256(data).hexdigest()
        return Unreviewable(self.path, reason, status, lines, self.previous_path, content)
