"""Renders findings as annotations on lines: what fails the step, and all if nothing may comment."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace

from reviewer.config.enums import FailOn, lowest_severity
from reviewer.finding import Finding, Side
from reviewer.review.result import Review, worst_first
from reviewer.severity import Severity


class Level(enum.Enum):
    """GitHub's levels; none of them changes the result of the step."""

    ERROR = "error"
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


def render(review: Review, gate: Severity | None = None) -> tuple[Annotation, ...]:
    """Return an annotation for each finding, the worst first; all texts are untrusted.

    Those from the severity `gate` on are left out: they get an error where the step fails.
    """
    below = (each for each in review.findings if gate is None or each.severity < gate)
    return tuple(map(_make_annotation, below))


def render_failing(
    findings: Iterable[Finding], fail_on: tuple[FailOn, ...]
) -> tuple[Annotation, ...]:
    """Return an error for each finding that fails the step, the worst first."""
    gate = lowest_severity(fail_on)
    failing = (each for each in worst_first(findings) if gate and each.severity >= gate)
    return tuple(replace(_make_annotation(each), level=Level.ERROR) for each in failing)


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
