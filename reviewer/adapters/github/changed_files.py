"""Reads all pages of the list of changed files, and again the rows that GitHub left empty."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from reviewer.errors import ForgeError
from reviewer.pull_request import ListedFile

Rows: TypeAlias = tuple[ListedFile, ...]
# Reads page `number`, counted from 1, of the list cut into pages of `size` rows.
ReadPage: TypeAlias = Callable[[int, int], Rows]

# "Responses include a maximum of 3000 files"; 100 rows is the largest page.
MOST_ROWS = 3_000
LARGE_PAGE = 100
# When a response holds about 20,000 lines of patches, its other rows have no patch and counts of
# zero (github.com/orgs/community/discussions/213491). How GitHub counts is not documented, so half
# as many lines are reason enough to read the empty rows again, on smaller pages.
DOUBTFUL_LINES = 10_000
SMALL_PAGE = 10


def changed_files(read_page: ReadPage) -> Rows:
    """Read the rows of all pages, at most MOST_ROWS.

    Raises ForgeError when a page repeats the one before.
    """
    rows: list[ListedFile] = []
    before: Rows = ()
    for number in range(1, MOST_ROWS // LARGE_PAGE + 1):
        page = read_page(number, LARGE_PAGE)
        if page and page == before:
            raise ForgeError("GitHub's list of changed files repeats itself.")
        rows += _repair(page, (number - 1) * LARGE_PAGE, read_page)
        if len(page) < LARGE_PAGE:
            break
        before = page
    return tuple(rows)


def _repair(page: Rows, start: int, read_page: ReadPage) -> Rows:
    """Read the empty rows of a heavy page again; `start` is the number of rows before the page."""
    if sum(row.patch.count("\n") + 1 for row in page if row.patch) < DOUBTFUL_LINES:
        return page
    again = _read_whole_rows(
        sorted(
            {(start + place) // SMALL_PAGE + 1 for place, row in enumerate(page) if _is_empty(row)}
        ),
        read_page,
    )
    return tuple(again.get(row.path, row) if _is_empty(row) else row for row in page)


def _read_whole_rows(numbers: Sequence[int], read_page: ReadPage) -> dict[str, ListedFile]:
    rows = (row for number in numbers for row in read_page(number, SMALL_PAGE))
    return {row.path: row for row in rows if not _is_empty(row)}


def _is_empty(row: ListedFile) -> bool:
    """Return True for a row without a change whose status says that there may be one."""
    counted = row.additions + row.deletions
    return row.status in {"added", "modified", "changed", "renamed"} and not (counted or row.patch)
