"""Reads the list of changed files page by page; light enough to be sent beside the first query."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from reviewer.adapters.github.transport import refusals
from reviewer.adapters.github.transport.http import Repository, Request
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
# GitHub allows 100 requests at a time ("Rate limits for the REST API"); pages are heavy.
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of the list of changed files of the pull request with a number."""

    repository: Repository
    number: int

    def read(self, page: int, size: int) -> Rows:
        """Read page `page`, counted from 1, of the list cut into pages of `size` rows."""
        # By number: a link in a response could lead anywhere, and on for ever.
        url = self.repository.url(f"pulls/{self.number}/files")
        asked = Request("GET", url, parameters={"per_page": size, "page": page})

        def ask() -> Rows:
            response = self.repository.send(asked)
            # pydantic, imported here, is not needed to send one of the first requests.
            from reviewer.adapters.github import rest_json

            return response.read(rest_json.changed_files)

        return self.repository.retry(f"Reading page {page} of the changed files", ask)


def read_all_rows(read_page: ReadPage, count: int, first: Rows | None = None) -> Rows:
    """Read the rows of all pages, at most MOST_ROWS.

    `count` is the number of changed files, as far as it is known: these pages are read side by
    side. `first` is the first page if it was read already. The list ends with a page that is not
    full. Raises ForgeError when a page repeats the one before.
    """
    rows: list[ListedFile] = []
    before: Rows = ()
    for number, page in enumerate(_read_pages(read_page, count, first), 1):
        if page and page == before:
            raise refusals.repeated_pages_error("the changed files")
        rows += _repair(page, (number - 1) * LARGE_PAGE, read_page)
        if len(page) < LARGE_PAGE:
            break
        before = page
    return tuple(rows)


def _read_pages(read_page: ReadPage, count: int, first: Rows | None) -> Iterator[Rows]:
    """Yield page after page, as long as somebody asks for one."""
    first = read_page(1, LARGE_PAGE) if first is None else first
    yield first
    most = MOST_ROWS // LARGE_PAGE
    known = min(most, -(-count // LARGE_PAGE)) if len(first) == LARGE_PAGE else 1
    with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="pages") as pool:
        together = pool.map(partial(_read_large, read_page), range(2, known + 1))
        yield from together
    yield from map(partial(_read_large, read_page), range(max(known, 1) + 1, most + 1))


def _read_large(read_page: ReadPage, number: int) -> Rows:
    return read_page(number, LARGE_PAGE)


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
