"""Whole runs on the Responses API, and on servers that take no tools."""

import json
from http import HTTPStatus

import pytest

from reviewer.config.workflow.inputs import Inputs
from tests.faults import faults
from tests.loopback.messages import Request, Response
from tests.loopback.model import Body, LoopbackModel, ScriptedReply, error, nothing_found
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

FILES = {"src/app.py": ("old = 1\n", "new = 2\n"), "src/other.py": ("a = 1\n", "a = 2\n")}
VLLM = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
FOOT = f"<sub>scripted got no tools, because the server refused them: {VLLM}</sub>"


@pytest.fixture
def job(job: Job) -> Job:
    """A checkout whose files a model may read."""
    job.github.add_pull(NUMBER, dict(FILES))
    for path, (_, new) in FILES.items():
        file = job.root / "checkout" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(new, "utf-8")
    job.checkout = str(job.root / "checkout")
    job.inputs |= {"tools": "on", "concurrency": "1"}
    job.model.script = find_a_problem
    return job


def find_a_problem(body: Body) -> str | ScriptedReply:
    """Read a file before each answer, where tools are offered; report a wrong value."""
    called = any("call_id" in item for item in body.get("input", ()))
    if body.get("tools") and not called:
        call = ("read_file", json.dumps({"path": "src/other.py"}))
        return ScriptedReply(None, calls=(call,), reasoning="gAAAAsealed")
    if body["response_format"]["json_schema"]["name"] == "overview":
        return nothing_found(body)
    path = prompted_path({"messages": body["messages"][:2]})
    return review_reply(path, *([{}] if path == "src/app.py" else []))


def refuse_tools(server: LoopbackModel) -> None:
    answer = server.respond

    def respond(request: Request) -> Response:
        if request.method == "POST" and "tools" in request.json_object():
            return error(HTTPStatus.BAD_REQUEST, VLLM)
        return answer(request)

    server.respond = respond  # type: ignore[method-assign]


@faults("LL15", "LL16")
def test_a_review_on_the_responses_api_reads_files_and_publishes_its_finding(job: Job) -> None:
    finished = job.run(api="responses", reasoning_effort="low")

    assert finished.code == 0
    assert "1 high" in job.github.bodies[0]
    assert "Reviewed 2 of 2" in job.github.bodies[0]
    bodies = job.model.bodies
    assert all((body["store"], body["reasoning"]) == (False, {"effort": "low"}) for body in bodies)
    told = [body["input"][2:] for body in bodies if len(body["input"]) > 2]
    assert told
    for reasoning, call, result in told:
        assert reasoning["encrypted_content"] == "gAAAAsealed"
        assert (call["id"], call["call_id"], result["call_id"]) == ("fc_0", "call_0", "call_0")
        assert "a = 2" in result["output"]


@faults("LL17")
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_server_without_tools_fails_no_file_and_is_named_once(job: Job, api: str) -> None:
    refuse_tools(job.model)

    finished = job.run(api=api)

    (comment,) = job.github.bodies
    assert finished.code == 0
    assert finished.outputs["complete"] == "true"
    assert "Reviewed 2 of 2" in comment
    assert comment.count(VLLM) == comment.count(FOOT) == 1
    assert (
        finished.summary.count(f"> scripted got no tools, because the server refused them: {VLLM}")
        == 1
    )
    assert finished.summary.count(VLLM) == 1
    assert sum("tools" in body for body in job.model.bodies) == 1


@faults("LL17")
def test_what_a_server_says_of_its_tools_is_text_like_any_other(job: Job) -> None:
    answer = job.model.respond
    shout = "does not support tools @octocat <!-- x --> ![](https://evil.example/x.png)\n/merge"
    job.model.respond = lambda request: (  # type: ignore[method-assign]
        error(400, shout)
        if request.method == "POST" and "tools" in request.json_object()
        else answer(request)
    )

    assert job.run().code == 0

    (comment,) = job.github.bodies
    foot = next(line for line in comment.splitlines() if "got no tools" in line)
    assert "@octocat" not in foot
    assert "<!--" not in foot
    assert "](https" not in foot


def test_a_review_with_tools_says_nothing_of_them(job: Job) -> None:
    job.run(api="responses")

    assert "got no tools" not in job.github.bodies[0]


@pytest.mark.parametrize(
    ("api", "base_url", "used"),
    [
        ("", "", True),
        ("auto", "https://api.openai.com/v1", True),
        ("auto", "https://eu.api.openai.com/v1", True),
        ("auto", "https://api.openai.com.example.com/v1", False),
        ("auto", "https://notapi.openai.com/v1", False),
        ("auto", "https://openrouter.ai/api/v1", False),
        ("chat", "", False),
        ("responses", "https://llm.example/v1", True),
    ],
)
def test_openais_own_addresses_get_the_responses_api(api: str, base_url: str, used: bool) -> None:  # noqa: FBT001
    inputs = Inputs.load({"INPUT_API": api, "INPUT_BASE-URL": base_url})

    assert inputs.uses_responses is used
