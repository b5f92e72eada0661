"""Keeps of the reported differences from linked issues those whose quotes are where they should be.

A quote that is nowhere means that the model has not read what it reports: the row is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from reviewer.changes.diff import ChangedFile
from reviewer.context.promises import Promises
from reviewer.review.promise import LONGEST_GAP, LONGEST_QUOTE, MOST_GAPS, GapKind, PromiseGap
from reviewer.text.truncate import line

# Characters; a shorter quote, such as "the flag", is in every issue.
_SHORTEST = 12
_QUOTATION_MARKS = "\"'`“”„«»"


def check(
    gaps: Iterable[PromiseGap],
    promises: Promises,
    files: Sequence[ChangedFile],
    as_prompt_text: Callable[[str], str],
) -> tuple[PromiseGap, ...]:
    """Return the gaps that hold, at most MOST_GAPS, each only once.

    The sentence of a missing one is looked for in the issue's text as it was shown, the line of an
    extra one among the changed lines of its file. White space is not compared.
    """
    if not (reported := tuple(gaps)):
        return ()
    texts = {issue.number: _plain(issue.text) for issue in promises.show(as_prompt_text)}
    titles = {issue.number: _plain(issue.title) for issue in promises.show(as_prompt_text)}
    by_path = {as_prompt_text(file.path): file for file in files}

    # Of quoted files only: of 300 files with 3,000 lines, the texts of all would take 75 MB.
    read_lines = lru_cache(maxsize=MOST_GAPS)(
        lambda path: _join_lines(by_path.get(path), as_prompt_text)
    )

    def find() -> Iterator[PromiseGap]:
        for gap in reported:
            quote = _plain(gap.quote.strip().strip(_QUOTATION_MARKS))
            if gap.issue not in texts or len(quote) < _SHORTEST or not gap.text.strip():
                continue
            text = line(gap.text, LONGEST_GAP)
            shown = quote[:LONGEST_QUOTE]
            if gap.kind is GapKind.MISSING:
                if quote in texts[gap.issue] or quote in titles[gap.issue]:
                    yield PromiseGap(gap.issue, gap.kind, shown, text)
            elif quote in read_lines(gap.path):
                yield PromiseGap(gap.issue, gap.kind, shown, text, by_path[gap.path].path)

    distinct = {(gap.issue, gap.kind, gap.quote): gap for gap in find()}
    return tuple(distinct.values())[:MOST_GAPS]


def _join_lines(file: ChangedFile | None, as_prompt_text: Callable[[str], str]) -> str:
    """Return the changed lines of a file, each without white space at its ends."""
    rows = file.changed_lines if file else ()
    return "\n".join(_plain(as_prompt_text(each.text)) for each in rows)


def _plain(text: str) -> str:
    return " ".join(text.split())
