"""The descriptions catch what breaks them, on both sides."""

import json
import time

import pytest

from tests.loopback import contract, graphql
from tests.loopback.messages import Request, Response, as_json
from tests.loopback.model import response_body

COMMENTS = "/repos/o/r/issues/7/comments"
needs_openai = pytest.mark.skipif(
    contract.openai() is None, reason="OpenAI's description is not at hand"
)


def sent(method: str, target: str, body: object = None) -> Request:
    data = b"" if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    return Request(method, target, headers, data, time.monotonic())


def breaches(request: Request, response: Response | None = None) -> list[str]:
    return contract.rest(request, request.path, response)


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        (sent("GET", "/repos/o/r/nothing"), "no such operation"),
        (sent("PUT", COMMENTS), "no such operation"),
        (sent("GET", f"{COMMENTS}?pages=2"), "unknown parameter"),
        (sent("GET", f"{COMMENTS}?page=two"), "'two' is not of type 'integer'"),
        (sent("GET", COMMENTS, {}), "a body where none is described"),
        (sent("POST", COMMENTS, {}), "'body' is a required property"),
        (sent("POST", COMMENTS, {"body": 1}), "1 is not of type 'string'"),
        (sent("POST", COMMENTS, {"body": "x", "text": 1}), "$.text: unknown property"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_request_that_breaks_the_description_is_named(request_: Request, problem: str) -> None:
    assert problem in "; ".join(breaches(request_))


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (as_json(201, {"id": 1}), "'node_id' is a required property"),
        (as_json(200, {}), "status 200 is not described"),
        (Response(201, b"<html>", "text/html"), "media type text/html is not described"),
        (as_json(422, {"message": "no"}), "'documentation_url' is a required property"),
        (as_json(401, {"message": 1}), "1 is not of type 'string'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_that_breaks_the_description_is_named(response: Response, problem: str) -> None:
    request = sent("POST", COMMENTS, {"body": "x"})
    assert breaches(request) == []
    assert problem in "; ".join(breaches(request, response))


def test_paths_of_files_may_hold_slashes() -> None:
    assert breaches(sent("GET", "/repos/o/r/contents/src/a/b.py?ref=main")) == []
    assert breaches(sent("GET", "/repos/o/r/contents/src/a/b.py?ref=123")) == []


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("{ viewer { log } }", "Cannot query field 'log' on type 'User'"),
        ("{ viewer { login }", "Syntax Error"),
        ("query($n: Int!) { viewer { login } }", "is never used"),
    ],
)
def test_a_query_that_breaks_the_schema_is_named(query: str, problem: str) -> None:
    request = sent("POST", "/graphql", {"query": query})
    assert problem in "; ".join(graphql.problems(request, None))


def test_a_field_that_the_loopback_lacks_is_a_breach() -> None:
    lacking = as_json(200, {"data": None, "errors": [{"message": "the loopback GitHub has no x"}]})
    request = sent("POST", "/graphql", {"query": "{ viewer { login } }"})
    assert graphql.problems(request, lacking) == ["the loopback GitHub has no x"]


@needs_openai
def test_a_request_to_the_model_is_checked_against_openais_description() -> None:
    good = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    assert contract.openai_request(good) == []
    assert contract.openai_request(good | {"max_token": 1}) == ["$.max_token: unknown property"]
    assert contract.openai_request(good | {"temperature": "hot"})
    assert contract.openai_request({"model": "m"}) == [
        "$: 'messages' is a required property",
    ]


@needs_openai
def test_a_reply_of_the_model_is_checked_against_openais_description() -> None:
    message = {"role": "assistant", "content": "hi", "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    good = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    assert contract.openai_response(good) == []
    assert contract.openai_response(good | {"choices": None})


@needs_openai
def test_both_sides_of_the_responses_api_are_checked_against_openais_description() -> None:
    item = {"type": "function_call_output", "call_id": "c", "output": "x"}
    good = {"model": "m", "input": [{"role": "user", "content": "hi"}, item], "store": False}
    schema = "CreateResponse"
    assert contract.openai_request(good, schema=schema) == []
    assert contract.openai_request(good | {"stored": False}, schema=schema) == [
        "$.stored: unknown property"
    ]
    assert contract.openai_request(good | {"include": ["reasoning"]}, schema=schema)
    assert contract.openai_request(good | {"input": [{"type": "reasoning"}]}, schema=schema)
    assert contract.openai_response(response_body("hi"), schema="Response") == []
    assert contract.openai_response(response_body("hi") | {"output": None}, schema="Response")
