import json
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from reviewer.adapters.http.retry import Policy
from reviewer.adapters.openai.capacity import Capacity
from reviewer.adapters.openai.wire import Options
from reviewer.errors import (
    ContextTooLongError,
    ModelError,
    ModelNotFoundError,
    ModelRefusedError,
    ReplyError,
)
from reviewer.llm.reply_schemas import REVIEW_SCHEMA
from reviewer.prompt import Usage
from tests.adapters.openai.connect import PROMPT, STATED, Clock, Connect
from tests.faults import faults
from tests.loopback.failures import Cut, Drip, Hang, Instead, Reset, edited, html, redirect
from tests.loopback.messages import Response, as_json
from tests.loopback.model import KEY, MODEL, LoopbackModel, ScriptedReply, completion, error

if TYPE_CHECKING:
    from reviewer.ports import Model

CHAT = "POST /v1/chat/completions"


def test_a_prompt_goes_out_with_its_schema_and_the_answer_comes_back(
    model: Connect,
    model_server: LoopbackModel,
) -> None:
    model_server.say(ScriptedReply("Fine.", usage=(70, 7)))
    asked: Model = model(model_server)

    reply = asked.complete(PROMPT)

    assert (reply.text, reply.model, reply.truncated) == ("Fine.", MODEL, False)
    assert reply.usage == Usage(70, 7)
    (body,) = model_server.bodies
    assert body == {
        "model": MODEL,
        "messages": [
            {"role": "system", "content": "Be right or quiet."},
            {"role": "user", "content": STATED},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "review", "schema": REVIEW_SCHEMA, "strict": True},
        },
    }


def test_temperature_and_token_limit_are_sent_when_they_are_set(
    model: Connect,
    model_server: LoopbackModel,
) -> None:
    model(model_server, options=Options(0.0, 500)).complete(PROMPT)

    (body,) = model_server.bodies
    assert (body["temperature"], body["max_completion_tokens"]) == (0.0, 500)


def test_an_answer_that_reached_its_length_limit_is_marked_truncated(
    model: Connect,
    model_server: LoopbackModel,
) -> None:
    model_server.say(ScriptedReply('{"findings": [', finish_reason="length"))

    assert model(model_server).complete(PROMPT).truncated


def test_variables_of_the_environment_change_neither_address_nor_headers(
    model: Connect, model_server: LoopbackModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"OPENAI_{name}", "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv(
        "OPENAI_CUSTOM_HEADERS", "Authorization: from-the-environment\nX-Leak: from-the-environment"
    )

    model(model_server).complete(PROMPT)

    (request,) = model_server.requests
    assert "from-the-environment" not in str(request.headers)
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert not [name for name in request.headers if name.startswith("x-")]


def test_without_a_key_no_authorization_is_sent(
    model: Connect, other_server: LoopbackModel
) -> None:
    other_server.key = ""

    model(other_server, api_key="").complete(PROMPT)

    assert "authorization" not in other_server.requests[0].headers


def test_cookies_of_the_server_are_not_sent_back(
    model: Connect, model_server: LoopbackModel
) -> None:
    baked = as_json(200, completion("{}"), {"Set-Cookie": "track=me; Path=/"})
    model_server.fail(CHAT, Instead(baked))
    asked = model(model_server)

    asked.complete(PROMPT)
    asked.complete(PROMPT)

    assert "cookie" not in model_server.requests[1].headers


