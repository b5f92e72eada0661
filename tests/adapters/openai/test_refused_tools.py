"""Servers and models that take no tools are asked without them."""

from dataclasses import replace

import pytest

from reviewer.adapters.openai.wire import Options
from reviewer.errors import ModelError, ModelNotFoundError
from reviewer.llm.ask import run_tool_loop
from reviewer.llm.tools import OFFERED
from reviewer.prompt import Message, ToolCall
from tests.adapters.openai.connect import PROMPT, STATED, Clock, Connect
from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.messages import Response, as_json
from tests.loopback.model import LoopbackModel, ScriptedReply, completion, error

CHAT = "POST /v1/chat/completions"
WITH_TOOLS = replace(PROMPT, tools=OFFERED)
READ = ("read_file", '{"path": "app.py"}')
NO_TOOL = "Tools cannot be called after all. Reply with what you see here."


def vllm(message: str) -> Response:
    body = {"object": "error", "message": message, "type": "BadRequestError", "param": None}
    return as_json(400, {**body, "code": 400})


# What servers are known to say; reviewer/adapters/openai/errors/refusal_texts.py says where.
REFUSALS = {
    "vllm": vllm(
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    ),
    "llama.cpp": error(500, "tools param requires --jinja flag", kind="server_error"),
    "old llama.cpp": error(500, "Unsupported param: tools", kind="server_error"),
    "ollama": error(400, "registry.ollama.ai/library/gemma3:4b does not support tools"),
    "openrouter": as_json(
        404, {"error": {"message": "No endpoints found that support tool use.", "code": 404}}
    ),
    "litellm": error(
        400,
        "litellm.UnsupportedParamsError: together_ai does not support parameters: {'tools': "
        "[{'type': 'function'}]}, for model=m.",
    ),
    "litellm names": error(400, "ollama does not support parameters: ['tools'], for model=m."),
    "groq": error(400, "`tool calling` is not supported with this model"),
    "bedrock": error(400, "An error occurred: This model doesn't support tool use."),
    "gemini": as_json(
        400,
        [
            {
                "error": {
                    "code": 400,
                    "message": "Function calling is not enabled for models/gemma-3-12b-it",
                    "status": "INVALID_ARGUMENT",
                }
            }
        ],
    ),
    "openai": error(
        400,
        "Function tools with reasoning_effort are not supported for gpt-5.6-terra in "
        "/v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort "
        "to 'none'.",
        parameter="reasoning_effort",
    ),
    "azure": error(400, "Unrecognized request argument supplied: tools"),
    "another": as_json(422, {"detail": [{"loc": ["body", "tools"], "msg": "Extra inputs"}]}),
}


def refusing(server: LoopbackModel, response: Response) -> LoopbackModel:
    """Let a server refuse every request with tools."""
    answer = server.respond
    server.respond = lambda request: (  # type: ignore[method-assign]
        response if "tools" in request.json_object() else answer(request)
    )
    return server


@faults("LL17")
@pytest.mark.parametrize("response", REFUSALS.values(), ids=REFUSALS)
def test_a_server_without_tools_is_asked_without_them_from_then_on(
    model: Connect, other_server: LoopbackModel, response: Response
) -> None:
    clock = Clock()
    server = refusing(other_server, response)
    asked = model(server, clock=clock, options=Options(reasoning_effort="high"))

    replies = [asked.complete(WITH_TOOLS), asked.complete(WITH_TOOLS)]

    assert ["tools" in body for body in server.bodies] == [True, False, False]
    assert all(reply.text and reply.tools_refusal for reply in replies)
    # Nothing else is left out, and nothing is waited for.
    assert {"response_format", "reasoning_effort"} <= set(server.bodies[-1])
    assert clock.naps == []


@faults("LL17")
def test_the_prompt_of_a_model_without_tools_says_so(
    model: Connect, other_server: LoopbackModel
) -> None:
    model(refusing(other_server, REFUSALS["vllm"])).complete(WITH_TOOLS)

    assert other_server.bodies[-1]["messages"] == [
        {"role": "system", "content": f"Be right or quiet.\n\n{NO_TOOL}"},
        {"role": "user", "content": STATED},
    ]


