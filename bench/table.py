"""Words the results: README's sentences about speed, and docs/performance.md."""

from collections.abc import Iterator, Mapping, Sequence

from bench import bars, before
from bench.measuring import Row
from bench.results import Results

_FULL_HEAD = (
    f"| what | ours | compared with | ratio | bar | at {before.COMMIT} |",
    "|---|---|---|---|---|---|",
)


def readme(measured: Mapping[str, Results]) -> Iterator[str]:
    """Yield README's sentences about time and size, of what has been measured."""
    ours = {row.what: row.ours for results in measured.values() for row in results.rows}
    for what, sentence in _SENTENCES.items():
        if all(each in ours for each in what):
            yield sentence.format(*(ours[each] for each in what))


_SENTENCES: Mapping[tuple[str, ...], str] = {
    ("7 real files: the whole review", "100 real files: the whole review"): (
        "A review of 7 files took {0}, and one of 100 files took {1}. The model was simulated: 8 s "
        "for a typical reply, 25 s for a slow one."
    ),
    ("an event that asks for nothing",): "An event that needs no review ends after {0}.",
    ("image",): "The image has a size of {0}.",
}
"""Sentences with our figures, by the rows that they need."""


def page(measured: Mapping[str, Results]) -> Iterator[str]:
    """Yield the lines of the full tables, one for each command."""
    for name, results in measured.items():
        yield from (f"## `make {COMMANDS[name]}`", "", _measured_by(name, results))
        yield f"Machine: {results.machine}. Commit: {results.commit}."
        yield from (*results.notes, _count_missed(results.rows), "", *_FULL_HEAD)
        for row in results.rows:
            missed = " (missed)" if bars.is_missed(row) else ""
            earlier = before.FIGURES.get(row.what, "")
            yield f"{_line(row)[:-2]}{missed} | {earlier} |"
        yield ""


COMMANDS: Mapping[str, str] = {"bench": "bench", "peers": "bench-peers"}
"""The target of the Makefile that measures each part."""


def _count_missed(rows: Sequence[Row]) -> str:
    missed = dict.fromkeys(row.what for row in rows if bars.is_missed(row))
    listed = f": {'; '.join(missed)}" if missed else ""
    return f"{len(rows)} rows were measured; {len(missed)} miss their bar{listed}."


def _measured_by(name: str, results: Results) -> str:
    command = f"`make {COMMANDS[name]}`"
    return f"Measured by {command} on {results.date} with Python {results.python}."


def _line(row: Row) -> str:
    return f"| {row.what} | {row.ours} | {row.other} | {row.ratio:.2f} | {row.bar} |"
