"""Checks the settings file that a pull request brings; it applies only after the merge."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reviewer.config.repository import file_keys, file_places
from reviewer.config.repository.strict_yaml import PATH
from reviewer.errors import ConfigError, ForgeError, NotFoundError
from reviewer.finding import Finding
from reviewer.ports import Forge
from reviewer.pull_request import ListedFile, PullRequest
from reviewer.severity import Severity

_TITLE = "After the merge, no pull request can be reviewed: {path} {what}"
_BODY = (
    "Every run reads this file at the base commit, and ends with an error (exit code 2) as long as"
    " it is like this. This review does not follow it: the settings of the base commit apply."
)
# A key is a name. A value can be anything, a secret too, so it is never quoted.
_KEY = re.compile(r"[ \t]*(?:- )*[\"']?(?P<key>[A-Za-z][A-Za-z0-9_-]{0,60})[\"']?[ \t]*:")


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """What a pull request does to the settings: findings, and notes for the comment."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def check(
    forge: Forge, pull: PullRequest, rows: Sequence[ListedFile], *, repairs: bool
) -> OwnSettings:
    """Check the settings file at the head commit; sends requests only if its row is there.

    `repairs` says that the file of the base commit is broken, and this one is known to be valid.
    """
    touched = {path for row in rows for path in (row.path, row.previous_path)}
    present = {row.path for row in rows if row.status != "removed"}
    notes = _note_change(touched, repairs=repairs)
    misplaced = [path for path in file_places.MISPLACED if path in present]
    if repairs or not (misplaced or PATH in present):
        return OwnSettings(notes=notes)
    try:
        return OwnSettings(tuple(_find(forge, pull, misplaced, edits=PATH in present)), notes)
    except ForgeError as unread:
        note = f"{PATH} at the head commit was not checked: {unread.what.rstrip('.')}"
        return OwnSettings(notes=(*notes, note))


def _note_change(touched: Iterable[str | None], *, repairs: bool) -> tuple[str, ...]:
    if repairs or PATH not in touched:
        return ()
    return (f"the change of {PATH} takes effect after merging: the base commit's file counts",)


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
        except ConfigError as problem:
            yield _make_finding(problem, _read_line(text, problem.line))
    try:
        file_places.check(misplaced, exists=text is not None)
    except ConfigError as problem:
        yield _make_finding(problem, "")


def _make_finding(problem: ConfigError, line: str) -> Finding:
    number = problem.line or 1
    key = _KEY.match(line)
    return Finding.of_rule(
        problem.path,
        number,
        quote=f"{key['key']}:" if key else f"line {number}",
        severity=Severity.CRITICAL,
        title=_TITLE.format(path=problem.path, what="is invalid" if problem.line else "is wrong"),
        body=" ".join(filter(None, (_say(problem), problem.cause, problem.remedy, _BODY))),
    )


def _say(problem: ConfigError) -> str:
    reason = problem.reason
    return f"{reason[:1].upper()}{reason[1:]}"


def _read_line(text: bytes, number: int) -> str:
    lines = text.decode(errors="replace").splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""
