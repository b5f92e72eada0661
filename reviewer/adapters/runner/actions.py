"""The Actions runner: its log, annotations, step outputs and the job summary."""

import contextlib
import io
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO, cast

from reviewer import project
from reviewer.redaction.run_secrets import SHORTEST, Secrets

if TYPE_CHECKING:
    from types import TracebackType

# Annotations per level, and characters of each: the runner silently drops or cuts what exceeds
# these (ExecutionContext.cs).
_ANNOTATIONS_PER_LEVEL = 10
_LONGEST_MESSAGE = 4096
# Bytes. GitHub rejects the whole summary of a step above 1 MiB.
_SUMMARY_BYTES = 900_000
_LONGEST_FENCE = 64
_CUT = "\n\nThe rest is left out: GitHub takes no more than 1 MiB of summary from a step.\n"
_ZWSP = "\u200b"
_COMMAND = re.compile(r"(^[^\S\n]*:)(:)", re.MULTILINE)


class Runner:
    """Everything that the process reports to the runner.

    Any text may be untrusted: it cannot start a workflow command, add a line of its own or show a
    secret that `secrets` knows.
    """

    def __init__(self, environ: Mapping[str, str], stream: TextIO | None = None) -> None:
        """Write to `stream`, by default standard output, in UTF-8 whatever the locale is."""
        self.secrets = Secrets(())
        self._stream = stream or sys.stdout
        if isinstance(self._stream, io.TextIOWrapper):
            self._stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        self._output = environ.get("GITHUB_OUTPUT", "")
        self._summary = environ.get("GITHUB_STEP_SUMMARY", "")
        self._summary_full = False
        self._annotations = Counter[str]()
        self._start = time.monotonic()
        self._collected: dict[str, str] | None = None

    def hide(self, secrets: Sequence[str]) -> None:
        """Hide these secrets in whatever is written from now on, and in the whole job's log."""
        self.secrets = Secrets(secrets)
        for secret in secrets:
            # The runner would hide a short word such as "none" wherever it is in the job's log.
            if len(secret) >= SHORTEST:
                self.mask(secret)

    @contextlib.contextmanager
    def part(self) -> Iterator[Mapping[str, str]]:
        """Yield the outputs that the block sets, for one of several pull requests; none is written.

        The time starts again.
        """
        self._start = time.monotonic()
        self._collected = {}
        try:
            yield self._collected
        finally:
            self._collected = None

    @property
    def elapsed(self) -> float:
        """Seconds since this object was created, or since the present part began."""
        return time.monotonic() - self._start

    def say(self, text: str) -> None:
        """Print one plain line."""
        self._write(_join_lines(self._clean(text)))

    def notice(
        self, message: str, *, title: str = "", file: str = "", line: int = 0, column: int = 0
    ) -> None:
        """Write an annotation of level notice; `line` and `column` start at 1, 0 omits them."""
        self._annotate("notice", message, title=title, file=file, line=line, col=column)

    def warning(
        self, message: str, *, title: str = "", file: str = "", line: int = 0, column: int = 0
    ) -> None:
        """Write an annotation of level warning; see `notice`."""
        self._annotate("warning", message, title=title, file=file, line=line, col=column)

    def error(
        self, message: str, *, title: str = "", file: str = "", line: int = 0, column: int = 0
    ) -> None:
        """Write an annotation of level error; see `notice`."""
        self._annotate("error", message, title=title, file=file, line=line, col=column)

    @contextlib.contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold the lines that are printed inside the block under a title."""
        self._write(f"::group::{_escape_data(self._clean(title))}")
        try:
            yield
        finally:
            self._write("::endgroup::")

    def mask(self, value: str) -> None:
        """Make the runner hide a value, line by line, in the log of the whole job."""
        for line in value.replace("\r", "\n").split("\n"):
            if line.strip():
                self._write(f"::add-mask::{_escape_data(line)}")

    def output(self, name: str, value: str) -> None:
        """Set an output of the step; does nothing outside of a workflow."""
        self.outputs({name: value})

    def outputs(self, values: Mapping[str, str]) -> None:
        """Set outputs of the step by name; see `output`."""
        if self._collected is not None:
            self._collected.update(values)
            return
        masked = self.secrets.mask_all(values.values())
        delimiter = next(each for each in iter(_make_delimiter, "") if each not in "".join(masked))
        for name, value in zip(values, masked, strict=True):
            self._append(self._output, f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    def summary(self, markdown: str) -> None:
        """Append to the job summary, up to 900 kB in all; what does not fit is cut with a note."""
        if self._summary_full or not self._summary:
            return
        text = self.secrets.mask(markdown).rstrip("\n") + "\n\n"
        room = _SUMMARY_BYTES - _size(self._summary)
        if len(text.encode(errors="replace")) > room:
            self._summary_full = True
            text = _cut(text, room - len(_CUT) - _LONGEST_FENCE)
        self._append(self._summary, text)

    def _annotate(self, level: str, message: str, **properties: str | int) -> None:
        message = self._clean(message)
        if len(message) > _LONGEST_MESSAGE:
            message = message[: _LONGEST_MESSAGE - 1] + "…"
        self._annotations[level] += 1
        if self._annotations[level] > _ANNOTATIONS_PER_LEVEL:
            place = f" {properties['file']}:{properties['line']}:" if properties["file"] else ""
            self._write(_join_lines(self._clean(f"{level}:{place} ") + message))
            return
        given = ",".join(
            f"{key}={_escape_property(self._clean(str(value)))}"
            for key, value in properties.items()
            if value
        )
        self._write(
            f"::{level} {given}::{_escape_data(message)}"
            if given
            else f"::{level}::{_escape_data(message)}"
        )

    def _clean(self, text: str) -> str:
        """Mask secrets, make invisible characters visible, break both forms of workflow command.

        The runner takes "::name::" at the start of a line and "##[name]" anywhere in it as
        commands (ActionCommand.cs).
        """
        text = self.secrets.mask(text)
        if not (text.isascii() and text.isprintable()):
            # Not needed by a run that has nothing to do.
            from reviewer.text import invisible

            text = invisible.show(text).replace("\r\n", "\n")
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
                f"{path} could not be written ({error.strerror}): the disk is full or the file is "
                "not writable. The review goes on without this output.",
                title="Runner file not written",
            )


def without_commands(text: str) -> str:
    """Return a text of many lines in which the runner finds no workflow command."""
    return _COMMAND.sub(rf"\1{_ZWSP}\2", text).replace("##[", f"#{_ZWSP}#[")


def _join_lines(text: str) -> str:
    return text.replace("\n", "\\n")


def _escape_data(text: str) -> str:
    """Escape the message of a command as actions/toolkit does (command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _make_delimiter() -> str:
    return f"ghadelimiter_{os.urandom(16).hex()}"


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return 0


def _cut(markdown: str, room: int) -> str:
    """Return the lines that fit into `room` bytes, with a closed code fence and a note."""
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
    """Print uncaught exceptions as escaped lines; `install_logging` adds those of threads."""

    def report(
        kind: type[BaseException], error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        import traceback

        what = traceback.format_exception_only(kind, error)[-1].strip()
        runner.error(
            f"{what} This is a bug in the reviewer; please report it. "
            f"Help: {project.help_address('unexpected')}",
            title="Unexpected error",
        )
        with runner.group("Traceback"):
            for entry in traceback.format_exception(kind, error, trace):
                for line in entry.rstrip("\n").split("\n"):
                    runner.say(line)

    sys.excepthook = report
    sys.unraisablehook = lambda args: report(args.exc_type, args.exc_value, args.exc_traceback)


def install_logging(runner: Runner) -> None:
    """Print log records: ours from INFO on, those of libraries from WARNING on.

    Exceptions of threads are printed as those of the process are. A run with nothing to do has no
    threads and does not import what they need.
    """
    import logging
    import threading

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            runner.say(f"[{runner.elapsed:5.1f}s] {self.format(record)}")

    def is_shown(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or record.name.split(".")[0] == "reviewer"

    handler = Handler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.addFilter(is_shown)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # Without a value, Python's own hook and ours take None, which typeshed does not say.
    threading.excepthook = lambda args: sys.excepthook(
        args.exc_type, cast("BaseException", args.exc_value), args.exc_traceback
    )