@faults("IN8")
def test_a_proxy_of_the_environment_is_used(
    model: Connect, model_server: LoopbackModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", model_server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    model(model_server, base_url="http://model.invalid/v1").complete(PROMPT)

    (request,) = model_server.requests
    assert (request.headers["host"], request.target) == ("model.invalid", "/v1/chat/completions")


@faults("LL1")
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_not_tried_again_and_not_printed(
    model: Connect, model_server: LoopbackModel, status: int
) -> None:
    model_server.fail(CHAT, Instead(error(status, f"Incorrect API key provided: {KEY}.")))

    with pytest.raises(ModelRefusedError) as caught:
        model(model_server).complete(PROMPT)

    assert len(model_server.requests) == 1
    assert KEY not in str(caught.value)
    assert "api-key" in caught.value.remedy


@faults("LL1")
def test_a_key_that_litellm_cannot_look_up_is_a_refused_key(
    model: Connect, model_server: LoopbackModel
) -> None:
    said = {"message": "No connected db.", "type": "no_db_connection", "code": "400"}
    model_server.fail(CHAT, Instead(as_json(400, {"error": said})))

    with pytest.raises(ModelRefusedError, match="No connected db"):
        model(model_server).complete(PROMPT)


@faults("LL1")
@pytest.mark.parametrize(
    "response",
    [
        error(404, "The model `gpt-9` does not exist.", name="model_not_found"),
        error(403, "Project has no access to gpt-9.", name="model_not_found"),
        error(410, "Retired."),
        Response(404, b"404 page not found", "text/plain"),
    ],
)
def test_an_unknown_model_and_a_refused_key_are_different_errors(
    model: Connect, model_server: LoopbackModel, response: Response
) -> None:
    model_server.fail(CHAT, Instead(response))

    with pytest.raises(ModelNotFoundError, match=MODEL) as caught:
        model(model_server).complete(PROMPT)

    assert len(model_server.sent(CHAT)) == 1
    assert "base-url" in caught.value.remedy


@faults("LL2")
@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry-After": "3"}, 3),
        ({"retry-after-ms": "1500", "Retry-After": "2"}, 1.5),
        ({}, 1),
        ({"Retry-After": "-5"}, 1),
        ({"Retry-After": "soon"}, 1),
        ({"Retry-After": "nan"}, 1),
        (
            {
                "Date": "Tue, 24 Nov 2026 03:00:00 GMT",
                "Retry-After": "Tue, 24 Nov 2026 03:00:07 GMT",
            },
            7,
        ),
    ],
)
def test_a_limit_is_waited_for_as_long_as_the_server_says(
    model: Connect, model_server: LoopbackModel, headers: dict[str, str], waited: float
) -> None:
    model_server.fail(CHAT, Instead(error(429, "Slow down.", headers=headers)))
    clock = Clock()

    assert model(model_server, clock=clock).complete(PROMPT).text

    assert clock.now == pytest.approx(waited)
    assert len(model_server.requests) == 2


