"""Says of a row if its bar is met, and if it is worse than the last time."""

import re
from collections import defaultdict
from collections.abc import Sequence

from bench.measuring import Row

_AMOUNT = re.compile(r"([\d.,]+) ?(ms|s|kB|MB|GB)?\b")
_UNITS = {"ms": 1e-3, "s": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9}
_NOISE = 1.1
"""What two runs on the same machine differ by; below it, nothing is called worse."""


def is_missed(row: Row) -> bool:
    """Return True if a row is above its bar.

    A bar with a unit, such as "300 MB" or "6 requests", is one for our figure; a bare number is one
    for the ratio.
    """
    if not row.bar:
        return False
    try:
        return row.ratio > float(row.bar)
    except ValueError:
        return amount(row.ours) > amount(row.bar)


def pair(rows: Sequence[Row], earlier: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Return each row with that of the earlier run, where it had one.

    Rows of one name are compared with different things, always in the same order.
    """
    before = defaultdict(list)
    for row in reversed(earlier):
        before[row.what].append(row)
    return [(row, before[row.what].pop()) for row in rows if before[row.what]]


def is_worse(row: Row, before: Row) -> bool:
    """Return True if the ratio, or the figure where there is no ratio to speak of, has grown."""
    if before.ratio == 0:
        return row.ratio > 0
    return row.ratio > before.ratio * _NOISE


def amount(text: str) -> float:
    """Return the first number of a text, in seconds or bytes where it has such a unit."""
    found = _AMOUNT.search(text)
    if found is None:
        raise ValueError(f"no number in {text!r}")
    return float(found[1].replace(",", "")) * _UNITS.get(found[2] or "", 1.0)
