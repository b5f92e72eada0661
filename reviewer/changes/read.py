"""Reads what a pull request changes from the forge, and selects what is reviewed."""

from collections.abc import Sequence
from dataclasses import replace

from reviewer.changes import diff, selection
from reviewer.changes.selection import Selection
from reviewer.config.settings import Config
from reviewer.config.strict_yaml import PATH
from reviewer.ports import Forge
from reviewer.pull_request import ListedFile, PullRequest


def read_changes(forge: Forge, pull: PullRequest, config: Config) -> Selection:
    """Read the changed files and select those to review; every other file gets its reason.

    Raises ForgeError when the forge cannot list the changes.
    """
    # A list that shifts between two pages shows a row twice and another one not at all.
    rows = tuple(dict.fromkeys(forge.changed_files(pull)))
    raw = forge.raw_diff(pull) if diff.needs_raw_diff(rows) else None
    files = diff.reconcile(rows, raw)
    remainder = max(0, pull.changed_files - len(rows))
    return replace(selection.select(files, config, remainder=remainder), notes=_notes(rows))


def _notes(rows: Sequence[ListedFile]) -> tuple[str, ...]:
    if not any(PATH in (row.path, row.previous_path) for row in rows):
        return ()
    return (f"the change of {PATH} takes effect after merging: the base commit's file counts",)
