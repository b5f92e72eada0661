"""Converts a review to its JSON report, and a report back to a review."""

from collections.abc import Container, Iterable
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from reviewer.config import shard
from reviewer.errors import CancelledError
from reviewer.finding import Candidate, Dismissal, Finding, Side
from reviewer.outputs import report_v1
from reviewer.outputs.report_v1 import (
    BillRow,
    DismissalRow,
    FindingRow,
    PurposeRow,
    Report,
    ReportedFile,
    ShownFindingRow,
    SpentRow,
    VerificationRow,
    WithheldRow,
)
from reviewer.review.result import FileReport, Overview, Review, Withheld
from reviewer.review.spending import Bill, Ledger, PurposeCost, Spent, write_dollars
from reviewer.review.verification import Verification
from reviewer.severity import Confidence, Severity

_SIGINT = 2


def render(review: Review, *, name: str, run_url: str, memory: str | None = None) -> str:
    """Return the JSON report of the instance `name`; its texts are as untrusted as the review's.

    `memory` is the signed state for a later run.
    """
    report = Report(
        version=report_v1.VERSION,
        tool="code-review-action",
        name=name,
        run_url=run_url,
        head_sha=review.head_sha,
        base_sha=review.base_sha,
        subject=review.subject,
        shard=str(review.shard) if review.shard else None,
        key=review.key,
        complete=review.complete,
        by_fork=review.by_fork,
        lacks_whole=review.lacks_whole,
        cancelled=review.cancelled is not None,
        overview=review.overview.text,
        major_changes=review.overview.major_changes,
        compared=review.overview.gaps,
        findings=tuple(_make_shown_row(each, review.inline) for each in review.findings),
        fixed=tuple(FindingRow(**_collect_members(each)) for each in review.fixed),
        unchecked=tuple(FindingRow(**_collect_members(each)) for each in review.unchecked),
        dismissed=tuple(map(_make_dismissal_row, review.dismissed)),
        judgements=tuple(map(_make_verification_row, review.verifications)),
        files=tuple(map(_make_file_row, review.files)),
        withheld=WithheldRow(**asdict(review.withheld)),
        notes=(*review.notes, *review.foot_notes, *review.job_summary_notes),
        spent=_make_spent_row(review.spent),
        total=_make_total_row(review),
        bills=tuple(BillRow(**asdict(bill)) for bill in review.bills or ()),
        tool_problems=review.tool_problems,
        learnings=review.learnings,
        memory=memory,
    )
    return report_v1.write(report)


def _collect_members(finding: Finding) -> dict[str, Any]:
    return finding.candidate.members | {
        "start_line": finding.start_line,
        "end_line": finding.end_line,
        "number": finding.number,
        "fingerprint": finding.fingerprint,
        "origin": finding.origin,
        "side": finding.side,
        "also": finding.also,
        "tools": finding.tools,
    }


def _make_shown_row(finding: Finding, inline: Container[int]) -> ShownFindingRow:
    return ShownFindingRow(**_collect_members(finding), inline=finding.number in inline)


def _make_dismissal_row(dismissal: Dismissal) -> DismissalRow:
    finding = dismissal.finding
    return DismissalRow(finding.number, finding.path, finding.title, dismissal.by, dismissal.reason)


def _make_verification_row(verification: Verification) -> VerificationRow:
    finding = verification.finding
    return VerificationRow(
        finding.path,
        finding.start_line,
        finding.title,
        verification.outcome,
        verification.reason,
        verification.ground,
        verification.evidence,
    )


def _make_file_row(file: FileReport) -> ReportedFile:
    return ReportedFile(
        path=file.path,
        status=file.status,
        reason=file.reason,
        summary=file.summary,
        cuts=file.cuts,
        since=file.since,
        unread_lines=file.unread_lines,
        checked=file.checked,
    )


def _make_spent_row(spent: Spent) -> SpentRow:
    return SpentRow(
        spent.requests,
        spent.input_tokens,
        spent.output_tokens,
        write_dollars(spent.cost) or None,
        spent.models,
        spent.cached_tokens,
        spent.written_tokens,
        spent.reasoning_tokens,
        write_dollars(spent.dollars) or None,
        tuple(
            PurposeRow(each.purpose, each.requests, each.tokens, write_dollars(each.cost) or None)
            for each in spent.by_purpose
        ),
    )


