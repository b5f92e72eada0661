"""A review as a JSON document, for programs: what was found, judged, left out and spent."""

import json

from reviewer.finding import Dismissal, Finding
from reviewer.review import FileReport, Judgement, Review, Spent

VERSION = 1
"""Raised when a member changes its meaning or goes; schema/report.schema.json describes it."""


def render(review: Review, *, name: str, run_url: str) -> str:
    """Write the report of the instance `name`; every text in it is as untrusted as in the review.

    What cannot be UTF-8 is written as JSON's own escapes.
    """
    return write(_document(review, name, run_url))


def _document(review: Review, name: str, run_url: str) -> dict[str, object]:
    return {
        "version": VERSION,
        "tool": "code-review-action",
        "name": name,
        "run_url": run_url,
        "head_sha": review.head_sha,
        "base_sha": review.base_sha,
        "shard": str(review.shard) if review.shard else None,
        "complete": review.complete,
        "cancelled": review.cancelled is not None,
        "overview": review.overview.text,
        "major_changes": list(review.overview.major_changes),
        "findings": [
            {**_finding(finding), "inline": finding.number in review.inline}
            for finding in review.findings
        ],
        "fixed": [_finding(finding) for finding in review.fixed],
        "dismissed": [_dismissal(each) for each in review.dismissed],
        "judgements": [_judgement(each) for each in review.judgements],
        "files": [_file(row) for row in review.files],
        "withheld": {
            "unplaced": review.withheld.unplaced,
            "refuted": review.withheld.refuted,
            "dismissed": review.withheld.dismissed,
            "duplicate": review.withheld.duplicate,
            "below_threshold": review.withheld.below_threshold,
            "over_limit": review.withheld.over_limit,
        },
        "notes": [*review.notes, *review.asides],
        "spent": _spent(review.spent),
        "total": _spent(review.total or review.spent),
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "number": finding.number,
        "fingerprint": finding.fingerprint,
        "origin": finding.origin.value,
        "path": finding.path,
        "start_line": finding.start_line,
        "end_line": finding.end_line,
        "side": finding.side.value,
        "quote": finding.quote,
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "category": finding.category,
        "title": finding.title,
        "body": finding.body,
        "suggestion": finding.suggestion,
        "also": list(finding.also),
    }


def _dismissal(each: Dismissal) -> dict[str, object]:
    return {
        "number": each.finding.number,
        "path": each.finding.path,
        "title": each.finding.title,
        "by": each.by,
        "reason": each.reason,
    }


def _judgement(each: Judgement) -> dict[str, object]:
    return {
        "path": each.finding.path,
        "start_line": each.finding.start_line,
        "title": each.finding.title,
        "outcome": each.outcome.value,
        "reason": each.reason,
    }


def _file(row: FileReport) -> dict[str, object]:
    return {
        "path": row.path,
        "status": row.status.value,
        "reason": row.reason,
        "summary": row.summary,
        "cuts": list(row.cuts),
        "since": row.since,
    }


def _spent(spent: Spent) -> dict[str, object]:
    return {
        "requests": spent.requests,
        "input_tokens": spent.input_tokens,
        "output_tokens": spent.output_tokens,
        "cost": None if spent.cost is None else f"{spent.cost:.6f}",
        "models": list(spent.models),
    }


def write(value: object) -> str:
    """Write a document in ASCII; a page that takes it in finds no tag in it."""
    # The characters stand in texts only, so that the escape means the same.
    return json.dumps(value, indent=2).replace("<", "\\u003c") + "\n"
