import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import CancelledError, ReportError
from reviewer.finding import Dismissal, Finding, Side
from reviewer.outputs import report_v1, review_report
from reviewer.review.result import FileReport, Review, Status
from reviewer.review.verification import VerdictOutcome, Verification
from tests import builders, strategies


def full_review() -> Review:
    finding = builders.finding(number=3)
    old = builders.revise(finding, side=Side.OLD, number=4, also=("b.py:1",), suggestion="x")
    return replace(
        builders.review(
            finding,
            old,
            files=(
                builders.file_report("src/pay.py", finding, old),
                FileReport("logo.png", Status.SKIPPED, "binary file"),
                FileReport("x.py", Status.FAILED, "budget", cuts=("a line",)),
            ),
        ),
        fixed=(finding,),
        dismissed=(Dismissal(finding, "dev", "a sample"),),
        verifications=(Verification(finding, VerdictOutcome.LOWERED, "Rare."),),
        inline=frozenset({3}),
    )


def render(review: Review) -> bytes:
    return review_report.render(review, name="default", run_url="").encode()


def test_what_was_written_is_read() -> None:
    review = full_review()
    again = review_report.parse(render(review))
    assert render(again) == render(review)
    assert again.findings == review.findings
    assert not again.complete


@given(strategies.findings())
def test_every_member_of_a_finding_comes_back(found: Finding) -> None:
    again = review_report.parse(render(replace(builders.review(found), fixed=(found,))))
    assert (again.findings, again.fixed) == ((found,), (found,))


def test_a_cancelled_review_stays_incomplete() -> None:
    review = replace(builders.review(), cancelled=CancelledError(15))
    assert not review_report.parse(render(review)).complete


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"version": 2}', b"[" * 100_000])
def test_what_is_no_report_is_refused(data: bytes) -> None:
    with pytest.raises(ReportError, match="cannot be used"):
        review_report.parse(data)


def test_a_report_that_is_too_large_is_not_read() -> None:
    with pytest.raises(ReportError, match="more than"):
        review_report.parse(b" " * (report_v1.LARGEST + 1))


def places(value: object) -> list[tuple[str | int, ...]]:
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    if isinstance(value, list):
        inner = list(enumerate(value))
    return [(), *((key, *place) for key, part in inner for place in places(part))]


@given(
    st.data(),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(["x"]),
)
def test_one_wrong_place_is_an_error_or_harmless(data: st.DataObject, wrong: object) -> None:
    value: Any = json.loads(render(full_review()))
    place = data.draw(st.sampled_from(places(value)[1:]))
    part = value
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = wrong
    try:
        review = review_report.parse(json.dumps(value).encode())
    except ReportError:
        return
    assert isinstance(review, Review)


def test_each_row_has_its_findings_and_no_others() -> None:
    again = review_report.parse(render(full_review()))
    assert [[f.number for f in row.findings] for row in again.files] == [[3, 4], [], []]
