"""Keeps the contents of a commit's files in one file without a name, unpacked from a tar archive.

Nothing is extracted: no path, link, mode or device of an archive reaches the file system.
"""

import os
import tarfile
import tempfile
import weakref
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from reviewer.errors import ForgeError
from reviewer.ports import LARGEST_FILE, Blob
from reviewer.text.digest import hash_as_git

_PIECE = 1 << 18
# Bytes of a member that describes another one; git's longest path has 4,096.
_LONGEST_HEADER = 1 << 14
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)
_LINKS_AND_FOLDERS = (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE)
_HEADERS = (tarfile.XHDTYPE, tarfile.XGLTYPE)
# What git archive writes; other types have forms that tarfile reads without a limit.
_KNOWN_TYPES = (*_PLAIN, *_LINKS_AND_FOLDERS, *_HEADERS)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost: bytes as they come and as they are unpacked, and its members."""

    packed: int = 100_000_000
    unpacked: int = 400_000_000
    members: int = 100_000


class UnpackedFiles:
    """Contents of files by path, as `ports.CommitFiles`; usable from any thread.

    They are in a file of the system's temporary folder that never has a name there, so nobody
    else can open it, and it is gone with the process, however that ends.
    """

    def __init__(self) -> None:
        """Make the file, empty; raises ForgeError where there is no room for one."""
        try:
            folder = tempfile.gettempdir()
            if folder == os.getcwd():  # noqa: PTH109  # what tempfile falls back to
                raise FileNotFoundError("no temporary folder")
            with tempfile.TemporaryFile(dir=folder) as file:
                self._file = os.dup(file.fileno())
        except OSError as problem:
            raise _keeping_error(problem) from problem
        weakref.finalize(self, os.close, self._file)
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0

    def add(self, path: str, data: bytes) -> None:
        """Keep the content of a file; raises ForgeError where there is no room."""
        try:
            written = os.pwrite(self._file, data, self._end)
        except OSError as problem:
            raise _keeping_error(problem) from problem
        # A short write is followed by the error that explains it; what is not whole is not kept.
        if written == len(data):
            self._places[path] = (self._end, len(data))
            self._end += written

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, None where they are not at hand."""
        if path not in self._places:
            return None
        start, size = self._places[path]
        data = os.pread(self._file, size, start)
        return data if len(data) == size else None


def unpack(
    pieces: Iterator[bytes], files: Mapping[str, Blob], limits: Limits | None = None
) -> UnpackedFiles:
    """Return the contents of `files` from the pieces of a tar archive, compressed with gzip.

    All members are in one folder, as in GitHub's archives; its name is dropped. Only a plain file
    of at most LARGEST_FILE whose path and hash are those of `files` is kept: attributes in a
    repository let git leave files out of an archive, and change them. Raises ForgeError for an
    archive over a limit, and for one that cannot be read.
    """
    bounds = limits or Limits()
    check_size(files, bounds)
    kept = UnpackedFiles()
    try:
        for path, data in _read_members(_Gunzip(pieces, bounds), bounds):
            content = _prove(data, files[path].sha) if path in files else None
            if content is not None:
                kept.add(path, content)
    except (tarfile.TarError, zlib.error, EOFError, ValueError, RecursionError) as problem:
        raise ForgeError(
            f"The archive of the commit cannot be read ({type(problem).__name__}).",
            cause="GitHub is faulty, or a proxy answers in its place.",
        ) from problem
    return kept


def check_size(files: Mapping[str, Blob], limits: Limits | None = None) -> None:
    """Raise ForgeError when the files of a commit exceed a limit, before anything is read."""
    bounds = limits or Limits()
    if len(files) > bounds.members:
        raise _limit_error(f"more than {bounds.members:,} files")
    if sum(each.size for each in files.values()) > bounds.unpacked:
        raise _limit_error(f"more than {bounds.unpacked // 1_000_000:,} MB")


class _Gunzip:
    """Unpacks gzip piece by piece; at most one piece more than is read is ever in memory."""

    def __init__(self, pieces: Iterator[bytes], limits: Limits) -> None:
        self._pieces = pieces
        self._limits = limits
        self._inflate = zlib.decompressobj(wbits=31)
        self._packed = self._unpacked = 0

    def read(self, _size: int = 0) -> bytes:
        """Return the next bytes, b"" at the end; how many is not for the caller to say."""
        rest = self._inflate.unconsumed_tail
        while not (data := self._inflate.decompress(rest, _PIECE)):
            if self._inflate.eof:
                return b""
            rest = next(self._pieces, b"")
            if not rest:
                raise EOFError("the archive ends too early")
            self._packed += len(rest)
            if self._packed > self._limits.packed:
                raise _limit_error(f"more than {self._limits.packed // 1_000_000:,} MB packed")
        self._unpacked += len(data)
        if self._unpacked > self._limits.unpacked:
            raise _limit_error(f"more than {self._limits.unpacked // 1_000_000:,} MB")
        return data


class _Member(tarfile.TarInfo):
    """A header of an archive, of a kind that git writes and of a size that can be read at once."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Read a header; raises ValueError for one that no archive of git's has."""
        found = super().frombuf(buf, encoding, errors)
        if found.type not in _KNOWN_TYPES or found.size < 0:
            raise ValueError("a member is of no known kind")
        if found.type in _HEADERS and found.size > _LONGEST_HEADER:
            raise ValueError("a header is too long")
        return found


def _read_members(source: _Gunzip, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each plain file of at most LARGEST_FILE."""
    with tarfile.open(  # type: ignore[call-overload]  # it only calls `read` of its source
        fileobj=source,
        mode="r|",
        bufsize=_PIECE,
        tarinfo=_Member,
        encoding="utf-8",
        errors="surrogateescape",
    ) as archive:
        seen = 0
        while (member := archive.next()) is not None:
            # tarfile remembers every member, which a stream has no use for.
            archive.members.clear()
            seen += 1
            if seen > limits.members:
                raise _limit_error(f"more than {limits.members:,} members")
            plain = member.type in _PLAIN and not member.issparse()
            if plain and member.size <= LARGEST_FILE and (file := archive.extractfile(member)):
                yield member.name.partition("/")[2], file.read()


def _prove(data: bytes, sha: str) -> bytes | None:
    """Return the content that has git's hash `sha`, None if it is another one.

    Attributes let git write an archive with CRLF where the commit has LF.
    """
    for content in (data, data.replace(b"\r\n", b"\n")):
        if hash_as_git(content, len(sha)) == sha:
            return content
    return None


def _limit_error(what: str) -> ForgeError:
    return ForgeError(f"The repository is too large to be read as a whole: it has {what}.")


def _keeping_error(problem: OSError) -> ForgeError:
    return ForgeError(
        f"There is no room for the files of the commit ({problem.strerror or problem}).",
        cause="The temporary folder is full or cannot be written.",
    )
