"""Renders what the model sees with a question: the changed files and the conversation so far."""

from collections.abc import Sequence

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.pull_request import ReviewComment, ReviewThread
from reviewer.text.truncate import Excerpt, shorten_name

LISTED_FILES = 300
LISTED_REMARKS = 10


def render_changes(selection: Selection, room: int, first: str = "") -> Excerpt:
    """Return a list of all changed files, followed by the changes of as many as fit.

    The changes take at most `room` characters; the list does not count. A file's changes are shown
    whole or not at all, those of the path `first` before all others. The list has at most
    LISTED_FILES entries.
    """
    shown: dict[str, str] = {}
    for file in sorted(selection.files, key=lambda file: file.path != first):
        text = f"\n\n{file.path}, {file.status}:\n{diff.render_hunks(file.hunks)}"
        if len(text) <= room:
            shown[file.path] = text
            room -= len(text)
    listed = [_render_row(file, shown) for file in selection.files]
    listed += [f"- {shorten_name(row.path)}: {row.reason}" for row in selection.reports]
    text = "\n".join(("Changed files:", *listed[:LISTED_FILES]))
    return Excerpt(text + "".join(shown.values()), tuple(_cuts(selection, shown, listed)))


def earlier_comments(thread: ReviewThread, comment_id: int) -> tuple[ReviewComment, ...]:
    """Return the comments of a thread before the one with this id.

    At most the latest LISTED_REMARKS; of all comments when the thread does not hold the id.
    """
    ids = [remark.id for remark in thread.comments]
    end = ids.index(comment_id) if comment_id in ids else len(ids)
    return thread.comments[:end][-LISTED_REMARKS:]


def _render_row(file: ChangedFile, shown: dict[str, str]) -> str:
    note = "" if file.path in shown else ": too long to be shown"
    return f"- {shorten_name(file.path)}{note}"


def _cuts(selection: Selection, shown: dict[str, str], listed: Sequence[str]) -> list[str]:
    cuts = []
    if unseen := len(selection.files) - len(shown):
        cuts.append(f"the changes of {unseen} of {len(selection.files)} files, which are listed")
    if len(listed) > LISTED_FILES:
        cuts.append(f"the names of {len(listed) - LISTED_FILES} more files")
    return cuts
