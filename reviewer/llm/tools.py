"""The tools that a model may call: they read the reviewed commit and have no other effect."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated, Any

import re2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewer.config.globs import Patterns
from reviewer.errors import WorkspaceError
from reviewer.llm import text_search
from reviewer.llm.text_search import LinePattern
from reviewer.ports import Workspace
from reviewer.prompt import Tool, ToolCall
from reviewer.text import truncate

log = logging.getLogger(__name__)

LARGEST_RESULT = 16_000
"""Characters of one result; model servers accept about four times as many."""
LARGEST_RUN = 1_000_000
"""Characters of all results of a run, because each is paid for again with every later turn."""
SECONDS_OF_CALL = 10.0
"""Seconds that a listing or search may take; RE2 reads 50 million characters in about one."""
SECONDS_OF_RUN = 120.0
"""Seconds of all calls of a run together, so that the model's wishes leave time for reviewing."""
_MOST_LINES = 400
_MOST_MATCHES = 100
_MOST_PATHS = 300
_LONGEST_LINE = 300
MOST_SEARCHED = 50_000_000
"""Characters that one search reads."""
# Paths that are compared with a pattern before the clock is looked at.
_PATHS_AT_ONCE = 1_000
_TOO_LONG = "the {} ended early: it took too long"
_Glob = Annotated[str, Field(max_length=256)]
_Line = Annotated[int, Field(ge=1, le=10_000_000)]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Read(_Arguments):
    path: Annotated[str, Field(max_length=4_096)]
    first_line: _Line = 1


class _List(_Arguments):
    glob: _Glob = "**"


class _Search(_Arguments):
    pattern: Annotated[str, Field(min_length=1, max_length=256)]
    glob: _Glob = "**"


_TOOLS: dict[str, tuple[type[_Arguments], str]] = {
    "read_file": (_Read, f"Show up to {_MOST_LINES} numbered lines of a file of the new version."),
    "list_files": (_List, "List the files of the new version that match a gitignore pattern."),
    "search": (_Search, "Find lines of the new version that match a regular expression (RE2)."),
}
OFFERED = tuple(
    Tool(name, about, shape.model_json_schema()) for name, (shape, about) in _TOOLS.items()
)


class WorkspaceTools:
    """Runs the tool calls of one run over its workspace; safe to share between threads."""

    def __init__(
        self,
        workspace: Workspace,
        fence: Callable[[str], str],
        remaining: Callable[[], float],
        *,
        most_searched: int = MOST_SEARCHED,
    ) -> None:
        """Set where files are read; `fence` marks their text as data, as `Prompts.fence` does.

        `remaining` returns the seconds until the run has to publish; it is the only clock here.
        One search reads at most `most_searched` characters.
        """
        self._workspace = workspace
        self._fence = fence
        self._remaining = remaining
        self._most_searched = most_searched
        self._left = LARGEST_RUN
        self._seconds_left = SECONDS_OF_RUN
        self._lock = Lock()

    def run(self, call: ToolCall) -> str:
        """Return the fenced result of a call; for an invalid call, a refusal with the reason.

        At most about LARGEST_RESULT characters; a refusal once the run has read LARGEST_RUN, has
        spent SECONDS_OF_RUN on calls, or has to publish. A call ends after SECONDS_OF_CALL with
        what it has.
        """
        before = self._remaining()
        with self._lock:
            allowed = min(SECONDS_OF_CALL, self._seconds_left, before)
        try:
            text = self._dispatch(call, _Timer(self._remaining, before - allowed))
        except (WorkspaceError, ValueError, re2.error) as refused:
            reason = _reason(refused)
            log.info("A call of the tool %s was refused: %s", call.name[:50], reason)
            text = f"Refused: {reason}"
        with self._lock:
            self._seconds_left -= before - self._remaining()
        return self._charge(self._fence(_cut(text)))

    def _dispatch(self, call: ToolCall, timer: "_Timer") -> str:
        if call.name not in _TOOLS:
            raise ValueError(f"there is no tool of this name; the tools are {', '.join(_TOOLS)}")
        if timer.is_over():
            raise ValueError("this run has no time left for tools; reply now")
        match _TOOLS[call.name][0].model_validate(_parse_arguments(call.arguments)):
            case _Read(path=path, first_line=first):
                return _render_lines(self._workspace.read(path), first)
            case _List(glob=glob):
                return _render_paths(self._find_matches(glob, timer), timer)
            case _Search(pattern=pattern, glob=glob):
                return self._search(pattern, glob, timer)
            case other:  # pragma: no cover
                raise AssertionError(other)

    def _find_matches(self, glob: str, timer: "_Timer") -> Iterator[str]:
        patterns = Patterns.parse((glob,))
        for number, path in enumerate(self._workspace.paths()):
            if number % _PATHS_AT_ONCE == 0 and timer.is_over():
                return
            if patterns.verdict(path):
                yield path

    def _search(self, pattern: str, glob: str, timer: "_Timer") -> str:
        compiled = LinePattern(pattern)
        found = _Matches()
        room = self._most_searched
        for path in self._find_matches(glob, timer):
            if timer.is_over():
                break
            text = self._workspace.near(path)
            if text is None:
                found.unread += 1
                continue
            room -= len(text)
            if room < 0:
                return found.render("the search ended before all files were read")
            found.cut_lines |= text_search.has_long_line(text)
            for number, line in compiled.find_lines(text, timer.is_over):
                found.rows.append(f"{path}:{number}: {_shorten(line)}")
                if len(found.rows) > _MOST_MATCHES:
                    return found.render(f"more than {_MOST_MATCHES} lines match")
        return found.render(_TOO_LONG.format("search") if timer.has_ended else "")

    def _charge(self, text: str) -> str:
        with self._lock:
            self._left -= len(text)
            return text if self._left >= 0 else "Refused: this run has read enough."


