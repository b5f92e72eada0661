"""A review as people read it in a terminal: plain, and in control of nothing."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import CancelledError
from reviewer.finding import Candidate, Finding, Side
from reviewer.outputs import review_report
from reviewer.review.result import FileReport, Overview, Review, Status, Withheld
from reviewer.review.spending import Spent
from reviewer.severity import Confidence, Severity
from reviewer.terminal import text_report
from reviewer.terminal.formats import FORMATS, Reviewed
from reviewer.terminal.text_report import Layout
from tests.faults import faults

FINDING = Finding(
    Candidate(
        path="src/pay.py",
        quote="    if total > limit:\n        pay(total[0])",
        start_line=41,
        end_line=42,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        category="logic",
        title="Pays `total[0]` & not <all> of *it*",
        body="With an empty list:\n\n- raises IndexError\n- pays nothing",
        suggestion="    pay(sum(total))",
        rule="AGENTS.md: sums are checked",
    ),
    41,
    42,
    Side.NEW,
    number=3,
    also=("src/old.py:7",),
)
REVIEW = Review(
    head_sha="a" * 40,
    base_sha="b" * 40,
    overview=Overview("Pays what is due.", ("Pays at once.",)),
    findings=(FINDING,),
    files=(
        FileReport("src/pay.py", Status.REVIEWED, summary="Pays.", findings=(FINDING,)),
        FileReport("yarn.lock", Status.EXCLUDED, "lock file"),
    ),
    withheld=Withheld(refuted=2, duplicate=1),
    spent=Spent(2, 1_000, 100, Decimal("0.0100"), models=("model",)),
    notes=("a note",),
)
# What acts on a terminal (C0 but tab and line feed, DEL, C1) or reorders what it shows.
ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def hostile(text: str) -> Review:
    candidate = replace(
        FINDING.candidate, path=text, title=text, body=text, quote=text, suggestion=text, rule=text
    )
    finding = replace(FINDING, candidate=candidate, also=(text,))
    return replace(
        REVIEW,
        overview=Overview(text, (text,)),
        findings=(finding,),
        unchecked=(finding,),
        files=(FileReport(text, Status.FAILED, text, text, cuts=(text,)),),
        notes=(text,),
        spent=replace(REVIEW.spent, models=(text,)),
    )


def test_a_report_is_plain_text() -> None:
    assert text_report.render(REVIEW).split("\n") == [
        "Code review: 1 high finding · 1 file (0 lines) excluded by default",
        "Reviewed 1 of 2 changed files: aaaaaaa.",
        "",
        "Pays what is due.",
        "",
        "HIGH src/pay.py:41-42 (logic) [F3]",
        "    Pays `total[0]` & not <all> of *it*",
        "",
        "    With an empty list:",
        "",
        "    - raises IndexError",
        "    - pays nothing",
        "",
        "    Rule: AGENTS.md: sums are checked",
        "    Also at src/old.py:7.",
        "",
        "    |     if total > limit:",
        "    |         pay(total[0])",
        "    Suggested replacement:",
        "    |     pay(sum(total))",
        "",
        "Major changes",
        "  - Pays at once.",
        "",
        "Files",
        "  reviewed     src/pay.py: Pays.",
        "  excluded     yarn.lock: lock file",
        "",
        "Notes",
        "  - 1 finding merged into others.",
        "  - 2 findings dropped by the verification.",
        "  - a note",
        "",
        "model · 1,000 tokens in, 100 out · 0.0100 USD",
    ]


def test_what_is_missing_is_said_at_the_top() -> None:
    rows = (FileReport("a.py", Status.FAILED, "the request failed"), *REVIEW.files)
    review = replace(REVIEW, files=rows, cancelled=CancelledError(2))
    assert text_report.render(review, subject="main..HEAD").split("\n")[1:4] == [
        "Reviewed 1 of 3 changed files: main..HEAD.",
        "1 could not be reviewed; the list of files says why.",
        "The run was cancelled before it was finished.",
    ]


def test_findings_on_removed_lines_and_those_not_checked_again_are_named() -> None:
    removed = replace(FINDING, side=Side.OLD, end_line=41, number=0)
    doubtful = replace(FINDING.candidate, confidence=Confidence.LOW, suggestion=None, rule="")
    found = replace(removed, candidate=doubtful, also=())
    shown = text_report.render(replace(REVIEW, findings=(found,), unchecked=(removed,)))
    assert "HIGH src/pay.py:41 (removed) (logic, low confidence)\n" in shown
    assert "Not checked again\n  - high src/pay.py:41 (removed) Pays" in shown


@faults("LO17")
@given(st.text())
def test_no_text_of_a_review_acts_on_the_terminal(text: str) -> None:
    shown = text_report.render(hostile(text))
    assert not ACTIVE.search(shown)
    shown.encode()


@pytest.mark.parametrize("attack", ["\x1b]0;title\x07", "\x9b31m", "a\rb", "\u202eevil", "\udc80"])
def test_what_would_act_is_shown_as_its_code_point(attack: str) -> None:
    code = next(char for char in attack if not char.isprintable())
    assert f"[U+{ord(code):04X}]" in text_report.render(hostile(attack))


@given(st.text(min_size=1))
def test_colours_are_the_only_codes_on_a_terminal(text: str) -> None:
    shown = text_report.render(hostile(text), Layout(80, colours=True))
    assert "\x1b[1;31mHIGH\x1b[0m" in shown
    assert not ACTIVE.search(re.sub("\x1b\\[[0-9;]+m", "", shown))


def test_prose_is_wrapped_and_code_is_not() -> None:
    prose = "word " * 40
    code = "x" * 30 + " " + "y" * 80
    body = f"{prose}\n- {prose}\n```\n{code}\n```"
    candidate = replace(FINDING.candidate, body=body, quote=code)
    review = replace(REVIEW, findings=(replace(FINDING, candidate=candidate),))
    lines = text_report.render(review, Layout(60)).split("\n")
    assert [line for line in lines if "word" in line and len(line) > 60] == []
    assert [line.strip(" |") for line in lines if "yyy" in line] == [code, code]


def test_json_is_the_report_and_acts_on_no_terminal() -> None:
    made = hostile("\x9b31m \u202e ##[group]")
    report = review_report.render(made, name="default", run_url="")
    shown = FORMATS["json"](Reviewed(made, report, ""))
    assert json.loads(shown) == json.loads(report)
    assert not ACTIVE.search(shown)
    assert "##[" not in shown


def test_markdown_is_that_of_the_job_summary() -> None:
    report = review_report.render(REVIEW, name="default", run_url="")
    reviewed = Reviewed.of_report(REVIEW, report, Layout())
    assert FORMATS["markdown"](reviewed).startswith("## Code review · 1 high")
