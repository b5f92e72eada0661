"""A person's terminal in the place of the Actions runner: plain lines instead of commands."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from reviewer.adapters.runner.actions import Runner, without_commands


class Terminal(Runner):
    """Says on its stream what a run does; outputs and the report go to files as in a workflow."""

    @contextlib.contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Print a title over what follows."""
        self.say(f"{title}:")
        yield

    def mask(self, value: str) -> None:
        """Do nothing: no runner reads along."""

    def _annotate(self, level: str, message: str, **properties: str | int) -> None:
        place = f"{properties['file']}:{properties['line']}: " if properties.get("file") else ""
        self.say(f"{level}: {place}{message}")


def show(markdown: str, stream: TextIO = sys.stdout) -> None:
    """Print Markdown; what goes to a file or into a pipe stays as it is, but in a workflow.

    There the runner reads along, and code that is quoted may look like a command to it.
    """
    if not stream.isatty():
        heard = os.environ.get("GITHUB_ACTIONS") == "true"
        stream.write(f"{without_commands(markdown) if heard else markdown}\n")
        return
    try:
        from rich.console import Console
        from rich.markdown import Markdown
    except ImportError:
        stream.write(f"{markdown}\n")
        return
    # Links could say one thing and lead to another.
    Console(file=stream).print(Markdown(markdown, hyperlinks=False))
