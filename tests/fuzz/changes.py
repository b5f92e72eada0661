"""Each line that is read of a patch is where the patch has it."""

import re
from collections.abc import Sequence

from reviewer.changes import diff, git_diff
from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.findings.placement import Places
from reviewer.pull_request import ListedFile
from tests import builders

HEADER = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
MOST_PLACED = 40


def patch(data: bytes) -> None:
    """Read GitHub's patch of one file."""
    text = data.decode(errors="replace")
    file = diff.parse(ListedFile("a.py", "modified", additions=0, deletions=0, patch=text))
    if isinstance(file, ChangedFile):
        _assert_nothing_lost(text, file)
        _assert_numbered(text, file.hunks)
        _assert_quotable(file)
        _assert_removed_quotable(file)


def raw_diff(data: bytes) -> None:
    """Read git's diff, and what it says of files that GitHub shows no patch for."""
    text = data.decode(errors="replace")
    told = git_diff.parse(text)
    rows = [
        ListedFile(file.path, "modified", additions=0, deletions=0, patch=None) for file in told
    ]
    for row, change in zip(rows, diff.reconcile(rows, text), strict=True):
        assert change.path == row.path
        if isinstance(change, ChangedFile):
            patches = [file.patch for file in told if file.path == row.path and file.patch]
            _assert_nothing_lost(patches[-1], change)
            _assert_numbered(patches[-1], change.hunks)


def _assert_nothing_lost(text: str, file: ChangedFile) -> None:
    """Compare the lines with the patch's own, one by one."""
    rows = [row for row in text.removesuffix("\n").split("\n") if row[:1] not in {"@", "\\"}]
    lines = [line for hunk in file.hunks for line in hunk.lines]

    assert [line.text for line in lines] == [row[1:] for row in rows]
    assert [line.kind.value for line in lines] == [row[:1] or " " for row in rows]


def _assert_numbered(text: str, hunks: Sequence[Hunk]) -> None:
    """Count the lines again, from each hunk's header on."""
    headers = [HEADER.match(row) for row in text.split("\n") if row[:1] == "@"]
    last = (0, 0)
    for header, hunk in zip(headers, hunks, strict=True):
        assert header
        olds = [line.old for line in hunk.lines if line.old is not None]
        news = [line.new for line in hunk.lines if line.new is not None]
        for side, numbers in enumerate((olds, news)):
            start = int(header[side + 1])
            assert numbers == list(range(start, start + len(numbers)))
            assert not numbers or numbers[0] > last[side]
        last = (max([*olds, last[0]]), max([*news, last[1]]))


def _assert_quotable(file: ChangedFile) -> None:
    """Quote each line of the new version at its number: nothing else may be found."""
    places = Places(file)
    for line in [line for line in file.changed_lines if line.new][:MOST_PLACED]:
        assert line.new
        said = builders.candidate(
            path=file.path, quote=line.text, start_line=line.new, end_line=line.new
        )
        found = places.place(said)
        if any(character.isalnum() for character in line.text):
            assert found
        if found:
            assert (found.start_line, found.end_line, found.side.value) == (
                line.new,
                line.new,
                "new",
            )


def _assert_removed_quotable(file: ChangedFile) -> None:
    """Quote each removed line that reads like no other: it is found where it was."""
    places = Places(file)
    texts = [line.text.strip() for hunk in file.hunks for line in hunk.lines]
    for line in [line for line in file.changed_lines if line.old][:MOST_PLACED]:
        own = line.text.strip()
        if any(character.isalnum() for character in own) and sum(own in t for t in texts) == 1:
            found = places.place(builders.candidate(path=file.path, quote=own, start_line=0))
            assert found
            assert (found.start_line, found.side.value) == (line.old, "old")
