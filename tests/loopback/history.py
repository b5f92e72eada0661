"""Two trees as git sees them: commits, the list of changed files and the diff, by git itself."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from tests.loopback.state import Entry, Executable, FileRow, Submodule, Symlink, Tree

_STATUS = {
    "A": "added",
    "D": "removed",
    "M": "modified",
    "R": "renamed",
    "C": "copied",
    "T": "changed",
}
_WHO = "committer Dev <dev@example.com> 1790000000 +0000"
_QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True, slots=True)
class History:
    """A base commit, a head commit on top of it and what lies between."""

    base_sha: str
    head_sha: str
    files: list[FileRow]
    # Bytes that are not UTF-8 are surrogates here.
    raw_diff: str


def between(base: Mapping[str, Entry], head: Mapping[str, Entry], *, message: str) -> History:
    """Let git compare two trees; the same trees and message give the same commits."""
    made = _compared(frozenset(base.items()), frozenset(head.items()), message)
    return replace(made, files=[replace(row) for row in made.files])


@lru_cache(maxsize=256)
def _compared(
    base: frozenset[tuple[str, Entry]], head: frozenset[tuple[str, Entry]], message: str
) -> History:
    """Start git once for all the tests that have the same pull request."""
    with tempfile.TemporaryDirectory() as folder:
        _git(folder, "init", "--quiet", "--bare")
        stream = _commit("base", "base", dict(base))
        stream += _commit("head", message, dict(head), parent="base")
        _git(folder, "fast-import", "--quiet", stdin=stream)
        shas = _git(folder, "rev-parse", "base", "head").decode().split()
        compare = ("diff", "--no-color", "--no-ext-diff", "--find-renames", *shas)
        raw = _git(folder, *compare, "--raw", "-z", "--no-abbrev")
        text = _git(folder, *compare)
    rows = _rows(raw, _sections(text.decode(errors="replace")))
    return History(shas[0], shas[1], rows, text.decode(errors="surrogateescape"))


def tree(files: Mapping[str, "str | Entry | None"]) -> Tree:
    """Make a tree of texts; None means that there is no such file."""
    return {
        path: entry.encode(errors="surrogateescape") if isinstance(entry, str) else entry
        for path, entry in files.items()
        if entry is not None
    }


def _git(folder: str, *arguments: str, stdin: bytes = b"") -> bytes:
    environment = {**os.environ, **_QUIET, "GIT_DIR": folder}
    done = subprocess.run(
        ["git", *arguments], input=stdin, env=environment, capture_output=True, check=True
    )
    return done.stdout


def _commit(branch: str, message: str, files: Mapping[str, Entry], parent: str = "") -> bytes:
    text = message.encode()
    lines = [f"commit refs/heads/{branch}\n{_WHO}\ndata {len(text)}\n".encode(), text, b"\n"]
    if parent:
        lines.append(f"from refs/heads/{parent}\ndeleteall\n".encode())
    lines += [_entry(path, entry) for path, entry in files.items()]
    return b"".join(lines) + b"\n"


def _entry(path: str, entry: Entry) -> bytes:
    quoted = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    name = f'"{quoted}"\n'.encode(errors="surrogateescape")
    match entry:
        case bytes():
            mode = b"100755" if isinstance(entry, Executable) else b"100644"
            return b"M " + mode + b" inline " + name + b"data %d\n" % len(entry) + entry + b"\n"
        case Symlink(target):
            data = target.encode()
            return b"M 120000 inline " + name + b"data %d\n" % len(data) + data + b"\n"
        case Submodule(sha):
            return f"M 160000 {sha} ".encode() + name


def _sections(text: str) -> list[str]:
    """The diffs of the single files; inside a hunk no line starts with this word."""
    return [f"diff --git {part}" for part in f"\n{text}".split("\ndiff --git ")[1:]]


def _rows(raw: bytes, sections: list[str]) -> list[FileRow]:
    fields = iter(raw.decode(errors="replace").split("\0"))
    parts = iter(sections)
    rows = []
    for record in fields:
        if not record:
            break
        _, _, old_sha, new_sha, code = record[1:].split(" ")
        previous = next(fields) if code[0] in "RC" else None
        path = next(fields)
        section = next(parts)
        if code[0] == "T":
            next(parts)
            section = ""
        sha = old_sha if code[0] == "D" else new_sha
        rows.append(_row(path, _STATUS[code[0]], section, sha, previous))
    return rows


def _row(path: str, status: str, section: str, sha: str, previous: str | None) -> FileRow:
    _, mark, tail = section.partition("\n@@ ")
    patch = f"@@ {tail}".removesuffix("\n") if mark else None
    lines = patch.split("\n") if patch else []
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    return FileRow(path, status, added, removed, patch, sha, previous)
