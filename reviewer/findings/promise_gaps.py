"""Keeps of the reported differences from linked issues those whose quotes are where they should be.

A quote that is nowhere means that the model has not read what it reports: the row is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from reviewer.changes.diff import ChangedFile
from reviewer.context.promises import Promises
from reviewer.promise import LONGEST_GAP, LONGEST_QUOTE, MOST_GAPS, GapKind, PromiseGap
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
    texts = {issue.number: _plain(issue.text) for issue in promises.show(as_prompt_text)}
    titles = {issue.number: _plain(issue.title) for issue in promises.show(as_prompt_text)}
    lines = {as_prompt_text(file.path): (file, _Lines(file, as_prompt_text)) for file in files}

    def find() -> Iterator[PromiseGap]:
        for gap in gaps:
            quote = _plain(gap.quote.strip().strip(_QUOTATION_MARKS))
            if gap.issue not in texts or len(quote) < _SHORTEST or not gap.text.strip():
                continue
            text = line(gap.text, LONGEST_GAP)
            shown = quote[:LONGEST_QUOTE]
            if gap.kind is GapKind.MISSING:
                if quote in texts[gap.issue] or quote in titles[gap.issue]:
                    yield PromiseGap(gap.issue, gap.kind, shown, text)
            elif gap.path in lines and lines[gap.path][1].hold(quote):
                yield PromiseGap(gap.issue, gap.kind, shown, text, lines[gap.path][0].path)

    distinct = {(gap.issue, gap.kind, gap.quote): gap for gap in find()}
    return tuple(distinct.values())[:MOST_GAPS]


class _Lines:
    """The changed lines of a file, each without white space at its ends."""

    def __init__(self, file: ChangedFile, as_prompt_text: Callable[[str], str]) -> None:
        self._lines = [_plain(as_prompt_text(each.text)) for each in file.changed_lines]

    def hold(self, quote: str) -> bool:
        return any(quote in each for each in self._lines)


def _plain(text: str) -> str:
    return " ".join(text.split())
