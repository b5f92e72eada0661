"""Patches made from two versions of a file, and a check of what was read of one."""

from difflib import unified_diff

from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import LineKind


def lines_of(content: str) -> list[str]:
    return content.removesuffix("\n").split("\n") if content else []


def patch_by_difflib(old: str, new: str, context: int) -> str:
    before, after = ([f"{x}\n" for x in content.split("\n")] for content in (old, new))
    rows = list(unified_diff(_ended(before), _ended(after), n=context, lineterm="\n"))[2:]
    return "".join(
        row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows
    )


def _ended(lines: list[str]) -> list[str]:
    # What follows the last line feed is a line without one, or nothing.
    *whole, last = lines
    return whole + ([last.removesuffix("\n")] if last != "\n" else [])


def assert_shows_difference(file: ChangedFile, old: str, new: str) -> None:
    """Every line is where both versions have it, and every difference is shown."""
    before, after = lines_of(old), lines_of(new)
    shown_old, shown_new = set[int](), set[int]()
    for part in (part for hunk in file.hunks for part in hunk.lines):
        if part.old is not None:
            assert before[part.old - 1] == part.text
            shown_old.add(part.old)
        if part.new is not None:
            assert after[part.new - 1] == part.text
            shown_new.add(part.new)
        assert (part.old is None) == (part.kind is LineKind.ADDED)
        assert (part.new is None) == (part.kind is LineKind.REMOVED)
    hidden_old = [x for n, x in enumerate(before, 1) if n not in shown_old]
    hidden_new = [x for n, x in enumerate(after, 1) if n not in shown_new]
    assert hidden_old == hidden_new
