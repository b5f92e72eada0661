"""A review as annotations on lines."""

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
