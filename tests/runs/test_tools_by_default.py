"""When the model gets tools without being asked for, and what it can do with them."""

import json

import pytest

from reviewer.events.activity import AnswerQuestion, Commenter
from reviewer.operations import Subject
from tests.faults import faults
from tests.loopback.model import Body, ScriptedReply
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

FILES = {
    "src/app.py": ("def total(a):\n", "def total(a, b):\n"),
    "src/till.py": ("total(1)\n", "total(1)\n"),
}


@pytest.fixture
def job(job: Job) -> Job:
    """Offer tools as the action does by default; there is no checkout."""
    job.github.add_pull(NUMBER, dict(FILES))
    job.inputs["tools"] = "auto"
    return job


class Searcher:
    """Searches for the callers of a function, and reports what it finds."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, body: Body) -> str | ScriptedReply:
        last = body["messages"][-1]
        if last["role"] == "tool":
            self.seen.append(last["content"])
        elif body.get("tools"):
            call = json.dumps({"pattern": r"total\("})
            return ScriptedReply(None, calls=(("search", call),), finish_reason="tool_calls")
        kind = body["response_format"]["json_schema"]["name"]
        if kind == "answer":
            return json.dumps({"answer": "It is called in the till."})
        if kind == "verify":
            return json.dumps({"verdicts": []})
        broken = any("till.py:1" in each for each in self.seen)
        finding = {"quote": "def total(a, b):", "title": "Breaks the till"}
        return review_reply("src/app.py", *([finding] if broken else []))


def test_a_caller_that_did_not_change_is_found_without_a_checkout(job: Job) -> None:
    job.model.script = searcher = Searcher()
    finished = job.run()
    assert "src/till.py:1: total(1)" in searcher.seen[0]
    assert finished.outputs["findings"] == "1"
    assert "Breaks the till" in job.github.bodies[0]


def test_the_verification_gets_the_tools_too(job: Job) -> None:
    job.model.script = Searcher()
    job.run(verify="on")
    kinds = [body["response_format"]["json_schema"]["name"] for body in job.model.bodies]
    assert "verify" in kinds
    assert all(body.get("tools") for body in job.model.bodies)


def test_a_question_is_answered_with_them(job: Job) -> None:
    job.model.script = searcher = Searcher()
    asked = AnswerQuestion(
        NUMBER, "Who calls total?", Commenter("maintainer", Subject.COMMENT, 100)
    )
    assert job.carry_out(asked).code == 0
    assert "src/till.py:1: total(1)" in searcher.seen[0]


@faults("SE6")
@pytest.mark.parametrize(
    ("event", "source", "offered"),
    [
        ("pull_request", "branch", "with tools"),
        ("pull_request", "fork", "with tools"),
        ("pull_request_target", "branch", "with tools"),
        ("pull_request_target", "fork", "without"),
        ("issue_comment", "fork", "without"),
        ("issue_comment", "branch", "with tools"),
        ("workflow_run", "fork", "without"),
        ("workflow_dispatch", "fork", "without"),
    ],
)
def test_no_commit_of_an_outside_contributor_is_searched_where_the_run_has_rights(
    job: Job, event: str, source: str, offered: str
) -> None:
    if source == "fork":
        job.github.add_pull(NUMBER, dict(FILES), fork=True)
    job.event = event
    job.model.script = Searcher()
    finished = job.run()
    assert finished.code == 0
    assert bool(job.model.bodies[0].get("tools")) is (offered == "with tools")
    assert "tools" not in finished.log
    assert prompted_path(job.model.bodies[0]) == "src/app.py"
