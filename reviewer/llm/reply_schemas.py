"""Declares the shapes of replies; their JSON Schemas and their reading follow from these.

`json_members.schema` makes the JSON Schema of a shape, `json_members.read` reads a reply. Nothing
else reads what a model wrote.
"""

from dataclasses import dataclass
from typing import Annotated

from reviewer.finding import Candidate
from reviewer.review.promise import GapKind
from reviewer.review.verification import Ground
from reviewer.severity import Severity
from reviewer.text import json_members
from reviewer.text.json_members import Member, schema

VERDICTS = ("keep", "lower", "drop")
_GAP_KINDS: dict[str, GapKind | None] = {kind.value: kind for kind in GapKind}
_GROUNDS = {ground.value: ground for ground in Ground}

# In characters; longer texts are cut.
_REASON = 500
_ANSWER = 6_000
# Longer than what is shown: a quote is looked for as a whole.
_GAP = 1_000


def _path() -> Member:
    """Declare a path: None if it is missing or null, "" if it is no text."""
    found = json_members.optional_text()
    return Member(found.schema, lambda value: None if value is None else found.read(value))


@dataclass(frozen=True, slots=True)
class SectionReply:
    """The section of a reply about one file; each finding is read by itself, as a Candidate.

    The path is None in a reply that names none, as one about a single file may.
    """

    path: Annotated[str | None, _path()]
    summary: Annotated[str, json_members.optional_text()]
    findings: Annotated[tuple[object, ...], json_members.rows(schema(Candidate))]


@dataclass(frozen=True, slots=True)
class ReviewReply:
    """The reply about a batch; each section is read by itself, as a SectionReply."""

    files: Annotated[tuple[object, ...], json_members.rows(schema(SectionReply))]


@dataclass(frozen=True, slots=True)
class GapReply:
    """A difference between the change and a linked issue."""

    issue: Annotated[int, json_members.line_number()]
    kind: Annotated[GapKind | None, json_members.word(_GAP_KINDS, otherwise=None)]
    quote: Annotated[str, json_members.optional_line(_GAP)]
    path: Annotated[str, json_members.optional_text()] = ""
    text: Annotated[str, json_members.optional_line(_GAP)] = ""


@dataclass(frozen=True, slots=True)
class ChangeReply:
    """The reply about a batch that holds the whole change: the overview too."""

    overview: Annotated[str, json_members.optional_text()]
    major_changes: Annotated[tuple[str, ...], json_members.optional_texts()]
    files: Annotated[tuple[object, ...], json_members.rows(schema(SectionReply))]


@dataclass(frozen=True, slots=True)
class ComparedReply:
    """The same where linked issues are shown; each difference is read by itself, as a GapReply."""

    overview: Annotated[str, json_members.optional_text()]
    major_changes: Annotated[tuple[str, ...], json_members.optional_texts()]
    files: Annotated[tuple[object, ...], json_members.rows(schema(SectionReply))]
    compared: Annotated[tuple[object, ...], json_members.optional_rows(schema(GapReply))] = ()


@dataclass(frozen=True, slots=True)
class OverviewReply:
    """The reply about the whole pull request."""

    overview: Annotated[str, json_members.any_text()]
    major_changes: Annotated[tuple[str, ...], json_members.texts()] = ()


@dataclass(frozen=True, slots=True)
class VerdictReply:
    """The verdict on one finding, by its number in the prompt, from 1.

    The evidence comes first, so that the model states it before it decides. An unknown verdict
    keeps the finding. "lower" without a severity lowers it by one step. An unknown ground is read
    as the weakest one, the authors' words. `same_as` is 0 or the number of another finding.
    """

    finding: Annotated[int, json_members.line_number()]
    evidence: Annotated[str, json_members.optional_line(_REASON)]
    verdict: Annotated[str, json_members.one_of(VERDICTS, otherwise="keep")]
    ground: Annotated[Ground, json_members.word(_GROUNDS, otherwise=Ground.ANNOUNCED)] = Ground.NONE
    severity: Annotated[
        Severity, json_members.word(Severity.by_label(), otherwise=Severity.MEDIUM)
    ] = Severity.CRITICAL
    same_as: Annotated[int, json_members.line_number()] = 0
    reason: Annotated[str, json_members.optional_line(_REASON)] = ""


@dataclass(frozen=True, slots=True)
class VerificationReply:
    """The reply of the verification; each verdict is read by itself, as a VerdictReply."""

    verdicts: Annotated[tuple[object, ...], json_members.rows(schema(VerdictReply))]


@dataclass(frozen=True, slots=True)
class SharedReply:
    """The members of the replies about a pull request; those of other tasks are empty.

    A server that caches prompts begins them with the schema, so one schema lets a verification
    begin as the review did. Others get the task's own: a small model whose reply has to follow a
    grammar fills what it should leave empty.
    """

    overview: Annotated[str, json_members.optional_text()]
    major_changes: Annotated[tuple[str, ...], json_members.optional_texts()]
    files: Annotated[tuple[object, ...], json_members.rows(schema(SectionReply))]
    verdicts: Annotated[tuple[object, ...], json_members.rows(schema(VerdictReply))]


@dataclass(frozen=True, slots=True)
class SharedComparedReply:
    """The same in a run that compares the change with linked issues."""

    overview: Annotated[str, json_members.optional_text()]
    major_changes: Annotated[tuple[str, ...], json_members.optional_texts()]
    files: Annotated[tuple[object, ...], json_members.rows(schema(SectionReply))]
    verdicts: Annotated[tuple[object, ...], json_members.rows(schema(VerdictReply))]
    compared: Annotated[tuple[object, ...], json_members.rows(schema(GapReply))]


@dataclass(frozen=True, slots=True)
class AnswerReply:
    """The reply to a question."""

    answer: Annotated[str, json_members.text(_ANSWER)]


REVIEW_SCHEMA = schema(ReviewReply)
CHANGE_SCHEMA = schema(ChangeReply)
OVERVIEW_SCHEMA = schema(OverviewReply)
VERIFY_SCHEMA = schema(VerificationReply)
ANSWER_SCHEMA = schema(AnswerReply)
SHARED_SCHEMA = schema(SharedReply)
COMPARED_SCHEMA = schema(ComparedReply)
SHARED_COMPARED_SCHEMA = schema(SharedComparedReply)


def for_change(*, compared: bool) -> json_members.Schema:
    """Return the schema of a reply about a whole change, which may be compared with issues."""
    return COMPARED_SCHEMA if compared else CHANGE_SCHEMA


def for_all(*, compared: bool) -> json_members.Schema:
    """Return the schema that the requests of a run share, which may compare with issues."""
    return SHARED_COMPARED_SCHEMA if compared else SHARED_SCHEMA
