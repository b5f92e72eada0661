"""Which changed files are reviewed, and why the others are not."""

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.changes import default_excludes
from reviewer.changes.diff import ChangedFile, FileChange, Unreviewable
from reviewer.config.globs import Patterns
from reviewer.config.settings import Globs, Settings
from reviewer.review import FileReport, Status


@dataclass(frozen=True, slots=True)
class Selection:
    """The files to review, and a row for every other one; both in the forge's order.

    `notes` says what people would not expect of the selection.
    """

    files: tuple[ChangedFile, ...]
    reports: tuple[FileReport, ...]
    notes: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """List all changed files, those to review first."""
        skipped = (report.path for report in self.reports)
        return (*(file.path for file in self.files), *skipped)


def select(files: Sequence[FileChange], config: Settings, remainder: int = 0) -> Selection:
    """Choose the files to review.

    What a limit leaves out counts as not reviewed, so that nobody takes the rest for the whole.
    `remainder` counts the changed files that the forge did not list.
    """
    rules = (
        _rules("the workflow", config.workflow_globs),
        _rules(".github/code-review.yml", config.repository_globs),
    )
    chosen: list[ChangedFile] = []
    reports: list[FileReport] = []
    for file in files:
        report = _report(file, rules, config)
        if report is None and len(chosen) == config.max_files:
            reason = f"over max-files ({config.max_files:,})"
            report = FileReport(file.path, Status.FAILED, reason)
        if report:
            reports.append(report)
        elif isinstance(file, ChangedFile):
            chosen.append(file)
    return Selection(tuple(chosen), (*reports, *_unlisted(remainder)))


@dataclass(frozen=True, slots=True)
class _Rules:
    """One author's globs; `include` is empty when everything is wanted."""

    author: str
    include: Patterns | None
    exclude: Patterns

    def exclusion(self, path: str) -> str:
        """Say why the author does not want the path reviewed, or ""."""
        if self.exclude.verdict(path):
            return f"excluded by {self.author}"
        if self.include and not self.include.verdict(path):
            return f"not included by {self.author}"
        return ""

    def insists(self, path: str) -> bool:
        """Whether the author re-includes the path by a "!" pattern."""
        return self.exclude.verdict(path) is False


def _rules(author: str, globs: Globs) -> _Rules:
    include = Patterns(globs.include) if globs.include else None
    return _Rules(author, include, Patterns(globs.exclude))


def _report(file: FileChange, rules: Sequence[_Rules], config: Settings) -> FileReport | None:
    """Write the row of a file that is not reviewed; None for one that may be."""
    if isinstance(file, Unreviewable) and not file.failed:
        return FileReport(file.path, Status.SKIPPED, file.reason)
    if reason := _exclusion(file, rules):
        return FileReport(file.path, Status.SKIPPED, reason)
    if isinstance(file, Unreviewable):
        return FileReport(file.path, Status.FAILED, file.reason)
    changed = len(file.changed)
    if changed > config.max_file_lines:
        reason = f"{changed:,} changed lines, over max-file-lines ({config.max_file_lines:,})"
        return FileReport(file.path, Status.FAILED, reason)
    return None


def _exclusion(file: FileChange, rules: Sequence[_Rules]) -> str:
    """Ask the workflow, then the repository, then our own list, which both can overrule."""
    said = next((reason for rule in rules if (reason := rule.exclusion(file.path))), "")
    if said or any(rule.insists(file.path) for rule in rules):
        return said
    by_path = default_excludes.by_path(file.path)
    if by_path or isinstance(file, Unreviewable):
        return by_path
    return default_excludes.by_content(file)


def _unlisted(count: int) -> tuple[FileReport, ...]:
    if count <= 0:
        return ()
    name = "1 further file" if count == 1 else f"{count:,} further files"
    return (FileReport(name, Status.FAILED, "GitHub did not list them"),)
