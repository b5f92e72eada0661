"""Finds the value that was meant where a key of the repository's file has a wrong one."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from reviewer.config import option_types
from reviewer.config.mistakes import glob_mistakes, number_mistakes, word_mistakes
from reviewer.config.mistakes.glob_mistakes import GlobMistakeError
from reviewer.config.option_types import OptionType
from reviewer.config.repository import yaml_lines
from reviewer.config.shapes import Bounds, Items, Switch, Text, WordList, Words
from reviewer.config.workflow import inputs

KINDS = {declared.name: declared.kind for declared in inputs.DECLARATIONS if declared.file}
_DASH = re.compile(r"(?:^|\s)-\s*(?=\S)")
_PROSE = re.compile(r"[^/*]*[^\W\d]\s+[^\W\d][^/*]*")
_LONG_TEXT = "Write `{key}: |`, and the text in the lines below it, indented by two blanks."


def write_meant(key: str, value: object) -> str:
    """Return the line for a key with a value that was meant for it, "" if it can be none."""
    kind = KINDS.get(key)
    if kind is None or (isinstance(kind.shape, Text) and isinstance(value, str)):
        return yaml_lines.write(key, value)
    return _write_line(key, kind, _correct(key, kind, value)) + _note_bound(key, value)


def advise_value(key: str, kind: OptionType[Any], value: object) -> str:
    """Return what to write for a value of the wrong type, "" if nobody knows what was meant."""
    if isinstance(value, str) and "${{" in value:
        return (
            "Expressions are not evaluated in this file. Write the value itself, or set the input "
            f"{key} in the workflow."
        )
    if isinstance(kind.shape, Text) and kind.shape.longest > yaml_lines.LONGEST:
        return _advise_text(key, value)
    meant = _correct(key, kind, value)
    if isinstance(kind.shape, Items) and (advice := _explain_unknown(key, kind, value)):
        return advice
    if line := _write_line(key, kind, meant):
        return f"Write `{line}`.{yaml_lines.explain_exceptions(key, meant)}"
    if isinstance(kind.shape, Words | WordList | Switch):
        return word_mistakes.list_choices(key, kind.shape)
    return give_example(key, kind)


def _explain_unknown(key: str, kind: OptionType[Any], value: object) -> str:
    """Return why what is there for a list is no entry of it, "" if it is one."""
    if key == "guidelines" and isinstance(value, str) and _PROSE.fullmatch(value):
        return "`guidelines` names files. Write the text below `instructions: |` instead."
    is_globs = isinstance(kind.shape, Items) and kind.shape.globs
    why = _find_reason(value) if is_globs else ""
    return why and f"The pattern {why}. {give_example(key, kind)}"


def give_example(key: str, kind: OptionType[Any]) -> str:
    """Return what to write where nobody knows what was meant."""
    example = kind.example
    if isinstance(kind.shape, Items):
        example = yaml_lines.write_value(tuple(example.split(", ")))
    return f"Write, for example, `{key}: {example}`."


def _find_reason(value: object) -> str:
    """Return why a pattern cannot be used and cannot be repaired, "" if all can."""
    for each in glob_mistakes.join_cut([str(each) for each in _correct_list(value) or ()]):
        if glob_mistakes.repair(each):
            continue
        try:
            glob_mistakes.check(each)
        except GlobMistakeError as mistake:
            return mistake.reason
    return ""


def _write_line(key: str, kind: OptionType[Any], meant: object) -> str:
    if meant is None:
        return ""
    # A word of ours needs no quotes, not even `on`.
    is_word = isinstance(kind.shape, Words | WordList)
    return f"{key}: {meant}" if is_word else yaml_lines.write(key, meant)


def _advise_text(key: str, value: object) -> str:
    match value:
        case tuple() | dict():
            return _LONG_TEXT.format(key=key)
        case bool() | int() | float():
            return f'Write `{key}: "{str(value).lower()}"`.'
        case str():
            return "Shorten it, or move a part of it to a file that `guidelines` names."
        case _:
            return ""


def _correct(key: str, kind: OptionType[Any], value: object) -> object:
    """Return the value that was meant, None if nobody knows."""
    match kind.shape:
        case Items():
            return _correct_items(kind.shape, value)
        case Switch():
            return word_mistakes.read_switch(value)
        case Bounds(low, high):
            number = _read_number(key, value)
            return None if number is None else min(max(number, low), high)
        case Words() | WordList():
            return word_mistakes.correct(value, kind.shape) or None
        case Text():
            return _correct_text(kind, value)
        case _:
            return None


def write_entries(key: str, value: object) -> tuple[str, ...]:
    """Return the texts that were meant by something else in a list; none if nobody knows."""
    kind = KINDS.get(key)
    value = (value,) if isinstance(value, bool | int | float) else value
    meant = _correct(key, kind, value) if kind and isinstance(kind.shape, Items) else None
    return tuple(map(str, meant)) if isinstance(meant, tuple) else ()


def _correct_list(value: object) -> tuple[object, ...] | None:
    match value:
        case str():
            if value.startswith("[") and value.endswith("]"):
                value = value[1:-1]
            parts = _DASH.split(value) if value.startswith("-") else re.split(r"[,\n]", value)
            return tuple(text for each in parts if (text := each.strip(" \"'")))
        case int() | float() if not isinstance(value, bool):
            return (str(value),)
        case tuple() | dict():
            return _collect(value)
        case _:
            return None


def _correct_items(shape: Items, value: object) -> Sequence[object] | None:
    if shape.globs:
        return read_globs(value, selects=shape.selects)
    names = _correct_list(value)
    return check_logins(names or ()) if shape.logins else names


def check_logins(names: Iterable[object]) -> tuple[str, ...] | None:
    """Return logins without blanks around them, None if one can be no login."""
    try:
        return tuple(option_types.check_login(str(each).strip()) for each in names) or None
    except ValueError:
        return None


def _collect(value: object) -> tuple[str, ...] | None:
    """Return the texts of a list with lists or mappings in it, None if it has anything else.

    Of a mapping, they are its values, or its keys if each is only switched on. Of one with other
    switches, nobody knows what it says.
    """
    match value:
        case None | "":
            return ()
        case dict() if value and all(each is None or each is True for each in value.values()):
            return tuple(map(str, value))
        case dict() if any(map(_is_switch, value.values())):
            return None
        case dict():
            return _collect(tuple(value.values()))
        case tuple():
            found = [_collect(each) for each in value]
            return None if None in found else tuple(text for each in found for text in each or ())
        case _:
            return (str(value).lower(),) if isinstance(value, bool) else (str(value),)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool | str) and word_mistakes.read_switch(value) is not None


def read_globs(value: object, *, selects: bool) -> Sequence[object] | None:
    """Return the patterns that were meant; None if nobody knows one of them."""
    entries = _correct_list(value)
    if not entries:
        return entries
    whole = glob_mistakes.join_cut([str(each) for each in entries])
    repaired = [glob_mistakes.repair(each) for each in whole]
    if not all(repaired):
        return None
    meant = tuple(text for each in repaired for text in each)
    try:
        if selects:
            glob_mistakes.check_selecting(meant)
    except GlobMistakeError as mistake:
        return mistake.right
    return meant


def _note_bound(key: str, value: object) -> str:
    """Return the comment behind a number that is not the one which the file has."""
    number = _read_number(key, value)
    match KINDS[key].shape:
        case Bounds(low, high) if number is not None and not low <= number <= high:
            return f"  # the {'least' if number < low else 'most'}"
        case _:
            return ""


def _read_number(key: str, value: object) -> int | None:
    if isinstance(value, tuple):
        value = value[0] if len(value) == 1 else None
    # 1.000 may be a thousand, and is read as 1.0.
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return number_mistakes.read_integer(key, word_mistakes.unwrap(str(value)))


def find_wrong_word(kind: OptionType[Any], value: object) -> int | None:
    """Return the place in a list of the first word that a setting does not take."""
    if not (isinstance(kind.shape, WordList) and isinstance(value, tuple)):
        return None
    wrong = (n for n, each in enumerate(value) if each not in kind.shape.words)
    return next(wrong, None)


def _correct_text(kind: OptionType[Any], value: object) -> str | None:
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        return None
    text = word_mistakes.unwrap(value)
    try:
        kind.parse(text)
    except ValueError:
        return None
    return text or None
