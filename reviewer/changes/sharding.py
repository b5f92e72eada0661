"""Divides the files of a pull request among runs that do not communicate."""

import heapq
from collections.abc import Iterable
from dataclasses import replace

from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.config.shard import Shard

# What the request and the context of a file cost, in lines.
_LINES_PER_FILE = 30
NOTE = "this is the review of shard"


def assign(files: Iterable[ChangedFile], count: int) -> dict[str, int]:
    """Map each path to the number of its shard, from 1; every run gets the same result.

    The largest files are assigned first, each to the shard with the fewest lines so far.
    """
    loads = [(0, number) for number in range(1, count + 1)]
    owner: dict[str, int] = {}
    for file in sorted(files, key=lambda file: (-len(file.changed_lines), file.path)):
        load, number = loads[0]
        owner[file.path] = number
        heapq.heapreplace(loads, (load + len(file.changed_lines) + _LINES_PER_FILE, number))
    return owner


def select_share(selection: Selection, shard: Shard | None) -> Selection:
    """Return the shard's part of the selection; shard 1 also reports the files nobody reviews."""
    if shard is None or shard.count == 1:
        return selection
    owner = assign(selection.files, shard.count)
    return replace(
        selection,
        files=tuple(file for file in selection.files if owner[file.path] == shard.number),
        reports=selection.reports if shard.number == 1 else (),
        notes=(*selection.notes, f"{NOTE} {shard}: other runs review the other files"),
    )
