"""How much processor time a large lock file takes, and that it grows with the lines alone."""

from collections.abc import Iterator

from bench.measuring import Row, milliseconds, paired, processor_seconds
from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.findings.lockfiles import rule
from reviewer.redaction.scan import Redaction

RUNS = 9
LINES = 100_000
_ENTRY = (
    '    "node_modules/package-{n}": {{',
    '      "version": "1.{n}.0",',
    '      "resolved": "https://registry.npmjs.org/package-{n}/-/package-{n}-1.{n}.0.tgz",',
    '      "integrity": "sha512-{n:086d}=="',
    "    }},",
)


def rows() -> Iterator[Row]:
    """Measure a new lock file of npm, beside one of half its lines."""
    whole, half = _added(LINES), _added(LINES // 2)
    ours, theirs, ratio = paired(RUNS, lambda: _took(whole), lambda: _took(half))
    what, other = f"lock file of {LINES:,} added lines", f"half of it, {milliseconds(theirs)}"
    yield Row(what, milliseconds(ours), other, ratio, "2.5")


def _took(file: ChangedFile) -> float:
    return processor_seconds(lambda: rule.compare(file, None).find(Redaction()))


def _added(count: int) -> ChangedFile:
    entries = range(count // len(_ENTRY))
    texts = (
        "{",
        '  "packages": {',
        *(row.format(n=n) for n in entries for row in _ENTRY),
        "}",
        "}",
    )
    lines = tuple(Line(LineKind.ADDED, None, n, text) for n, text in enumerate(texts, 1))
    return ChangedFile("package-lock.json", "added", (Hunk(lines),))
