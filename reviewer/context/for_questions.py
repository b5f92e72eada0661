"""What the model is shown with a question: the changes, whole files as far as there is room."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.pull_request import ReviewComment, ReviewThread
from reviewer.text.truncate import shorten

LISTED_FILES = 300
PATH_CHARACTERS = 200
LISTED_REMARKS = 10
REMARK_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes as text; `cuts` says, in our words alone, what is not shown."""

    text: str
    cuts: tuple[str, ...]


def changes(selection: Selection, room: int, first: str = "") -> Changes:
    """List all changed files and show, in at most `room` characters, what changes in them.

    Files are shown whole or not at all, the one called `first` before all others.
    """
    shown: dict[str, str] = {}
    for file in sorted(selection.files, key=lambda file: file.path != first):
        text = f"\n\n{file.path}, {file.status}:\n{diff.numbered(file.hunks)}"
        if len(text) <= room:
            shown[file.path] = text
            room -= len(text)
    listed = [_row(file, shown) for file in selection.files]
    listed += [f"- {_named(row.path)}: {row.reason}" for row in selection.reports]
    text = "\n".join(("Changed files:", *listed[:LISTED_FILES]))
    return Changes(text + "".join(shown.values()), tuple(_cuts(selection, shown, listed)))


def before(thread: ReviewThread, comment_id: int) -> tuple[ReviewComment, ...]:
    """Return the latest remarks of a thread before a comment, each shortened."""
    ids = [remark.id for remark in thread.comments]
    end = ids.index(comment_id) if comment_id in ids else len(ids)
    latest = thread.comments[:end][-LISTED_REMARKS:]
    return tuple(replace(each, body=shorten(each.body, REMARK_CHARACTERS)) for each in latest)


def _row(file: ChangedFile, shown: dict[str, str]) -> str:
    return f"- {_named(file.path)}" + ("" if file.path in shown else ": not shown for its length")


def _named(path: str) -> str:
    return shorten(path, PATH_CHARACTERS)


def _cuts(selection: Selection, shown: dict[str, str], listed: Sequence[str]) -> list[str]:
    cuts = []
    if unseen := len(selection.files) - len(shown):
        cuts.append(f"the lines of {unseen} of {len(selection.files)} files, which the list names")
    if len(listed) > LISTED_FILES:
        cuts.append(f"the names of {len(listed) - LISTED_FILES} more files")
    return cuts
