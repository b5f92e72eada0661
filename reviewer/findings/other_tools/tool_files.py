"""Compares the files that other tools read with those of the head commit: paths and lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewer.changes.diff import ChangedFile
from reviewer.changes.without_lines import decoding

_DEEPEST = 64
"""Folders of a path that are looked at, from its end; no real repository has as many."""


@dataclass(frozen=True, slots=True)
class RepositoryRoots:
    """Where the repository is on the machine of the tools.

    `folders` are known ones. `name` is that of the repository: a runner keeps it in two folders of
    this name, one in the other.
    """

    folders: tuple[str, ...] = ()
    name: str = ""

    def find_relative(self, path: str) -> str:
        """Return a path relative to the repository, "" for one outside of it."""
        if not path.startswith("/"):
            return path
        for folder in self.folders:
            start = f"{folder.rstrip('/')}/"
            if start != "/" and path.startswith(start):
                return path.removeprefix(start)
        pair = f"/{self.name}/{self.name}/"
        return path.partition(pair)[2] if self.name else ""


@dataclass(frozen=True, slots=True)
class ToolFiles:
    """The files of the tools: `read` returns one, or None where it is not at hand.

    `is_in_head` returns True for the path of a file of the head commit.
    """

    read: Callable[[str], bytes | None]
    is_in_head: Callable[[str], bool]

    def has_lines_of_head(self, file: ChangedFile) -> bool:
        """Return True unless a file has other lines where the diff has those of the head.

        The checkout of a merge commit may have them, and so may a file that a step has formatted.
        """
        data = self.read(file.path)
        if data is None:
            return True
        # Of a file with a remark, git shows no lines, and ours are those of the decoded text.
        decoded = decoding.decode(data) if file.remark else None
        lines = (decoded.text if decoded else data.decode(errors="replace")).split("\n")
        return all(
            line.new <= len(lines) and _is_same(line.text, lines[line.new - 1])
            for hunk in file.hunks
            for line in hunk.lines
            if line.new
        )


def _is_same(line: str, other: str) -> bool:
    """Return True for the same text; ends of lines as Windows has them do not matter."""
    return line.rstrip("\r") == other.rstrip("\r")


def list_ends(path: str) -> Iterator[str]:
    """Yield a path without its first folder, without its first two, and so on, the longest first.

    Of a hostile path with very many folders, the last ones.
    """
    parts = path.split("/")[1:][-_DEEPEST:]
    return ("/".join(parts[at:]) for at in range(len(parts)))
