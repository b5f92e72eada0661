"""Reads the changed files, selects those to review, and divides them into shards."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reviewer.changes import default_excludes, diff, modes, renames, settings_changes
from reviewer.changes.diff import ChangedFile, FileChange
from reviewer.changes.without_lines.contents import Contents, HeadCommit
from reviewer.changes.without_lines.unshown import Unreviewable, Unshown
from reviewer.config.globs import Patterns
from reviewer.config.settings import Settings
from reviewer.config.shard import Shard
from reviewer.finding import Finding
from reviewer.ports import Forge
from reviewer.pull_request import ListedFile, PullRequest
from reviewer.review.result import FileReport, Status

# What the request and the context of a file cost, in lines.
_LINES_PER_FILE = 30
SHARD_NOTE = "this is the review of shard"
UNLISTED = "GitHub did not list them"


@dataclass(frozen=True, slots=True)
class Selection:
    """The files to review, and a report for every other one; both in the forge's order.

    `notes` are sentences for the comment about what a reader would not expect. `unread` holds the
    files with lines among the reports: rules without a model look at them. `findings` are those
    about renames and modes, which need no line. `elsewhere` lists the paths that the runs of other
    shards report.
    """

    files: tuple[ChangedFile, ...]
    reports: tuple[FileReport, ...]
    notes: tuple[str, ...] = ()
    unread: tuple[ChangedFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    elsewhere: frozenset[str] = frozenset()

    @property
    def with_lines(self) -> tuple[ChangedFile, ...]:
        """All files with lines, those to review first."""
        return self.files + self.unread

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all changed files, those to review first."""
        skipped = (report.path for report in self.reports)
        return (*(file.path for file in self.files), *skipped)


def select(
    files: Sequence[FileChange], config: Settings, contents: Contents, remainder: int = 0
) -> Selection:
    """Select the files to review, up to `config.max_files`.

    A file over a limit is reported as not reviewed, so that nobody takes the review for complete.
    `contents` shows the lines of files that come without. `remainder` is the number of changed
    files that the forge did not list.
    """
    contents.expect(files)
    selector = _Selector(_rules_of(config), config.max_file_lines, contents)
    chosen: list[ChangedFile] = []
    unread: list[ChangedFile] = []
    reports: list[FileReport] = []
    seen: list[FileChange] = []
    for given in files:
        file, report = selector.select(given)
        seen.append(file)
        if report is None and len(chosen) == config.max_files:
            reason = f"over max-files ({config.max_files:,})"
            report = FileReport(file.path, Status.FAILED, reason)
        if report:
            reports.append(report)
        if isinstance(file, ChangedFile):
            locked = default_excludes.has_lock_entries(file.path)
            with_text = contents.with_base_text(file) if locked else file
            (unread if report else chosen).append(with_text)
    found = (*_find_moves(files, selector), *_find_modes(seen))
    unlisted = _report_unlisted(remainder)
    return Selection(tuple(chosen), (*reports, *unlisted), unread=tuple(unread), findings=found)


def _find_moves(files: Iterable[FileChange], selector: "_Selector") -> Iterator[Finding]:
    moved = (renames.find(file, selector.find_reason) for file in files if file.previous_path)
    return filter(None, moved)


def _find_modes(files: Iterable[FileChange]) -> Iterator[Finding]:
    changed = (file for file in files if any(file.modes) or isinstance(file, Unreviewable))
    return filter(None, map(modes.find, changed))


@dataclass(frozen=True, slots=True)
class _Rules:
    """The globs from one source, `author`; `include` is None when it includes everything."""

    author: str
    include: Patterns | None
    exclude: Patterns

    def reason_to_exclude(self, path: str) -> str:
        """Return why this source excludes the path, or ""."""
        if self.exclude.verdict(path):
            return f"excluded by {self.author}"
        if self.include and not self.include.verdict(path):
            return f"not included by {self.author}"
        return ""

    def reincludes(self, path: str) -> bool:
        """Return True if this source re-includes the path by a "!" pattern."""
        return self.exclude.verdict(path) is False


def _rules_of(config: Settings) -> tuple[_Rules, ...]:
    sources = (
        ("the workflow", config.workflow_globs),
        (".github/code-review.yml", config.repository_globs),
    )
    return tuple(
        _Rules(author, Patterns(globs.include) if globs.include else None, Patterns(globs.exclude))
        for author, globs in sources
    )


def find_excluded(config: Settings) -> Callable[[str], bool]:
    """Return a function that says if unchanged code of a path is none to show.

    Such are the paths that a glob of `exclude` names, and those that our own rules leave out.
    """
    rules = _rules_of(config)

    def is_excluded(path: str) -> bool:
        if any(rule.exclude.verdict(path) for rule in rules):
            return True
        return bool(default_excludes.find_reason_by_path(path))

    return is_excluded


