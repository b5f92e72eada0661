"""A terminal in place of the Actions runner: plain lines instead of workflow commands."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from reviewer.adapters.runner.actions import Runner, without_commands


class Terminal(Runner):
    """Prints annotations and groups as plain lines; outputs and summary still go to files."""

    @contextlib.contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Print a title above the lines of the block."""
        self.say(f"{title}:")
        yield

    def mask(self, value: str) -> None:
        """Do nothing: no runner reads the output."""

    def _annotate(self, level: str, message: str, **properties: str | int) -> None:
        place = f"{properties['file']}:{properties['line']}: " if properties.get("file") else ""
        self.say(f"{level}: {place}{message}")


def show(markdown: str, stream: TextIO = sys.stdout) -> None:
    """Print Markdown, formatted on a terminal and unchanged into a file or a pipe.

    In a workflow the runner reads the output, so whatever looks like a workflow command is broken.
    """
    if not stream.isatty():
        in_workflow = os.environ.get("GITHUB_ACTIONS") == "true"
        stream.write(f"{without_commands(markdown) if in_workflow else markdown}\n")
        return
    try:
        from rich.console import Console
        from rich.markdown import Markdown
    except ImportError:
        stream.write(f"{markdown}\n")
        return
    # The text of a link could name another address than its target.
    Console(file=stream).print(Markdown(markdown, hyperlinks=False))
