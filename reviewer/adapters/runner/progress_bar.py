"""A line at the foot of a terminal that says how far the review is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

_LONGEST = 60


class _Count(MofNCompleteColumn):
    """Shows "2/7"; nothing before the number of requests is known."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.total is not None else Text()


class ProgressBar:
    """Shows a title and the requests that are done; disappears at the end.

    Its texts must hold no control characters. They are no markup: rich would take `[red]` for it.
    """

    def __init__(self, stream: TextIO) -> None:
        """Prepare to draw on a terminal."""
        console = Console(file=stream, markup=False, highlight=False, emoji=False)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            _Count(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("Start", total=None)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the bar inside the block."""
        with self._progress:
            yield

    def describe(self, title: str) -> None:
        """Say what is being done."""
        self._progress.update(self._task, description=title[:_LONGEST])

    def move(self, done: int, total: int) -> None:
        """Say how many requests are done; their number may grow."""
        self._progress.update(self._task, completed=done, total=total)

    def print_above(self, line: str) -> None:
        """Print a line that stays, above the bar."""
        self._progress.console.print(Text(line), soft_wrap=True)
