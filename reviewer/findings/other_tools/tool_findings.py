"""Makes findings of what other tools report about changed lines.

A finding of a tool is a fact, as that of a built-in rule is: no verification drops or lowers it.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import Line, LineKind
from reviewer.finding import Candidate, Finding, Origin, Side
from reviewer.findings.other_tools.tool_files import RepositoryRoots, ToolFiles, list_ends
from reviewer.findings.other_tools.tool_results import SarifReport, ToolPlace, ToolResult
from reviewer.findings.placement import Places
from reviewer.redaction.scan import Redaction, line_for_prompt
from reviewer.review.result import worst_first
from reviewer.severity import Confidence
from reviewer.text import truncate
from reviewer.text.truncate import shorten_name

MOST_PER_FILE = 20
MOST = 200
"""Findings of tools in one run, the most severe first; the next run has to remember them all."""
_LONGEST_TITLE = 200
_MOST_LOST = 3
_LONGEST_LABEL = 150
_MOST_LABELS = 5
_HEAD = "`ref: ${{ github.event.pull_request.head.sha }}`"


@dataclass(frozen=True, slots=True)
class ToolFindings:
    """What other tools report about the changed lines, by path.

    `problems` say why findings may be missing: a review with one is incomplete. `notes` are for the
    job summary. `named` is True if reports are expected, `partial` if some files are not in them.
    `kept` says that the findings are those of the last review of the same commit, because this run
    has no reports.
    """

    by_path: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    named: bool = False
    partial: bool = False
    kept: bool = False


NO_TOOLS = ToolFindings()
"""For a run whose workflow names no reports."""


def place(
    report: SarifReport,
    files: Iterable[ChangedFile],
    roots: RepositoryRoots,
    redaction: Redaction,
    tool_files: ToolFiles,
) -> ToolFindings:
    """Return a finding for each result whose lines the change adds or alters.

    Messages and quotes are masked by `redaction`, as they are for prompts.
    """
    placer = _Placer(files, roots, redaction, tool_files)
    for result in dict.fromkeys(report.results):
        placer.add(result)
    for failure in report.failures:
        placer.add_failure(failure)
    return placer.conclude()


class _Placer:
    """Finds the changed lines of results, and keeps what a reader should know of the others."""

    def __init__(
        self,
        files: Iterable[ChangedFile],
        roots: RepositoryRoots,
        redaction: Redaction,
        tool_files: ToolFiles,
    ) -> None:
        self._files = {file.path: file for file in files}
        self._suffixes = {end: path for path in self._files for end in list_ends(path)}
        self._roots = roots
        self._redaction = redaction
        self._tool_files = tool_files
        self._same: dict[str, bool] = {}
        self._added: dict[str, list[Line]] = {}
        self._found: list[Finding] = []
        self._without_line = 0
        self._failures: list[str] = []
        self._outside: dict[str, str] = {}
        self._misplaced: dict[str, tuple[str, str]] = {}
        self._others: dict[str, str] = {}

    def add(self, result: ToolResult) -> None:
        """Add the finding of a result, at the first of its places that has a changed line."""
        for where in result.places:
            file = self._files.get(self._roots.find_relative(where.path))
            if file is None:
                self._note_lost(result, where)
            elif not where.start:
                self._without_line += 1
            elif not self._has_lines_of_head(file):
                self._others.setdefault(file.path, result.tool)
            elif line := self._find_line(file, where):
                self._found.append(self._make_finding(result, file, line))
                return

    def add_failure(self, failure: ToolResult) -> None:
        """Add what a tool could not do, if it is about a changed file or about none."""
        paths = [self._roots.find_relative(where.path) for where in failure.places]
        about = [path for path in paths if path in self._files]
        if about or not paths:
            name = f" in {shorten_name(about[0])}" if about else ""
            self._failures.append(f"{failure.tool} failed{name}: {failure.message}")
        for where in () if about else failure.places:
            self._note_lost(failure, where)

    def _has_lines_of_head(self, file: ChangedFile) -> bool:
        """Return True unless the tools found other lines where the diff has those of the head."""
        if file.path not in self._same:
            self._same[file.path] = self._tool_files.has_lines_of_head(file)
        return self._same[file.path]

    def _find_line(self, file: ChangedFile, where: ToolPlace) -> Line | None:
        """Return the first added line of a place, if possible one that a quote can identify."""
        if file.path not in self._added:
            added = (line for line in file.changed_lines if line.kind is LineKind.ADDED)
            self._added[file.path] = sorted(added, key=_number)
        lines = self._added[file.path]
        first = bisect_left(lines, where.start, key=_number)
        last = bisect_left(lines, where.end + 1, key=_number)
        inside = lines[first:last]
        readable = (line for line in inside if any(map(str.isalnum, line.text)))
        return next(readable, inside[0] if inside else None)

    def _make_finding(self, result: ToolResult, file: ChangedFile, line: Line) -> Finding:
        label, message = map(self._redaction.mask, (result.label, result.message))
        named = f"{label}: {message}" if message else label
        title = truncate.line(named, _LONGEST_TITLE)
        body = f"Reported by {self._redaction.mask(result.tool)}."
        if title != named:
            body = f"{message}\n\n{body}"
        candidate = Candidate(
            path=file.path,
            start_line=_number(line),
            end_line=_number(line),
            quote=self._redaction.mask(line_for_prompt(line)),
            severity=result.severity,
            confidence=Confidence.HIGH,
            category="security" if result.is_security else "other",
            title=title,
            body=body,
        )
        number = _number(line)
        return Finding(candidate, number, number, Side.NEW, origin=Origin.TOOL, tools=(label,))

    def _note_lost(self, result: ToolResult, where: ToolPlace) -> None:
        """Remember a result that may be about a changed file, under a path that we do not know."""
        path = self._roots.find_relative(where.path)
        meant = next((end for end in list_ends(path or where.path) if end in self._files), "")
        if not path and meant:
            self._outside.setdefault(result.tool, where.path)
        meant = meant or self._suffixes.get(path, "")
        is_first = result.tool not in self._misplaced
        if path and meant and is_first and not self._tool_files.is_in_head(path):
            self._misplaced[result.tool] = (path, meant)

    def conclude(self) -> ToolFindings:
        """Return all findings, within the limits."""
        kept, problems = _limit(worst_first(dict.fromkeys(self._found)))
        problems += self._failures
        problems += [
            f"{tool} names {shorten_name(path)}, which is not below the workspace"
            for tool, path in list(self._outside.items())[:_MOST_LOST]
        ]
        problems += self._explain_others()
        notes = [_explain_misplaced(tool, *paths) for tool, paths in self._misplaced.items()]
        notes = notes[:_MOST_LOST]
        if self._without_line:
            results = "1 result" if self._without_line == 1 else f"{self._without_line:,} results"
            notes.append(f"{results} of other tools about a changed file name no line")
        return ToolFindings(_by_path(kept), tuple(problems), tuple(notes), named=True)

    def _explain_others(self) -> Iterator[str]:
        """Yield a problem for each tool that found other lines than those of the head commit."""
        for tool in list(dict.fromkeys(self._others.values()))[:_MOST_LOST]:
            paths = [path for path, each in self._others.items() if each == tool]
            more = f" (and {len(paths) - 1} more)" if len(paths) > 1 else ""
            yield (
                f"{tool} read another version of {shorten_name(paths[0])}{more} than that of the "
                "head commit, so its results there are left out. In a workflow, give "
                f"actions/checkout the line {_HEAD}."
            )


def _explain_misplaced(tool: str, path: str, meant: str) -> str:
    remedy = "run the tool at the top of the repository"
    if path.endswith(f"/{meant}"):
        remedy = "check out without `path`, or run the tool in the folder of the checkout"
    return (
        f"{tool} names {shorten_name(path)}, which is no file of the head commit, but "
        f"{shorten_name(meant)} is a changed one: {remedy}"
    )


def _number(line: Line) -> int:
    return line.new or 0


def _by_path(found: Iterable[Finding]) -> dict[str, tuple[Finding, ...]]:
    by_path: dict[str, tuple[Finding, ...]] = {}
    for finding in found:
        by_path[finding.path] = (*by_path.get(finding.path, ()), finding)
    return by_path


def _limit(found: Sequence[Finding]) -> tuple[list[Finding], list[str]]:
    """Return at most MOST_PER_FILE findings of a file and MOST in all, and what is left out."""
    kept: list[Finding] = []
    of_file: dict[str, int] = {}
    for finding in found:
        of_file[finding.path] = of_file.get(finding.path, 0) + 1
        if of_file[finding.path] <= MOST_PER_FILE and len(kept) < MOST:
            kept.append(finding)
    left = len(found) - len(kept)
    if not left:
        return kept, []
    results = "1 result" if left == 1 else f"{left:,} results"
    limit = f"{MOST_PER_FILE} in a file and {MOST} in all"
    return kept, [f"{results} of other tools are left out: at most {limit} are shown"]


def read_reported(
    file: ChangedFile, reported: Iterable[Finding], as_prompt_text: Callable[[str], str]
) -> tuple[Finding, ...]:
    """Return the findings of tools in the reports of other runs whose quotes are in the file."""
    places = Places(file, as_prompt_text)
    found: list[Finding] = []
    for each in reported:
        if each.origin is Origin.TOOL and (there := places.place(each.candidate)):
            tools = tuple(truncate.line(tool, _LONGEST_LABEL) for tool in each.tools[:_MOST_LABELS])
            found.append(replace(there, origin=Origin.TOOL, tools=tools))
    return tuple(found[:MOST_PER_FILE])
