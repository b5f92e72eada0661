"""The shape of .github/code-review.yml, and what to say about a file that has another."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import ErrorDetails

from reviewer.config import inputs, option_types, strict_yaml
from reviewer.config.globs import Patterns
from reviewer.config.inputs import Inputs
from reviewer.config.option_types import Bounds
from reviewer.config.options import nearest, show
from reviewer.config.strict_yaml import Document, Path, Place
from reviewer.errors import ConfigError

MOST_PATH_INSTRUCTIONS = 50

_DEFAULTS = Inputs()
_DECLARED = {declaration.field: declaration for declaration in inputs.declarations()}
# Not inputs yet, and never a repository's business.
_RESERVED = ("provider", "template", "templates", "tools")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ID = "https://raw.githubusercontent.com/org/code-review-action/v1/schema/code-review.schema.json"


def _setting(field: str) -> Any:  # noqa: ANN401 - a field's default has the field's type
    """Describe a key as the input of the same name is described."""
    return Field(default=getattr(_DEFAULTS, field), description=_DECLARED[field].description)


def _glob(text: str) -> str:
    Patterns((text,))
    return text


def _name(text: str) -> str:
    return option_types.capped((text,), 1, option_types.LONGEST_NAME)[0]


def _from(bounds: Bounds) -> Any:  # noqa: ANN401 - pydantic's FieldInfo
    return Field(ge=bounds.low, le=bounds.high)


_Glob = Annotated[
    str, Field(min_length=1, max_length=option_types.LONGEST_GLOB), AfterValidator(_glob)
]
_Globs = Annotated[tuple[_Glob, ...], Field(max_length=option_types.MOST_GLOBS)]
_Name = Annotated[
    str, Field(min_length=1, max_length=option_types.LONGEST_NAME), AfterValidator(_name)
]
_Names = Annotated[tuple[_Name, ...], Field(max_length=option_types.MOST_NAMES)]
_Prose = Annotated[
    str,
    Field(max_length=option_types.LONGEST_INSTRUCTIONS),
    AfterValidator(option_types.prose().parse),
]
_Language = Annotated[
    str,
    # A schema has no portable word for "letter": it refuses what ASCII has besides.
    Field(
        max_length=option_types.LONGEST_LANGUAGE,
        json_schema_extra={"pattern": r"^[^\x00-\x1f!-,./0-9:-@\[-`{-\x7f]*$"},
    ),
    AfterValidator(option_types.language().parse),
]


class _Strict(BaseModel):
    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


class PathInstructionEntry(_Strict):
    """What the reviewer should know about some of the files."""

    path: _Glob = Field(
        description="gitignore pattern of the files that the instructions are about."
    )
    instructions: Annotated[_Prose, Field(min_length=1)] = Field(
        description="What the reviewer should know about these files, or look at."
    )


class RepositoryFile(_Strict):
    """Settings of the code review; each can only make the workflow's setting stricter."""

    include: _Globs = _setting("include")
    exclude: _Globs = _setting("exclude")
    max_files: Annotated[int, _from(inputs.MAX_FILES)] = _setting("max_files")
    max_file_lines: Annotated[int, _from(inputs.MAX_FILE_LINES)] = _setting("max_file_lines")
    max_findings: Annotated[int, _from(inputs.MAX_FINDINGS)] = _setting("max_findings")
    min_severity: Literal["low", "medium", "high", "critical"] = Field(
        "low", description=_DECLARED["min_severity"].description
    )
    min_confidence: Literal["low", "medium", "high"] = Field(
        "low", description=_DECLARED["min_confidence"].description
    )
    language: _Language = _setting("language")
    instructions: _Prose = _setting("instructions")
    path_instructions: Annotated[
        tuple[PathInstructionEntry, ...], Field(max_length=MOST_PATH_INSTRUCTIONS)
    ] = Field((), description="Instructions for some of the files only.")
    inline: Literal["off", "high", "all"] = Field(
        "off", description=_DECLARED["inline"].description
    )
    suggestions: bool = _setting("suggestions")
    verify: Literal["off", "on"] = Field("on", description=_DECLARED["verify"].description)
    guidelines: _Names = _setting("guidelines")
    fail_on: Literal["never", "critical", "high", "medium", "low", "incomplete"] = Field(
        "never", description=_DECLARED["fail_on"].description
    )
    review_drafts: bool = _setting("review_drafts")
    skip_labels: _Names = _setting("skip_labels")
    skip_authors: _Names = _setting("skip_authors")


