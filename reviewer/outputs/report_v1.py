"""Reads a JSON report back into a review; the file is untrusted, whoever has written it."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewer.config import shard
from reviewer.errors import CancelledError, ReportError
from reviewer.finding import Confidence, Dismissal, Finding, Origin, Severity, Side
from reviewer.review import (
    FileReport,
    Judgement,
    Outcome,
    Overview,
    Review,
    Spent,
    Status,
    Withheld,
)

LARGEST = 20_000_000
"""Bytes; a report of 200 findings in 3,000 files has less than two million."""
Word = TypeVar("Word", Severity, Confidence)
_Count = Annotated[int, Field(ge=0, le=10**12)]
_Line = Annotated[int, Field(ge=1, le=10**9)]
_SIGINT = 2
_LARGEST_COST = 1_000_000


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Finding(_Part):
    number: _Count
    fingerprint: str
    origin: Literal["model", "rule"]
    path: str
    start_line: _Line
    end_line: _Line
    side: Literal["new", "old"]
    quote: str
    severity: Literal["critical", "high", "medium", "low"]
    confidence: Literal["high", "medium", "low"]
    category: str
    title: str
    body: str
    suggestion: str | None
    also: list[str]

    def value(self) -> Finding:
        return Finding(
            path=self.path,
            start_line=self.start_line,
            end_line=self.end_line,
            side=Side(self.side),
            quote=self.quote,
            severity=_word(Severity, self.severity),
            confidence=_word(Confidence, self.confidence),
            category=self.category,
            title=self.title,
            body=self.body,
            suggestion=self.suggestion,
            number=self.number,
            also=tuple(self.also),
            origin=Origin(self.origin),
        )


class _Shown(_Finding):
    inline: bool


class _Dismissed(_Part):
    number: _Count
    path: str
    title: str
    by: str
    reason: str


class _Judged(_Part):
    path: str
    start_line: _Count
    title: str
    outcome: Literal["kept", "lowered", "dropped"]
    reason: str


class _File(_Part):
    path: str
    status: Literal["reviewed", "skipped", "not reviewed"]
    reason: str
    summary: str
    cuts: list[str]
    since: str


class _Withheld(_Part):
    unplaced: _Count
    refuted: _Count
    dismissed: _Count
    duplicate: _Count
    below_threshold: _Count
    over_limit: _Count


class _Spent(_Part):
    requests: _Count
    input_tokens: _Count
    output_tokens: _Count
    cost: str | None
    models: list[str]

    def value(self) -> Spent:
        cost = None if self.cost is None else Decimal(self.cost)
        # What is printed of 1E+999999 would have a million digits.
        if cost is not None and not (cost.is_finite() and 0 <= cost <= _LARGEST_COST):
            raise InvalidOperation
        models = tuple(self.models)
        return Spent(self.requests, self.input_tokens, self.output_tokens, cost, models)


class _Report(_Part):
    version: Literal[1]
    tool: Literal["code-review-action"]
    name: str
    run_url: str
    head_sha: str
    base_sha: str
    # Reports of before there were shards lack it.
    shard: str | None = None
    complete: bool
    cancelled: bool
    overview: str
    major_changes: list[str]
    findings: list[_Shown]
    fixed: list[_Finding]
    dismissed: list[_Dismissed]
    judgements: list[_Judged]
    files: list[_File]
    withheld: _Withheld
    notes: list[str]
    spent: _Spent
    total: _Spent


def parse(data: bytes) -> Review:
    """Read a report; raises ReportError for what is none of version 1."""
    if len(data) > LARGEST:
        raise ReportError(f"The report has more than {LARGEST:,} bytes.")
    try:
        return _review(_Report.model_validate_json(data))
    except ValidationError as wrong:
        first: Any = wrong.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise _unusable(f"{place}: {first['msg']}" if place else str(first["msg"])) from None
    except InvalidOperation:
        raise _unusable("a cost is no number") from None
    except ValueError:
        raise _unusable("its shard is no share like 2/8") from None


def _unusable(why: str) -> ReportError:
    return ReportError(
        f"The report cannot be used: {why[:300]}.",
        cause="It is no report of this tool, or one of another version.",
        remedy="Use the file that the output report-path names.",
    )


def _review(report: _Report) -> Review:
    findings = tuple(row.value() for row in report.findings)
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    return Review(
        head_sha=report.head_sha,
        base_sha=report.base_sha,
        overview=Overview(report.overview, tuple(report.major_changes)),
        findings=findings,
        files=tuple(_file(row, by_path.get(row.path, ())) for row in report.files),
        withheld=Withheld(**report.withheld.model_dump()),
        spent=report.spent.value(),
        notes=tuple(report.notes),
        cancelled=CancelledError(_SIGINT) if report.cancelled else None,
        fixed=tuple(row.value() for row in report.fixed),
        dismissed=tuple(
            Dismissal(_named(row.path, row.title, row.number), row.by, row.reason)
            for row in report.dismissed
        ),
        judgements=tuple(
            Judgement(
                _named(row.path, row.title, line=row.start_line), Outcome(row.outcome), row.reason
            )
            for row in report.judgements
        ),
        total=report.total.value(),
        inline=frozenset(row.number for row in report.findings if row.inline),
        shard=shard.parse(report.shard) if report.shard else None,
    )


def _file(row: _File, findings: Iterable[Finding]) -> FileReport:
    return FileReport(
        path=row.path,
        status=Status(row.status),
        reason=row.reason,
        summary=row.summary,
        findings=tuple(findings),
        cuts=tuple(row.cuts),
        since=row.since,
    )


def _named(path: str, title: str, number: int = 0, line: int = 0) -> Finding:
    """Make a finding of which the report says no more than its name."""
    return Finding(
        path=path,
        start_line=line,
        end_line=line,
        side=Side.NEW,
        quote="",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        category="",
        title=title,
        body="",
        number=number,
    )


def _word(words: type[Word], label: str) -> Word:
    return next(word for word in words if word.label == label)
