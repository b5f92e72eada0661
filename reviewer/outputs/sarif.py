"""Renders a review as SARIF 2.1.0, for code scanning and other programs that read findings."""

from urllib.parse import quote

from reviewer import project
from reviewer.finding import Finding, Side
from reviewer.outputs import report_v1
from reviewer.review.result import Review
from reviewer.severity import Severity
from reviewer.text import truncate
from reviewer.text.code_spans import ZWSP

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LONGEST_MESSAGE = 4_000
"""Characters; the JSON report has the full text."""
FINGERPRINT = "codeReviewFinding/v1"

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
# The middles of the ranges that GitHub calls critical, high, medium and low.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}


def render(review: Review, *, version: str) -> str:
    """Return the findings as one SARIF run, in ASCII; `version` is that of this action.

    GitHub accepts 25,000 results in a run; a review has at most `max-findings`.
    """
    run = {
        "tool": {
            "driver": {
                "name": "code-review-action",
                "informationUri": project.HOME,
                "version": version,
                "rules": [{"id": name} for name in _list_categories(review)],
            }
        },
        "columnKind": "utf16CodeUnits",
        "results": [_make_result(finding) for finding in review.findings],
    }
    return report_v1.to_ascii_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _list_categories(review: Review) -> list[str]:
    return sorted({finding.category for finding in review.findings})


def _make_result(finding: Finding) -> dict[str, object]:
    properties: dict[str, object] = {
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "number": finding.number,
    }
    if finding.tools:
        properties["reportedBy"] = list(finding.tools)
    if finding.category == "security":
        properties["security-severity"] = _SCORES[finding.severity]
    return {
        "ruleId": finding.category,
        "level": _LEVELS[finding.severity],
        "message": {"text": truncate.shorten(_make_message(finding), LONGEST_MESSAGE)},
        "locations": [{"physicalLocation": _make_location(finding)}],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": properties,
    }


def _make_message(finding: Finding) -> str:
    """Return the text without links: `[words](address)` is one even in plain text (3.11.6)."""
    rule = f"Rule: {finding.rule}" if finding.rule else ""
    text = "\n\n".join(filter(None, (finding.title, finding.body, rule)))
    return text.replace("](", f"]{ZWSP}(")


def _make_location(finding: Finding) -> dict[str, object]:
    place = {"uri": quote(finding.path, errors="replace"), "uriBaseId": "%SRCROOT%"}
    if finding.side is Side.OLD:
        # Lines that the change removes are not there any more.
        return {"artifactLocation": place}
    region = {"startLine": finding.start_line, "endLine": finding.end_line}
    return {"artifactLocation": place, "region": region}
