"""Words the results: README's short table and docs/performance.md."""

from collections.abc import Iterator, Mapping, Sequence

from bench import bars, before
from bench.measuring import Row
from bench.results import Results

HEADLINES = (
    "an event that asks for nothing",
    "start to first request to GitHub",
    "first request to GitHub to first request to the model",
    "7 real files: the whole review",
    "100 real files: the whole review",
    "7 real files: price",
    "100 real files: price",
    "same head again: requests to the model",
    "100 files: requests to GitHub for a full review",
    "1000 files: memory at most",
    "1000 files: time, a model that answers at once",
    "image",
    "pull of the image, in zstd",
    "container to first request to GitHub",
    "7 real files, PR-Agent's action: time",
    "100 real files, PR-Agent's action: time",
    "100 real files, PR-Agent's action: memory at most",
)
"""The rows of README's table. It leaves out what has not been measured."""
_HEAD = ("| what | ours | compared with | ratio | bar |", "|---|---|---|---|---|")
_FULL_HEAD = (
    f"| what | ours | compared with | ratio | bar | at {before.COMMIT} |",
    "|---|---|---|---|---|---|",
)


def readme(measured: Mapping[str, Results]) -> Iterator[str]:
    """Yield the lines of the short table."""
    rows = [row for results in measured.values() for row in results.rows]
    for name, results in measured.items():
        yield from (_measured_by(name, results), *results.notes)
    yield from ("The bar is the highest value that the project accepts.", "", *_HEAD)
    for what in HEADLINES:
        yield from (_line(row) for row in rows if row.what == what)
    missed = [row.what for row in rows if bars.is_missed(row)]
    yield from ("", f"{len(rows)} rows were measured; {len(missed)} miss their bar{_list(missed)}.")


def _list(names: Sequence[str]) -> str:
    return f": {'; '.join(dict.fromkeys(names))}" if names else ""


def page(measured: Mapping[str, Results]) -> Iterator[str]:
    """Yield the lines of the full tables, one for each command."""
    for name, results in measured.items():
        yield from (f"## `make {COMMANDS[name]}`", "", _measured_by(name, results))
        yield f"Machine: {results.machine}. Commit: {results.commit}."
        yield from results.notes
        yield from ("", *_FULL_HEAD)
        for row in results.rows:
            missed = " (missed)" if bars.is_missed(row) else ""
            earlier = before.FIGURES.get(row.what, "")
            yield f"{_line(row)[:-2]}{missed} | {earlier} |"
        yield ""


COMMANDS: Mapping[str, str] = {"bench": "bench", "peers": "bench-peers"}
"""The target of the Makefile that measures each part."""


def _measured_by(name: str, results: Results) -> str:
    command = f"`make {COMMANDS[name]}`"
    return f"Measured by {command} on {results.date} with Python {results.python}."


def _line(row: Row) -> str:
    return f"| {row.what} | {row.ours} | {row.other} | {row.ratio:.2f} | {row.bar} |"
