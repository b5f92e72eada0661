"""A terminal in place of the Actions runner: plain lines instead of workflow commands."""

import contextlib
import io
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TextIO

from reviewer.adapters.runner.actions import Runner, without_commands
from reviewer.text import invisible

if TYPE_CHECKING:
    from reviewer.adapters.runner.progress_bar import ProgressBar


class Terminal(Runner):
    """Prints annotations and groups as plain lines; outputs and summary still go to files.

    Lines about the findings are left out, because the review that follows shows them. `bar` is
    shown below the lines, where there is one; `translate` puts messages into the words of a shell.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        stream: TextIO,
        *,
        bar: "ProgressBar | None" = None,
        translate: Callable[[str], str] = str,
    ) -> None:
        """Write to `stream`, and the job summary to the file that `environ` names."""
        super().__init__(environ, stream)
        self._bar = bar
        self.translate = translate

    @contextlib.contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Print a title above the lines of the block, or in front of the bar."""
        if self._bar:
            self._bar.describe(self._clean(title))
        else:
            self.say(f"{title} ...")
        yield

    def mask(self, value: str) -> None:
        """Do nothing: no runner reads the output."""

    def move(self, done: int, total: int) -> None:
        """Move the bar, if there is one, and say what is waited for.

        After the last of these requests there may be those that depend on all replies.
        """
        if self._bar:
            self._bar.move(done, total)
            waits = "Wait for the model" if done < total else "Verification and overview"
            self._bar.describe(waits)

    def _annotate(self, level: str, message: str, **properties: str | int) -> None:
        place = ":".join(str(properties[each]) for each in ("file", "line") if properties.get(each))
        if place and level != "error":
            return
        if place and _names_its_place(message, **properties):
            place = ""
        text = f"{place}: {message}" if place else self.translate(message)
        first, *more = text.splitlines() or [""]
        self.say(f"{level}: {first}")
        for line in more:
            self.say(f"  {line}")

    def _clean(self, text: str) -> str:
        if _is_in_workflow():
            return super()._clean(text)
        return invisible.show(self.secrets.mask(text)).replace("\r\n", "\n")

    def _write(self, line: str) -> None:
        if self._bar:
            self._bar.print_above(line)
        else:
            super()._write(line)


def _names_its_place(message: str, file: object, line: object = 0, **_: object) -> bool:
    """Return True if a message begins with the file that it is about, as those on settings do."""
    return message.startswith(str(file)) and (not line or f", line {line}" in message)


def draws_bars(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return True if a line can be drawn again and again: on a terminal that a person sees."""
    return stream.isatty() and environ.get("TERM", "dumb") != "dumb" and not _is_in_workflow()


def show_cursor(stream: TextIO) -> None:
    """Show the cursor that a bar has hidden; for an end without a way back through the bar."""
    if stream.isatty():
        # Not through the stream, which may be in the middle of a write.
        os.write(stream.fileno(), b"\x1b[?25h")


def has_colours() -> bool:
    """Return True if text may have colours (https://no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def follow_log(terminal: Terminal, *, verbose: bool) -> None:
    """Print warnings only, unless `verbose`, and move the bar with each record that has a count."""

    class Follower(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            done, total = getattr(record, "done", None), getattr(record, "total", None)
            if isinstance(done, int) and isinstance(total, int):
                terminal.move(done, total)

    logger = logging.getLogger("reviewer")
    logger.addHandler(Follower())
    if not verbose:
        for handler in logging.getLogger().handlers:
            handler.setLevel(logging.WARNING)


def write(text: str, stream: TextIO | None = None, *, is_json: bool = False) -> None:
    """Print a text and a line feed; a reader that has gone, such as `head`, is no error.

    In a workflow the runner reads the output, so whatever looks like a workflow command is broken.
    JSON has been made safe in its own way.
    """
    out = stream or sys.stdout
    safe = without_commands(text) if _is_in_workflow() and not is_json else text
    if isinstance(out, io.TextIOWrapper):
        # A file name may hold bytes that are no UTF-8.
        out.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        out.write(f"{safe}\n")
        out.flush()
    except BrokenPipeError:
        # Python would complain again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def write_markdown(markdown: str, stream: TextIO | None = None) -> None:
    """Print Markdown of ours as the text that a browser would show; see `write`."""
    out = stream or sys.stdout
    try:
        from rich.console import Console
        from rich.markdown import Markdown
    except ImportError:
        write(markdown, out)
        return
    width = None if out.isatty() else 120
    console = Console(width=width, file=out)
    with console.capture() as shown:
        # The text of a link could name another address than its target.
        console.print(Markdown(markdown.replace("\u200b", ""), hyperlinks=False))
    write("\n".join(line.rstrip() for line in shown.get().split("\n")).rstrip("\n"), out)


def _is_in_workflow() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"