KEYS = tuple(name.replace("_", "-") for name in RepositoryFile.model_fields)
_WORKFLOW_ONLY = {declared.name for declared in _DECLARED.values()} - {*KEYS} | {*_RESERVED}


def parse(raw: bytes | str) -> RepositoryFile:
    """Read the file; without content it sets nothing.

    Raises ConfigError about the first thing in it that is wrong.
    """
    document = strict_yaml.parse(raw)
    value = {} if document.value is None else document.value
    if not isinstance(value, dict):
        raise document.values[()].error(
            "the file must hold keys with values.", remedy=f"The keys are {', '.join(KEYS)}."
        )
    try:
        return RepositoryFile.model_validate(value)
    except ValidationError as invalid:
        problems = [_problem(document, error) for error in invalid.errors(include_url=False)]
        raise min(problems, key=lambda problem: (problem.line, problem.column)) from None


def schema() -> dict[str, Any]:
    """Return the JSON Schema that editors complete the file by."""
    return {
        "$schema": _DIALECT,
        "$id": _ID,
        **RepositoryFile.model_json_schema(schema_generator=_Untitled),
    }


class _Untitled(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        return False  # it would only repeat the key


def _problem(document: Document, error: ErrorDetails) -> ConfigError:
    where = error["loc"]
    match error["type"]:
        case "extra_forbidden":
            return _unknown(document.keys[where], str(where[-1]), nested=len(where) > 1)
        case "missing":
            what = f"{_called(where[:-1])} lacks `{where[-1]}`."
            return document.values[where[:-1]].error(what, cause=_allowed(where))
        case _:
            what = f"{_called(where)} {_shown(error['input'])}, which cannot be used."
            return document.values[where].error(what, cause=_allowed(where))


def _unknown(place: Place, key: str, *, nested: bool) -> ConfigError:
    plain = key.replace("_", "-")
    known = tuple(field.replace("_", "-") for field in PathInstructionEntry.model_fields)
    known = known if nested else KEYS
    if plain in _WORKFLOW_ONLY and not nested:
        return place.error(
            f"`{plain}` is set in the workflow's inputs, not in the repository's file.",
            cause="Who may edit the file must not choose servers, models, keys, money or rights.",
            remedy="Move it to `with:` of the workflow's step.",
        )
    if key == "extends" and not nested:
        return place.error("`extends` is not supported.", remedy="Write the settings out here.")
    return place.error(
        f"there is no key {show(key)}.",
        cause=nearest(key, known),
        remedy=f"The keys are {', '.join(known)}.",
    )


def _called(where: Path) -> str:
    return ", ".join(
        f"entry {part + 1}" if isinstance(part, int) else f"`{part}`" for part in where
    )


def _shown(value: object) -> str:
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


def _allowed(where: Path) -> str:
    if where[0] == "path-instructions":
        return (
            f"It takes a list of at most {MOST_PATH_INSTRUCTIONS} entries, each with a `path` (one "
            "gitignore pattern) and `instructions` "
            f"(a text of at most {option_types.LONGEST_INSTRUCTIONS} bytes)."
        )
    kind = _DECLARED[str(where[0]).replace("-", "_")].kind
    return f"It takes {'a list of ' if kind.many else ''}{kind.allowed}."
