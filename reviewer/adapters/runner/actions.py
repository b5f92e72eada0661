"""The Actions runner: the only place that writes to its log, its outputs and the job summary."""

import contextlib
import io
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TextIO

from reviewer.redaction.run_secrets import Secrets
from reviewer.text import invisible

if TYPE_CHECKING:
    from types import TracebackType

# Runner, ExecutionContext.cs: what exceeds these is dropped or cut without a word.
_ANNOTATIONS_PER_LEVEL = 10
_LONGEST_MESSAGE = 4096
# GitHub refuses a step's whole summary above 1 MiB.
_SUMMARY_BYTES = 900_000
_LONGEST_FENCE = 64
_CUT = "\n\nThe rest is left out: GitHub takes no more than 1 MiB of summary from a step.\n"
_ZWSP = "\u200b"
_COMMAND = re.compile(r"(^[^\S\n]*:)(:)", re.MULTILINE)


class Runner:
    """What the process says to the runner.

    Every text may be untrusted: none of it can start a workflow command, forge a second line or
    show a secret that `secrets` knows.
    """

    def __init__(self, environ: Mapping[str, str], stream: TextIO | None = None) -> None:
        """Write to `stream` (standard output) in UTF-8, whatever the locale says."""
        self.secrets = Secrets(())
        self._stream = stream or sys.stdout
        if isinstance(self._stream, io.TextIOWrapper):
            self._stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        self._output = environ.get("GITHUB_OUTPUT", "")
        self._summary = environ.get("GITHUB_STEP_SUMMARY", "")
        self._summary_full = False
        self._annotations = Counter[str]()
        self._start = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since this object was made."""
        return time.monotonic() - self._start

    def say(self, text: str) -> None:
        """Print one plain line."""
        self._write(_one_line(self._harmless(text)))

    def notice(
        self, message: str, *, title: str = "", file: str = "", line: int = 0, column: int = 0
    ) -> None:
        """Annotate without alarm; `line` and `column` count from 1, 0 leaves them out."""
        self._annotate("notice", message, title=title, file=file, line=line, col=column)

    def warning(
        self, message: str, *, title: str = "", file: str = "", line: int = 0, column: int = 0
    ) -> None:
        """Annotate what went less well than it should."""
        self._annotate("warning", message, title=title, file=file, line=line, col=column)

    def error(
        self, message: str, *, title: str = "", file: str = "", line: int = 0, column: int = 0
    ) -> None:
        """Annotate what made the run fail."""
        self._annotate("error", message, title=title, file=file, line=line, col=column)

    @contextlib.contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold the lines printed inside under a title."""
        self._write(f"::group::{_data(self._harmless(title))}")
        try:
            yield
        finally:
            self._write("::endgroup::")

    def mask(self, value: str) -> None:
        """Have the runner hide a value in the whole job's log, each of its lines by itself."""
        for line in value.replace("\r", "\n").split("\n"):
            if line.strip():
                self._write(f"::add-mask::{_data(line)}")

    def output(self, name: str, value: str) -> None:
        """Set an output of the step; outside of a workflow nothing happens."""
        self.outputs({name: value})

    def outputs(self, values: Mapping[str, str]) -> None:
        """Set outputs of the step by name."""
        masked = self.secrets.mask_all(values.values())
        delimiter = next(each for each in iter(_delimiter, "") if each not in "".join(masked))
        for name, value in zip(values, masked, strict=True):
            self._append(self._output, f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    def summary(self, markdown: str) -> None:
        """Append to the job summary, up to 900 kB; what does not fit is cut, and that is said."""
        if self._summary_full or not self._summary:
            return
        text = self.secrets.mask(markdown).rstrip("\n") + "\n\n"
        room = _SUMMARY_BYTES - _size(self._summary)
        if len(text.encode(errors="replace")) > room:
            self._summary_full = True
            text = _cut(text, room - len(_CUT) - _LONGEST_FENCE)
        self._append(self._summary, text)

    def _annotate(self, level: str, message: str, **properties: str | int) -> None:
        message = self._harmless(message)
        if len(message) > _LONGEST_MESSAGE:
            message = message[: _LONGEST_MESSAGE - 1] + "…"
        self._annotations[level] += 1
        if self._annotations[level] > _ANNOTATIONS_PER_LEVEL:
            place = f" {properties['file']}:{properties['line']}:" if properties["file"] else ""
            self._write(_one_line(self._harmless(f"{level}:{place} ") + message))
            return
        given = ",".join(
            f"{key}={_property(self._harmless(str(value)))}"
            for key, value in properties.items()
            if value
        )
        self._write(
            f"::{level} {given}::{_data(message)}" if given else f"::{level}::{_data(message)}"
        )

    def _harmless(self, text: str) -> str:
        """Mask secrets, show what is invisible, break both forms of workflow command.

        ActionCommand.cs takes "::name::" at the start of a line and "##[name]" anywhere in it.
        """
        text = invisible.show(self.secrets.mask(text)).replace("\r\n", "\n")
        for _ in range(2):
            text = text.replace("::", f":{_ZWSP}:")
        return text.replace("##[", f"#{_ZWSP}#[")

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()

    def _append(self, path: str, text: str) -> None:
        if not path:
            return
        try:
            # pathlib would cost every start 3 ms, here and below.
            with open(path, "a", encoding="utf-8", errors="replace", newline="\n") as file:  # noqa: PTH123
                file.write(text)
        except OSError as error:
            self.warning(
                f"{path} could not be written ({error.strerror}). The disk is full or the file is "
                "not writable. What belongs there is missing; the review itself goes on.",
                title="Runner file not written",
            )


def without_commands(text: str) -> str:
    """Break what the runner would take for a workflow command in a text of many lines."""
    return _COMMAND.sub(rf"\1{_ZWSP}\2", text).replace("##[", f"#{_ZWSP}#[")


def _one_line(text: str) -> str:
    return text.replace("\n", "\\n")


def _data(text: str) -> str:
    """Escape the message of a command as actions/toolkit does (command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _delimiter() -> str:
    return f"ghadelimiter_{os.urandom(16).hex()}"


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return 0


def _cut(markdown: str, room: int) -> str:
    """Keep whole lines in `room` bytes, close an open code fence and say what happened."""
    kept = markdown.encode(errors="replace")[: max(0, room)].decode(errors="ignore")
    lines = kept.split("\n")[:-1]
    fence = ""
    for line in lines:
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if not fence and len(ticks) >= len("```"):
            fence = ticks
        elif fence and ticks.startswith(fence) and ticks == line:
            fence = ""
    return "\n".join([*lines, fence]) + _CUT


def install_excepthooks(runner: Runner) -> None:
    """Print uncaught exceptions as escaped single lines, from whatever thread they come."""
    import threading

    def report(
        kind: type[BaseException], error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        import traceback

        what = traceback.format_exception_only(kind, error)[-1].strip()
        runner.error(
            f"{what} This is a bug in the reviewer; please report it.", title="Unexpected error"
        )
        with runner.group("Traceback"):
            for entry in traceback.format_exception(kind, error, trace):
                for line in entry.rstrip("\n").split("\n"):
                    runner.say(line)

    sys.excepthook = report
    threading.excepthook = lambda args: report(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: report(args.exc_type, args.exc_value, args.exc_traceback)


def install_logging(runner: Runner) -> None:
    """Print the log records of all libraries, ours from INFO on, those of others from WARNING."""
    import logging

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            runner.say(f"[{runner.elapsed:5.1f}s] {self.format(record)}")

    def audible(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or record.name.split(".")[0] == "reviewer"

    handler = Handler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.addFilter(audible)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
