"""The shape of replies: the JSON Schemas we ask for, and the more lenient models we accept.

The schemas keep within OpenAI's strict mode, which wants every member required and no other
allowed, and knows no limits of length:
https://platform.openai.com/docs/guides/structured-outputs#supported-schemas. The models count,
cut and give defaults. They are the only readers of what a model said.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from reviewer.finding import Confidence, Severity
from reviewer.text.truncate import line, shorten

Schema = Mapping[str, object]
Word = TypeVar("Word", Severity, Confidence)

CATEGORIES = (
    "logic",
    "error-handling",
    "concurrency",
    "resources",
    "security",
    "data-loss",
    "contract",
    "tests",
    "performance",
    "other",
)

# In characters; what is longer says nothing that a reader waits for.
_TITLE = 200
_BODY = 4_000
_QUOTE = 2_000
_SUMMARY = 500
_SUGGESTION = 4_000
_OVERVIEW = 2_000
_CHANGE = 300
_REASON = 500
_ANSWER = 6_000
# Beyond this a number is no line of any file.
_LAST_LINE = 10_000_000


def _object(**members: Schema) -> Schema:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}

REVIEW_SCHEMA = _object(
    path=_TEXT,
    summary=_TEXT,
    findings=_list(
        _object(
            start_line=_NUMBER,
            end_line=_NUMBER,
            quote=_TEXT,
            severity=_one_of(*(word.label for word in reversed(Severity))),
            confidence=_one_of(*(word.label for word in reversed(Confidence))),
            category=_one_of(*CATEGORIES),
            title=_TEXT,
            body=_TEXT,
            suggestion={"type": ["string", "null"]},
        )
    ),
)

VERDICTS = ("keep", "lower", "drop")

VERIFY_SCHEMA = _object(
    verdicts=_list(
        _object(
            finding=_NUMBER,
            verdict=_one_of(*VERDICTS),
            severity=_one_of(*(word.label for word in reversed(Severity))),
            reason=_TEXT,
        )
    )
)

ANSWER_SCHEMA = _object(answer=_TEXT)

OVERVIEW_SCHEMA = _object(overview=_TEXT, major_changes=_list(_TEXT))


def _encodable(value: object) -> object:
    """Replace half surrogate pairs, which JSON can spell and nothing can write."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _text_or_nothing(value: object) -> object:
    return _encodable(value) if isinstance(value, str) else ""


def _line_number(value: object) -> object:
    """Accept a number that may be a line; 0 leaves the place to the quote."""
    usable = type(value) is int and abs(value) <= _LAST_LINE
    return value if usable else 0


def _word(words: type[Word], otherwise: Word) -> Callable[[object], Word]:
    known = {word.label: word for word in words}
    return lambda value: known.get(_plain(value), otherwise)


def _category(value: object) -> str:
    word = _plain(value)
    return word if word in CATEGORIES else "other"


def _plain(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _quote(text: str) -> str:
    """Cut a quote after a whole line and without a mark, so that it still can be found."""
    text = text.strip("\r\n").rstrip()
    if len(text) <= _QUOTE:
        return text
    last = text.rfind("\n", 0, _QUOTE)
    return text[: last if last > 0 else _QUOTE]


def _suggestion(value: object) -> object:
    """Half a suggestion would be a wrong one, so one that is too long is none."""
    text = _encodable(value)
    return text if isinstance(text, str) and text.strip() and len(text) <= _SUGGESTION else None


_Text = Annotated[str, BeforeValidator(_encodable), Field(pattern=r"\S")]
_Path = Annotated[str, BeforeValidator(_text_or_nothing)]
_Line = Annotated[int, BeforeValidator(_line_number)]
_Severity = Annotated[Severity, BeforeValidator(_word(Severity, Severity.MEDIUM))]
_Confidence = Annotated[Confidence, BeforeValidator(_word(Confidence, Confidence.MEDIUM))]
_Summary = Annotated[
    str, BeforeValidator(_text_or_nothing), AfterValidator(lambda text: line(text, _SUMMARY))
]


class _Said(BaseModel):
    """What a model said: types are not converted, and what was not asked for is ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Finding(_Said):
    """One finding; without quote, title or body it is none, everything else has a default."""

    path: _Path = ""
    start_line: _Line = 0
    end_line: _Line = 0
    quote: Annotated[_Text, AfterValidator(_quote)]
    severity: _Severity = Severity.MEDIUM
    confidence: _Confidence = Confidence.MEDIUM
    category: Annotated[str, BeforeValidator(_category)] = "other"
    title: Annotated[_Text, AfterValidator(lambda text: line(text, _TITLE))]
    body: Annotated[_Text, AfterValidator(lambda text: shorten(text.strip(), _BODY))]
    suggestion: Annotated[str | None, BeforeValidator(_suggestion)] = None


class Review(_Said):
    """The answer about a file; each finding is read by itself."""

    path: _Path = ""
    summary: _Summary = ""
    findings: list[object]


class Change(_Said):
    """One of the major changes, on one line."""

    text: Annotated[_Text, AfterValidator(lambda text: line(text, _CHANGE))]


class Overview(_Said):
    """The answer about the whole pull request."""

    overview: Annotated[
        str,
        BeforeValidator(_encodable),
        AfterValidator(lambda text: shorten(text.strip(), _OVERVIEW)),
    ]
    major_changes: list[object] = []


class Verdict(_Said):
    """What the second look says of one finding; an unknown word lets it stand."""

    finding: Annotated[int, BeforeValidator(_line_number)]
    verdict: Annotated[str, BeforeValidator(_plain)]
    severity: _Severity = Severity.CRITICAL
    reason: Annotated[
        str, BeforeValidator(_text_or_nothing), AfterValidator(lambda text: line(text, _REASON))
    ] = ""


class Verdicts(_Said):
    """The answer of the second look; each verdict is read by itself."""

    verdicts: list[object]


class Answer(_Said):
    """The answer to a question."""

    answer: Annotated[_Text, AfterValidator(lambda text: shorten(text.strip(), _ANSWER))]
