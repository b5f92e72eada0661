"""Replies in other forms than the one that was asked for, through a whole run."""

import json
from pathlib import Path

import pytest

from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.messages import as_json
from tests.loopback.model import ScriptedReply, error
from tests.runs.job import NUMBER, Job, prompted_path, review_reply
from tests.runs.model_scripts import CHAT

PATH = "src/app.py"
GOOD = review_reply(PATH, {})
TITLE = "Sets the wrong value"
MALFORMED = review_reply(PATH, {"quote": ""})
INVENTED = review_reply(PATH, {"quote": "no such code"})


@faults("RF3")
def test_a_finding_that_could_not_be_read_makes_the_review_incomplete(job: Job) -> None:
    job.model.say(MALFORMED)
    finished = job.run()
    (body,) = job.github.bodies
    assert "## Code review · incomplete · 1 finding could not be read\n" in body
    assert "1 finding dropped: quote, title or explanation is missing." in body
    assert "reviewed: 1 finding could not be read" in body
    assert (finished.outputs["verdict"], finished.outputs["complete"]) == ("incomplete", "false")


@faults("RF3")
def test_a_finding_that_could_not_be_read_closes_the_gate(job: Job) -> None:
    job.model.say(MALFORMED)
    assert job.run(fail_on="critical").code == 3


@faults("RF3")
def test_a_finding_that_could_not_be_read_is_named_beside_others(job: Job) -> None:
    job.model.say(review_reply(PATH, {}, {"body": None}))
    finished = job.run()
    assert (
        "## Code review · 1 high finding · incomplete · 1 finding could not be read\n"
        in (job.github.bodies[0])
    )
    assert finished.outputs["verdict"] == "findings"


@faults("RF3")
def test_a_review_that_shows_nothing_of_what_was_found_is_incomplete(job: Job) -> None:
    job.model.say(INVENTED)
    finished = job.run(fail_on="critical")
    assert "## Code review · incomplete · 1 finding could not be placed\n" in job.github.bodies[0]
    assert (finished.code, finished.outputs["verdict"]) == (3, "incomplete")


@faults("RF3")
def test_a_finding_without_a_place_is_named_beside_others(job: Job) -> None:
    job.model.say(review_reply(PATH, {}, {"quote": "no such code", "title": "Invented"}))
    finished = job.run()
    assert (
        "## Code review · 1 high finding · 1 finding could not be placed\n" in job.github.bodies[0]
    )
    assert (finished.outputs["verdict"], finished.outputs["complete"]) == ("findings", "true")


@faults("RF3")
@pytest.mark.parametrize("reply", [MALFORMED, INVENTED])
def test_what_could_not_be_used_is_asked_for_again_after_a_push(job: Job, reply: str) -> None:
    job.model.say(reply)
    job.run()
    job.github.push(NUMBER, {"other.py": "x = 1\n"})
    asked = len(job.model.bodies)
    job.model.script = lambda _: json.dumps({"summary": "s", "findings": [], "overview": "o"})
    finished = job.run()
    assert PATH in [prompted_path(body) for body in job.model.bodies[asked:]]
    assert finished.outputs["reviewed-files"] == "2"
    assert "no problems found" in job.github.bodies[0]
    assert "unchanged since" not in job.github.bodies[0]


@faults("RF3")
@pytest.mark.parametrize(("reply", "what"), [(MALFORMED, "read"), (INVENTED, "placed")])
def test_a_publishing_run_says_what_the_reviewing_run_could_not_use(
    job: Job, reply: str, what: str
) -> None:
    job.workspace = str(job.root / "workspace")
    Path(job.workspace).mkdir()
    job.model.say(reply)
    reviewed = job.run(mode="review")
    finished = job.run(mode="publish", reports=reviewed.outputs["report-path"])
    assert f"· incomplete · 1 finding could not be {what}\n" in job.github.bodies[0]
    assert finished.outputs["verdict"] == "incomplete"


