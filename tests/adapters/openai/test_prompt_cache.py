"""What is sent so that OpenAI's cache can serve the beginning of a prompt, and where it is not."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest

from reviewer.adapters.openai.wire import Options
from reviewer.llm.reply_schemas import SHARED_SCHEMA, VERIFY_SCHEMA
from reviewer.llm.tools import OFFERED
from reviewer.prompt import Message
from tests.adapters.openai.connect import PROMPT, STATED, Connect
from tests.loopback.messages import Request, Response
from tests.loopback.model import LoopbackModel, error

MARKING, EARLIER = "gpt-6-luna", "gpt-5.4"
CACHES = Options(caches=True)
SYSTEM, USER = (
    "Be right or quiet. In this run, be quick.",
    "the secret plan\n\nYour task is a review.",
)
REVIEW = replace(
    PROMPT,
    messages=(Message("system", SYSTEM, reused=18), Message("user", USER, reused=15)),
    shared_schema=SHARED_SCHEMA,
    cache_key="code-review-3",
)
VERIFICATION = replace(REVIEW, schema_name="verify", schema=VERIFY_SCHEMA)
MARK = {"prompt_cache_breakpoint": {"mode": "explicit"}}
FILL = (
    "\n\nReply with one JSON object that follows the JSON Schema, and nothing else. For this task, "
    "fill `files`; leave `overview`, `major_changes`, `verdicts` empty."
)


@pytest.fixture(params=[False, True], ids=["chat", "responses"])
def responses(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def server() -> Iterator[LoopbackModel]:
    with LoopbackModel(models=(MARKING, EARLIER)) as server:
        yield server
        assert server.contract_errors == []


def messages(body: Mapping[str, Any]) -> list[Any]:
    return [each["content"] for each in body.get("messages") or body["input"]]


def wanted(body: Mapping[str, Any]) -> Mapping[str, Any]:
    form = body.get("text", {}).get("format") or body["response_format"]["json_schema"]
    return {"name": form["name"], "schema": form["schema"]}


def test_a_model_with_breakpoints_gets_them_behind_what_other_requests_have_too(
    model: Connect, server: LoopbackModel, *, responses: bool
) -> None:
    asked = model(server, model=MARKING, options=CACHES, responses=responses)
    asked.complete(REVIEW)

    (body,) = server.bodies
    kind = {"type": "input_text" if responses else "text"}
    assert messages(body) == [
        [kind | MARK | {"text": SYSTEM[:18]}, kind | {"text": SYSTEM[18:]}],
        [kind | MARK | {"text": USER[:15]}, kind | {"text": USER[15:] + FILL}],
    ]
    assert body["prompt_cache_key"] == "code-review-3"
    assert body["prompt_cache_options"] == {"mode": "explicit"}


def test_a_review_and_its_verification_have_one_schema(
    model: Connect, server: LoopbackModel, *, responses: bool
) -> None:
    asked = model(server, model=MARKING, options=CACHES, responses=responses)
    asked.complete(REVIEW)
    asked.complete(VERIFICATION)

    first, second = map(wanted, server.bodies)
    assert first == second == {"name": "reply", "schema": SHARED_SCHEMA}


def test_results_of_tools_are_cached_with_all_that_is_before_them(
    model: Connect, server: LoopbackModel, *, responses: bool
) -> None:
    asked = model(server, model=MARKING, options=CACHES, responses=responses)
    asked.complete(replace(REVIEW, tools=OFFERED))

    (body,) = server.bodies
    assert body["prompt_cache_options"] == {"mode": "implicit"}


def test_an_earlier_model_gets_a_key_and_plain_texts(
    model: Connect, server: LoopbackModel, *, responses: bool
) -> None:
    asked = model(server, model=EARLIER, options=CACHES, responses=responses)
    asked.complete(REVIEW)

    (body,) = server.bodies
    assert messages(body) == [SYSTEM, USER + FILL]
    assert body["prompt_cache_key"] == "code-review-3"
    assert "prompt_cache_options" not in body


def test_another_server_gets_nothing_of_all_that(
    model: Connect, server: LoopbackModel, *, responses: bool
) -> None:
    model(server, model=MARKING, responses=responses).complete(REVIEW)

    (body,) = server.bodies
    assert messages(body) == [SYSTEM, USER + STATED.removeprefix("the secret plan")]
    assert wanted(body) == {"name": PROMPT.schema_name, "schema": PROMPT.schema}
    assert not [name for name in body if "cache" in name]


def refuse(server: LoopbackModel, word: str, message: str, parameter: str | None) -> None:
    """Let the server refuse each request that has the word."""
    answer = server.respond

    def respond(request: Request) -> Response:
        if word in request.body.decode():
            return error(HTTPStatus.BAD_REQUEST, message, parameter=parameter)
        return answer(request)

    server.respond = respond  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("word", "message", "parameter"),
    [
        (
            "prompt_cache_breakpoint",
            "prompt_cache_breakpoint is not supported on this model",
            "input[0].content[0].prompt_cache_breakpoint",
        ),
        ("prompt_cache_options", "Unsupported parameter: prompt_cache_options", None),
    ],
)
def test_a_model_that_refuses_breakpoints_is_asked_without_them_from_then_on(
    model: Connect,
    server: LoopbackModel,
    word: str,
    message: str,
    parameter: str | None,
    *,
    responses: bool,
) -> None:
    refuse(server, word, message, parameter)
    asked = model(server, model=MARKING, options=CACHES, responses=responses)
    asked.complete(replace(REVIEW, tools=OFFERED))
    asked.complete(REVIEW)

    sent = ["prompt_cache_options" in body for body in server.bodies]
    assert sent == [True, False, False]
    assert messages(server.bodies[-1]) == [SYSTEM, USER + FILL]
    assert server.bodies[-1]["prompt_cache_key"] == "code-review-3"


def test_a_model_that_refuses_a_key_keeps_its_breakpoints(
    model: Connect, server: LoopbackModel, *, responses: bool
) -> None:
    refuse(server, "prompt_cache_key", "Unknown parameter: 'prompt_cache_key'.", "prompt_cache_key")
    model(server, model=MARKING, options=CACHES, responses=responses).complete(REVIEW)

    assert "prompt_cache_key" not in server.bodies[-1]
    assert server.bodies[-1]["prompt_cache_options"] == {"mode": "explicit"}


def test_a_model_that_takes_no_schema_gets_its_own_in_words(
    model: Connect, server: LoopbackModel, *, responses: bool
) -> None:
    name = "text" if responses else "response_format"
    refuse(server, "json_schema", f"Invalid parameter: '{name}' of type 'json_schema'.", name)
    model(server, model=EARLIER, options=CACHES, responses=responses).complete(REVIEW)

    assert messages(server.bodies[-1]) == [SYSTEM, USER + STATED.removeprefix("the secret plan")]


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("gpt-5.6", True),
        ("gpt-5.6-terra", True),
        ("gpt-5.10", True),
        ("gpt-6-luna-2026-09-22", True),
        ("gpt-5.5-pro", False),
        ("gpt-5", False),
        ("gpt-4o", False),
        ("gpt-oss-120b", False),
        ("o3", False),
    ],
)
def test_only_names_of_models_with_breakpoints_mean_some(
    model: Connect, name: str, *, marks: bool
) -> None:
    with LoopbackModel(models=(name,)) as server:
        model(server, model=name, options=CACHES).complete(REVIEW)
        assert ("prompt_cache_options" in server.bodies[0]) is marks