@dataclass(frozen=True, slots=True)
class _Selector:
    """Decides about one file after the other.

    The globs of the workflow and of the base commit's file come first, then our own rules, which
    both can overrule, then the limits.
    """

    rules: Sequence[_Rules]
    max_file_lines: int
    contents: Contents

    def select(self, file: FileChange) -> tuple[FileChange, FileReport | None]:
        """Return the file, with its lines if they can be had, and why it is not reviewed."""
        if isinstance(file, Unreviewable) and file.status is Status.SKIPPED:
            return file, FileReport(file.path, file.status, file.reason)
        if reason := self._find_glob(file.path):
            shown = self.contents.show_to_rules(file) if isinstance(file, Unshown) else file
            return shown, FileReport(file.path, Status.SKIPPED, reason)
        if isinstance(file, ChangedFile):
            return file, self._report(file)
        return self._select_without_lines(file)

    def _select_without_lines(
        self, file: Unreviewable | Unshown
    ) -> tuple[FileChange, FileReport | None]:
        """As `select`, for a file of which the forge shows no lines."""
        excluded = self._find_default(file.path)
        if isinstance(file, Unshown) and excluded == default_excludes.VENDORED:
            shown = self.contents.show_to_rules(file)
            if isinstance(shown, ChangedFile):
                return shown, self._report(shown)
        elif isinstance(file, Unshown):
            found = replace(self.contents.resolve(file), modes=file.modes)
            if isinstance(found, ChangedFile):
                return found, self._report(found)
            file = found
        return file, _report_without_lines(file, excluded)

    def find_reason(self, path: str) -> str:
        """Return why no file of this path is reviewed, "" for a path that is."""
        return self._find_glob(path) or self._find_default(path)

    def _find_glob(self, path: str) -> str:
        return next((why for rule in self.rules if (why := rule.reason_to_exclude(path))), "")

    def _find_default(self, path: str) -> str:
        if any(rule.reincludes(path) for rule in self.rules):
            return ""
        return default_excludes.find_reason_by_path(path)

    def _report(self, file: ChangedFile) -> FileReport | None:
        """Return the report of a file with lines that is not reviewed; None for one that may be."""
        lines = len(file.changed_lines)
        # No setting can show what a submodule or a pointer holds.
        if any(rule.reincludes(file.path) for rule in self.rules):
            reason = default_excludes.find_opaque(file)
        else:
            reason = default_excludes.find_reason(file, self.contents.read_head)
        if reason:
            return FileReport(file.path, Status.EXCLUDED, reason, unread_lines=lines)
        if lines > self.max_file_lines:
            reason = f"{lines:,} changed lines, over max-file-lines ({self.max_file_lines:,})"
            return FileReport(file.path, Status.FAILED, reason)
        return None


def _report_without_lines(file: Unreviewable | Unshown, excluded: str) -> FileReport:
    """Report a file without lines; `excluded` is why one of our rules leaves it out, or ""."""
    if isinstance(file, Unshown):
        file = file.report(Status.EXCLUDED, excluded)
    status, reason, lines = file.status, file.reason, 0
    if excluded and status is not Status.SKIPPED:
        # The forge counts no lines of what it calls binary.
        status, reason, lines = Status.EXCLUDED, excluded, max(1, file.lines)
    return FileReport(file.path, status, reason, unread_lines=lines, content=file.content)


def _report_unlisted(count: int) -> tuple[FileReport, ...]:
    if count <= 0:
        return ()
    name = "1 further file" if count == 1 else f"{count:,} further files"
    return (FileReport(name, Status.FAILED, UNLISTED),)


def assign_shards(files: Iterable[ChangedFile], count: int) -> dict[str, int]:
    """Map each path to the number of its shard, from 1; every run gets the same result.

    The largest files are assigned first, each to the shard with the fewest lines so far.
    """
    loads = [(0, number) for number in range(1, count + 1)]
    owner: dict[str, int] = {}
    for file in sorted(files, key=lambda file: (-len(file.changed_lines), file.path)):
        load, number = loads[0]
        owner[file.path] = number
        heapq.heapreplace(loads, (load + len(file.changed_lines) + _LINES_PER_FILE, number))
    return owner


def select_share(selection: Selection, shard: Shard | None) -> Selection:
    """Return the shard's part of the selection; shard 1 also reports the files nobody reviews."""
    if shard is None or shard.count == 1:
        return selection
    owner = assign_shards(selection.files, shard.count)
    files = tuple(file for file in selection.files if owner[file.path] == shard.number)
    reports = selection.reports if shard.number == 1 else ()
    reported = {file.path for file in files} | {report.path for report in reports}
    return replace(
        selection,
        files=files,
        elsewhere=frozenset(selection.paths) - reported,
        reports=reports,
        unread=selection.unread if shard.number == 1 else (),
        findings=selection.findings if shard.number == 1 else (),
        notes=(*selection.notes, f"{SHARD_NOTE} {shard}: other runs review the other files"),
    )


def read_changes(
    forge: Forge,
    pull: PullRequest,
    config: Settings,
    first: tuple[ListedFile, ...] | None = None,
    *,
    head: HeadCommit | None = None,
) -> Selection:
    """Read the changed files and select those to review; every other file gets its reason.

    `first` is the first page of the forge's list if it was read already. `head` has the files of
    the head commit: without it, those without lines are read one by one. Raises ForgeError when the
    forge cannot list the changes.
    """
    listed = forge.changed_files(pull.number, pull.changed_files, first)
    # A list that shifts between two pages shows a row twice and another one not at all.
    rows = tuple(dict.fromkeys(listed))
    raw = forge.raw_diff(pull) if diff.needs_raw_diff(rows) else None
    files = diff.reconcile(rows, raw)
    remainder = max(0, pull.changed_files - len(rows))
    contents = Contents(forge, pull, head)
    selection = select(files, config, contents, remainder=remainder)
    own = settings_changes.check(forge, pull, rows, config)
    return replace(
        selection,
        notes=(*own.notes, *_note_unseen(contents.unseen)),
        findings=(*selection.findings, *own.findings),
    )


def _note_unseen(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    files = "1 excluded file" if count == 1 else f"{count:,} excluded files"
    shown = "it" if count == 1 else "them"
    return (f"the built-in rules did not read {files}: GitHub shows no lines of {shown}",)
