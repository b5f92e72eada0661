"""Finds renames that change what runs or what is reviewed; they may change no line at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewer.changes import languages
from reviewer.changes.diff import FileChange
from reviewer.changes.proofs import run_by_name
from reviewer.finding import Finding
from reviewer.severity import Severity

_WORKFLOWS = ".github/workflows/"
_ACTIONS = ".github/actions/"


@dataclass(frozen=True, slots=True)
class _Text:
    severity: Severity
    title: str
    body: str


_INTO_WORKFLOWS = _Text(
    Severity.HIGH,
    "A file becomes a workflow by a rename",
    "GitHub runs what is in .github/workflows. The file was elsewhere before, where it may have"
    " been reviewed as something that never runs. Read it as a new workflow.",
)
_INTO_ACTIONS = _Text(
    Severity.MEDIUM,
    "A file becomes part of an action by a rename",
    "Workflows run what is in .github/actions. Read the file as a new part of an action.",
)
_OUT_OF_AUTOMATION = _Text(
    Severity.MEDIUM,
    "A workflow or action is switched off by a rename",
    "GitHub no longer finds the file where it was. If it checked something, nothing does now.",
)
_INTO_RUN_BY_NAME = _Text(
    Severity.MEDIUM,
    "A rename makes a file run",
    "The name or folder is one of files that are run, or read for what to run, by {reason}. The"
    " file had another name before. Read it as new code.",
)
_OUT_OF_CHECKS = _Text(
    Severity.LOW,
    "A rename takes a file away from what runs it",
    "At its old path, the file was run, or read for what to run, by {reason}. If it checked"
    " something, nothing does now.",
)
_INTO_CODE = _Text(
    Severity.MEDIUM,
    "A rename makes a file code of another language",
    "The name of the file says now that it is a program, or one in another language. It may have"
    " been reviewed as something that never runs. Read it as new code.",
)
_INTO_EXCLUDED = _Text(
    Severity.MEDIUM,
    "A rename takes a file out of the review",
    "The file was reviewed at its old path and is not at the new one: {reason}. Later changes of it"
    " are not shown to the model either.",
)
_INTO_REVIEWED = _Text(
    Severity.MEDIUM,
    "A rename brings in a file that was not reviewed",
    "Changes of the file were not reviewed at its old path: {reason}. What the rename does not"
    " change is not shown here either. Read it as new code.",
)
_LETTER_CASE = _Text(
    Severity.LOW,
    "A rename changes the letter case only",
    "Some systems take both names for the same file, others do not. What finds the file by the old"
    " name may find another file now, or none.",
)


def find(file: FileChange, find_reason: Callable[[str], str]) -> Finding | None:
    """Return the finding about a renamed or copied file, None where the rename changes nothing.

    `find_reason` returns why a path is not reviewed, "" for one that is. The finding is at line 1,
    and quotes both paths as git's diff has them.
    """
    old = file.previous_path
    if old is None or old == file.path:
        return None
    texts = tuple(_find_texts(old, file.path, find_reason))
    return _make_finding(old, file.path, texts) if texts else None


def _find_texts(old: str, new: str, find_reason: Callable[[str], str]) -> Iterator[_Text]:
    """Yield what the rename does."""
    yield from _find_run(old, new)
    before, after = find_reason(old), find_reason(new)
    if after and not before:
        yield _complete(_INTO_EXCLUDED, after)
    if before and not after:
        yield _complete(_INTO_REVIEWED, before)
    if old.casefold() == new.casefold():
        yield _LETTER_CASE


def _find_run(old: str, new: str) -> Iterator[_Text]:
    """Yield what the rename changes of what runs."""
    before, after = run_by_name.find_program(old), run_by_name.find_program(new)
    is_switched_off = _enters(new, old, _WORKFLOWS) or _enters(new, old, _ACTIONS)
    if _enters(old, new, _WORKFLOWS):
        yield _INTO_WORKFLOWS
    elif _enters(old, new, _ACTIONS):
        yield _INTO_ACTIONS
    elif after not in {"", before}:
        yield _complete(_INTO_RUN_BY_NAME, after)
    elif _becomes_code(old, new):
        yield _INTO_CODE
    if is_switched_off:
        yield _OUT_OF_AUTOMATION
    elif before in run_by_name.CHECKS - {after}:
        yield _complete(_OUT_OF_CHECKS, before)


def _complete(text: _Text, reason: str) -> _Text:
    return _Text(text.severity, text.title, text.body.format(reason=reason))


def _enters(old: str, new: str, folder: str) -> bool:
    return new.startswith(folder) and not old.startswith(folder)


def _becomes_code(old: str, new: str) -> bool:
    """Return True if the new name is one of a program, and the old one was not in its language."""
    return languages.is_program(new) and languages.find_language(new) != languages.find_language(
        old
    )


def _make_finding(old: str, new: str, texts: tuple[_Text, ...]) -> Finding:
    worst = max(texts, key=lambda text: text.severity)
    return Finding.of_rule(
        new,
        1,
        quote=f"rename from {old}\nrename to {new}",
        severity=worst.severity,
        title=worst.title,
        body="\n\n".join(text.body for text in texts),
    )
