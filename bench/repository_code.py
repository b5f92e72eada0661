"""How long it takes to find names in a repository of 50 MB, and how much memory that takes."""

import resource
import subprocess
import sys
from collections.abc import Iterator

from bench.measuring import Row, megabytes, milliseconds, paired, seconds
from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.context.repository.repository_code import RepositorySearch

RUNS = 3
BYTES = 50_000_000
MOST_TIME, MOST_MEMORY = "2 s", "300 MB"
_NAMES = 100
# About 200 kB of code as people write it: a name of the change is in every tenth function.
_FUNCTION = '''\
    def read_part_{n}(self, source: Source, limit: int = {n}) -> list[Part]:
        """Return the parts of a source, at most `limit`; raises ValueError for a wrong one."""
        found = [part for part in source.parts if part.number <= limit]
        if not found:
            raise ValueError(f"{{source.name}} has no part below {{limit}}")
        return self.changed_{changed}(found) if found[0].first else sorted(found, key=Part.order)

'''
_FUNCTIONS = 500


def rows() -> Iterator[Row]:
    """Measure a search, beside splitting the same text at its white space once."""
    texts = tuple(_write())
    ours, theirs, ratio = paired(
        RUNS,
        lambda: seconds(lambda: RepositorySearch(_change(), texts, lambda _: None)),
        lambda: seconds(lambda: [len(text.split()) for _, text in texts]),
    )
    what = f"find {2 * _NAMES} names in {megabytes(BYTES)} of code"
    other = f"splitting it at white space, {milliseconds(theirs)}"
    yield Row(what, milliseconds(ours), other, ratio, MOST_TIME)
    command = [sys.executable, "-c", "from bench import repository_code as r; r.print_memory()"]
    more = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    text = f"the text itself, {megabytes(BYTES)}"
    yield Row(f"memory to {what}", megabytes(more), text, more / BYTES, MOST_MEMORY)


def print_memory() -> None:
    """Print the bytes of memory that a search takes beside the texts themselves."""
    texts = tuple(_write())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    RepositorySearch(_change(), texts, lambda _: None)
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)


def _write() -> Iterator[tuple[str, str]]:
    written = count = 0
    while written < BYTES:
        functions = (
            _FUNCTION.format(n=count + n, changed=n % _NAMES if n % 10 == 0 else f"not_{n}")
            for n in range(_FUNCTIONS)
        )
        text = "class Reader:\n" + "".join(functions)
        written += len(text)
        count += _FUNCTIONS
        yield f"src/part{count % 50}/file{count}.py", text


def _change() -> tuple[ChangedFile, ...]:
    removed = (f"def changed_{n}(parts):" for n in range(_NAMES))
    added = (f"    used_{n}(parts)" for n in range(_NAMES))
    lines = (
        *(Line(LineKind.REMOVED, n, None, text) for n, text in enumerate(removed, 1)),
        *(Line(LineKind.ADDED, None, n, text) for n, text in enumerate(added, 1)),
    )
    return (ChangedFile("src/part1/changed.py", "modified", (Hunk(lines),)),)
