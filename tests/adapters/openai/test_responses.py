"""The Responses API: requests and replies are checked against OpenAI's description."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reviewer.adapters.openai.wire import Options
from reviewer.errors import (
    ContextTooLongError,
    ModelError,
    ModelNotFoundError,
    ModelRefusedError,
    ReplyError,
)
from reviewer.llm.ask import run_tool_loop
from reviewer.llm.reply_schemas import REVIEW_SCHEMA
from reviewer.llm.tools import OFFERED
from reviewer.prompt import Message, Prompt, Reply, ToolCall, Usage
from tests.adapters.openai.connect import PROMPT, STATED, Clock, Connect
from tests.faults import faults
from tests.loopback.failures import Instead, Reset
from tests.loopback.messages import Response, as_json
from tests.loopback.model import KEY, MODEL, LoopbackModel, ScriptedReply, error, response_body

RESPONSES = "POST /v1/responses"
WITH_TOOLS = replace(PROMPT, tools=OFFERED)
READ = ("read_file", '{"path": "app.py"}')


def changed(**members: object) -> Response:
    return as_json(200, response_body("{}") | members)


def failed(code: str, message: str) -> Response:
    return changed(status="failed", error={"code": code, "message": message}, output=[])


def output(*items: Mapping[str, object]) -> Response:
    return changed(output=list(items))


def text_item(text: str, **members: object) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
    return {**item, "content": [part], **members}


def test_a_prompt_goes_out_as_items_and_the_answer_comes_back(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.say(ScriptedReply("Fine.", usage=(70, 7)))

    reply = model(model_server, responses=True).complete(PROMPT)

    assert (reply.text, reply.model, reply.truncated) == ("Fine.", MODEL, False)
    assert reply.usage == Usage(70, 7)
    (body,) = model_server.bodies
    assert body == {
        "model": MODEL,
        "input": [
            {"role": "system", "content": "Be right or quiet."},
            {"role": "user", "content": STATED},
        ],
        "store": False,
        "text": {
            "format": {
                "type": "json_schema",
                "name": "review",
                "schema": REVIEW_SCHEMA,
                "strict": True,
            }
        },
    }


def test_settings_of_the_workflow_are_sent_in_the_words_of_this_api(
    model: Connect, model_server: LoopbackModel
) -> None:
    model(model_server, responses=True, options=Options(0.0, 500, "xhigh")).complete(PROMPT)

    (body,) = model_server.bodies
    assert (body["temperature"], body["max_output_tokens"]) == (0.0, 500)
    assert body["reasoning"] == {"effort": "xhigh"}


@faults("LL16")
def test_nothing_is_kept_at_the_provider_even_if_it_refuses_to_forget(
    model: Connect, other_server: LoopbackModel
) -> None:
    refusal = error(400, "Unknown parameter: 'store'.", parameter="store")
    other_server.fail(RESPONSES, Instead(refusal), forever=True)

    with pytest.raises(ModelError, match=r"refused the request \(400\): Unknown parameter"):
        model(other_server, responses=True).complete(WITH_TOOLS)

    assert [body["store"] for body in other_server.bodies] == [False]


@faults("LL15")
def test_reasoning_and_ids_go_back_with_the_results_of_tool_calls(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.say(ScriptedReply(None, calls=(READ, READ), reasoning="gAAAAsealed"), "{}")
    asked = model(model_server, responses=True)

    reply = run_tool_loop(WITH_TOOLS, asked.complete, lambda call: f"result of {call.id}")

    first, second = model_server.bodies
    assert reply.text == "{}"
    assert first["include"] == second["include"] == ["reasoning.encrypted_content"]
    assert [tool["strict"] for tool in first["tools"]] == [False, False, False]
    call = {"type": "function_call", "name": "read_file", "arguments": READ[1]}
    assert second["input"][2:] == [
        {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAAAsealed"},
        {"id": "fc_0", "call_id": "call_0", "status": "completed", **call},
        {"id": "fc_1", "call_id": "call_1", "status": "completed", **call},
        {"type": "function_call_output", "call_id": "call_0", "output": "result of call_0"},
        {"type": "function_call_output", "call_id": "call_1", "output": "result of call_1"},
    ]


@faults("LL15")
def test_reasoning_that_cannot_be_read_again_is_not_referred_to(
    model: Connect, other_server: LoopbackModel
) -> None:
    call = {"type": "function_call", "call_id": "call_0", "name": "read_file", "arguments": "{}"}
    other_server.fail(
        RESPONSES,
        Instead(error(400, "Encrypted content is not supported with this model.")),
        Instead(output({"id": "rs_1", "type": "reasoning", "summary": []}, {"id": "fc_0", **call})),
    )
    asked = model(other_server, responses=True)

    run_tool_loop(WITH_TOOLS, asked.complete, lambda _: "result")

    assert ["include" in body for body in other_server.bodies] == [True, False, False]
    assert other_server.bodies[-1]["input"][2:] == [
        call,
        {"type": "function_call_output", "call_id": "call_0", "output": "result"},
    ]


def test_words_beside_a_call_and_members_without_a_value_go_back_as_they_were_meant(
    model: Connect, model_server: LoopbackModel
) -> None:
    call = {"type": "function_call", "call_id": "c", "name": "search", "arguments": "{}"}
    said = text_item("I look.", phase="commentary")
    model_server.fail(RESPONSES, Instead(output(said, {**call, "caller": None})))

    reply = model(model_server, responses=True).complete(WITH_TOOLS)

    assert (reply.text, reply.calls) == ("I look.", (ToolCall("c", "search", "{}"),))
    assert reply.items == (said, call)


def test_without_items_a_turn_of_the_assistant_is_written_from_its_words_and_calls(
    model: Connect, model_server: LoopbackModel
) -> None:
    turn = Message("assistant", "I look.", calls=(ToolCall("c", "search", "{}"),))
    told = Message("tool", "nothing", call_id="c")

    model(model_server, responses=True).complete(
        replace(WITH_TOOLS, messages=(*PROMPT.messages, turn, told), closing=True)
    )

    (body,) = model_server.bodies
    assert body["tool_choice"] == "none"
    assert body["input"][2:] == [
        {"role": "assistant", "content": "I look."},
        {"type": "function_call", "call_id": "c", "name": "search", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "nothing"},
    ]


def test_a_comment_on_the_way_to_the_answer_is_no_part_of_it(
    model: Connect, model_server: LoopbackModel
) -> None:
    said = (text_item("I think.", phase="commentary"), text_item("{}", phase="final_answer"))
    model_server.fail(RESPONSES, Instead(output(*said)))

    assert model(model_server, responses=True).complete(PROMPT).text == "{}"


def test_an_answer_that_reached_its_length_limit_is_marked_truncated(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.say(ScriptedReply('{"findings": [', finish_reason="length"))

    assert model(model_server, responses=True).complete(PROMPT).truncated


@faults("LL9")
@pytest.mark.parametrize(
    ("response", "named"),
    [
        (changed(output=None), "output"),
        (changed(output="none"), "output"),
        (changed(output=[None]), r"output\.0"),
        (changed(output=[]), "has no text"),
        (output(text_item(" \n")), "has no text"),
        (output(text_item("{}", content=["a"])), "content"),
        (output(text_item("{}", content=7)), "content"),
        (output({"type": "function_call", "name": "search"}), "call_id"),
        (output({"type": "web_search_call"}), "has no text"),
        (changed(status="in_progress"), "did not finish its response: it is in_progress"),
        (as_json(200, response_body(ScriptedReply("", finish_reason="length"))), "length limit"),
        (
            as_json(200, response_body(ScriptedReply(None, refusal="I\ncan't."))),
            "refused to answer: I can't.",
        ),
        (
            as_json(200, response_body(ScriptedReply("{}", finish_reason="content_filter"))),
            "content filter",
        ),
        (Response(200, b"<html>Log in</html>", "text/html; charset=utf-8"), "text/html"),
        (Response(200, b'{"output": [{"typ'), "no completion"),
        (Response(200, b'{"status": "failed", "output": [{"typ'), "no completion"),
        (Response(200, b"[" * 100_000), "no completion"),
        (as_json(200, ["failed"]), "no completion"),
    ],
)
def test_a_response_without_an_answer_says_what_is_missing(
    model: Connect, model_server: LoopbackModel, response: Response, named: str
) -> None:
    model_server.fail(RESPONSES, Instead(response))

    with pytest.raises(ReplyError, match=named):
        model(model_server, responses=True).complete(PROMPT)


@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelled"])
def test_a_response_that_is_not_finished_is_no_matter_of_the_model(
    model: Connect, model_server: LoopbackModel, status: str
) -> None:
    model_server.fail(RESPONSES, Instead(changed(status=status)))

    with pytest.raises(ReplyError, match=f"it is {status}") as caught:
        model(model_server, responses=True).complete(PROMPT)

    assert caught.value.remedy == "Set `api: chat`, or tell those who run the server."


@faults("LL12")
@pytest.mark.parametrize(
    "usage",
    [
        None,
        "many",
        {},
        {"input_tokens": 5},
        {"input_tokens": 0, "output_tokens": 0},
        {"input_tokens": "5", "output_tokens": "5"},
        {"input_tokens": 5, "output_tokens": 10**30},
    ],
)
def test_a_missing_or_absurd_usage_is_none(
    model: Connect, model_server: LoopbackModel, usage: object
) -> None:
    model_server.fail(RESPONSES, Instead(changed(usage=usage)))

    assert model(model_server, responses=True).complete(PROMPT).usage is None


@faults("LL2", "LL4")
@pytest.mark.parametrize(
    ("fault", "waited"),
    [
        (Instead(error(429, "Slow down.", headers={"Retry-After": "3"})), 3),
        (Instead(error(503, "Overloaded.")), 1),
        (Instead(failed("server_error", "Oops.")), 1),
        (Instead(failed("rate_limit_exceeded", "Please try again in 7s.")), 7),
        (Reset(), 1),
    ],
)
def test_what_may_pass_by_itself_is_waited_for(
    model: Connect, model_server: LoopbackModel, fault: Instead | Reset, waited: float
) -> None:
    model_server.fail(RESPONSES, fault)
    clock = Clock()

    assert model(model_server, clock=clock, responses=True).complete(PROMPT).text

    assert clock.now == pytest.approx(waited)
    assert len(model_server.requests) == 2


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (error(401, "Incorrect API key.", name="invalid_api_key"), ModelRefusedError),
        (error(429, "Quota.", name="insufficient_quota"), ModelRefusedError),
        (error(404, "No such model.", name="model_not_found"), ModelNotFoundError),
        (
            error(
                400,
                "Your input exceeds the context window of this model.",
                name="context_length_exceeded",
                parameter="input",
            ),
            ContextTooLongError,
        ),
        (failed("invalid_prompt", "Your prompt was flagged."), ModelError),
        (failed("bio_policy", ""), ModelError),
    ],
)
def test_an_error_means_what_it_means_on_the_other_api(
    model: Connect, model_server: LoopbackModel, response: Response, kind: type[ModelError]
) -> None:
    model_server.fail(RESPONSES, Instead(response))

    with pytest.raises(ModelError) as caught:
        model(model_server, responses=True).complete(PROMPT)

    assert type(caught.value) is kind
    assert len(model_server.sent(RESPONSES)) == 1


@faults("LL14")
def test_a_failure_that_repeats_the_key_is_masked(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(RESPONSES, Instead(failed("invalid_prompt", f"Bearer {KEY} sent a prompt.")))

    with pytest.raises(ModelError) as caught:
        model(model_server, responses=True).complete(PROMPT)

    assert KEY not in str(caught.value)


def test_the_error_about_a_key_that_may_not_use_this_api_names_the_other_one(
    model: Connect, model_server: LoopbackModel
) -> None:
    scopes = "You have insufficient permissions. Missing scopes: api.responses.write."
    model_server.fail(
        RESPONSES, Instead(error(401, scopes)), Instead(error(401, "Incorrect API key provided."))
    )
    asked = model(model_server, responses=True)

    for told in (True, False):
        with pytest.raises(ModelRefusedError) as caught:
            asked.complete(PROMPT)
        assert ("`api: chat`" in caught.value.remedy) is told


def test_a_server_without_this_api_is_named_so(model: Connect, other_server: LoopbackModel) -> None:
    other_server.fail(RESPONSES, Instead(Response(404, b"404 page not found", "text/plain")))

    with pytest.raises(ModelNotFoundError) as caught:
        model(other_server, responses=True).complete(PROMPT)

    assert "`api: chat`" in caught.value.remedy
    assert "base-url" in caught.value.remedy


@faults("LL7")
@pytest.mark.parametrize(
    ("parameter", "response"),
    [
        ("text", error(400, "Not with this model.", parameter="text.format")),
        ("text", error(400, "This model does not support structured outputs.")),
        ("temperature", error(400, "Unsupported parameter.", parameter="temperature")),
        ("reasoning", error(400, "Not supported with this model.", parameter="reasoning.effort")),
        ("max_output_tokens", error(400, "Unknown parameter: 'max_output_tokens'.")),
        ("include", error(400, "Encrypted content is not supported.", parameter="include")),
    ],
)
def test_a_refused_parameter_is_left_out_once_and_for_all(
    model: Connect, other_server: LoopbackModel, parameter: str, response: Response
) -> None:
    answer = other_server.respond
    other_server.respond = lambda request: (  # type: ignore[method-assign]
        response if parameter in request.json_object() else answer(request)
    )
    asked = model(other_server, responses=True, options=Options(0.5, 500, "high"))

    replies: list[Reply] = [asked.complete(WITH_TOOLS), asked.complete(WITH_TOOLS)]

    assert [parameter in body for body in other_server.bodies] == [True, False, False]
    optional = {"text", "temperature", "reasoning", "max_output_tokens", "include", "tools"}
    assert optional - {parameter} <= set(other_server.bodies[-1])
    assert [reply.tools_refusal for reply in replies] == ["", ""]


def test_prompts_without_tools_ask_for_no_reasoning(
    model: Connect, model_server: LoopbackModel
) -> None:
    prompt = Prompt("overview", PROMPT.messages, "overview", {"type": "object"})

    model(model_server, responses=True).complete(prompt)

    assert not {"include", "tools", "tool_choice"} & set(model_server.bodies[0])
