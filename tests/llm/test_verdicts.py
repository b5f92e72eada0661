import json

import pytest
from jsonschema import Draft202012Validator

from reviewer.errors import ReplyError
from reviewer.findings.ranking import Verdict
from reviewer.llm.replies import parse_answer, parse_verdicts
from reviewer.llm.reply_schemas import VERIFY_SCHEMA
from reviewer.prompt import Reply
from reviewer.review.verification import Ground
from reviewer.severity import Severity
from tests.faults import faults


def reply(value: object) -> Reply:
    return Reply(json.dumps(value), "scripted", truncated=False, usage=None)


def row(finding: object = 1, verdict: object = "drop", **members: object) -> dict[str, object]:
    return {
        "finding": finding,
        "verdict": verdict,
        "ground": "impossible",
        "evidence": "if x: return",
        "same_as": 0,
        "severity": "low",
        "reason": "Line 3 handles it.",
    } | members


def test_a_verdict_is_read_as_the_schema_has_it() -> None:
    said = {"verdicts": [row()]}
    Draft202012Validator(VERIFY_SCHEMA).validate(said)
    assert parse_verdicts(reply(said), 1) == (
        Verdict(1, "drop", Severity.LOW, "Line 3 handles it.", Ground.IMPOSSIBLE, "if x: return"),
    )


def test_of_two_verdicts_on_a_finding_the_first_applies() -> None:
    said = {"verdicts": [row(verdict="keep"), row(verdict="drop")]}
    assert [each.word for each in parse_verdicts(reply(said), 1)] == ["keep"]


@pytest.mark.parametrize("finding", [0, -1, 3, "x", None, 10**15])
def test_a_verdict_on_no_finding_is_ignored(finding: object) -> None:
    assert parse_verdicts(reply({"verdicts": [row(finding)]}), 2) == ()


@pytest.mark.parametrize("verdict", [" DROP ", "Drop"])
def test_letter_case_and_blanks_do_not_matter(verdict: str) -> None:
    (found,) = parse_verdicts(reply({"verdicts": [row(verdict=verdict)]}), 1)
    assert found.word == "drop"


@pytest.mark.parametrize("ground", list(Ground))
def test_each_ground_is_read(ground: Ground) -> None:
    (found,) = parse_verdicts(reply({"verdicts": [row(ground=f" {ground.value.upper()}")]}), 1)
    assert found.ground is ground


def test_a_verdict_without_a_ground_has_none() -> None:
    said = row()
    del said["ground"]
    (found,) = parse_verdicts(reply({"verdicts": [said]}), 1)
    assert (found.word, found.ground) == ("drop", Ground.NONE)


@faults("ST8")
@pytest.mark.parametrize(
    "ground", ["intended", "announced as intended", "", "no", None, 3, ["none"]]
)
def test_a_ground_that_is_none_of_ours_is_the_authors_words(ground: object) -> None:
    (found,) = parse_verdicts(reply({"verdicts": [row(ground=ground)]}), 1)
    assert found.ground is Ground.ANNOUNCED


def test_an_answer_without_a_list_is_an_error() -> None:
    with pytest.raises(ReplyError):
        parse_verdicts(reply({"finding": 1}), 1)


def test_an_answer_to_a_question_is_read() -> None:
    assert parse_answer(reply({"answer": "Yes."})) == "Yes."
    with pytest.raises(ReplyError):
        parse_answer(reply({"answer": " "}))
