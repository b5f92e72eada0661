"""Real and realistic lock files in two versions, and the changes between two texts."""

import difflib
from pathlib import Path

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile
from reviewer.finding import Finding
from reviewer.findings.lockfiles import rule
from reviewer.pull_request import ListedFile
from reviewer.redaction import scan
from reviewer.redaction.scan import Redaction

DATA = Path(__file__).parents[1] / "data" / "lockfiles"
NAMES = sorted(
    str(path.relative_to(DATA / "after")) for path in (DATA / "after").rglob("*") if path.is_file()
)


def before(name: str) -> str:
    return (DATA / "before" / name).read_text("utf-8")


def after(name: str) -> str:
    return (DATA / "after" / name).read_text("utf-8")


def change(path: str, old: str, new: str) -> ChangedFile:
    """Make the changed file of two texts, with three lines of context."""
    rows = list(difflib.unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=3))[2:]
    status = "modified" if old else "added"
    if not old:
        rows = [f"@@ -0,0 +1,{len(new.split(chr(10)))} @@", *(f"+{row}" for row in new.split("\n"))]
    file = diff.parse(ListedFile(path, status, 0, 0, "\n".join(rows)))
    assert isinstance(file, ChangedFile), file
    return file


def find(path: str, old: str, new: str, *, known: bool = True) -> tuple[Finding, ...]:
    """Find with the text before, or without it."""
    file = change(path, old, new)
    redaction = Redaction(scan.hunk_texts([file]))
    return rule.compare(file, old if known and old else None).find(redaction)