@faults("RF2")
@pytest.mark.parametrize(
    ("fail_on", "severity", "code"),
    [("never", "medium", 0), ("high, incomplete", "high", 3), ("incomplete, low", "low", 3)],
)
def test_an_unknown_severity_is_that_of_the_gate_and_is_reported(
    job: Job, fail_on: str, severity: str, code: int
) -> None:
    job.model.say(review_reply(PATH, {"severity": "dire"}))
    finished = job.run(fail_on=fail_on)
    (body,) = job.github.bodies
    assert (finished.code, finished.outputs[severity]) == (code, "1")
    assert f"1 finding has a severity that is not known, which is read as {severity}" in body


SPELLINGS = {
    "words": {"severity": "\U0001f534 **Blocker**", "confidence": 0.95, "start_line": "L1"},
    "a range": {"start_line": [1, 1], "end_line": "1-1", "severity": "P0"},
    "another path": {"path": "/repo/app.py", "severity": "critical"},
    "white space": {"quote": "new  =\t2", "start_line": 99, "severity": "Critical"},
}


@faults("RF2", "RF7", "LO4")
@pytest.mark.parametrize("members", SPELLINGS.values(), ids=SPELLINGS)
def test_one_right_finding_in_other_words_is_shown(job: Job, members: dict[str, object]) -> None:
    job.model.say(review_reply(PATH, members))
    finished = job.run()
    assert (finished.outputs["critical"], finished.outputs["verdict"]) == ("1", "findings")
    assert f"`{PATH}:1`" in job.github.bodies[0]
    assert len(job.model.bodies) == 1


ONCE_MORE: dict[str, str | ScriptedReply] = {
    "two different objects": '{"summary": "s", "findings": []}' + GOOD,
    "no list": '{"path": "src/app.py", "summary": "Changes it."}',
    "a call of nothing": ScriptedReply(None, "tool_calls", calls=(("read_file", "{}"),)),
    "a refusal": ScriptedReply(None, refusal="I cannot."),
    "a filter": ScriptedReply("{}", "content_filter"),
}


@faults("RF1", "RF4", "RF6")
@pytest.mark.parametrize("reply", ONCE_MORE.values(), ids=ONCE_MORE)
def test_a_reply_that_may_mean_anything_is_asked_for_once_more(
    job: Job, reply: str | ScriptedReply
) -> None:
    job.model.say(reply, GOOD)
    assert job.run().outputs["verdict"] == "findings"
    assert len(job.model.bodies) == 2


@faults("RF4")
def test_a_model_that_goes_on_calling_nothing_is_asked_twice(job: Job) -> None:
    job.model.script = lambda _: ScriptedReply(None, "tool_calls", calls=(("read_file", "{}"),))
    assert job.run().code == 1
    assert len(job.model.bodies) == 2


@faults("RF4")
def test_a_review_in_the_arguments_of_a_call_is_a_review(job: Job) -> None:
    job.model.say(ScriptedReply("I submit it.", "tool_calls", calls=(("submit", GOOD),)))
    assert job.run().outputs["verdict"] == "findings"
    assert len(job.model.bodies) == 1


@faults("RF1")
def test_a_model_that_always_gives_several_results_is_never_clean(job: Job) -> None:
    empty = '{"summary": "s", "findings": []}'
    job.model.say(*[GOOD + empty] * 2)
    finished = job.run()
    assert finished.outputs["verdict"] == "incomplete"
    assert "reviewed: the model gave several different replies" in job.github.bodies[0]


@faults("RF5")
@pytest.mark.parametrize(
    "fault",
    [
        Instead(as_json(200, {"choices": None, "error": {"code": 429, "message": "Slow down."}})),
        Instead(error(400, "Failed to generate JSON.", name="json_validate_failed")),
    ],
)
def test_an_error_that_may_pass_costs_one_more_request(job: Job, fault: Instead) -> None:
    job.model.fail(CHAT, fault)
    job.model.say(GOOD)
    assert job.run().outputs["verdict"] == "findings"
    assert len(job.model.bodies) == 2


@faults("RF5")
def test_a_refused_key_in_a_response_of_status_200_ends_the_run(job: Job) -> None:
    refused = {"choices": None, "error": {"code": 401, "message": "No auth credentials found"}}
    job.model.fail(CHAT, Instead(as_json(200, refused)), forever=True)
    finished = job.run()
    assert finished.code == 2
    assert "does not accept the API key (401)" in finished.summary
