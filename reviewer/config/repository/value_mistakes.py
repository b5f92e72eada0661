"""Finds the value that was meant where a key of the repository's file has a wrong one."""

import re
from collections.abc import Sequence
from typing import Any

from reviewer.config import glob_mistakes, word_mistakes
from reviewer.config.glob_mistakes import GlobMistakeError
from reviewer.config.option_types import OptionType
from reviewer.config.repository import yaml_lines
from reviewer.config.shapes import Bounds, Items, Shape, Switch, Text, WordList, Words
from reviewer.config.workflow import inputs

_KINDS = {declared.name: declared.kind for declared in inputs.DECLARATIONS if declared.file}
_DASH = re.compile(r"(?:^|\s)-\s+")
_LONG_TEXT = "Write `{key}: |`, and the text in the lines below it, indented by two blanks."


def write_meant(key: str, value: object) -> str:
    """Return the line for a key with a value that was meant for it, "" if it can be none."""
    kind = _KINDS.get(key)
    if kind is None or (isinstance(kind.shape, Text) and isinstance(value, str)):
        return yaml_lines.write(key, value)
    return _write_line(key, kind, _correct(kind, value)) + _note_bound(kind.shape, value)


def advise_value(key: str, kind: OptionType[Any], value: object) -> str:
    """Return what to write for a value of the wrong type, "" if nobody knows what was meant."""
    if isinstance(value, str) and "${{" in value:
        return (
            "Expressions are not evaluated in this file. Write the value itself, or set the input "
            f"{key} in the workflow."
        )
    if isinstance(kind.shape, Text) and kind.shape.longest > yaml_lines.LONGEST:
        return _advise_text(key, value)
    meant = _correct(kind, value)
    if line := _write_line(key, kind, meant):
        return f"Write `{line}`.{yaml_lines.explain_exceptions(key, meant)}"
    if isinstance(kind.shape, Words | WordList | Switch):
        return word_mistakes.list_choices(key, kind.shape)
    example = kind.example
    if isinstance(kind.shape, Items):
        example = yaml_lines.write_value(tuple(example.split(", ")))
    return f"Write, for example, `{key}: {example}`."


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
        case _:
            return ""


def _correct(kind: OptionType[Any], value: object) -> object:
    """Return the value that was meant, None if nobody knows."""
    match kind.shape:
        case Items(globs=globs, selects=selects):
            return read_globs(value, selects=selects) if globs else _correct_list(value)
        case Switch():
            return word_mistakes.read_switch(value)
        case Bounds(low, high):
            number = _read_number(value)
            return None if number is None else min(max(number, low), high)
        case Words() | WordList():
            return word_mistakes.correct(value, kind.shape) or None
        case Text():
            return _correct_text(value)
        case _:
            return None


def _correct_list(value: object) -> tuple[object, ...] | None:
    match value:
        case str():
            if value.startswith("[") and value.endswith("]"):
                value = value[1:-1]
            parts = _DASH.split(value) if value.startswith("- ") else re.split(r"[,\n]", value)
            return tuple(text for each in parts if (text := each.strip(" \"'")))
        case int() | float() if not isinstance(value, bool):
            return (str(value),)
        case tuple() if not any(isinstance(each, tuple | dict) for each in value):
            return tuple(str(each) for each in value if each is not None)
        case _:
            return None


def read_globs(value: object, *, selects: bool) -> Sequence[object] | None:
    """Return the patterns that were meant, each as far as that is known; None for no list."""
    entries = _correct_list(value)
    if not entries:
        return entries
    whole = glob_mistakes.join_cut([str(each) for each in entries])
    meant = tuple(text for each in whole for text in glob_mistakes.repair(each) or (each,))
    try:
        if selects:
            glob_mistakes.check_selecting(meant)
    except GlobMistakeError as mistake:
        return mistake.right
    return meant


def _note_bound(shape: Shape | None, value: object) -> str:
    """Return the comment behind a number that is not the one which the file has."""
    number = _read_number(value)
    match shape:
        case Bounds(low, high) if number is not None and not low <= number <= high:
            return f"  # the {'least' if number < low else 'most'}"
        case _:
            return ""


def _read_number(value: object) -> int | None:
    if isinstance(value, tuple):
        value = value[0] if len(value) == 1 else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    digits = re.fullmatch(r"([0-9]{1,9})(?:\.0+)?", str(value).strip().replace("_", ""))
    return int(digits[1]) if digits else None


def find_wrong_word(kind: OptionType[Any], value: object) -> int | None:
    """Return the place in a list of the first word that a setting does not take."""
    if not (isinstance(kind.shape, WordList) and isinstance(value, tuple)):
        return None
    wrong = (n for n, each in enumerate(value) if each not in kind.shape.words)
    return next(wrong, None)


def _correct_text(value: object) -> str | None:
    if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    return None
