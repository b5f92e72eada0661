"""A review as annotations on lines."""

from reviewer.config.enums import FailOn
from reviewer.finding import Side
from reviewer.outputs import annotations
from reviewer.outputs.annotations import Level
from reviewer.severity import Severity
from tests import builders


def test_a_finding_becomes_an_annotation_on_its_line() -> None:
    (remark,) = annotations.render(builders.review(builders.finding()))
    assert (remark.path, remark.line, remark.level) == ("src/pay.py", 2, Level.WARNING)
    assert remark.title == "high: Multiplies a float"


def test_a_lesser_finding_is_a_notice_and_a_removed_line_has_no_number() -> None:
    finding = builders.finding(severity=Severity.MEDIUM, side=Side.OLD)
    (remark,) = annotations.render(builders.review(finding))
    assert (remark.line, remark.level) == (0, Level.NOTICE)


def test_what_fails_the_step_is_an_error_the_worst_first() -> None:
    findings = [
        builders.finding(severity=each, path=f"src/{each.label}.py", title=each.label)
        for each in (Severity.MEDIUM, Severity.CRITICAL, Severity.HIGH)
    ]
    failing = annotations.render_failing(findings, (FailOn.CRITICAL, FailOn.HIGH))
    assert [each.path for each in failing] == ["src/critical.py", "src/high.py"]
    assert {each.level for each in failing} == {Level.ERROR}
    assert annotations.render_failing(findings, (FailOn.NEVER,)) == ()
    assert annotations.render_failing(findings, (FailOn.INCOMPLETE,)) == ()


def test_what_fails_the_step_is_annotated_once() -> None:
    review = builders.review(
        builders.finding(severity=Severity.HIGH), builders.finding(severity=Severity.MEDIUM)
    )
    (rest,) = annotations.render(review, Severity.HIGH)
    assert rest.level is Level.NOTICE