def test_a_wait_that_is_only_in_the_servers_message_is_kept(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(CHAT, Instead(error(429, "Rate limit reached. Please try again in 1m6.5s.")))
    clock = Clock()

    assert model(model_server, clock=clock).complete(PROMPT).text

    assert clock.now == pytest.approx(66.5)


@faults("LL2")
def test_a_wait_that_does_not_fit_into_the_deadline_is_not_begun(
    model: Connect,
    model_server: LoopbackModel,
) -> None:
    model_server.fail(CHAT, Instead(error(429, "Slow down.", headers={"Retry-After": "121"})))
    clock = Clock()

    with pytest.raises(ModelError, match="limits requests") as caught:
        model(model_server, clock=clock, seconds=100).complete(PROMPT)

    assert caught.value.exit_code == 1
    assert (clock.naps, len(model_server.requests)) == ([], 1)


@faults("LL3")
def test_a_used_up_quota_is_not_waited_for(model: Connect, model_server: LoopbackModel) -> None:
    quota = error(429, "You exceeded your current quota.", name="insufficient_quota")
    model_server.fail(CHAT, Instead(quota))

    with pytest.raises(ModelRefusedError, match="quota"):
        model(model_server).complete(PROMPT)

    assert len(model_server.requests) == 1


@faults("LL4")
@pytest.mark.parametrize("status", [500, 502, 503, 529])
def test_a_server_that_fails_once_is_asked_again(
    model: Connect, model_server: LoopbackModel, status: int
) -> None:
    model_server.fail(CHAT, html(code=status) if status == 502 else Instead(error(status, "Oops")))

    assert model(model_server).complete(PROMPT).text


@faults("LL4")
@pytest.mark.parametrize("fault", [Reset(), Cut()])
def test_a_broken_connection_is_made_again(
    model: Connect, model_server: LoopbackModel, fault: Reset | Cut
) -> None:
    model_server.fail(CHAT, fault)

    assert model(model_server).complete(PROMPT).text


@faults("LL4")
def test_a_server_that_goes_on_failing_is_given_up(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(CHAT, Instead(error(503, "Overloaded.")), forever=True)
    clock = Clock()

    with pytest.raises(ModelError, match=r"failed \(503\): Overloaded"):
        model(model_server, clock=clock, policy=Policy(attempts=9, jitter=0)).complete(PROMPT)

    assert len(model_server.requests) == 4
    assert clock.now == 1 + 2 + 4


@faults("LL4")
def test_a_server_that_does_not_listen_is_named_so(
    model: Connect, other_server: LoopbackModel
) -> None:
    other_server.stop()
    asked = model(other_server)

    with pytest.raises(ModelError, match=r"cannot be reached: .*refused"):
        asked.complete(PROMPT)


@faults("LL5")
@pytest.mark.parametrize("fault", [Drip(interval=0.05), Hang(seconds=100)])
def test_a_request_ends_when_its_whole_time_is_over(
    model: Connect, model_server: LoopbackModel, fault: Drip | Hang
) -> None:
    # All of it would take more than a minute.
    model_server.say(ScriptedReply("x" * 2_000))
    model_server.fail(CHAT, fault, forever=True)
    asked = model(model_server, capacity=Capacity(8, 0.2), policy=Policy(attempts=1))

    with pytest.raises(ModelError, match=r"did not answer within 0\.2 seconds"):
        asked.complete(PROMPT)


@faults("LL5")
def test_after_the_deadline_nothing_is_sent(model: Connect, model_server: LoopbackModel) -> None:
    with pytest.raises(ModelError, match="no time left"):
        model(model_server, seconds=0).complete(PROMPT)

    assert model_server.requests == []


@faults("LL6")
@pytest.mark.parametrize(
    "response",
    [
        error(400, "Too long.", name="context_length_exceeded", parameter="messages"),
        error(400, "This model's maximum context length is 8192 tokens; reduce max_tokens."),
        error(413, "Payload too large"),
        error(429, "Request too large for gpt on tokens per min (TPM)", name="rate_limit_exceeded"),
        Response(413, b"<html>nginx</html>", "text/html"),
        as_json(400, {"object": "error", "message": "the prompt is too long", "code": 400}),
    ],
)
def test_a_prompt_that_is_too_long_is_named_so(
    model: Connect, model_server: LoopbackModel, response: Response
) -> None:
    model_server.fail(CHAT, Instead(response))

    with pytest.raises(ContextTooLongError):
        model(model_server, options=Options(max_output_tokens=100)).complete(PROMPT)

    assert len(model_server.requests) == 1


def refuse_if(
    refuses: Callable[[dict[str, object]], bool], response: Response
) -> Callable[[LoopbackModel], LoopbackModel]:
    """Make a server that refuses some requests for good."""

    def refusing_server(server: LoopbackModel) -> LoopbackModel:
        answer = server.respond
        server.respond = lambda request: (  # type: ignore[method-assign]
            response if refuses(request.json_object()) else answer(request)
        )
        return server

    return refusing_server


@faults("LL7")
@pytest.mark.parametrize(
    ("parameter", "response"),
    [
        (
            "response_format",
            error(
                400,
                "Invalid parameter: 'response_format' of type 'json_schema' is not supported.",
                parameter="response_format",
            ),
        ),
        ("response_format", error(400, "This model does not support structured outputs.")),
        ("response_format", as_json(422, {"detail": [{"loc": ["body", "response_format"]}]})),
        (
            "temperature",
            error(400, "Only 1 is supported.", name="unsupported_value", parameter="temperature"),
        ),
        ("temperature", as_json(400, {"error": "temperature is not supported"})),
        ("temperature", as_json(400, [{"error": {"code": 400, "message": "no temperature"}}])),
    ],
)
def test_a_refused_parameter_is_left_out_once_and_for_all(
    model: Connect, other_server: LoopbackModel, parameter: str, response: Response
) -> None:
    server = refuse_if(lambda body: parameter in body, response)(other_server)
    asked = model(server, options=Options(0.5))

    asked.complete(PROMPT)
    asked.complete(PROMPT)

    assert [parameter in body for body in server.bodies] == [True, False, False]
    assert {"response_format", "temperature"} - {parameter} <= set(server.bodies[-1])


@faults("LL7")
def test_a_token_limit_is_tried_by_its_older_name_before_it_is_left_out(
    model: Connect,
    other_server: LoopbackModel,
) -> None:
    other_server.fail(
        CHAT,
        Instead(error(400, "Unrecognized request argument supplied: max_completion_tokens")),
        Instead(error(400, "Unsupported parameter: 'max_tokens'.", parameter="max_tokens")),
    )
    asked = model(other_server, options=Options(max_output_tokens=50))

    asked.complete(PROMPT)

    sent = [{k: v for k, v in body.items() if k.startswith("max")} for body in other_server.bodies]
    assert sent == [{"max_completion_tokens": 50}, {"max_tokens": 50}, {}]


@faults("LL7")
def test_threads_learn_from_each_other(model: Connect, other_server: LoopbackModel) -> None:
    refusal = error(400, "No response_format here.")
    server = refuse_if(lambda body: "response_format" in body, refusal)(other_server)
    asked = model(server)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(asked.complete, [PROMPT] * 16))

    assert len(replies) == 16
    refused = [body for body in server.bodies if "response_format" in body]
    assert len(server.bodies) == 16 + len(refused)
    assert len(refused) <= 8


def test_a_refusal_of_something_else_is_an_error(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(CHAT, Instead(error(400, "Your request was rejected by the safety system.")))

    with pytest.raises(ModelError, match=r"refused the request \(400\): Your request was"):
        model(model_server).complete(PROMPT)

    assert len(model_server.requests) == 1


@faults("LL8")
@pytest.mark.parametrize(
    ("response", "named"),
    [
        (Response(200, b"<html>Log in</html>", "text/html; charset=utf-8"), "text/html"),
        (Response(200, b"", "text/event-stream"), "text/event-stream"),
        (Response(200), "no completion"),
        (Response(200, b'{"choices": [{"mess'), "no completion"),
        (Response(200, b'{"title": "x"}', "application/problem+json"), "no completion"),
        (Response(200, b"\xff\xfe{}"), "no completion"),
        (as_json(200, []), "no completion"),
        (as_json(200, "All good!"), "no completion"),
        (Response(200, b"[" * 100_000), "no completion"),
    ],
)
def test_a_body_that_is_no_completion_is_named_so(
    model: Connect, model_server: LoopbackModel, response: Response, named: str
) -> None:
    model_server.fail(CHAT, Instead(response))

    with pytest.raises(ReplyError, match=named):
        model(model_server).complete(PROMPT)


@faults("LL9")
@pytest.mark.parametrize(
    ("choices", "named"),
    [
        (None, "choices"),
        ([], "choices"),
        ("none", "choices"),
        ([None], r"choices\.0"),
        ([{"index": 0, "finish_reason": "stop"}], r"choices\.0\.message"),
        ([{"message": {"content": {"text": "a"}}}], r"choices\.0\.message\.content"),
        ([{"message": {"content": [{"type": "thinking", "thinking": "a"}]}}], "has no text"),
        ([{"message": {"content": None, "reasoning_content": "{}"}}], "no text but its thinking"),
        ([{"message": {"content": 7}}], r"choices\.0\.message\.content"),
        ([{"message": {"content": None}}], "has no text"),
        ([{"message": {"content": " \n"}}], "has no text"),
        ([{"message": {"content": ""}, "finish_reason": "length"}], "length limit"),
        ([{"message": {"content": None, "refusal": "I\ncan't."}}], "refused to answer: I can't."),
        ([{"message": {"content": "{}"}, "finish_reason": "content_filter"}], "content filter"),
    ],
)
def test_a_completion_without_an_answer_says_what_is_missing(
    model: Connect, model_server: LoopbackModel, choices: object, named: str
) -> None:
    model_server.fail(CHAT, Instead(as_json(200, completion("{}") | {"choices": choices})))

    with pytest.raises(ReplyError, match=named):
        model(model_server).complete(PROMPT)


PARTS = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
    {"type": "text", "text": '{"find'},
    {"type": "output_text", "text": 'ings": '},
    {"type": "image_url"},
    "[]}",
    5,
]


@faults("RF5")
def test_a_content_of_parts_is_joined(model: Connect, model_server: LoopbackModel) -> None:
    said = completion("{}") | {"choices": [{"message": {"content": PARTS}}]}
    model_server.fail(CHAT, Instead(as_json(200, said)))

    assert model(model_server).complete(PROMPT).text == '{"findings": []}'


@faults("RF4")
@pytest.mark.parametrize("arguments", ['{"path": "a"}', {"path": "a"}])
def test_a_call_is_read_without_an_id_and_with_an_object(
    model: Connect, model_server: LoopbackModel, arguments: object
) -> None:
    call = {"function": {"name": "read_file", "arguments": arguments}}
    said = completion("{}") | {"choices": [{"message": {"content": None, "tool_calls": [call]}}]}
    model_server.fail(CHAT, Instead(as_json(200, said)))

    (read,) = model(model_server).complete(PROMPT).calls
    assert (read.name, read.arguments) == ("read_file", '{"path": "a"}')


def in_success(error: object, **members: object) -> Instead:
    """Answer with status 200, and with an error in place of the choices."""
    return Instead(as_json(200, {"id": "1", "choices": None, "error": error} | members))


def broken_off(error: object = None) -> Instead:
    choice = {"finish_reason": "error", "error": error, "message": {"content": "{"}}
    return Instead(as_json(200, completion("{}") | {"choices": [choice]}))


PASSING = {
    "OpenRouter's code": in_success({"code": 429, "message": "Try again in 3s."}),
    "a code as text": in_success({"code": "502", "message": "Bad gateway"}),
    "Google's word": in_success({"code": "x", "status": "RESOURCE_EXHAUSTED", "message": "m"}),
    "OpenAI's word": in_success({"type": "server_error", "message": "Oops", "code": None}),
    "only words": in_success({"message": "overloaded"}),
    "only a text": in_success("overloaded"),
    "no choices": in_success({"code": 503}, choices=[]),
    "a choice that broke off": broken_off({"code": 502, "message": "Provider disconnected"}),
    "a choice without a reason": broken_off(),
    "an error without an object around it": Instead(
        as_json(200, {"code": 429, "message": "Too many requests"})
    ),
    "vLLM's object": Instead(as_json(200, {"object": "error", "message": "m", "code": 500})),
}


@faults("RF5")
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_passing_error_in_a_response_of_status_200_is_waited_for(
    model: Connect, model_server: LoopbackModel, fault: Instead
) -> None:
    model_server.fail(CHAT, fault)
    clock = Clock()

    assert model(model_server, clock=clock).complete(PROMPT).text

    assert len(model_server.requests) == 2
    assert clock.now == pytest.approx(3 if fault is PASSING["OpenRouter's code"] else 1)


@faults("RF5")
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 401, "message": f"No key {KEY}"}, ModelRefusedError),
        ({"code": 402, "message": "Credits"}, ModelRefusedError),
        ({"code": "insufficient_quota", "message": "Quota"}, ModelRefusedError),
        ({"code": 404, "message": "No such model"}, ModelNotFoundError),
        ({"code": 400, "message": "maximum context length is 8192"}, ContextTooLongError),
        ({"message": "maximum context length is 8192"}, ContextTooLongError),
        ({"code": "json_validate_failed", "message": "Failed to generate JSON."}, ReplyError),
    ],
)
def test_a_lasting_error_in_a_response_of_status_200_is_what_it_says(
    model: Connect, model_server: LoopbackModel, error: object, kind: type[ModelError]
) -> None:
    model_server.fail(CHAT, in_success(error))

    with pytest.raises(kind) as caught:
        model(model_server).complete(PROMPT)

    assert len(model_server.sent(CHAT)) == 1
    assert KEY not in str(caught.value)


