"""The form of .github/code-review-learnings.yml, and the errors about a file that lacks it."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter
from pydantic_core import ErrorDetails

from reviewer.config import option_types
from reviewer.config.config_error import ConfigError
from reviewer.config.globs import Patterns
from reviewer.config.mistakes import glob_mistakes
from reviewer.config.mistakes.glob_mistakes import GlobMistakeError
from reviewer.config.options import show, suggest
from reviewer.config.repository import strict_yaml, validation_errors, yaml_lines
from reviewer.config.repository.file_places import LEARNINGS_FILE
from reviewer.config.repository.learnings import Learning
from reviewer.config.repository.mistakes import value_mistakes
from reviewer.config.repository.strict_yaml import Document, Path

MOST_ENTRIES = 200
LONGEST_TEXT = 1_000
"""Characters of one learning; a request has room for four such."""
MOST_PATHS = 20
LONGEST_ORIGIN = 200
# The length of the place of `paths`; its entries have a longer one.
_WHOLE_LIST = 2
_EXAMPLE_OF_PATHS = 'Write, for example, `paths: ["src/**"]`.'
_EXAMPLE = '- text: "Money is counted in cents."'


def _check_text(text: str) -> str:
    if not text.strip():
        raise ValueError
    return text


def _check_origin(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError
    return text


def _check_glob(text: str) -> str:
    glob_mistakes.check(text)
    Patterns.parse((text,))
    return text


def _check_selecting(globs: tuple[str, ...]) -> tuple[str, ...]:
    glob_mistakes.check_selecting(globs)
    return globs


class LearningEntry(BaseModel):
    """Something that the reviewer is to know."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    text: Annotated[
        str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_check_text)
    ] = Field(description="What the reviewer is to look for, or what is no problem here.")
    paths: Annotated[
        tuple[
            Annotated[
                str,
                Field(min_length=1, max_length=option_types.LONGEST_GLOB),
                AfterValidator(_check_glob),
            ],
            ...,
        ],
        Field(max_length=MOST_PATHS),
        AfterValidator(_check_selecting),
    ] = Field((), description="gitignore patterns of the files that it is about; none for all.")
    origin: Annotated[str, Field(max_length=LONGEST_ORIGIN), AfterValidator(_check_origin)] = Field(
        "", description="Where it comes from: a link, a number such as #12, or a login."
    )


ENTRIES: TypeAdapter[tuple[LearningEntry, ...]] = TypeAdapter(
    Annotated[tuple[LearningEntry, ...], Field(max_length=MOST_ENTRIES)]
)
KEYS = tuple(LearningEntry.model_fields)
_ALLOWED = {
    "text": f"It takes a text of at most {LONGEST_TEXT:,} characters.",
    "paths": f"It takes a list of at most {MOST_PATHS} gitignore patterns.",
    "origin": f"It takes one line of at most {LONGEST_ORIGIN} characters.",
}
_FILE_ALLOWED = (
    f"The file is a list of at most {MOST_ENTRIES} entries, each with `text`, and with `paths` and "
    "`origin` if you like."
)


def parse(raw: bytes | str) -> tuple[Learning, ...]:
    """Read the file; an empty one has no entries. Raises ConfigError as file_keys does."""
    try:
        return _read(strict_yaml.parse(raw))
    except ConfigError as problem:
        raise problem.read_at("", path=LEARNINGS_FILE) from None


def _read(document: Document) -> tuple[Learning, ...]:
    value = () if document.value is None else document.value
    if not isinstance(value, tuple) and () not in document.refused:
        place = document.values[()]
        raise place.error("this is not a list.", cause=_FILE_ALLOWED, remedy=_advise_root(value))
    entries = validation_errors.validate(
        document, partial(ENTRIES.validate_python, value, strict=True), partial(_describe, document)
    )
    return tuple(Learning(each.text, each.paths, each.origin) for each in entries)


def _advise_root(value: object) -> str:
    inner = next(iter(value.values()), None) if isinstance(value, dict) else None
    if isinstance(inner, tuple):
        return "Take the key above the list away."
    if isinstance(value, dict) and "text" in value:
        return (
            "Write a dash and a blank in front of `text:`, and two blanks in front of other keys."
        )
    return f"Write, for example, `{_EXAMPLE}`."


