"""Decides which files keep their results: their change, rules and code are as they were."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.changes.diff import ChangedFile
from reviewer.finding import Finding, Origin
from reviewer.memory.file_key import FileKey, FileKeys
from reviewer.memory.previous_review import PreviousReview, still_present
from reviewer.memory.state import Unit
from reviewer.review.result import FileReport, Status
from reviewer.text.truncate import shorten_name

MOST_REASONS = 3
_OTHER_RULES = "the path instructions or the guidelines for it changed"
_OTHER_LEARNINGS = "a learning for it changed"
_OTHER_TEXT = "the text around its trivial change changed"
_NO_TEXT = "the whole text of its trivial change is not at hand"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What of the last review applies to the files of a run.

    `previous` is the last review without what rules that changed had found. `make_key` returns the
    key under which the result of a file that this run reviews is remembered, `make_trivial_key`
    that of a file that the small model reads. `rows` holds the files
    that keep their results, `again` why others are reviewed again although their own lines are the
    same; both by path. `unchecked` counts the files that keep their results although it could not
    be told if the code that they were read with changed.
    """

    previous: PreviousReview
    make_key: Callable[[ChangedFile], str]
    make_trivial_key: Callable[[ChangedFile], str] = lambda _: ""
    rows: Mapping[str, FileReport] = field(default_factory=dict)
    again: Mapping[str, str] = field(default_factory=dict)
    unchecked: int = 0

    def is_settled(self, file: ChangedFile) -> bool:
        """Return True if nothing is left to be asked about a file."""
        row = self.rows.get(file.path)
        return bool(row and row.verified)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on why files are reviewed again; names in them are untrusted."""
        by_reason: dict[str, list[str]] = {}
        for path, reason in self.again.items():
            by_reason.setdefault(reason, []).append(path)
        notes = [
            f"{_name(paths)} reviewed again: {reason}"
            for reason, paths in list(by_reason.items())[:MOST_REASONS]
        ]
        left = sum(map(len, list(by_reason.values())[MOST_REASONS:]))
        if left:
            files = "1 other file is" if left == 1 else f"{left:,} other files are"
            notes.append(f"{files} reviewed again: rules or code that they were read with changed")
        return tuple(notes)

    @property
    def details(self) -> tuple[str, ...]:
        """A sentence for the job summary where changed code could not be looked for."""
        if not self.unchecked:
            return ()
        files = (
            "1 file keeps its" if self.unchecked == 1 else f"{self.unchecked:,} files keep their"
        )
        return (f"{files} result without a look at the code of other files, which was not read",)


def find_candidates(
    files: Iterable[ChangedFile],
    previous: PreviousReview,
    keys: FileKeys,
    as_prompt_text: Callable[[str], str],
) -> dict[str, FileReport]:
    """Return the remembered rows of the files whose own lines are the same, by path.

    Their findings get the line numbers where their code is now.
    """
    found: dict[str, FileReport] = {}
    for file in files:
        unit = previous.units.get(file.path)
        if unit is None or not unit.key:
            continue
        known = FileKey.parse(unit.key)
        if known.change != keys.identify_change(file) and not keys.is_trivial(known, file):
            continue
        # What tools report, they report again in every run.
        known_findings = [each for each in unit.findings if each.origin is not Origin.TOOL]
        moved = still_present(file, known_findings, as_prompt_text)
        if len(moved) == len(known_findings):
            found[file.path] = _make_row(unit, moved)
    return found


def needs_shown(candidates: Mapping[str, FileReport], previous: PreviousReview) -> bool:
    """Return True if it has to be looked up which unchanged code is shown with candidates.

    At the head of the last review, it is the same.
    """
    return any(
        FileKey.parse(row.key).shown and path not in previous.settled
        for path, row in candidates.items()
    )


def recall(
    files: Sequence[ChangedFile],
    candidates: Mapping[str, FileReport],
    previous: PreviousReview,
    keys: FileKeys,
    as_prompt_text: Callable[[str], str],
) -> Recalled:
    """Return which of the candidates keep their results, and why others do not.

    Rules or code that cannot be read now could not be shown either: what was remembered is kept,
    with its old key, so that a later run looks again.
    """
    rules = {file.path: keys.identify_rules(file.path) for file in files}
    rows: dict[str, FileReport] = {}
    again: dict[str, str] = {}
    unchecked = 0
    for file in (file for file in files if file.path in candidates):
        row = candidates[file.path]
        known = FileKey.parse(row.key)
        if reason := _find_other_rules(known, rules[file.path]):
            again[file.path] = reason
            continue
        if keys.is_trivial(known, file):
            if reason := _find_other_text(file.path, known, previous, keys):
                again[file.path] = reason
                continue
        elif known.shown and file.path not in previous.settled:
            shown = keys.identify_shown(file)
            unchecked += shown is None
            if shown is not None and FileKey("", "", shown).sum_shown != known.sum_shown:
                again[file.path] = as_prompt_text(keys.explain_shown(known.shown, file))
                continue
        rows[file.path] = row
    left = forget_rules(previous, rules)
    return Recalled(left, keys.make, keys.make_trivial, rows, again, unchecked)


def _find_other_rules(known: FileKey, rules: str | None) -> str:
    """Return why the rules that a file was read under no longer apply, "" if they do."""
    if rules is None or rules == known.rules:
        return ""
    only_learnings = FileKey("", rules).rules_alone == known.rules_alone
    return _OTHER_LEARNINGS if only_learnings else _OTHER_RULES


def _find_other_text(path: str, known: FileKey, previous: PreviousReview, keys: FileKeys) -> str:
    """Return why the proof that a change is trivial may no longer apply, "" if it does."""
    if path in previous.settled:
        return ""
    text = keys.identify_text(path)
    if text is None:
        return _NO_TEXT
    return "" if text == known.shown else _OTHER_TEXT


def forget_rules(previous: PreviousReview, rules: Mapping[str, str | None]) -> PreviousReview:
    """Return the last review without the findings that name a rule, of files with other rules now.

    The rule may be none any more. `rules` are those parts of the keys that are known, by path.
    """

    def forget(unit: Unit) -> Unit:
        if rules.get(unit.path) in {None, FileKey.parse(unit.key).rules}:
            return unit
        return replace(unit, findings=tuple(each for each in unit.findings if not each.rule))

    units = {path: forget(unit) for path, unit in previous.units.items()}
    return replace(previous, units=units)


def _make_row(unit: Unit, moved: tuple[Finding, ...]) -> FileReport:
    return FileReport(
        unit.path,
        Status.REVIEWED,
        summary=unit.summary,
        known=moved,
        key=unit.key,
        since=unit.since,
        verified=unit.verified,
    )


def _name(paths: Sequence[str]) -> str:
    first = shorten_name(paths[0])
    others = len(paths) - 1
    if not others:
        return f"{first} is"
    return f"{first} and {others:,} other file{'s' * (others > 1)} are"
