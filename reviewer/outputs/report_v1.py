"""Declares the JSON report, version 1; it is written, read and described by these types.

A report that is read is untrusted. `schema` makes schema/report.schema.json. Raise VERSION when a
member is removed or changes its meaning. Older reports lack a new member: it needs a default.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic.json_schema import GenerateJsonSchema

from reviewer.config import shard
from reviewer.errors import ReportError
from reviewer.finding import Candidate, Origin, Side
from reviewer.review.promise import PromiseGap
from reviewer.review.result import GivenLearning, Status
from reviewer.review.spending import Dollars
from reviewer.review.verification import Ground, VerdictOutcome
from reviewer.severity import Confidence, Scale, Severity

VERSION: Final = 1
LARGEST = 20_000_000
"""Bytes; a report of 200 findings in 3,000 files has less than two million."""

_Count: TypeAlias = Annotated[int, Field(ge=0, le=10**12)]
_Line: TypeAlias = Annotated[int, Field(ge=1, le=10**9)]
# Older reports have 16 digits.
_Fingerprint: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{16}(?:[0-9a-f]{48})?$")]
_Cost: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$")]


def _spell_by_label(scale: type[Scale]) -> tuple[object, ...]:
    """Return annotations that let pydantic read and write a word on a scale as its label."""
    words = scale.by_label()

    def read(label: object) -> Scale:
        word = words.get(label) if isinstance(label, str) else None
        if word is None:
            raise ValueError(f"one of {', '.join(words)} is expected")
        return word

    return (
        BeforeValidator(read),
        PlainSerializer(lambda word: word.label),
        WithJsonSchema({"enum": list(words)}),
    )


def _check_shard(text: str) -> str:
    try:
        shard.parse(text)
    except ValueError:
        raise ValueError("a share like 2/8 is expected") from None
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow(Candidate):
    """A finding, at the lines where it was placed; `tools` names other tools that report it."""

    start_line: _Line
    end_line: _Line
    severity: Annotated[Severity, *_spell_by_label(Severity)]
    confidence: Annotated[Confidence, *_spell_by_label(Confidence)]
    number: _Count
    fingerprint: _Fingerprint
    origin: Origin
    side: Side
    also: tuple[str, ...]
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFindingRow(FindingRow):
    """A finding that the review shows; `inline` says that it has an inline comment."""

    inline: bool


@dataclass(frozen=True, slots=True)
class DismissalRow:
    """A finding that a maintainer dismissed; `by` is a login."""

    number: _Count
    path: str
    title: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class VerificationRow:
    """The effect of the verification on a finding, with the model's reason."""

    path: str
    start_line: _Count
    title: str
    outcome: VerdictOutcome
    reason: str
    ground: Ground = Ground.NONE
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class ReportedFile:
    """The result of a changed file; its findings are those with the same path.

    `unread_lines` counts the changed lines of a file that was excluded by default. `checked` says
    that a built-in rule understood each of them.
    """

    path: str
    status: Status
    reason: str
    summary: str
    cuts: tuple[str, ...]
    since: str
    unread_lines: _Count = 0
    checked: bool = False


@dataclass(frozen=True, slots=True)
class WithheldRow:
    """The numbers of findings that are not shown, by cause."""

    unplaced: _Count
    refuted: _Count
    dismissed: _Count
    duplicate: _Count
    below_threshold: _Count
    over_limit: _Count
    malformed: _Count = 0


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """The share of the requests with one purpose: review, verification, overview."""

    purpose: str
    requests: _Count
    tokens: _Count
    cost: _Cost | None


@dataclass(frozen=True, slots=True)
class SpentRow:
    """Requests to models, tokens and cost.

    `input_tokens` and `output_tokens` are all of them: cached and reasoning tokens are parts.
    """

    requests: _Count
    input_tokens: _Count
    output_tokens: _Count
    cost: Annotated[_Cost | None, Field(description="US dollars; null if a figure is not known.")]
    models: tuple[str, ...]
    cached_tokens: Annotated[_Count, Field(description="Input that a cache served.")] = 0
    cache_write_tokens: Annotated[_Count, Field(description="Input that a cache took in.")] = 0
    reasoning_tokens: Annotated[_Count, Field(description="Output that is reasoning.")] = 0
    charged: Annotated[
        _Cost | None,
        Field(description="The same with estimates; null when a price is not known."),
    ] = None
    by_purpose: tuple[PurposeRow, ...] = ()