def _describe(document: Document, error: ErrorDetails) -> ConfigError:
    where = error["loc"]
    if error["type"] == "extra_forbidden":
        return _refuse_key(document, error)
    if error["type"] == "missing":
        return document.values[where[:-1]].error(
            f"{_name(where[:-1])} lacks `text`.",
            cause=_FILE_ALLOWED,
            remedy="Write `text: ...` in it, as far to the right as its first key.",
        )
    place = document.values[where]
    if not where:
        what = f"there are {len(error['input'])} entries."
        return place.error(what, cause=_FILE_ALLOWED, remedy="Delete those that you do not need.")
    if len(where) == 1:
        return place.error(
            f"{_name(where)} has no keys.", cause=_FILE_ALLOWED, remedy=_advise_entry(error)
        )
    what, advice = _explain_value(document, error)
    return place.error(f"{_name(where)} {what}", cause=_ALLOWED[str(where[1])], remedy=advice)


def _advise_entry(error: ErrorDetails) -> str:
    line = yaml_lines.write("- text", error["input"]) if isinstance(error["input"], str) else ""
    return f"Write `{line or _EXAMPLE}`."


def _refuse_key(document: Document, error: ErrorDetails) -> ConfigError:
    where, key = error["loc"], str(error["loc"][-1])
    cause = suggest(key, KEYS)
    meant, value = (cause.split("`")[1] if cause else ""), error["input"]
    if meant == "paths" and isinstance(value, str):
        value = value_mistakes.read_globs(value, selects=True)
    line = yaml_lines.write(meant, value) if meant else ""
    remedy = f"Write `{line}`." if line else f"The keys are {', '.join(KEYS)}."
    return document.keys[where].error(f"there is no key {show(key)}.", cause=cause, remedy=remedy)


def _explain_value(document: Document, error: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong with a value of an entry, and what to write."""
    where, value = error["loc"], error["input"]
    mistake = error.get("ctx", {}).get("error")
    if isinstance(mistake, GlobMistakeError):
        return f"{mistake.reason}.", _advise_globs(document, where, mistake.right)
    if value is None:
        needed = where[-1] == "text"
        return "has no value.", "Write a text behind it." if needed else "Delete the line."
    line = ""
    match where, value:
        case ((_, "paths"), _):
            globs = value_mistakes.read_globs(value, selects=True)
            line = yaml_lines.write("paths", globs) if globs else ""
            return "cannot be used.", f"Write `{line}`." if line else _EXAMPLE_OF_PATHS
        case ((_, "text" | "origin"), str()):
            shorter = "Shorten it, or make two learnings of it." if where[1] == "text" else ""
            return _measure(value), shorter * bool(value.strip())
        case ((_, "text"), tuple()):
            return "is a list.", "Write an entry for each text, as `- text: ...`."
        case ((_, "text" | "origin" as key), bool() | int() | float()):
            line = f'{key}: "{str(value).lower()}"'
        case _:
            pass
    return "cannot be used.", f"Write `{line}`." if line else ""


def _advise_globs(document: Document, where: Path, right: Sequence[str]) -> str:
    """Return the lines for patterns: in a list in brackets, with those that are right."""
    lines = [f"- {yaml_lines.quote(each)}" for each in right]
    if len(where) == _WHOLE_LIST or where[:_WHOLE_LIST] in document.inline:
        rows = document.value if isinstance(document.value, tuple) else ()
        given = [row["paths"] for number, row in enumerate(rows) if number == where[0]]
        globs = value_mistakes.read_globs(given[0], selects=True) if right else ()
        lines = [yaml_lines.write("paths", globs)] if globs else []
    known = lines and all(map(yaml_lines.is_plain_line, lines))
    return f"Write {yaml_lines.join(lines)}." if known else _EXAMPLE_OF_PATHS


def _measure(text: str) -> str:
    if not text.strip():
        return "is blank."
    lines = len(text.splitlines())
    return f"has {len(text):,} characters" + (f" in {lines} lines." if lines > 1 else ".")


def _name(where: tuple[int | str, ...]) -> str:
    names = [f"entry {part + 1}" if isinstance(part, int) else f"`{part}`" for part in where[:2]]
    return ", ".join((*names, *(f"pattern {part}" for part in _count_from_one(where[2:]))))


def _count_from_one(rest: Sequence[int | str]) -> list[int]:
    return [part + 1 for part in rest if isinstance(part, int)]
