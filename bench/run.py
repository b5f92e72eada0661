"""Measures what is promised of speed and size, as ratios within one run, and prints a table."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench import (
    asking,
    bars,
    image,
    lock_files,
    peers,
    real_change,
    repository_code,
    results,
    reviews,
    schedule,
    secrets,
    starts,
    table,
    webassembly,
)
from bench.measuring import Row

PARTS: Mapping[str, Callable[[], Iterator[Row]]] = {
    "starts": starts.rows,
    "asking": asking.rows,
    "schedule": schedule.rows,
    "real_change": real_change.rows,
    "reviews": reviews.rows,
    "secrets": secrets.rows,
    "lock_files": lock_files.rows,
    "repository_code": repository_code.rows,
    "image": image.rows,
}
PEERS: Mapping[str, Callable[[], Iterator[Row]]] = {
    "peers": peers.rows,
    "webassembly": lambda: webassembly.rows(peers.PYTHON),
}
_NO_ENGINE = "No Docker engine answered: the image was not measured."
_NO_PULL = (
    "The pull size of PR-Agent's image was not measured: that takes the registry that has it. "
    "The installed packages of both stand in its place."
)


def main() -> None:
    """Measure, print the table and, when asked to, keep it for docs/performance.md and README.md.

    With `--only`, a part of a measurement is printed, and not kept.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="measure beside other programs")
    parser.add_argument("--write", action="store_true", help="keep the results")
    parser.add_argument("--only", nargs="+", choices=[*PARTS, *PEERS], default=[])
    given = parser.parse_args()
    parts = PEERS if given.peers else PARTS
    name = "peers" if given.peers else "bench"
    notes = [f"PR-Agent {peers.version()}.", _NO_PULL] if given.peers else []
    chosen = [each for each in parts if not given.only or each in given.only]
    if "image" in chosen and not image.engine_answers():
        chosen.remove("image")
        notes.append(_NO_ENGINE)
    rows = [row for each in chosen for row in parts[each]()]
    made = results.make(rows, notes)
    print("\n".join((*table.page({name: made}), *_judge(rows, results.load().get(name)))))
    if given.write and not given.only:
        results.save(name, made)


def _judge(rows: Sequence[Row], earlier: results.Results | None) -> Iterator[str]:
    """Name the rows that miss their bar, and those that are worse than what was kept last."""
    yield from (f"bar missed: {row.what}" for row in rows if bars.is_missed(row))
    for row, before in bars.pair(rows, earlier.rows if earlier else ()):
        if bars.is_worse(row, before):
            yield f"worse than before: {row.what}, {before.ratio:.2f} then"


if __name__ == "__main__":
    main()
