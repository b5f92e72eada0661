"""Proves that the change of a file is trivial, so that a cheap model is enough to read it.

The author of a change chooses it, so a proof must hold whatever the file contains, and not only for
what people usually write. It compares both versions of the whole file: a hunk does not show if its
lines are code or a part of a literal. Whatever is in doubt is not trivial.
"""

import enum
from collections.abc import Iterator, Sequence

from reviewer.changes import default_excludes
from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import LineKind
from reviewer.changes.proofs import (
    moved_definitions,
    plain_comments,
    program_lines,
    run_by_name,
    version_bumps,
)
from reviewer.changes.proofs.program_lines import Row
from reviewer.text import invisible

LARGEST_TEXT = 200_000
"""Characters of a file; a hostile one of this length takes two seconds to read."""


class Proof(enum.Enum):
    """Why a change is trivial."""

    WHITE_SPACE = "only white space changed"
    COMMENTS = "only comments changed"
    MOVES = "only the order of definitions changed"
    VERSIONS = "only versions of dependencies changed"


def is_candidate(file: ChangedFile) -> bool:
    """Return True if the change of a file may be trivial: `prove` then needs its text.

    A file that a program runs because of its name is not one, unless it is a manifest, in which
    versions are the only change. One with anything but changed lines is not one either.
    """
    path = file.path
    if file.status != "modified" or any(file.modes) or file.remark:
        return False
    if path.lower().startswith(".github/"):
        return False
    if version_bumps.is_manifest(path):
        return True
    if file.base_text is not None or default_excludes.has_lock_entries(path):
        return False
    return program_lines.knows(path) and not run_by_name.find_program(path)


def prove(file: ChangedFile, text: str) -> Proof | None:
    """Return why the change of a file is trivial, None if it is not or may not be.

    `text` is that of the whole file after the change.
    """
    if not is_candidate(file) or len(text) > LARGEST_TEXT:
        return None
    base = restore_base(file, text)
    if base is None or base == text:
        return None
    if ("\r\n" in base) is not ("\r\n" in text):
        return None
    versions = tuple(map(_use_line_feeds, (base, text)))
    if not all(map(_is_visible, versions)):
        return None
    if version_bumps.is_manifest(file.path):
        return Proof.VERSIONS if version_bumps.prove(file.path, *versions) else None
    old, new = (program_lines.read(file.path, version) for version in versions)
    return _prove_rows(file.path, old, new) if old is not None and new is not None else None


def restore_base(file: ChangedFile, text: str) -> str | None:
    """Return the text of a file before the change, None if `text` is not the one after it."""
    lines = text.split("\n")
    base: list[str] = []
    at = 0
    for line in (line for hunk in file.hunks for line in hunk.lines):
        gap = line.old - 1 - len(base) if line.old is not None else (line.new or 0) - 1 - at
        if gap < 0:
            return None
        base += lines[at : at + gap]
        at += gap
        if line.kind is not LineKind.REMOVED:
            if line.new != at + 1 or lines[at : at + 1] != [line.text]:
                return None
            at += 1
        if line.kind is not LineKind.ADDED:
            if line.old != len(base) + 1:
                return None
            base.append(line.text)
    return "\n".join((*base, *lines[at:]))


def _use_line_feeds(text: str) -> str:
    """Return the text with LF for CRLF, if all its lines end with CRLF."""
    return text.replace("\r\n", "\n") if text.count("\r\n") == text.count("\n") else text


def _is_visible(text: str) -> bool:
    """Return True without anything invisible, and without bytes that are not UTF-8."""
    return "\r" not in text and "\ufffd" not in text and invisible.show(text) == text


def _prove_rows(path: str, old: Sequence[Row], new: Sequence[Row]) -> Proof | None:
    indents = program_lines.indents(path)
    before, after = (tuple(_read_meaning(rows, indents=indents)) for rows in (old, new))
    if before == after:
        comments = [[row.comment for row in rows if row.comment] for rows in (old, new)]
        return Proof.WHITE_SPACE if comments[0] == comments[1] else Proof.COMMENTS
    return Proof.MOVES if moved_definitions.prove(path, old, new) else None


def _read_meaning(rows: Sequence[Row], *, indents: bool) -> Iterator[tuple[str, ...]]:
    """Yield what may have a meaning: code, and comments that a tool may read.

    Such a comment can be about what is beside it, and those above all code about the whole file,
    wherever they are. So the rows beside it belong to it, and all those above the code together.
    """
    head = next((n for n, row in enumerate(rows) if row.last), len(rows))
    if any(_is_read_by_tools(row) for row in rows[:head]):
        yield tuple(row.text for row in rows[:head])
    for block in _divide(rows):
        for row in (rows[n] for n in block):
            if row.last:
                text = row.text.rstrip(" \t")
                yield (text if indents else text.lstrip(" \t"),)
        if any(_is_read_by_tools(rows[n]) for n in block):
            beside = rows[max(0, block.start - 1) : block.stop + 1]
            yield tuple(each.text.strip(" \t") for each in beside)


def _divide(rows: Sequence[Row]) -> Iterator[range]:
    """Yield each row of code, each blank row, and adjacent rows of comments together."""
    start = 0
    for n, row in enumerate(rows):
        if row.last or _is_blank(row):
            if start < n:
                yield range(start, n)
            yield range(n, n + 1)
            start = n + 1
    if start < len(rows):
        yield range(start, len(rows))


def _is_blank(row: Row) -> bool:
    return not row.text.strip(" \t")


def _is_read_by_tools(row: Row) -> bool:
    return not (row.last or _is_blank(row) or plain_comments.is_plain(row.comment))
