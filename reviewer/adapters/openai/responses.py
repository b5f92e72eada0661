"""The Responses API as JSON: items and tools out, responses in.

Nothing is kept at the provider (`store: false`). So the model's reasoning comes encrypted, and goes
back with the results of its tool calls: https://platform.openai.com/docs/guides/reasoning.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal

from httpx2 import Response
from pydantic import Field, ValidationError

from reviewer.adapters.openai import prompt_cache, usages, wire
from reviewer.adapters.openai.errors import error_bodies, refusal_texts
from reviewer.adapters.openai.wire import CallId, Dialect, Options, ServerObject
from reviewer.errors import ReplyError
from reviewer.prompt import Message, Prompt, Reply, Tool, ToolCall

PATH = "/responses"
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "text": ("text.format", *refusal_texts.SCHEMA),
    "tools": refusal_texts.TOOLS,
    "tool_choice": ("tool_choice",),
    # A model without reasoning: "Encrypted content is not supported with this model."
    "include": ("'include'", "encrypted content", "encrypted_content"),
    "reasoning": refusal_texts.EFFORT,
    "temperature": ("temperature",),
    "max_output_tokens": ("max_output_tokens",),
    **prompt_cache.OPTIONAL,
}
"""The parameters that a request can do without, and what servers that refuse one call it.

`store` is none of them: a server that does not take it could keep what it is sent.
"""
_MOST_ITEMS = 1_000
_FINISHED = frozenset({"completed", "incomplete", None})
# The reasons of an incomplete response, as Chat Completions calls them.
_ENDINGS = {"max_output_tokens": "length", "content_filter": "content_filter"}


def request(prompt: Prompt, model: str, options: Options, dialect: Dialect) -> dict[str, object]:
    """Return the JSON of a request."""
    prompt = prompt_cache.phrase(prompt, options, shows_schema="text" not in dialect.refused)
    marks = prompt_cache.takes_marks(model, options, dialect)
    shape = {"name": prompt.schema_name, "schema": prompt.schema, "strict": True}
    effort = options.reasoning_effort
    return dialect.select(
        {
            "model": model,
            "input": [item for message in prompt.messages for item in _items(message, marks=marks)],
            "store": False,
            # Reasoning is needed again only after a tool call.
            "include": ["reasoning.encrypted_content"] if prompt.tools else None,
            "tools": [_tool(each) for each in prompt.tools] or None,
            "tool_choice": "none" if prompt.tools and prompt.closing else None,
            "text": {"format": {"type": "json_schema", **shape}},
            "reasoning": {"effort": effort} if effort else None,
            "temperature": options.temperature,
            "max_output_tokens": options.max_output_tokens,
            **prompt_cache.parameters(prompt, model, options, dialect),
        }
    )


def _items(message: Message, *, marks: bool) -> Sequence[Mapping[str, object]]:
    if message.items:
        return message.items
    if message.call_id:
        result = {"call_id": message.call_id, "output": message.text}
        return ({"type": "function_call_output", **result},)
    calls = [
        {
            "type": "function_call",
            "call_id": call.id,
            "name": call.name,
            "arguments": wire.complete_arguments(call.arguments),
        }
        for call in message.calls
    ]
    text = message.text or not calls
    content = prompt_cache.content(message, "input_text", marks=marks)
    return [{"role": message.role, "content": content}, *calls] if text else calls


def _tool(offered: Tool) -> dict[str, object]:
    # Without `strict: false`, every argument would have to be required.
    return {
        "type": "function",
        "name": offered.name,
        "description": offered.description,
        "parameters": offered.parameters,
        "strict": False,
    }


class _Part(ServerObject):
    type: str
    text: str = ""
    refusal: str = ""


class _Message(ServerObject):
    type: Literal["message"]
    content: list[_Part]
    phase: str | None = None


class _Call(ServerObject):
    type: Literal["function_call"]
    call_id: CallId
    name: str
    arguments: str = ""


class _Details(ServerObject):
    reason: str | None = None


class _Response(ServerObject):
    model: object = None
    status: str | None = None
    incomplete_details: _Details | None = None
    output: Annotated[list[dict[str, Any]], Field(max_length=_MOST_ITEMS)]
    usage: object = None


def find_error(response: Response) -> dict[str, object] | None:
    """Return the error that a response of status 200 reports, else None.

    https://platform.openai.com/docs/api-reference/responses/object lists the codes. Those that the
    table of usual words lacks are about the request, which is refused each time.
    """
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return None
    match body:
        case {"error": dict() as found} if found:
            named = error_bodies.read_status(found) != HTTPStatus.OK
            return found if named else {**found, "status": HTTPStatus.BAD_REQUEST}
        case {"error": str(found)} if found:
            return {"message": found}
    return None


def parse(response: Response, model: str) -> Reply:
    """Read a response; `model` is the model's name where the server gives none.

    Raises ReplyError for a body that is no response, for a refusal, and for a response with neither
    text nor tool calls.
    """
    try:
        body = _Response.model_validate_json(response.content)
        messages = [_Message.model_validate(each) for each in _of_type(body.output, "message")]
        calls = [_Call.model_validate(each) for each in _of_type(body.output, "function_call")]
    except ValidationError as error:
        raise wire.unusable_error(response, error) from None
    usage = usages.parse(body.usage)
    tokens = usages.count(usage)
    if body.status not in _FINISHED:
        raise ReplyError(
            f"The model server did not finish its response: it is {body.status}.",
            cause="It answered before the model had replied.",
            remedy="Set `api: chat`, or tell those who run the server.",
            tokens=tokens,
        )
    parts = [part for message in _select_answers(messages) for part in message.content]
    text = "".join(part.text for part in parts if part.type == "output_text")
    refusal = "".join(part.refusal for part in parts if part.type == "refusal")
    ending = _ENDINGS.get(body.incomplete_details.reason or "") if body.incomplete_details else None
    if not calls and (reason := wire.explain_missing(text, refusal, ending)):
        raise wire.missing_error(reason, refusal, ending, tokens)
    return Reply(
        text=text,
        model=wire.clean_name(body.model) or model,
        truncated=body.status == "incomplete",
        usage=usage,
        calls=tuple(ToolCall(call.call_id, call.name, call.arguments) for call in calls),
        items=_collect_items(body.output) if calls else (),
    )


def _of_type(output: Sequence[Mapping[str, object]], kind: str) -> list[Mapping[str, object]]:
    return [item for item in output if item.get("type") == kind]


def _select_answers(messages: Sequence[_Message]) -> Sequence[_Message]:
    """Return the messages that are the answer; a comment on the way to it is none."""
    return [each for each in messages if each.phase != "commentary"] or messages


def _collect_items(output: Sequence[Mapping[str, object]]) -> tuple[Mapping[str, object], ...]:
    """Return what has to go back with the results of tool calls: all items, as they came.

    None if the reasoning is not in them: the server does not find it by its id, and refuses the
    items that refer to it (https://github.com/vercel/ai/issues/7543).
    """
    reasoning = _of_type(output, "reasoning")
    if not all(item.get("encrypted_content") for item in reasoning):
        return ()
    return tuple(map(_send_back, output))


def _send_back(item: Mapping[str, object]) -> Mapping[str, object]:
    # The server writes null for what it leaves out, and refuses it in some places.
    sent = {name: value for name, value in item.items() if value is not None}
    arguments = sent.get("arguments")
    if sent.get("type") == "function_call" and isinstance(arguments, str):
        sent["arguments"] = wire.complete_arguments(arguments)
    return sent
