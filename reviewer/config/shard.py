"""One share of a review that several runs divide among them."""

import re

from reviewer.record import record

MOST = 256
"""GitHub starts at most this many jobs from one matrix."""
_SHAPE = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2})")


@record
class Shard:
    """One of `count` shares; `number` counts from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        """Return the share as the input spells it."""
        return f"{self.number}/{self.count}"


def parse(text: str) -> Shard:
    """Read "2/8"; raises ValueError for anything else."""
    found = _SHAPE.fullmatch(text.strip())
    shard = Shard(int(found[1]), int(found[2])) if found else Shard(1, 0)
    if not shard.number <= shard.count <= MOST:
        raise ValueError
    return shard
