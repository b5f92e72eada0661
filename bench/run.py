"""Measures what is promised of speed and size, as ratios within one run, and prints a table."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import image, lock_files, repository_code, reviews, secrets, starts
from bench.measuring import Row

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- bench:begin -->\n", "<!-- bench:end -->"


def main() -> None:
    """Measure, print the table and, when asked to, write it into the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into README.md")
    write = parser.parse_args().write
    rows = [
        *starts.rows(),
        *reviews.rows(),
        *secrets.rows(),
        *lock_files.rows(),
        *repository_code.rows(),
    ]
    measured = image.engine_answers()
    if measured:
        rows += image.rows()
    text = "\n".join(_table(rows, image_measured=measured)) + "\n"
    print(text)
    if write:
        README.write_text(_replaced(README.read_text("utf-8"), text), "utf-8")


def _table(rows: Sequence[Row], *, image_measured: bool) -> Iterator[str]:
    yield f"Measured by `make bench` on {datetime.now(UTC):%Y-%m-%d}"
    yield f"with Python {sys.version.split()[0]}: medians; ours and the comparison ran in turns."
    yield "The bar is the highest value that the project accepts."
    if not image_measured:
        yield "No Docker engine answered: the image was not measured."
    yield from ("", "| what | ours | compared with | ratio | bar |", "|---|---|---|---|---|")
    for row in rows:
        yield f"| {row.what} | {row.ours} | {row.other} | {row.ratio:.2f} | {row.bar} |"


def _replaced(readme: str, block: str) -> str:
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{block}{END}{after}"


if __name__ == "__main__":
    main()
