"""Shares the files of one pull request out among runs that know nothing of each other."""

import heapq
from collections.abc import Iterable
from dataclasses import replace

from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.config.shard import Shard

# What a file costs beside its lines: its request, its surroundings.
_LINES_PER_FILE = 30
NOTE = "this is the review of shard"


def assign(files: Iterable[ChangedFile], count: int) -> dict[str, int]:
    """Say by path which shard reviews a file; every run comes to the same answer.

    The largest files go first, each to the shard that has the least to do.
    """
    loads = [(0, number) for number in range(1, count + 1)]
    owner: dict[str, int] = {}
    for file in sorted(files, key=lambda file: (-len(file.changed_lines), file.path)):
        load, number = loads[0]
        owner[file.path] = number
        heapq.heapreplace(loads, (load + len(file.changed_lines) + _LINES_PER_FILE, number))
    return owner


def select_share(selection: Selection, shard: Shard | None) -> Selection:
    """Keep what the shard reviews; the first one also tells of what nobody reviews."""
    if shard is None or shard.count == 1:
        return selection
    owner = assign(selection.files, shard.count)
    return replace(
        selection,
        files=tuple(file for file in selection.files if owner[file.path] == shard.number),
        reports=selection.reports if shard.number == 1 else (),
        notes=(*selection.notes, f"{NOTE} {shard}: other runs review the other files"),
    )
