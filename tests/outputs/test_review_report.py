"""The reports for programs: JSON of our own schema, and SARIF of the official one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator

from reviewer.finding import Dismissal, Side
from reviewer.outputs import review_report, sarif
from reviewer.review.result import GivenLearning, Review
from reviewer.review.verification import Ground, VerdictOutcome, Verification
from reviewer.severity import Severity
from tests import builders
from tests.faults import faults

ROOT = Path(__file__).parents[2]
REPORT = json.loads((ROOT / "schema" / "report.schema.json").read_text("utf-8"))
SARIF = json.loads((ROOT / "tests" / "contracts" / "sarif-2.1.0.json").read_text("utf-8"))
# Microsoft's schema is of draft 4 or later; jsonschema knows by its own $schema which.
HOSTILE = "</script><img src=x onerror=alert(1)>\u2028::set-output name=x::y\x00\ud800"


def full_review(text: str = "Multiplies a float") -> Review:
    finding = builders.finding(title=text, body=text, number=3)
    old = builders.revise(finding, side=Side.OLD, number=4, category="security")
    return replace(
        builders.review(finding, old),
        fixed=(finding,),
        dismissed=(Dismissal(finding, "dev", text),),
        verifications=(Verification(finding, VerdictOutcome.LOWERED, text, Ground.STYLE),),
        inline=frozenset({3}),
    )


def report(review: Review) -> dict[str, object]:
    text = review_report.render(review, name="default", run_url="https://github.com/o/r")
    value: dict[str, object] = json.loads(text)
    Draft202012Validator(REPORT).validate(value)
    return value


def results(review: Review) -> list[dict[str, object]]:
    value = json.loads(sarif.render(review, version="1.0.0"))
    validator = Draft202012Validator if "2020" in SARIF["$schema"] else Draft4Validator
    validator(SARIF).validate(value)
    found: list[dict[str, object]] = value["runs"][0]["results"]
    return found


def test_the_schema_of_the_report_is_a_json_schema() -> None:
    rules = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    assert list(rules.iter_errors(REPORT)) == []


def test_the_report_holds_what_was_found_judged_and_dismissed() -> None:
    value = report(full_review())
    assert [row["inline"] for row in value["findings"]] == [True, False]  # type: ignore[attr-defined]
    assert value["judgements"] == [
        {
            "path": "src/pay.py",
            "start_line": 2,
            "title": "Multiplies a float",
            "outcome": "lowered",
            "reason": "Multiplies a float",
            "ground": "style",
            "evidence": "",
        }
    ]
    assert value["spent"]["cost"] == "0.001600"  # type: ignore[index]


def test_the_report_lists_learnings_and_is_read_back() -> None:
    given = (GivenLearning("Count in cents.", "#12", 3), GivenLearning(HOSTILE, "", 1))
    review = replace(full_review(), learnings=given)
    assert report(review)["learnings"] == [
        {"text": "Count in cents.", "origin": "#12", "files": 3},
        {"text": HOSTILE, "origin": "", "files": 1},
    ]
    text = review_report.render(replace(review, learnings=given[:1]), name="default", run_url="")
    assert review_report.parse(text.encode()).learnings == given[:1]
    # Older reports lack them.
    older = {name: each for name, each in json.loads(text).items() if name != "learnings"}
    assert review_report.parse(json.dumps(older).encode()).learnings == ()


def test_sarif_has_the_fingerprint_and_the_place_of_a_finding() -> None:
    first, second = results(full_review())
    place = first["locations"][0]["physicalLocation"]  # type: ignore[index]
    assert place == {
        "artifactLocation": {"uri": "src/pay.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2, "endLine": 2},
    }
    assert first["partialFingerprints"] == {"codeReviewFinding/v1": builders.finding().fingerprint}
    assert "region" not in second["locations"][0]["physicalLocation"]  # type: ignore[index]
    assert second["properties"]["security-severity"] == "8.0"  # type: ignore[index]


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.CRITICAL, "error"),
        (Severity.HIGH, "error"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "note"),
    ],
)
def test_each_severity_has_a_level_of_sarif(severity: Severity, level: str) -> None:
    (result,) = results(builders.review(builders.finding(severity=severity)))
    assert result["level"] == level


@faults("SE17")
def test_hostile_text_is_escaped_and_stays_what_it_is() -> None:
    review = full_review(HOSTILE)
    text = review_report.render(review, name="default", run_url="")
    assert text.isascii()
    assert not {"\x00", "<"}.intersection(text)
    assert report(review)["findings"][0]["title"] == HOSTILE  # type: ignore[index]
    assert results(review)
    strange = builders.finding(path="a b/\u202e%2e%2e/#?<x>.py")
    (result,) = results(builders.review(strange))
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]  # type: ignore[index]
    assert uri == "a%20b/%E2%80%AE%252e%252e/%23%3F%3Cx%3E.py"


@faults("SE17")
def test_no_text_of_a_finding_becomes_a_link_in_sarif() -> None:
    (result, _) = results(full_review("[Sign in](https://evil.example) or [again](1)"))
    assert "](" not in result["message"]["text"]  # type: ignore[index]


@given(st.text(), st.text(min_size=1))
def test_a_finding_of_any_text_is_valid_in_both(text: str, path: str) -> None:
    review = builders.review(builders.finding(title=text, body=text, path=path))
    assert len(report(review)["findings"]) == len(results(review)) == 1  # type: ignore[arg-type]


@faults("SE17")
def test_no_message_of_sarif_holds_a_link() -> None:
    """SARIF 2.1.0, 3.11.6: even a plain text message may embed links."""
    hostile = builders.finding(title="[a](https://evil.example)", body="see [b](1)")
    (result,) = results(builders.review(hostile))
    text = result["message"]["text"]  # type: ignore[index]
    assert "](" not in text
    assert text.replace("\u200b", "").endswith("see [b](1)")
