"""Checks the patterns of the step's inputs; an error says what to write instead."""

from collections.abc import Sequence

from reviewer.config.globs import Patterns
from reviewer.config.mistakes import glob_mistakes
from reviewer.config.mistakes.glob_mistakes import GlobMistakeError
from reviewer.config.options import show
from reviewer.errors import InputError

_LONGEST_ADVICE = 300
_TAKES = "It takes gitignore patterns, one per line or separated by commas."


def check(name: str, globs: tuple[str, ...], *, selects: bool) -> None:
    """Raise InputError for patterns of an input that are none, or that can match nothing.

    `selects` says that the list names the files that are meant.
    """
    entries = glob_mistakes.join_cut(globs)
    for number, entry in enumerate(entries, 1):
        try:
            glob_mistakes.check(entry)
        except GlobMistakeError as mistake:
            raise _refuse(name, number, entries, mistake, _repair_all(entries)) from None
    try:
        if selects:
            glob_mistakes.check_selecting(globs)
        Patterns.parse(globs)
    except GlobMistakeError as mistake:
        raise _refuse(name, 1, entries, mistake, mistake.right) from None
    except ValueError as refused:
        raise InputError(
            f"The input {name} cannot be used: {refused}.",
            cause=_TAKES,
            remedy=f"Write, for example, `{name}: docs/**, *.md`.",
        ) from None


def _refuse(
    name: str,
    number: int,
    entries: Sequence[str],
    mistake: GlobMistakeError,
    right: Sequence[str],
) -> InputError:
    what = f"entry {number} ({show(entries[number - 1])}) {mistake.reason}"
    return InputError(
        f"The input {name} cannot be used: {what}.",
        cause=" ".join(filter(None, (_TAKES, mistake.more))),
        remedy=_advise(name, right),
    )


def _repair_all(entries: Sequence[str]) -> tuple[str, ...]:
    """Return the whole list as it was meant, () if that is not known of an entry."""
    repaired = [glob_mistakes.repair(each) for each in entries]
    return tuple(text for each in repaired for text in each) if all(repaired) else ()


def _advise(name: str, right: Sequence[str]) -> str:
    """Return the line to write; a quote is needed where YAML would read the value differently."""
    text = ", ".join(right)
    if not text or len(text) > _LONGEST_ADVICE or "'" in text or not text.isprintable():
        return f"Write, for example, `{name}: 'docs/**, *.md'`."
    return f"Write `{name}: '{text}'`."
