"""How long the search for secrets takes, and how much of real code it takes for one."""

import sysconfig
from collections.abc import Iterator
from pathlib import Path

from bench.measuring import Row, milliseconds, paired, seconds
from reviewer.redaction.scan import Redaction

RUNS = 7
DIFF, LINE = 700_000, 50_000
# Each shows itself only when the one before it is gone.
GLUED = "AI" + "za" + "aB3" * 11 + "xY"


def rows() -> Iterator[Row]:
    """Measure with the code of the standard library, which every machine has."""
    library = _library()
    diff = library[:DIFF]
    size = f"{DIFF / 1e6:.1f} MB of code"
    yield _row(f"secrets in {size}", diff, "half of it", diff[: DIFF // 2], "0.5 s")
    yield _row(f"one line of {LINE:,} bytes", diff[:LINE].replace("\n", " "), size, diff, "1")
    yield _row("the same of tokens without gaps", (GLUED * LINE)[:LINE], size, diff, "1")
    yield _mistaken(library)


def _row(what: str, text: str, name: str, other: str, bar: str) -> Row:
    ours, theirs, ratio = paired(RUNS, lambda: _took(text), lambda: _took(other))
    return Row(what, milliseconds(ours), f"{name}, {milliseconds(theirs)}", ratio, bar)


def _took(text: str) -> float:
    return seconds(lambda: Redaction().mask(text))


def _mistaken(library: str) -> Row:
    masked = sum("[REDACTED:" in line for line in Redaction().mask(library).split("\n"))
    count = library.count("\n")
    what = "lines of the standard library taken for secrets"
    return Row(what, str(masked), f"{count:,} lines", masked / count, "")


def _library() -> str:
    """Join the modules of the standard library, its tests left out: those hold sample keys."""
    folder = Path(sysconfig.get_path("stdlib"))
    return "\n".join(path.read_text("utf-8", "replace") for path in sorted(folder.glob("*.py")))
