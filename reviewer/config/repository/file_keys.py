"""The keys of .github/code-review.yml, and the errors about a file that does not fit.

The keys, their types and their descriptions follow from the declarations of the settings.
"""

import enum
from functools import partial
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
)

from reviewer.config import option_types
from reviewer.config.globs import Patterns
from reviewer.config.mistakes import glob_mistakes
from reviewer.config.option_types import OptionType
from reviewer.config.options import Declaration
from reviewer.config.repository import file_errors, strict_yaml, validation_errors
from reviewer.config.repository.mistakes import yaml_mistakes
from reviewer.config.shapes import Bounds, Items, Switch, Text, WordList, Words
from reviewer.config.workflow import inputs
from reviewer.config.workflow.inputs import Inputs
from reviewer.record import record

DECLARED = {each.name: each for each in inputs.DECLARATIONS if each.file}
"""The settings that the file has, by their keys."""


@record
class PathInstruction:
    """Instructions for the files that match one pattern."""

    path: str
    instructions: str


@record
class FileSettings:
    """The values in the file.

    `named` has the fields that the file sets, "path_instructions" included. In `values` only these
    fields come from the file.
    """

    values: Inputs = Inputs()
    named: frozenset[str] = frozenset()
    path_instructions: tuple[PathInstruction, ...] = ()


def _annotation(kind: OptionType[Any]) -> Any:  # noqa: ANN401 - a type, as pydantic takes it
    """Return the type of a key; raises ValueError for a type of inputs only."""
    match kind.shape:
        case Switch():
            return bool
        case Bounds(low, high):
            return Annotated[int, Field(ge=low, le=high)]
        case Words(words):
            return Annotated[cast("Any", Literal)[words], AfterValidator(kind.parse)]
        case WordList(words):
            return _word_list(kind, words)
        case Text(longest, pattern):
            limits = Field(
                max_length=longest, json_schema_extra={"pattern": pattern} if pattern else None
            )
            return Annotated[str, limits, AfterValidator(kind.parse)]
        case Items(most, longest, globs, selects, logins):
            check_name = option_types.check_login if logins else _check_name
            check = AfterValidator(_check_glob if globs else check_name)
            item = Annotated[str, Field(min_length=1, max_length=longest), check]
            whole = AfterValidator(_check_selecting if selects else tuple)
            return Annotated[tuple[item, ...], Field(max_length=most), whole]
        case None:
            raise ValueError(f"no shape in the file: {kind.allowed}")


def _word_list(kind: OptionType[Any], words: tuple[str, ...]) -> Any:  # noqa: ANN401 - a type
    """Return the type of a key that takes words in a list, or separated by commas as in an input.

    An item of a list that holds a comma is refused, because it would be read as two.
    """

    def read(value: object) -> object:
        items = value if isinstance(value, tuple) else (value,)
        alone = len(items) == 1 and value is items[0]
        if not all(isinstance(item, str) and (alone or "," not in item) for item in items):
            raise ValueError
        return kind.parse(",".join(items))

    any_of = "|".join(words)
    described = [
        {"type": "string", "enum": list(words)},
        {"type": "string", "pattern": f"^({any_of})( *, *({any_of}))*$"},
        {"type": "array", "items": {"enum": list(words)}, "minItems": 1},
    ]
    return Annotated[
        tuple[enum.Enum, ...], BeforeValidator(read), WithJsonSchema({"anyOf": described})
    ]


def _check_glob(text: str) -> str:
    glob_mistakes.check(text)
    Patterns.parse((text,))
    return text


def _check_selecting(globs: tuple[str, ...]) -> tuple[str, ...]:
    glob_mistakes.check_selecting(globs)
    return globs


def _check_only_glob(text: str) -> str:
    glob_mistakes.check_one(text)
    return _check_glob(text)


def _check_name(text: str) -> str:
    return option_types.check_items((text,), 1, option_types.LONGEST_NAME)[0]


def _field(declared: Declaration) -> tuple[Any, Any]:
    """Return the type and the description of a key, as `create_model` takes them."""
    words = isinstance(declared.kind.shape, Words | WordList)
    default = declared.default if words else declared.kind.parse(declared.default)
    described = Field(default=default, description=declared.description)
    return _annotation(declared.kind), described


class _Strict(BaseModel):
    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


class PathInstructionEntry(_Strict):
    """What the reviewer should know about some of the files."""

    path: Annotated[
        str,
        Field(min_length=1, max_length=option_types.LONGEST_GLOB),
        AfterValidator(_check_only_glob),
    ] = Field(description="gitignore pattern of the files that the instructions are about.")
    instructions: Annotated[
        str,
        Field(min_length=1, max_length=option_types.LONGEST_INSTRUCTIONS),
        AfterValidator(option_types.prose().parse),
    ] = Field(description="What the reviewer should know about these files, or look for.")


_FIELDS: dict[str, Any] = {
    **{declared.field: _field(declared) for declared in DECLARED.values()},
    "path_instructions": (
        Annotated[
            tuple[PathInstructionEntry, ...], Field(max_length=file_errors.MOST_PATH_INSTRUCTIONS)
        ],
        Field((), description="Instructions for some of the files only."),
    ),
}
RepositoryFile = create_model(
    "RepositoryFile",
    __base__=_Strict,
    __doc__="Settings of the code review; each can only make the workflow's setting stricter.",
    **_FIELDS,
)
KEYS = tuple(name.replace("_", "-") for name in RepositoryFile.model_fields)
_ENTRY_KEYS = tuple(PathInstructionEntry.model_fields)


def parse(raw: bytes | str) -> FileSettings:
    """Read the file; an empty one sets nothing.

    Raises ConfigError about the first error in it, with the others in `more`.
    """
    document = strict_yaml.parse(raw)
    value = {} if document.value is None else document.value
    if workflow := file_errors.find_workflow(document, KEYS):
        raise workflow
    if not isinstance(value, dict) and () not in document.refused:
        raise document.values[()].error(
            "the file must hold keys with values.",
            remedy=yaml_mistakes.advise_root(value, KEYS) or f"The keys are {', '.join(KEYS)}.",
        )
    describe = partial(file_errors.describe, document, keys=KEYS, entry_keys=_ENTRY_KEYS)
    file = validation_errors.validate(
        document, partial(RepositoryFile.model_validate, value), describe
    )
    values = file.model_dump(exclude_unset=True)
    about_paths = values.pop("path_instructions", ())
    return FileSettings(
        Inputs(**values),
        frozenset(file.model_fields_set),
        tuple(PathInstruction(**entry) for entry in about_paths),
    )
