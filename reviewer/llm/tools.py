"""The tools that a model may call: they read the reviewed commit and have no other effect."""

import json
import logging
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Annotated, Any

import re2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewer.config.globs import Patterns
from reviewer.errors import WorkspaceError
from reviewer.ports import Tool, ToolCall, Workspace
from reviewer.text import truncate
from reviewer.text.invisible import replace_surrogates

log = logging.getLogger(__name__)

LARGEST_RESULT = 16_000
"""Characters of one result; model servers accept about four times as many."""
LARGEST_RUN = 1_000_000
"""Characters of all results of a run, because each is paid for again with every later turn."""
_MOST_LINES = 400
_MOST_MATCHES = 100
_MOST_PATHS = 300
_LONGEST_LINE = 300
# Characters that one search reads; RE2 takes about a second for them.
_MOST_SEARCHED = 50_000_000
_REGEX_BYTES = 8 << 20
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

    def __init__(self, workspace: Workspace, fence: Callable[[str], str]) -> None:
        """Set where files are read; `fence` marks their text as data, as `Prompts.fence` does."""
        self._workspace = workspace
        self._fence = fence
        self._left = LARGEST_RUN
        self._lock = Lock()

    def run(self, call: ToolCall) -> str:
        """Return the fenced result of a call; for an invalid call, a refusal with the reason.

        At most about LARGEST_RESULT characters; a refusal once the run has read LARGEST_RUN.
        """
        try:
            text = self._dispatch(call)
        except (WorkspaceError, ValueError, re2.error) as refused:
            reason = _reason(refused)
            log.info("A call of the tool %s was refused: %s", call.name[:50], reason)
            text = f"Refused: {reason}"
        return self._charge(self._fence(_cut(text)))

    def _dispatch(self, call: ToolCall) -> str:
        if call.name not in _TOOLS:
            raise ValueError(f"there is no tool of this name; the tools are {', '.join(_TOOLS)}")
        match _TOOLS[call.name][0].model_validate(_parse_arguments(call.arguments)):
            case _Read(path=path, first_line=first):
                return _render_lines(self._workspace.read(path), first)
            case _List(glob=glob):
                return _render_paths(self._find_matches(glob))
            case _Search(pattern=pattern, glob=glob):
                return self._search(pattern, glob)
            case other:  # pragma: no cover
                raise AssertionError(other)

    def _find_matches(self, glob: str) -> Iterator[str]:
        patterns = Patterns.parse((glob,))
        return (path for path in self._workspace.paths() if patterns.verdict(path))

    def _search(self, pattern: str, glob: str) -> str:
        regex = _compile(pattern)
        rows: list[str] = []
        room, unread = _MOST_SEARCHED, 0
        for path in self._find_matches(glob):
            text = self._workspace.near(path)
            if text is None:
                unread += 1
                continue
            room -= len(text)
            if room < 0:
                return _render_matches(rows, unread, "the search ended before all files were read")
            rows += _find_matches(regex, path, text)
            if len(rows) >= _MOST_MATCHES:
                return _render_matches(
                    rows[:_MOST_MATCHES], unread, f"more than {_MOST_MATCHES} lines match"
                )
        return _render_matches(rows, unread, "")

    def _charge(self, text: str) -> str:
        with self._lock:
            self._left -= len(text)
            return text if self._left >= 0 else "Refused: this run has read enough."


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


def _compile(pattern: str) -> Any:  # noqa: ANN401 - re2 has no types
    options = re2.Options()
    options.max_mem = _REGEX_BYTES
    options.log_errors = False
    options.never_capture = True
    return re2.compile(replace_surrogates(pattern), options)


def _render_lines(text: str, first: int) -> str:
    lines = text.split("\n")
    shown = lines[first - 1 : first - 1 + _MOST_LINES]
    rows = [f"{n:>6}  {_shorten(line)}" for n, line in enumerate(shown, first)]
    if not rows:
        return f"The file has {len(lines)} lines."
    left = len(lines) - first + 1 - len(shown)
    return "\n".join(rows) + (f"\n({left} more lines)" if left > 0 else "")


def _render_paths(paths: Iterator[str]) -> str:
    rows = list(paths)
    more = f"\n({len(rows) - _MOST_PATHS} more files)" if len(rows) > _MOST_PATHS else ""
    return ("\n".join(rows[:_MOST_PATHS]) or "No file matches.") + more


def _find_matches(regex: Any, path: str, text: str) -> list[str]:  # noqa: ANN401 - re2 has no types
    if not regex.search(replace_surrogates(text)):
        return []
    return [
        f"{path}:{number}: {_shorten(line)}"
        for number, line in enumerate(text.split("\n"), 1)
        if regex.search(replace_surrogates(line))
    ]


def _render_matches(rows: list[str], unread: int, limit: str) -> str:
    gap = f"{unread} files were not searched: the checkout does not have them" if unread else ""
    notes = "".join(f"\n({note})" for note in (limit, gap) if note)
    return ("\n".join(rows) or "No line matches.") + notes


def _shorten(line: str) -> str:
    return truncate.shorten(line.removesuffix("\r"), _LONGEST_LINE)


def _cut(text: str) -> str:
    if len(text) <= LARGEST_RESULT:
        return text
    kept = text[:LARGEST_RESULT].rpartition("\n")[0] or text[:LARGEST_RESULT]
    return f"{kept}\n(cut: request less)"
