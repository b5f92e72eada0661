"""The keys of .github/code-review.yml, and the errors about a file that does not fit.

The keys, their types and their descriptions follow from the declarations of the settings.
"""

import enum
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    create_model,
)
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import ErrorDetails

from reviewer import project
from reviewer.config import inputs, option_types, strict_yaml
from reviewer.config.globs import Patterns
from reviewer.config.inputs import Inputs
from reviewer.config.option_types import OptionType
from reviewer.config.options import Declaration, show, suggest
from reviewer.config.shapes import Bounds, Items, Switch, Text, WordList, Words
from reviewer.config.strict_yaml import Document, Path, Place
from reviewer.errors import ConfigError
from reviewer.record import record

MOST_PATH_INSTRUCTIONS = 50

_DECLARED = {declaration.field: declaration for declaration in inputs.DECLARATIONS}
# Names of no input yet, or of one that a repository must never set.
_RESERVED = ("provider", "template", "templates", "tools")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


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
        case Items(most, longest, globs):
            check = AfterValidator(_check_glob if globs else _check_name)
            item = Annotated[str, Field(min_length=1, max_length=longest), check]
            return Annotated[tuple[item, ...], Field(max_length=most)]
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
        {"type": "string", "pattern": f"^({any_of})( *, *({any_of}))*$"},
        {"type": "array", "items": {"enum": list(words)}, "minItems": 1},
    ]
    return Annotated[
        tuple[enum.Enum, ...], BeforeValidator(read), WithJsonSchema({"anyOf": described})
    ]


def _check_glob(text: str) -> str:
    Patterns.parse((text,))
    return text


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
        str, Field(min_length=1, max_length=option_types.LONGEST_GLOB), AfterValidator(_check_glob)
    ] = Field(description="gitignore pattern of the files that the instructions are about.")
    instructions: Annotated[
        str,
        Field(min_length=1, max_length=option_types.LONGEST_INSTRUCTIONS),
        AfterValidator(option_types.prose().parse),
    ] = Field(description="What the reviewer should know about these files, or look for.")


_FIELDS: dict[str, Any] = {
    **{name: _field(declared) for name, declared in _DECLARED.items() if declared.file},
    "path_instructions": (
        Annotated[tuple[PathInstructionEntry, ...], Field(max_length=MOST_PATH_INSTRUCTIONS)],
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
_WORKFLOW_ONLY = {declared.name for declared in _DECLARED.values()} - {*KEYS} | {*_RESERVED}


def parse(raw: bytes | str) -> FileSettings:
    """Read the file; an empty one sets nothing.

    Raises ConfigError about the first error in it.
    """
    document = strict_yaml.parse(raw)
    value = {} if document.value is None else document.value
    if not isinstance(value, dict):
        raise document.values[()].error(
            "the file must hold keys with values.", remedy=f"The keys are {', '.join(KEYS)}."
        )
    try:
        file = RepositoryFile.model_validate(value)
    except ValidationError as invalid:
        problems = [_problem(document, error) for error in invalid.errors(include_url=False)]
        raise min(problems, key=lambda problem: (problem.line, problem.column)) from None
    values = file.model_dump(exclude_unset=True)
    about_paths = values.pop("path_instructions", ())
    return FileSettings(
        Inputs(**values),
        frozenset(file.model_fields_set),
        tuple(PathInstruction(**entry) for entry in about_paths),
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema with which editors complete and check the file."""
    return {
        "$schema": _DIALECT,
        "$id": project.FILE_SCHEMA,
        **RepositoryFile.model_json_schema(schema_generator=_Untitled),
    }


class _Untitled(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        return False  # it would only repeat the key


def _problem(document: Document, error: ErrorDetails) -> ConfigError:
    where = error["loc"]
    match error["type"]:
        case "extra_forbidden":
            return _refuse_key(document.keys[where], str(where[-1]), nested=len(where) > 1)
        case "missing":
            what = f"{_name_place(where[:-1])} lacks `{where[-1]}`."
            return document.values[where[:-1]].error(what, cause=_list_allowed(where))
        case _:
            what = f"{_name_place(where)} {_describe(error['input'])}, which cannot be used."
            return document.values[where].error(what, cause=_list_allowed(where))


def _refuse_key(place: Place, key: str, *, nested: bool) -> ConfigError:
    plain = key.replace("_", "-")
    known = tuple(field.replace("_", "-") for field in PathInstructionEntry.model_fields)
    known = known if nested else KEYS
    if plain in _WORKFLOW_ONLY and not nested:
        return place.error(
            f"`{plain}` is set in the workflow's inputs, not in the repository's file.",
            cause="Editors of the file must not choose servers, models, keys, budgets or rights.",
            remedy="Move it to `with:` of the workflow's step.",
        )
    if key == "extends" and not nested:
        return place.error("`extends` is not supported.", remedy="Write the settings out here.")
    return place.error(
        f"there is no key {show(key)}.",
        cause=suggest(key, known),
        remedy=f"The keys are {', '.join(known)}.",
    )


def _name_place(where: Path) -> str:
    return ", ".join(
        f"entry {part + 1}" if isinstance(part, int) else f"`{part}`" for part in where
    )


def _describe(value: object) -> str:
    match value:
        case None:
            return "has no value"
        case bool():
            return f"is {str(value).lower()}"
        case str():
            return f"is {show(value)}"
        case tuple():
            return "is a list"
        case dict():
            return "is a mapping"
        case _:
            return f"is the number {value}"


def _list_allowed(where: Path) -> str:
    if where[0] == "path-instructions":
        return (
            f"It takes a list of at most {MOST_PATH_INSTRUCTIONS} entries, each with a `path` (one "
            "gitignore pattern) and `instructions` "
            f"(a text of at most {option_types.LONGEST_INSTRUCTIONS} bytes)."
        )
    kind = _DECLARED[str(where[0]).replace("-", "_")].kind
    return f"It takes {'a list of ' if kind.many else ''}{kind.allowed}."
