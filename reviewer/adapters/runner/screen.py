"""A review on a screen: laid out by rich where it is installed, else as the Markdown that it is."""

import os
import sys
from typing import TextIO

from reviewer.adapters.runner.actions import without_commands


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