@dataclass(slots=True)
class _Timer:
    """Ends a call when `remaining` has come down to `end`."""

    remaining: Callable[[], float]
    end: float
    has_ended: bool = False

    def is_over(self) -> bool:
        """Look at the clock."""
        self.has_ended = self.has_ended or self.remaining() <= self.end
        return self.has_ended


@dataclass(slots=True)
class _Matches:
    """The lines that a search found, and what it could not read."""

    rows: list[str] = field(default_factory=list)
    unread: int = 0
    cut_lines: bool = False

    def render(self, limit: str) -> str:
        """Return the lines, and notes about what was left out."""
        unread = f"{self.unread} files were not searched: they are not at hand"
        parts = f"lines of more than {text_search.PIECE:,} characters were searched in parts"
        notes = (limit, unread if self.unread else "", parts if self.cut_lines else "")
        rows = "\n".join(self.rows[:_MOST_MATCHES]) or "No line matches."
        return rows + "".join(f"\n({note})" for note in notes if note)


def _parse_arguments(text: str) -> Any:  # noqa: ANN401 - whatever the model wrote
    try:
        return json.loads(text or "{}")
    except RecursionError:
        raise ValueError("the arguments are nested too deeply") from None


def _reason(refused: Exception) -> str:
    if isinstance(refused, ValidationError):
        first = refused.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the arguments'}: {first['msg']}"[:300]
    return str(refused)[:300]


def _render_lines(text: str, first: int) -> str:
    lines = text.split("\n")
    shown = lines[first - 1 : first - 1 + _MOST_LINES]
    rows = [f"{n:>6}  {_shorten(line)}" for n, line in enumerate(shown, first)]
    if not rows:
        return f"The file has {len(lines)} lines."
    left = len(lines) - first + 1 - len(shown)
    return "\n".join(rows) + (f"\n({left} more lines)" if left > 0 else "")


def _render_paths(paths: Iterable[str], timer: _Timer) -> str:
    rows = list(paths)
    more = f"\n({len(rows) - _MOST_PATHS} more files)" if len(rows) > _MOST_PATHS else ""
    late = f"\n({_TOO_LONG.format('listing')})" if timer.has_ended else ""
    return ("\n".join(rows[:_MOST_PATHS]) or "No file matches.") + more + late


def _shorten(line: str) -> str:
    return truncate.shorten(line.removesuffix("\r"), _LONGEST_LINE)


def _cut(text: str) -> str:
    if len(text) <= LARGEST_RESULT:
        return text
    kept = text[:LARGEST_RESULT].rpartition("\n")[0] or text[:LARGEST_RESULT]
    return f"{kept}\n(cut: request less)"
