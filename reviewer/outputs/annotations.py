"""Renders a review as annotations on lines, for tokens that may not comment."""

import enum
from dataclasses import dataclass

from reviewer.finding import Finding, Side
from reviewer.review import Review
from reviewer.severity import Severity


class Level(enum.Enum):
    """GitHub's levels; none of them changes the result of the step."""

    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One message on a line of the new file; `line` is 0 for the file as a whole."""

    level: Level
    path: str
    line: int
    title: str
    message: str


def render(review: Review) -> tuple[Annotation, ...]:
    """Return an annotation for each finding, the worst first; all texts are untrusted."""
    return tuple(_make_annotation(finding) for finding in review.findings)


def choose_level(severity: Severity) -> Level:
    """Return the level of a finding's annotation, here and in a check run."""
    return Level.WARNING if severity >= Severity.HIGH else Level.NOTICE


def _make_annotation(finding: Finding) -> Annotation:
    return Annotation(
        level=choose_level(finding.severity),
        path=finding.path,
        line=finding.start_line if finding.side is Side.NEW else 0,
        title=f"{finding.severity.label}: {finding.title}",
        message=finding.body,
    )