def _make_total_row(review: Review) -> SpentRow:
    """Return the tokens and cost of all runs; only their sum of tokens is known."""
    ledger, spent = review.ledger, review.spent
    if ledger is None:
        return _make_spent_row(spent)
    output = min(spent.output_tokens, ledger.tokens)
    total = Spent(
        spent.requests, ledger.tokens - output, output, ledger.cost, charged=ledger.charged
    )
    return _make_spent_row(replace(total, models=spent.models))


def parse(data: bytes) -> Review:
    """Return the review in a report, which is untrusted; raises ReportError if it is invalid."""
    return read(data)[0]


def read(data: bytes) -> tuple[Review, str]:
    """Return the review in a report and its packed memory, "" if it has none.

    Both are untrusted: whoever uses the memory has to check its tag. Raises ReportError if the
    report is invalid.
    """
    report = report_v1.read(data)
    return _make_review(report), report.memory or ""


def _make_review(report: Report) -> Review:
    findings = tuple(map(_make_finding, report.findings))
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    return Review(
        head_sha=report.head_sha,
        base_sha=report.base_sha,
        subject=report.subject,
        overview=Overview(report.overview, report.major_changes, report.compared),
        findings=findings,
        files=tuple(_make_file(row, by_path.get(row.path, ())) for row in report.files),
        withheld=Withheld(**asdict(report.withheld)),
        spent=_make_spent(report.spent),
        notes=report.notes,
        cancelled=CancelledError(_SIGINT) if report.cancelled else None,
        fixed=tuple(map(_make_finding, report.fixed)),
        unchecked=tuple(map(_make_finding, report.unchecked)),
        by_fork=report.by_fork,
        lacks_whole=report.lacks_whole,
        dismissed=tuple(map(_make_dismissal, report.dismissed)),
        verifications=tuple(map(_make_verification, report.judgements)),
        ledger=_make_ledger(report.total),
        bills=tuple(Bill(**asdict(row)) for row in report.bills) or None,
        inline=frozenset(row.number for row in report.findings if row.inline),
        tool_problems=report.tool_problems,
        learnings=report.learnings,
        shard=shard.parse(report.shard) if report.shard else None,
        key=report.key,
    )


def read_memory(data: bytes) -> str:
    """Return what `read` returns of the memory alone."""
    return report_v1.read(data).memory or ""


def _make_finding(row: FindingRow) -> Finding:
    return Finding(
        candidate=Candidate(**row.members),
        start_line=row.start_line,
        end_line=row.end_line,
        side=row.side,
        number=row.number,
        also=row.also,
        origin=row.origin,
        tools=row.tools,
    )


def _make_dismissal(row: DismissalRow) -> Dismissal:
    finding = _make_partial(row.path, row.title, number=row.number)
    return Dismissal(finding, row.by, row.reason)


def _make_verification(row: VerificationRow) -> Verification:
    finding = _make_partial(row.path, row.title, line=row.start_line)
    return Verification(finding, row.outcome, row.reason, row.ground, row.evidence)


def _make_partial(path: str, title: str, *, number: int = 0, line: int = 0) -> Finding:
    """Return a finding for rows that have only a path, a title, and a number or a line."""
    candidate = Candidate(
        path=path,
        start_line=line,
        end_line=line,
        quote="",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        category="",
        title=title,
        body="",
    )
    return Finding(candidate, line, line, Side.NEW, number)


def _make_file(row: ReportedFile, findings: Iterable[Finding]) -> FileReport:
    return FileReport(
        path=row.path,
        status=row.status,
        reason=row.reason,
        summary=row.summary,
        findings=tuple(findings),
        cuts=row.cuts,
        since=row.since,
        unread_lines=row.unread_lines,
        checked=row.checked,
    )


def _make_spent(row: SpentRow) -> Spent:
    cost = _read_dollars(row.cost)
    return Spent(
        row.requests,
        row.input_tokens,
        row.output_tokens,
        cost,
        row.models,
        row.cached_tokens,
        row.cache_write_tokens,
        row.reasoning_tokens,
        _read_dollars(row.charged),
        tuple(
            PurposeCost(each.purpose, each.requests, each.tokens, _read_dollars(each.cost))
            for each in row.by_purpose
        ),
    )


def _make_ledger(row: SpentRow) -> Ledger:
    spent = _make_spent(row)
    return Ledger(spent.tokens, spent.cost, spent.dollars)


def _read_dollars(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
