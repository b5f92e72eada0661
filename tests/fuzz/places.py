"""Whatever is quoted, the lines that placement accepts exist in the file and read like it."""

import re
from collections.abc import Iterable

from reviewer.changes import diff, git_diff
from reviewer.changes.diff import ChangedFile
from reviewer.finding import Finding, Side
from reviewer.findings.placement import Places
from reviewer.pull_request import ListedFile
from tests import builders
from tests.unified_diffs import assert_shows_difference, lines_of, patch_by_difflib

BETWEEN = "\n=====\n"
MOST_LINES = 60
GITS = "diff --git a/a.py b/a.py\nindex 1111111..2222222 100644\n--- a/a.py\n+++ b/a.py\n"
# Numbers and marks in front of a line of our prompt.
_COLUMNS = re.compile(r"\s*(?:\d+(?: [+ ](?: |$)|$)|(-)|\+)")


def placement(data: bytes) -> None:
    """Read the old version, the new one and a quote, with a line of five "=" between them."""
    old, new, quote, *_ = (*data.decode(errors="replace").split(BETWEEN), "", "", "")
    old, new = ("\n".join(text.split("\n")[:MOST_LINES]) for text in (old, new))
    patch = patch_by_difflib(old, new, context=len(quote) % 4)
    if not patch:
        return
    file = diff.parse(ListedFile("a.py", "modified", additions=1, deletions=0, patch=patch))
    if isinstance(file, ChangedFile):
        assert_shows_difference(file, old, new)
        assert [told.patch for told in git_diff.parse(GITS + patch)] == [patch.removesuffix("\n")]
        _assert_placed(file, old, new, quote)


def _assert_placed(file: ChangedFile, old: str, new: str, quote: str) -> None:
    versions = {Side.OLD: lines_of(old), Side.NEW: lines_of(new)}
    shown = _shown(file)
    places = Places(file)
    for said in (quote, *_pairs(versions[Side.NEW]), *_pairs(versions[Side.OLD])):
        for stated in (0, 1, 2, 5):
            found = places.place(
                builders.candidate(
                    path="a.py", quote=said, start_line=stated, end_line=stated + stated % 2
                )
            )
            if found:
                lines = range(found.start_line, found.end_line + 1)
                assert any({*lines} <= hunk for hunk in shown[found.side])
                _assert_reads_like(said, [versions[found.side][n - 1] for n in lines])
                _assert_stated_or_changed(found, file, range(stated, stated + stated % 2 + 1))


def _pairs(lines: list[str]) -> Iterable[str]:
    return ("\n".join(lines[start : start + 2]) for start in range(min(3, len(lines))))


def _shown(file: ChangedFile) -> dict[Side, list[set[int]]]:
    """List the line numbers of each hunk: GitHub takes no comment on any other line."""
    return {
        Side.OLD: [{line.old for line in hunk.lines if line.old} for hunk in file.hunks],
        Side.NEW: [{line.new for line in hunk.lines if line.new} for hunk in file.hunks],
    }


def _assert_reads_like(quote: str, rows: list[str]) -> None:
    """Compare line by line; a quote may carry the columns of our prompt, or be part of a line."""
    said = [line.strip() for line in quote.strip().split("\n")]
    read = [row.strip() for row in rows]
    if len(read) == 1 and any(line.lstrip("+- 0123456789") in read[0] for line in said if line):
        return
    if _equals_without_spaces(said, read):
        return
    assert len(read) <= len(said)
    behind = [line for line in said if any(line.endswith(row) for row in read)]
    assert len(behind) >= len([row for row in read if row])
    assert read == said or all(any(line.endswith(row) for line in said) for row in read)


def _equals_without_spaces(said: list[str], read: list[str]) -> bool:
    """Compare whole lines, with and without the columns of our prompt, but no white space."""
    columns = [_COLUMNS.match(line) for line in said if line]
    behind = [(match[1], match.string[match.end() :]) for match in columns if match]
    kept = [text for removed, text in behind if not removed]
    printed = (kept or [text for _, text in behind]) if all(columns) else said
    return "".join("".join(read).split()) in {
        "".join("".join(text).split()) for text in (said, printed)
    }


def _assert_stated_or_changed(found: Finding, file: ChangedFile, stated: range) -> None:
    """Away from the stated lines, only what the change touches may be meant."""
    if found.side is Side.NEW and found.start_line < stated.stop and stated.start <= found.end_line:
        return
    touched = {line.new if found.side is Side.NEW else line.old for line in file.changed_lines}
    assert touched & {*range(found.start_line, found.end_line + 1)}