@dataclass(frozen=True, slots=True)
class BillRow:
    """What one run has cost: tokens, and US dollars, empty if not known; `began` in Unix seconds.

    `charged` is compared with limits, empty if it is the same as `cost`.
    """

    run: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    began: _Count
    tokens: _Count
    cost: Dollars
    charged: Dollars


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report; every text from the pull request or from a model is untrusted."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        title="Report of code-review-action, version 1",
        extra="forbid",
        strict=True,
        json_schema_serialization_defaults_required=True,
    )

    version: Literal[1]
    tool: Literal["code-review-action"]
    name: str
    run_url: str
    head_sha: str
    base_sha: str
    subject: Annotated[str, Field(description="On a machine, such as main..HEAD; else empty.")] = ""
    shard: Annotated[
        Annotated[
            str,
            Field(pattern="^[1-9][0-9]{0,2}/[1-9][0-9]{0,2}$"),
            AfterValidator(_check_shard),
        ]
        | None,
        Field(description="Which share of the files the run had, such as 2/8; null for all."),
    ] = None
    key: Annotated[
        str,
        Field(description="What the review depended on; title and description are its last part."),
    ] = ""
    complete: bool
    by_fork: Annotated[
        bool, Field(description="True if a run that the fork controls made the review.")
    ] = False
    lacks_whole: bool = False
    cancelled: bool
    overview: str
    major_changes: tuple[str, ...]
    compared: tuple[PromiseGap, ...] = ()
    findings: tuple[ShownFindingRow, ...]
    fixed: tuple[FindingRow, ...]
    unchecked: tuple[FindingRow, ...] = ()
    dismissed: tuple[DismissalRow, ...]
    judgements: tuple[VerificationRow, ...]
    files: tuple[ReportedFile, ...]
    withheld: WithheldRow
    notes: tuple[str, ...]
    spent: SpentRow
    total: SpentRow
    bills: Annotated[
        tuple[BillRow, ...],
        Field(description="The runs that made the review, so that each is counted once."),
    ] = ()
    tool_problems: tuple[str, ...] = ()
    learnings: tuple[GivenLearning, ...] = ()
    memory: Annotated[
        str | None,
        Field(description="What a later run needs, packed and signed; null without a key."),
    ] = None


def write(report: Report) -> str:
    """Return the report as JSON in ASCII, without `<`."""
    return to_ascii_json(_adapter().dump_python(report, mode="json"))


def to_ascii_json(value: object) -> str:
    """Return a document as JSON in ASCII without `<`, so that no page finds an HTML tag in it."""
    # "<" occurs in strings only, where the escape means the same.
    return json.dumps(value, indent=2).replace("<", "\\u003c") + "\n"


def read(data: bytes) -> Report:
    """Return the report in `data`, checked; raises ReportError if it is no report of version 1."""
    if len(data) > LARGEST:
        raise ReportError(f"The report has more than {LARGEST:,} bytes.")
    try:
        return _adapter().validate_json(data)
    except ValidationError as wrong:
        first: Any = wrong.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        problem = f"{place}: {first['msg']}" if place else str(first["msg"])
        raise ReportError(
            f"The report cannot be used: {problem[:300]}.",
            cause="The file is not a report of this action, or of another version of it.",
            remedy="Pass the file that the output report-path names.",
        ) from None


def schema() -> Mapping[str, object]:
    """Return the JSON Schema of a report as it is written."""
    described = _adapter().json_schema(mode="serialization", schema_generator=_SchemaGenerator)
    return {"$schema": GenerateJsonSchema.schema_dialect} | described


class _SchemaGenerator(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        return False  # it would only repeat the member's name

    def default_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401
        return self.generate_inner(schema["schema"])  # defaults are for older reports only


@cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)
