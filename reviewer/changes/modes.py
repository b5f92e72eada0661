"""Finds changes of what a file is: one that becomes a link, a submodule or an executable."""

import posixpath
from dataclasses import dataclass, replace

from reviewer.changes.diff import ChangedFile, FileChange
from reviewer.changes.git_diff import EXECUTABLE, LINK, MODE_ONLY, PLAIN, SUBMODULE
from reviewer.changes.lines import LineKind
from reviewer.changes.proofs import run_by_name
from reviewer.changes.without_lines.unshown import Unreviewable
from reviewer.finding import Finding
from reviewer.severity import Severity

_FILES = frozenset({PLAIN, EXECUTABLE})


@dataclass(frozen=True, slots=True)
class _Text:
    severity: Severity
    title: str
    body: str


_INTO_LINK = _Text(
    Severity.MEDIUM,
    "A file becomes a symbolic link",
    "Who reads or runs the file gets what the link leads to, now and after later changes of"
    " that. Read its target as the new content.",
)
_OUTWARD = _Text(
    Severity.MEDIUM,
    "A symbolic link leads out of the repository",
    "What the link leads to is no part of the change, and differs between machines.",
)
_INTO_SUBMODULE = _Text(
    Severity.MEDIUM,
    "A file becomes a submodule",
    "Its content is now in another repository, which this review does not read.",
)
_EXECUTABLE = _Text(
    Severity.MEDIUM,
    "A file becomes executable",
    "The file can be run now, and its content is the same as before, so the change does not show"
    " it. Read it as new code.",
)
_EXECUTABLE_WITH_CHANGES = _Text(
    Severity.LOW,
    "A file becomes executable",
    "The file can be run now. The change shows a part of it only. Read the rest as new code.",
)
_NOT_EXECUTABLE = _Text(
    Severity.LOW,
    "A check is no longer executable",
    "By its name or folder, the file is run by {reason}. If it has to be executable for that,"
    " nothing runs it now.",
)
_UNKNOWN = _Text(
    Severity.LOW,
    "The mode of a file changes",
    "GitHub does not show in which way. If the file becomes executable, read it as new code.",
)


def find(file: FileChange) -> Finding | None:
    """Return the finding about a file whose mode changed, None where that changes nothing.

    It is at line 1, and quotes the modes as git's diff has them.
    """
    text = _choose(file)
    if text is None:
        return None
    return Finding.of_rule(
        file.path,
        1,
        quote=f"old mode {file.modes[0] or 'unknown'}\nnew mode {file.modes[1] or 'unknown'}",
        severity=text.severity,
        title=text.title,
        body=text.body,
    )


def _choose(file: FileChange) -> _Text | None:
    old, new = file.modes
    if new == LINK:
        if old in _FILES:
            return _INTO_LINK
        return _OUTWARD if isinstance(file, ChangedFile) and _leads_out(file) else None
    if new == SUBMODULE and old in {*_FILES, LINK}:
        return _INTO_SUBMODULE
    if new == EXECUTABLE and old == PLAIN:
        return _EXECUTABLE_WITH_CHANGES if isinstance(file, ChangedFile) else _EXECUTABLE
    if new == PLAIN and old == EXECUTABLE:
        program = run_by_name.find_program(file.path)
        body = _NOT_EXECUTABLE.body.format(reason=program)
        return replace(_NOT_EXECUTABLE, body=body) if program in run_by_name.CHECKS else None
    is_unknown = isinstance(file, Unreviewable) and file.reason == MODE_ONLY and not new
    return _UNKNOWN if is_unknown else None


def _leads_out(link: ChangedFile) -> bool:
    """Return True if the target is an absolute path, or one above the repository's root."""
    target = "".join(line.text for line in link.changed_lines if line.kind is LineKind.ADDED)
    folder = posixpath.dirname(link.path)
    return target.startswith(("/", "~")) or posixpath.normpath(
        posixpath.join(folder, target)
    ).startswith("..")
