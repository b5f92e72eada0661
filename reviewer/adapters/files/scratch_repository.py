"""A repository beside the real one, for a commit that the real one does not have.

It finds the objects of the real repository through git's alternates, and has none of its
configuration, hooks and attributes. Nothing is written into the real one.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reviewer.adapters.files.git_repository import LocalRepository
from reviewer.adapters.files.git_runs import decode, run_git

_REF, _EMPTY = "refs/heads/uncommitted", "refs/heads/empty"
_DIGITS_OF_SHA1 = 40


@dataclass(frozen=True, slots=True)
class TreeChange:
    """A path of the new commit: `content` is the hash of an object that exists, or the bytes.

    An empty `mode` removes the path.
    """

    path: str
    mode: str = ""
    content: str | bytes = ""


@dataclass(frozen=True, slots=True)
class ScratchRepository:
    """A bare repository in `folder`, whose new commits follow the commit `parent`."""

    folder: str
    parent: str

    @classmethod
    def create(cls, real: LocalRepository, folder: str) -> "ScratchRepository":
        """Create it in an empty folder; its parent is the current commit of the real repository.

        Before the first commit there, the parent is a commit without files.
        """
        # Its hashes must have the length of the real ones.
        kind = () if len(real.empty_tree) == _DIGITS_OF_SHA1 else ("--object-format=sha256",)
        run_git(folder, "init", "--quiet", "--bare", "--template=", *kind)
        alternates = Path(folder, "objects", "info", "alternates")
        alternates.write_bytes(_quote(real.find_path("objects")) + b"\n")
        shallow = Path(real.find_path("shallow"))
        if shallow.is_file():
            Path(folder, "shallow").write_bytes(shallow.read_bytes())
        parent = real.head or _import(folder, _EMPTY, _describe("Nothing"))
        return cls(folder, parent)

    def commit(self, entries: Iterable[TreeChange], subject: str) -> str:
        """Commit the entries on top of the parent; return the new commit."""
        listed = [*entries]
        # A folder may have taken the place of a file, so what is gone goes first.
        listed.sort(key=lambda entry: bool(entry.mode))
        head = _describe(subject) + b"from %s\n" % self.parent.encode()
        return _import(self.folder, _REF, head + b"".join(map(_write, listed)))


def _import(folder: str, ref: str, stream: bytes) -> str:
    run_git(folder, "fast-import", "--quiet", given=b"commit %s\n%s" % (ref.encode(), stream))
    return decode(run_git(folder, "rev-parse", ref)).strip()


def _write(entry: TreeChange) -> bytes:
    path, mode = _quote(entry.path), entry.mode.encode()
    match entry.content:
        case bytes() as data:
            return b"M %s inline %s\ndata %d\n%s\n" % (mode, path, len(data), data)
        case sha if mode:
            return b"M %s %s %s\n" % (mode, sha.encode(), path)
        case _:
            return b"D %s\n" % path


def _describe(subject: str) -> bytes:
    """Return committer and message; the same content makes the same commit at any time."""
    return b"committer code-review <> 1 +0000\ndata %d\n%s\n" % (len(subject), subject.encode())


def _quote(path: str) -> bytes:
    """Quote a path as git reads it in alternates and in a stream for fast-import."""
    plain = frozenset(range(0x20, 0x100)) - frozenset(b'"\\')
    escaped = (bytes((each,)) if each in plain else b"\\%03o" % each for each in os.fsencode(path))
    return b'"%s"' % b"".join(escaped)
