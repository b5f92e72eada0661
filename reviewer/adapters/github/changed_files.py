"""The list of changed files: all of its pages, and the rows that GitHub leaves empty by mistake."""

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
# Once an answer holds some 20,000 lines of patches, its other rows come without patch and with
# zeros for counts (github.com/orgs/community/discussions/213491). How GitHub counts is not known,
# so that half as many are reason enough to ask again, for fewer rows at a time.
DOUBTFUL_LINES = 10_000
SMALL_PAGE = 10


def changed_files(read_page: ReadPage) -> Rows:
    """Read the rows of all pages, 3,000 at most.

    Raises ForgeError when a page repeats the one before.
    """
    rows: list[ListedFile] = []
    before: Rows = ()
    for number in range(1, MOST_ROWS // LARGE_PAGE + 1):
        page = read_page(number, LARGE_PAGE)
        if page and page == before:
            raise ForgeError("GitHub's list of changed files repeats itself.")
        rows += _repaired(page, (number - 1) * LARGE_PAGE, read_page)
        if len(page) < LARGE_PAGE:
            break
        before = page
    return tuple(rows)


def _repaired(page: Rows, start: int, read_page: ReadPage) -> Rows:
    """Ask again for the rows of a heavy page that look emptied; `start` counts the rows before."""
    if sum(row.patch.count("\n") + 1 for row in page if row.patch) < DOUBTFUL_LINES:
        return page
    again = _whole_rows(
        sorted(
            {(start + place) // SMALL_PAGE + 1 for place, row in enumerate(page) if _empty(row)}
        ),
        read_page,
    )
    return tuple(again.get(row.path, row) if _empty(row) else row for row in page)


def _whole_rows(numbers: Sequence[int], read_page: ReadPage) -> dict[str, ListedFile]:
    rows = (row for number in numbers for row in read_page(number, SMALL_PAGE))
    return {row.path: row for row in rows if not _empty(row)}


def _empty(row: ListedFile) -> bool:
    """Whether a row shows no change although its status tells of one, or may."""
    counted = row.additions + row.deletions
    return row.status in {"added", "modified", "changed", "renamed"} and not (counted or row.patch)
