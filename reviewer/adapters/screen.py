"""A review on a screen: laid out by rich where it is installed, else as the Markdown that it is."""

import sys
from typing import TextIO


def show(markdown: str, stream: TextIO = sys.stdout) -> None:
    """Print Markdown; what goes to a file or into a pipe stays as it is."""
    if not stream.isatty():
        stream.write(f"{markdown}\n")
        return
    try:
        from rich.console import Console
        from rich.markdown import Markdown
    except ImportError:
        stream.write(f"{markdown}\n")
        return
    # Links could say one thing and lead to another.
    Console(file=stream).print(Markdown(markdown, hyperlinks=False))
