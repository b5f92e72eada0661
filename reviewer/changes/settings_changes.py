"""Checks the settings, learnings and templates that a pull request brings.

They apply only after the merge.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from reviewer.changes import template_changes
from reviewer.config.config_error import ConfigError
from reviewer.config.repository import file_keys, file_places, learnings_file
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.config.repository.strict_yaml import PATH
from reviewer.config.settings import Settings
from reviewer.errors import ForgeError, NotFoundError
from reviewer.finding import Finding
from reviewer.ports import Forge
from reviewer.pull_request import ListedFile, PullRequest
from reviewer.severity import Severity

TITLE = "After the merge, no pull request can be reviewed: {path} {what}"
_BODY = (
    "Every run reads this file at the base commit, and ends with an error (exit code 2) as long as"
    " it is like this. This review does not follow it: the settings of the base commit apply."
)
_NO_LEARNINGS = "After the merge, no learning applies: {path} is invalid"
_LEARNINGS_BODY = (
    "Every run reads this file at the base commit, and reviews without learnings as long as it is"
    " like this. This review does not follow it: the learnings of the base commit apply."
)
# A key is a name. A value can be anything, a secret too, so it is never quoted.
_KEY = re.compile(r"[ \t]*(?:- )*[\"']?(?P<key>[A-Za-z][A-Za-z0-9_-]{0,60})[\"']?[ \t]*:")


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """What a pull request does to the settings: findings, and notes for the comment."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    def add(self, path: str, find: Callable[[], Iterable[Finding]]) -> "OwnSettings":
        """Return this with the findings in one file, or with a note if it cannot be read."""
        try:
            return replace(self, findings=(*self.findings, *find()))
        except ForgeError as unread:
            note = f"{path} at the head commit was not checked: {unread.what.rstrip('.')}"
            return replace(self, notes=(*self.notes, note))


def check(
    forge: Forge, pull: PullRequest, rows: Sequence[ListedFile], config: Settings
) -> OwnSettings:
    """Check what applies after the merge; sends requests only for rows about that.

    What is broken at the base commit, and repaired by this pull request, is known to be valid.
    """
    own = _check_file(forge, pull, rows, repairs=PATH in config.repaired)
    return _check_templates(forge, pull, rows, config, own) if config.template_folder else own


def _check_templates(
    forge: Forge,
    pull: PullRequest,
    rows: Sequence[ListedFile],
    config: Settings,
    own: OwnSettings,
) -> OwnSettings:
    touched = template_changes.find_touched(rows, config)
    own = replace(own, notes=(*own.notes, *template_changes.note(touched, config)))
    most = len(own.findings) + template_changes.MOST_FINDINGS
    for path in (path for path, exists in touched.items() if exists):
        if len(own.findings) == most:
            break
        find = partial(template_changes.find, forge, pull, path, config.template_folder)
        own = own.add(path, find)
    return own


def _check_file(
    forge: Forge, pull: PullRequest, rows: Sequence[ListedFile], *, repairs: bool
) -> OwnSettings:
    """Check both files at the head commit; sends requests only if their rows are there.

    `repairs` says that the file of the base commit is broken, and this one is known to be valid.
    """
    touched = {path for row in rows for path in (row.path, row.previous_path)}
    present = {row.path for row in rows if row.status != "removed"}
    notes = _note_change(touched, repairs=repairs)
    misplaced = [path for path in file_places.MISPLACED if path in present]
    edits, made = PATH in present, OwnSettings(notes=notes)
    if (misplaced or edits) and not repairs:
        made = made.add(PATH, lambda: _find(forge, pull, misplaced, edits=edits))
    if LEARNINGS_FILE in present:
        made = made.add(LEARNINGS_FILE, lambda: _find_in_learnings(forge, pull))
    return made


def _note_change(touched: Collection[str | None], *, repairs: bool) -> tuple[str, ...]:
    edited = [path for path in (PATH, LEARNINGS_FILE) if path in touched]
    if repairs and PATH in edited:
        edited.remove(PATH)
    return tuple(
        f"the change of {path} takes effect after merging: the base commit's file applies"
        for path in edited
    )


def _find_in_learnings(forge: Forge, pull: PullRequest) -> Iterable[Finding]:
    try:
        text = forge.content(LEARNINGS_FILE, pull.head_sha)
    except NotFoundError as odd:
        yield _make_learnings_finding(
            ConfigError(odd.what, remedy=odd.remedy, path=LEARNINGS_FILE), ""
        )
        return
    try:
        learnings_file.parse(text or b"")
    except ConfigError as first:
        for problem in first.problems:
            yield _make_learnings_finding(problem, _read_line(text or b"", problem.line))


def _find(
    forge: Forge, pull: PullRequest, misplaced: Sequence[str], *, edits: bool
) -> Iterable[Finding]:
    try:
        text = forge.content(PATH, pull.head_sha)
    except NotFoundError as odd:
        yield _make_finding(ConfigError(odd.what, remedy=odd.remedy, path=PATH), "")
        return
    if edits and text:
        try:
            file_keys.parse(text)
        except ConfigError as first:
            for problem in first.problems:
                yield _make_finding(problem, _read_line(text, problem.line))
    try:
        file_places.check(misplaced, exists=text is not None)
    except ConfigError as problem:
        yield _make_finding(problem, "")


def _make_finding(problem: ConfigError, line: str) -> Finding:
    title = TITLE.format(path=problem.path, what="is invalid" if problem.line else "is wrong")
    return _make(problem, line, Severity.CRITICAL, title, _BODY)


def _make_learnings_finding(problem: ConfigError, line: str) -> Finding:
    title = _NO_LEARNINGS.format(path=problem.path)
    return _make(problem, line, Severity.MEDIUM, title, _LEARNINGS_BODY)


def _make(problem: ConfigError, line: str, severity: Severity, title: str, effect: str) -> Finding:
    number = problem.line or 1
    key = _KEY.match(line)
    return Finding.of_rule(
        problem.path,
        number,
        quote=f"{key['key']}:" if key else f"line {number}",
        severity=severity,
        title=title,
        body=" ".join(filter(None, (_say(problem), problem.cause, problem.remedy, effect))),
    )


def _say(problem: ConfigError) -> str:
    reason = problem.reason
    return f"{reason[:1].upper()}{reason[1:]}"


def _read_line(text: bytes, number: int) -> str:
    lines = text.decode(errors="replace").splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""
