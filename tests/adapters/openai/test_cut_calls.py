"""Calls of tools that a reply's length limit has cut: servers refuse them in later requests."""

import json

import pytest

from reviewer.llm.ask import run_tool_loop
from reviewer.prompt import ToolCall
from tests.adapters.openai.connect import Connect
from tests.adapters.openai.test_responses import WITH_TOOLS
from tests.loopback.model import LoopbackModel, ScriptedReply

PATH = '{"path": "app.py"}'


@pytest.mark.parametrize("responses", [False, True], ids=["chat", "responses"])
@pytest.mark.parametrize(
    ("written", "sent"),
    [('{"pa', "{}"), ("", "{}"), ("[1]", "{}"), ("[" * 100_000, "{}"), (PATH, PATH)],
    ids=["cut", "none", "a list", "deep", "whole"],
)
def test_arguments_that_are_no_object_go_back_as_an_empty_one(
    model: Connect, model_server: LoopbackModel, *, written: str, sent: str, responses: bool
) -> None:
    call = ("read_file", written)
    model_server.say(ScriptedReply(None, calls=(call,), finish_reason="length"), "{}")
    seen: list[ToolCall] = []

    def refuse(asked: ToolCall) -> str:
        seen.append(asked)
        return "Refused."

    asked = model(model_server, responses=responses)
    assert run_tool_loop(WITH_TOOLS, asked.complete, refuse).text == "{}"

    # The tool sees what the model wrote, and says what is wrong with it.
    assert [each.arguments for each in seen] == [written]
    again = json.dumps(model_server.bodies[-1])
    assert f'"arguments": {json.dumps(sent)}' in again
