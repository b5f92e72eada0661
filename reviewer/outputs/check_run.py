"""Renders a review as a check run: a result for the commit, with annotations in the diff."""

from reviewer.finding import Finding, Side
from reviewer.operations import CheckAnnotation, CheckConclusion, CreateCheckRun
from reviewer.outputs import annotations
from reviewer.review.result import Review

TITLE = "Code review"
LARGEST_SUMMARY = 65_535
"""Characters: "Maximum size: 65535" for output.summary in GitHub's description."""
LONGEST_TITLE = 255
"""Characters of an annotation's title, as GitHub describes it."""


def render(review: Review, name: str, report: str, *, failed: bool) -> CreateCheckRun:
    """Return the check run of a review.

    `report` is the job summary's Markdown, which is used if it is at most LARGEST_SUMMARY long.
    `failed` says that the step fails by `fail-on`. Findings in removed lines get no annotation.
    """
    return CreateCheckRun(
        name=TITLE if name == "default" else f"{TITLE} ({name})",
        head_sha=review.head_sha,
        conclusion=_choose_conclusion(review, failed=failed),
        title=review.headline,
        summary=report if len(report) <= LARGEST_SUMMARY else _make_short_summary(review),
        annotations=tuple(_make_annotation(f) for f in review.findings if f.side is Side.NEW),
    )


def _choose_conclusion(review: Review, *, failed: bool) -> CheckConclusion:
    if failed:
        return CheckConclusion.FAILURE
    unclean = review.findings or review.unchecked or review.has_excluded
    return CheckConclusion.NEUTRAL if unclean or not review.complete else CheckConclusion.SUCCESS


def _make_short_summary(review: Review) -> str:
    return f"{review.headline}. The full report is in the job summary of the run."


def _make_annotation(finding: Finding) -> CheckAnnotation:
    title = f"{finding.severity.label}: {finding.title} [F{finding.number}]"
    return CheckAnnotation(
        path=finding.path,
        start_line=finding.start_line,
        end_line=finding.end_line,
        level=annotations.choose_level(finding.severity).value,
        title=title[:LONGEST_TITLE],
        message=finding.body or finding.title,
    )