@faults("RF5")
def test_a_parameter_that_a_response_of_status_200_refuses_is_left_out(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(CHAT, in_success({"code": 400, "message": "no response_format"}))

    assert model(model_server).complete(PROMPT).text

    assert ["response_format" in body for body in model_server.bodies] == [True, False]


@faults("RF5")
@pytest.mark.parametrize("error", [None, {}, "", {"code": 1}])
def test_a_completion_with_an_empty_error_beside_it_is_a_completion(
    model: Connect, model_server: LoopbackModel, error: object
) -> None:
    model_server.fail(CHAT, Instead(as_json(200, completion("Fine.") | {"error": error})))

    assert model(model_server).complete(PROMPT).text == "Fine."


@faults("RF5")
def test_a_reply_that_the_server_found_invalid_is_not_the_request_s_mistake(
    model: Connect, model_server: LoopbackModel
) -> None:
    said = "Failed to validate JSON against the json_schema in response_format."
    model_server.fail(CHAT, Instead(error(400, said, name="json_validate_failed")))

    with pytest.raises(ReplyError, match="does not follow the schema"):
        model(model_server).complete(PROMPT)

    assert len(model_server.requests) == 1


@faults("LL10")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_prompt_does_not_follow_a_redirect(
    model: Connect, model_server: LoopbackModel, other_server: LoopbackModel, status: int
) -> None:
    model_server.fail(CHAT, redirect(other_server.base_url, code=status))

    with pytest.raises(ModelRefusedError, match="redirects") as caught:
        model(model_server).complete(PROMPT)

    assert other_server.url in caught.value.what
    assert (len(model_server.requests), other_server.requests) == (1, [])


@faults("LL12")
@pytest.mark.parametrize(
    "usage",
    [
        None,
        "many",
        [],
        {},
        {"prompt_tokens": 5},
        {"prompt_tokens": -1, "completion_tokens": 1},
        {"prompt_tokens": 0, "completion_tokens": 0},
        {"prompt_tokens": True, "completion_tokens": True},
        {"prompt_tokens": "5", "completion_tokens": "5"},
        {"prompt_tokens": 1.5, "completion_tokens": 1},
        {"prompt_tokens": 100_000_001, "completion_tokens": 1},
        {"prompt_tokens": 5, "completion_tokens": 10**30},
    ],
)
def test_a_missing_or_absurd_usage_is_none(
    model: Connect, model_server: LoopbackModel, usage: object
) -> None:
    model_server.fail(CHAT, Instead(as_json(200, completion("{}") | {"usage": usage})))

    assert model(model_server).complete(PROMPT).usage is None


@faults("LL14")
def test_an_error_that_repeats_key_and_prompt_is_masked_and_cut(
    model: Connect, model_server: LoopbackModel, caplog: pytest.LogCaptureFixture
) -> None:
    def echo_of_secrets(response: object) -> object:
        return f"Bearer {KEY}\r\n::error::\x1b[31m {KEY[:5]}{KEY} {PROMPT.messages[1].text * 500}"

    model_server.fail(CHAT, edited(echo_of_secrets))
    shouted = str(echo_of_secrets(None))
    model_server.fail(CHAT, Instead(error(500, shouted)), Instead(error(400, shouted)))
    asked = model(model_server)

    with pytest.raises(ReplyError) as strange:
        asked.complete(PROMPT)
    with pytest.raises(ModelError) as refused:
        asked.complete(PROMPT)

    shown = [str(strange.value), str(refused.value), *(row.getMessage() for row in caplog.records)]
    assert len(shown) == 3
    for text in shown:
        assert KEY not in text
        assert len(text) < 400
        assert text.isprintable()


@faults("LL14")
def test_no_exception_in_the_chain_holds_the_key(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(CHAT, Instead(error(401, f"No such key: {KEY}")))

    with pytest.raises(ModelRefusedError) as caught:
        model(model_server).complete(PROMPT)

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_name_that_the_server_gives_the_model_is_kept_short(
    model: Connect, model_server: LoopbackModel
) -> None:
    body = completion("{}", model="gpt\n" * 500)
    model_server.fail(
        CHAT, Instead(as_json(200, body)), Instead(as_json(200, {**body, "model": 5}))
    )
    asked = model(model_server)

    assert len(asked.complete(PROMPT).model) <= 100
    assert asked.complete(PROMPT).model == MODEL


def test_the_scripted_server_lists_its_models(model_server: LoopbackModel) -> None:
    request = urllib.request.Request(
        f"{model_server.base_url}/models", headers={"Authorization": f"Bearer {KEY}"}
    )
    with urllib.request.urlopen(request) as response:
        assert [row["id"] for row in json.load(response)["data"]] == [MODEL]
