"""Words the errors about keys and values of the repository's file."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from reviewer.config import option_types
from reviewer.config.config_error import ConfigError
from reviewer.config.mistakes.glob_mistakes import GlobMistakeError
from reviewer.config.options import show
from reviewer.config.repository import yaml_lines
from reviewer.config.repository.mistakes import key_mistakes, value_mistakes
from reviewer.config.repository.strict_yaml import Document, Path
from reviewer.config.shapes import Bounds, WordList
from reviewer.config.workflow import inputs

MOST_PATH_INSTRUCTIONS = 50

_DECLARED = {declared.name: declared for declared in inputs.DECLARATIONS}
# Names of no input yet, or of one that a repository must never set.
_RESERVED = ("provider", "template", "templates", "tools")


def find_workflow(document: Document, known: Sequence[str]) -> ConfigError | None:
    """Return the error about a workflow, or a step of one, in the place of the settings."""
    rows = document.value if isinstance(document.value, tuple) else (document.value,)
    found = [each for each in rows if isinstance(each, Mapping)]
    if not found or any(key_mistakes.write_known(each, known) for each in found):
        return None
    place = document.values[()]
    if any(isinstance(each.get("jobs"), Mapping) for each in found):
        return place.error(
            "this is a workflow, not the settings of the review.",
            remedy="Move it into the folder `.github/workflows`, or delete it if it is there "
            "already. Without this file, the defaults apply.",
        )
    listed = [each["steps"] for each in found if isinstance(each.get("steps"), tuple)]
    inner = [row for part in listed for row in part]
    steps = [each for each in (*found, *inner) if isinstance(each, Mapping) and "uses" in each]
    if not any(isinstance(each["uses"], str) for each in steps):
        return None
    given = [each["with"] for each in steps if isinstance(each.get("with"), Mapping)]
    lines = [line for each in given for line in key_mistakes.write_known(each, known)]
    return place.error(
        "this is a part of a workflow, not the settings of the review.",
        remedy="It belongs below `steps:` of a workflow; `code-review init` writes a whole one. "
        + (f"Keep only {yaml_lines.join(lines)} here." if lines else "Delete this file."),
    )


def describe(
    document: Document, error: ErrorDetails, keys: Sequence[str], entry_keys: Sequence[str]
) -> ConfigError:
    """Return the error for what pydantic found: what is there, what is allowed, what to write.

    `keys` are those of the file, `entry_keys` those of an entry of `path-instructions`.
    """
    where = error["loc"]
    match error["type"]:
        case "extra_forbidden":
            known = entry_keys if len(where) > 1 else keys
            return _refuse_key(document, where, error["input"], known)
        case "missing":
            what = f"{_name_place(where[:-1])} lacks `{where[-1]}`."
            remedy = f"Write `{where[-1]}: ...` in it, as far to the right as its first key."
            if dash := _find_dash(document, where):
                remedy = (
                    f"Remove the dash in line {dash}, so that `{where[-1]}` belongs to this entry."
                )
            place = document.values[where[:-1]]
            return place.error(what, cause=_list_allowed(where), remedy=remedy)
        case _:
            return _refuse_value(document, error)


def _find_dash(document: Document, where: Path) -> int:
    """Return the line of the next entry if that has the missing key alone, 0 if it has not."""
    key, number, missing = where
    rows = document.value.get(key) if isinstance(document.value, Mapping) else None
    after = number + 1 if isinstance(number, int) else 0
    if not isinstance(rows, tuple) or after >= len(rows) or (key,) in document.inline:
        return 0
    alone = isinstance(rows[after], Mapping) and set(rows[after]) == {missing}
    return document.values[key, after].line if alone else 0


def _refuse_value(document: Document, error: ErrorDetails) -> ConfigError:
    where = error["loc"]
    place = document.values[where]
    mistake = error.get("ctx", {}).get("error")
    if isinstance(mistake, GlobMistakeError):
        what = f"{_name_place(where)} {_describe_value(error['input'])}, which {mistake.reason}."
        if isinstance(error["input"], tuple):
            what = f"{_name_place(where)}, entry 1 {mistake.reason}."
        cause = " ".join(filter(None, (_list_allowed(where), mistake.more)))
        known = mistake.right or isinstance(error["input"], tuple)
        whole = _advise_inline(document, where) if known else ""
        return place.error(what, cause=cause, remedy=whole or _advise_globs(where, mistake.right))
    what = _describe_unusable(where, error["input"])
    remedy = _advise_inline(document, where) or _advise(where, error["input"])
    return place.error(what, cause=_list_allowed(where), remedy=remedy)


def _advise_inline(document: Document, where: Path) -> str:
    """Return the whole line for an entry of a list in brackets, "" for any other place.

    If nobody knows the line that was meant, it is an example.

    Lines with dashes cannot be written inside of brackets.
    """
    match where:
        case (str() as key, int()) if where[:1] in document.inline and isinstance(
            document.value, Mapping
        ):
            if key not in _DECLARED:
                return ""
            line = value_mistakes.write_meant(key, document.value.get(key))
            example = value_mistakes.give_example(key, _DECLARED[key].kind)
            return f"Write `{line}`." if line else example
        case _:
            return ""


def _describe_unusable(where: Path, value: Any) -> str:  # noqa: ANN401 - any value of the file
    """Return what is wrong with a value: in a list of words, with the first wrong one."""
    declared, named = _DECLARED.get(str(where[0])), _name_place(where)
    if declared and (wrong := value_mistakes.find_wrong_word(declared.kind, value)) is not None:
        named, value = f"{named}, entry {wrong + 1}", value[wrong]
    if declared and isinstance(declared.kind.shape, Bounds) and _is_number_in_quotes(value):
        return f"{named} is the text {show(value)}, because of its quotes."
    unusable = "" if value is None else ", which cannot be used"
    return f"{named} {_describe_value(value)}{unusable}."


def _is_number_in_quotes(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdecimal()


def _advise_globs(where: Path, right: Sequence[str]) -> str:
    """Return the lines for patterns that were meant, or an example if nobody knows."""
    example = 'Write, for example, `"src/**"`.'
    if not right:
        return example
    several = "Write"
    if isinstance(where[-1], int):
        lines = [f"- {yaml_lines.quote(each)}" for each in right]
    elif where[-1] == "path":
        lines = [yaml_lines.write("path", each) for each in right]
        if len(lines) > 1:
            several = "Write an entry for each pattern, with the same instructions:"
    else:
        lines = [yaml_lines.write(str(where[-1]), right)]
    if not all(line and yaml_lines.is_plain_line(line) for line in lines):
        return example
    return f"{several} {yaml_lines.join(lines)}."


def _advise(where: Path, value: object) -> str:
    """Return what to write for a value of the wrong type."""
    key, *inner = where
    if key == "path-instructions":
        return _advise_entry(inner, value)
    declared = _DECLARED[str(key)]
    if not inner:
        return value_mistakes.advise_value(declared.name, declared.kind, value)
    if value is None:
        return "Delete the line, or write a value behind its dash."
    lines = [
        f"- {yaml_lines.quote(each)}" for each in value_mistakes.write_entries(str(key), value)
    ]
    if lines and all(map(yaml_lines.is_plain_line, lines)):
        return f"Write {yaml_lines.join(lines)}."
    first = declared.kind.example.partition(", ")[0]
    return f"Write, for example, `- {yaml_lines.quote(first)}`."


def _advise_entry(inner: Sequence[object], value: object) -> str:
    match inner, value:
        case ([], Mapping()) if value and all(isinstance(each, str) for each in value.values()):
            path, text = next(iter(value.items()))
            # One entry without its dash, or patterns as keys.
            path, text = (
                (value["path"], value.get("instructions", "")) if "path" in value else (path, text)
            )
            first, second = yaml_lines.write("- path", path), yaml_lines.write("instructions", text)
            if first and second:
                return f"Write `{first}`, and below it `{second}`; and so on for the others."
        case ([_], str() as path):
            if line := yaml_lines.write("- path", path):
                return f"Write `{line}`, and below it `instructions: ...`, indented like `path`."
        case ([_, "instructions"], tuple()):
            return "Write `instructions: |`, and the text in the lines below it, indented further."
        case ([_, "path"], (str() as path, *_)):
            if line := yaml_lines.write("- path", path):
                return f"Write an entry for each pattern, the first as `{line}`."
        case _:
            pass
    return 'Write `- path: "src/**"`, and below it `instructions: ...`, indented like `path`.'


def _refuse_key(
    document: Document, where: Path, value: object, known: Sequence[str]
) -> ConfigError:
    place, key, nested = document.keys[where], str(where[-1]), len(where) > 1
    plain = key_mistakes.as_kebab(key)
    if not nested and plain not in known and (plain in _DECLARED or plain in _RESERVED):
        return place.error(
            f"`{plain}` is set in the workflow's inputs, not in the repository's file.",
            cause="Editors of the file must not choose servers, models, keys, budgets or rights.",
            remedy=key_mistakes.advise_input(plain, value),
        )
    if key == "extends" and not nested:
        return place.error("`extends` is not supported.", remedy="Write the settings out here.")
    advise = key_mistakes.advise_entry_key if nested else key_mistakes.advise_key
    advice = advise(key, value, known)
    return place.error(f"there is no key {show(key)}.", cause=advice.cause, remedy=advice.remedy)


def _name_place(where: Path) -> str:
    return ", ".join(
        f"entry {part + 1}" if isinstance(part, int) else f"`{part}`" for part in where
    )


def _describe_value(value: object) -> str:
    match value:
        case None:
            return "has no value"
        case bool():
            return f"is {str(value).lower()}"
        case str():
            return f"is {show(value)}"
        case tuple():
            return "is a list" if value else "is an empty list"
        case dict():
            return "is a mapping"
        case _:
            return f"is the number {value}"


def _list_allowed(where: Path) -> str:
    if where[0] == "path-instructions" and where[-1] == "path":
        return "It takes one gitignore pattern."
    if where[0] == "path-instructions":
        return (
            f"It takes a list of at most {MOST_PATH_INSTRUCTIONS} entries, each with a `path` (one "
            "gitignore pattern) and `instructions` "
            f"(a text of at most {option_types.LONGEST_INSTRUCTIONS} bytes)."
        )
    kind = _DECLARED[str(where[0])].kind
    listed = kind.many and not isinstance(kind.shape, WordList)
    return f"It takes {'a list of ' if listed else ''}{kind.allowed}."
