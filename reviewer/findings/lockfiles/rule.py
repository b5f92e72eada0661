"""Finds entries of lock files that leave their registry, or lose or change their hash."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import Line, LineKind
from reviewer.finding import Finding, Side
from reviewer.findings.builtin_rules import MOST_PER_FILE, keep_first
from reviewer.findings.lockfiles import versions
from reviewer.findings.lockfiles.problems import Kind, Known, Problem
from reviewer.findings.lockfiles.versions import Change, LockFormat, Version
from reviewer.redaction.scan import Redaction, line_for_prompt

_HASH_OPTION = "--hash"
# Lines after the beginning of an entry among which a finding about it is placed.
_LONGEST_ENTRY = 60


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both versions of a changed lock file, as far as they are known; see `compare`."""

    file: ChangedFile
    form: LockFormat | None
    change: Change
    has_hashes: bool

    def is_checked(self) -> bool:
        """Return True if every changed line was understood."""
        form, sides = self.form, [side for pair in self.change.pairs for side in pair]
        return form is not None and all(
            side.is_understood and (side.whole or form.in_parts) for side in sides
        )

    def find(self, redaction: Redaction) -> tuple[Finding, ...]:
        """Return the findings about changed entries, at most MOST_PER_FILE of each kind.

        `redaction` must be that of the prompts, as for the other rules.
        """
        if self.form is None or not self.has_hashes:
            return ()
        known = Known.learn(self.change, self.form)
        found: dict[Kind, list[Finding]] = {kind: [] for kind in Kind}
        more = dict.fromkeys(Kind, 0)
        for problem, pair in _find_problems(self.change, known):
            kind = problem.kind
            if len(found[kind]) == MOST_PER_FILE:
                more[kind] += 1
            elif place := _choose_line(problem, *pair) or _first_changed(self.file):
                found[kind].append(_make_finding(self.file.path, problem, place, redaction))
        return tuple(
            finding
            for kind, each in found.items()
            for finding in keep_first(each, more=more[kind], one="entry", many="entries")
        )


def compare(file: ChangedFile, before: str | None) -> Comparison:
    """Read both versions of a lock file; those of a file of another name are empty.

    `before` is the text at the base commit, None if it is not known; then only the hunks are
    compared. A requirements file is a lock file by its name; without hashes it gets no findings.
    """
    form = versions.find_format(file.path)
    if form is None:
        return Comparison(file, None, Change((), ()), has_hashes=False)
    has_hashes = _has_hashes(file, before, form is versions.PIP)
    return Comparison(file, form, versions.read(file, before, form), has_hashes)


def _has_hashes(file: ChangedFile, before: str | None, optional: bool) -> bool:  # noqa: FBT001
    """Return False for requirements that people write: they pin no hashes."""
    if not optional or _HASH_OPTION in (before or ""):
        return True
    return any(_HASH_OPTION in line.text for hunk in file.hunks for line in hunk.lines)


def _find_problems(
    change: Change, known: Known
) -> Iterator[tuple[Problem, tuple[Version, Version]]]:
    for number, pair in enumerate(change.pairs):
        for entry in pair[1].entries:
            if problem := known.find_problem(entry, number):
                yield problem, pair


def _choose_line(problem: Problem, old: Version, new: Version) -> Line | None:
    """Return an added line of the entry, else a removed one of what it was, else any shown one."""
    start = problem.entry.row
    later = (each.row for each in new.entries if each.row > start)
    end = min(min(later, default=len(new.rows)), start + _LONGEST_ENTRY)
    shown = list(_lines_at(new, (*problem.rows, *range(start, end))))
    added = (line for line in shown if line.kind is LineKind.ADDED)
    return next(added, None) or _choose_removed(problem, old) or next(iter(shown), None)


def _choose_removed(problem: Problem, old: Version) -> Line | None:
    for entry in old.entries:
        if (entry.name, entry.artifact) == (problem.entry.name, problem.entry.artifact):
            for line in _lines_at(old, (each.row for each in entry.hashes)):
                if line.kind is LineKind.REMOVED:
                    return line
    return None


def _lines_at(version: Version, rows: Iterable[int]) -> Iterator[Line]:
    for row in rows:
        line = version.rows[row][1] if 0 <= row < len(version.rows) else None
        if line is not None:
            yield line


def _first_changed(file: ChangedFile) -> Line | None:
    changed: Sequence[Line] = file.changed_lines
    return next(
        (line for line in changed if line.kind is LineKind.ADDED), next(iter(changed), None)
    )


def _make_finding(path: str, problem: Problem, line: Line, redaction: Redaction) -> Finding:
    return Finding.of_rule(
        path,
        line.new or line.old or 0,
        side=Side.OLD if line.new is None else Side.NEW,
        quote=redaction.mask(line_for_prompt(line)),
        severity=problem.severity,
        title=problem.title,
        body=problem.body,
    )
