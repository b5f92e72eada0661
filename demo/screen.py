"""What the demo prints: sections, facts in two columns, and the action's log as GitHub shows it."""

import shutil
import textwrap

from tests.loopback import runner_log
from tests.loopback.runner_log import Command

# Wide enough for a log line, narrow enough to be read.
WIDTH = min(96, shutil.get_terminal_size((96, 24)).columns)
_COLUMN = 10


def title(text: str) -> None:
    """Begin a section."""
    print(f"\n── {text} {'─' * max(0, WIDTH - len(text) - 4)}", flush=True)


def fact(name: str, text: str) -> None:
    """Print one thing worth knowing, its name in the left column."""
    indent = " " * _COLUMN
    print(
        textwrap.fill(
            text,
            WIDTH,
            initial_indent=name.ljust(_COLUMN),
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ),
        flush=True,
    )


def log(line: str) -> None:
    """Print a line of the action's log, with its workflow commands as the runner shows them."""
    said = runner_log.commands(line)
    text = _command(said[0]) if said else line.rstrip("\n")
    if text:
        print(textwrap.indent(text, "  "), flush=True)


def _command(command: Command) -> str:
    match command.name:
        case "group":
            return f"▸ {command.message}"
        case "notice" | "warning" | "error":
            title = command.properties.get("title", "")
            return f"{command.name}: {title}: {command.message}"
        case _:
            # The runner obeys the others without a word.
            return ""


def comment(body: str) -> None:
    """Print the comment's Markdown; of what it remembers for the next run, only the length."""
    for line in body.rstrip("\n").split("\n"):
        hidden = line.startswith("<!--") and len(line) > WIDTH
        print(f"{line[:40]}… ({len(line):,} characters) -->" if hidden else line)