@faults("LL17")
def test_tools_that_are_refused_later_leave_their_results_as_text(
    model: Connect, other_server: LoopbackModel
) -> None:
    other_server.say(ScriptedReply(None, calls=(READ, READ)), "{}")
    refused = error(404, "No endpoints found that support the provided 'tool_choice' value.")
    answer = other_server.respond
    other_server.respond = lambda request: (  # type: ignore[method-assign]
        refused if "tool_choice" in request.json_object() else answer(request)
    )
    asked = model(other_server)

    first = asked.complete(WITH_TOOLS)
    results = [Message("tool", f"result {n}", call_id=f"call_{n}") for n in range(2)]
    turn = Message("assistant", first.text, calls=first.calls, items=first.items)
    closing = replace(WITH_TOOLS, messages=(*PROMPT.messages, turn, *results), closing=True)
    reply = asked.complete(closing)

    assert reply.text == "{}"
    assert other_server.bodies[-1]["messages"][2:] == [
        {"role": "assistant", "content": "(I called tools.)"},
        {
            "role": "user",
            "content": "The result of a tool call:\nresult 0\n\n"
            "The result of a tool call:\nresult 1",
        },
    ]


def test_a_prompt_that_offers_no_tools_says_nothing_of_them(
    model: Connect, other_server: LoopbackModel
) -> None:
    asked = model(refusing(other_server, REFUSALS["ollama"]))
    asked.complete(WITH_TOOLS)

    assert asked.complete(PROMPT).tools_refusal == ""
    assert other_server.bodies[-1]["messages"][0]["content"] == "Be right or quiet."


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (error(404, "The model does not exist.", name="model_not_found"), ModelNotFoundError),
        (error(500, "The tools team is looking into it."), ModelError),
    ],
)
def test_other_errors_with_the_same_status_are_what_they_were(
    model: Connect, model_server: LoopbackModel, response: Response, kind: type[ModelError]
) -> None:
    model_server.fail(CHAT, Instead(response), forever=True)

    with pytest.raises(ModelError) as caught:
        model(model_server).complete(WITH_TOOLS)

    assert type(caught.value) is kind


def test_a_limit_of_requests_is_waited_for_whatever_it_says(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.fail(CHAT, Instead(error(429, "This tier does not support tools now.")))

    assert model(model_server).complete(WITH_TOOLS).tools_refusal == ""


@faults("LL7")
@pytest.mark.parametrize(
    "response",
    [
        error(400, "Unsupported parameter.", parameter="reasoning_effort"),
        error(400, "Unrecognized request argument supplied: reasoning_effort"),
        error(400, 'think value "high" is not supported for this model', kind="api_error"),
    ],
)
def test_a_server_that_refuses_the_reasoning_effort_is_asked_without_it(
    model: Connect, other_server: LoopbackModel, response: Response
) -> None:
    other_server.fail(CHAT, Instead(response))
    asked = model(other_server, options=Options(reasoning_effort="high"))

    replies = [asked.complete(WITH_TOOLS), asked.complete(WITH_TOOLS)]

    efforts = [body.get("reasoning_effort") for body in other_server.bodies]
    assert efforts == ["high", None, None]
    assert all("tools" in body for body in other_server.bodies)
    assert [reply.tools_refusal for reply in replies] == ["", ""]


@faults("LL15")
@pytest.mark.parametrize(
    ("members", "extra"),
    [
        ({"reasoning_content": "I need the file."}, {}),
        ({"reasoning_content": ""}, {}),
        ({"reasoning_details": [{"type": "reasoning.encrypted", "data": "sealed"}]}, {}),
        ({}, {"extra_content": {"google": {"thought_signature": "sealed"}}}),
    ],
)
def test_what_a_chat_needs_again_goes_back_with_the_results_of_calls(
    model: Connect,
    other_server: LoopbackModel,
    members: dict[str, object],
    extra: dict[str, object],
) -> None:
    # OpenAI's description knows none of these.
    other_server.checked = False
    body = completion(ScriptedReply("I look.", calls=(READ,)))
    message = body["choices"][0]["message"]
    message.update(members)
    message["tool_calls"][0].update(extra)
    other_server.fail(CHAT, Instead(as_json(200, body)))
    asked = model(other_server)

    run_tool_loop(WITH_TOOLS, asked.complete, lambda call: call.id)

    function = {"name": "read_file", "arguments": READ[1]}
    assert other_server.bodies[-1]["messages"][2:] == [
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [{"id": "call_0", "type": "function", "function": function, **extra}],
            **members,
        },
        {"role": "tool", "content": "call_0", "tool_call_id": "call_0"},
    ]


def test_a_chat_that_needs_nothing_again_gets_what_the_description_knows(
    model: Connect, model_server: LoopbackModel
) -> None:
    model_server.say(ScriptedReply("I look.", calls=(READ,)))
    asked = model(model_server)

    reply = asked.complete(WITH_TOOLS)

    assert (reply.items, reply.calls) == ((), (ToolCall("call_0", *READ),))
