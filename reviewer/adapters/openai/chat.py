"""Chat Completions as JSON: messages and tools out, completions in.

`responses` has the same functions for the Responses API.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from httpx2 import Response
from pydantic import Field, ValidationError

from reviewer.adapters.openai import prompt_cache, usages, wire
from reviewer.adapters.openai.errors import error_bodies, refusal_texts
from reviewer.adapters.openai.wire import CallId, Dialect, Options, ServerObject
from reviewer.prompt import Message, Prompt, Reply, Tool, ToolCall

MOST_CALLS = 100
PATH = "/chat/completions"
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "response_format": refusal_texts.SCHEMA,
    "tools": refusal_texts.TOOLS,
    "tool_choice": ("tool_choice",),
    "reasoning_effort": refusal_texts.EFFORT,
    "temperature": ("temperature",),
    "max_completion_tokens": ("max_completion_tokens",),
    "max_tokens": ("max_tokens",),
    **prompt_cache.OPTIONAL,
}
"""The parameters that a request can do without, and what servers that refuse one call it."""


def request(prompt: Prompt, model: str, options: Options, dialect: Dialect) -> dict[str, object]:
    """Return the JSON of a request."""
    shows_schema = "response_format" not in dialect.refused
    prompt = prompt_cache.phrase(prompt, options, shows_schema=shows_schema)
    marks = prompt_cache.takes_marks(model, options, dialect)
    shape = {"name": prompt.schema_name, "schema": prompt.schema, "strict": True}
    return dialect.select(
        {
            "model": model,
            "messages": [_message(each, marks=marks) for each in prompt.messages],
            "tools": [_tool(each) for each in prompt.tools] or None,
            "tool_choice": "none" if prompt.tools and prompt.closing else None,
            "response_format": {"type": "json_schema", "json_schema": shape},
            "reasoning_effort": options.reasoning_effort,
            "temperature": options.temperature,
            dialect.limit: options.max_output_tokens,
            **prompt_cache.parameters(prompt, model, options, dialect),
        }
    )


def _message(sent: Message, *, marks: bool) -> dict[str, object]:
    content = prompt_cache.content(sent, "text", marks=marks)
    written: dict[str, object] = {"role": sent.role, "content": content}
    if sent.calls:
        written["tool_calls"] = [_call(each) for each in sent.calls]
    if sent.call_id:
        written["tool_call_id"] = sent.call_id
    for members in sent.items:
        written.update(members)
    return written


def _tool(offered: Tool) -> dict[str, object]:
    function = {
        "name": offered.name,
        "description": offered.description,
        "parameters": offered.parameters,
    }
    return {"type": "function", "function": function}


def _call(call: ToolCall) -> dict[str, object]:
    function = {"name": call.name, "arguments": wire.complete_arguments(call.arguments)}
    return {"id": call.id, "type": "function", "function": function}


class _Function(ServerObject):
    name: str
    # Ollama and others write the object itself instead of its text.
    arguments: str | dict[str, object] = ""


class _Call(ServerObject):
    id: CallId = ""
    function: _Function
    extra_content: object = None


class _Message(ServerObject):
    content: str | list[object] | None = None
    refusal: str | None = None
    tool_calls: Annotated[list[_Call], Field(max_length=MOST_CALLS)] | None = None
    # What DeepSeek and vLLM, or OpenRouter and Ollama, call a model's thinking.
    reasoning_content: object = None
    reasoning: object = None
    reasoning_details: object = None


class _Choice(ServerObject):
    finish_reason: str | None = None
    message: _Message


class _Completion(ServerObject):
    model: object = None
    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: object = None


def parse(response: Response, model: str) -> Reply:
    """Read a completion; `model` is the model's name where the server gives none.

    Raises ReplyError for a body that is no completion, for a refusal, and for a completion with
    neither text nor tool calls.
    """
    try:
        completion = _Completion.model_validate_json(response.content)
    except ValidationError as error:
        raise wire.unusable_error(response, error) from None
    choice, usage = completion.choices[0], usages.parse(completion.usage)
    text = _join_parts(choice.message.content or "")
    calls = tuple(map(_read_call, choice.message.tool_calls or ()))
    refusal, ending = choice.message.refusal or "", choice.finish_reason
    thought = bool(choice.message.reasoning_content or choice.message.reasoning)
    if not calls and (reason := wire.explain_missing(text, refusal, ending, thought=thought)):
        raise wire.missing_error(reason, refusal, ending, usages.count(usage))
    return Reply(
        text=text,
        model=wire.clean_name(completion.model) or model,
        truncated=ending == "length",
        usage=usage,
        calls=calls,
        items=_collect_items(choice.message),
    )


def _join_parts(content: str | list[object]) -> str:
    """Return the text of a message, without the parts of it that are thinking."""
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for part in content:
        match part:
            case str(text) | {"type": "text" | "output_text", "text": str(text)}:
                texts.append(text)
            case _:
                pass
    return "".join(texts)


def _read_call(call: _Call) -> ToolCall:
    arguments = call.function.arguments
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(call.id, call.function.name, text)


def find_error(response: Response) -> dict[str, object] | None:
    """Return the error that a response of status 200 holds instead of a completion, else None.

    OpenRouter, LiteLLM and others begin such a response before the provider behind them fails:
    https://openrouter.ai/docs/api-reference/errors.
    """
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return None
    match body:
        case {"choices": [{"finish_reason": "error"} as choice, *_]}:
            found = choice.get("error") or body.get("error") or {}
        case {"choices": [_, *_]}:
            return None
        case {"error": dict() | str() as found} if found:
            pass
        case {"object": "error"}:
            found = body
        # Some gateways write the members of an error without an object around them.
        case {"message": str()} if error_bodies.read_status(body) != HTTPStatus.OK:
            found = body
        case _:
            return None
    return found if isinstance(found, dict) else {"message": str(found)}


def _collect_items(message: _Message) -> tuple[dict[str, object], ...]:
    """Return the members that some servers require again, beside the usual ones of a message.

    DeepSeek's is reasoning_content (https://api-docs.deepseek.com/guides/thinking_mode),
    OpenRouter's reasoning_details
    (https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks), Gemini's
    extra_content in calls (https://ai.google.dev/gemini-api/docs/thought-signatures).
    """
    calls = message.tool_calls or []
    found: dict[str, object] = {
        "reasoning_content": message.reasoning_content,
        "reasoning_details": message.reasoning_details,
    }
    if any(call.extra_content for call in calls):
        found["tool_calls"] = [
            _call(_read_call(call))
            | ({"extra_content": call.extra_content} if call.extra_content else {})
            for call in calls
        ]
    members = {name: value for name, value in found.items() if value is not None}
    return (members,) if calls and members else ()
