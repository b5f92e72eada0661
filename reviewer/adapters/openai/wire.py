"""Chat Completions as JSON: messages and tools out, completions in, parameters refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from httpx2 import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewer.adapters.openai.refusals import Refusal
from reviewer.errors import ReplyError
from reviewer.ports import Message, Reply, Tool, ToolCall, Usage
from reviewer.text import invisible, truncate

# A hundred times the largest context window: such a number is not a count of tokens.
_MOST_TOKENS = 100_000_000
_LONGEST_REFUSAL = 200
_LONGEST_NAME = 100
_LONGEST_ID = 200
_MOST_CALLS = 100
# What servers call a parameter that they refuse, besides its own name.
_NAMES = {
    "response_format": ("response_format", "response_schema", "json_schema", "structured output"),
    "tools": ("tools", "tool use", "function call", "tool call"),
    "tool_choice": ("tool_choice",),
    "temperature": ("temperature",),
    "max_completion_tokens": ("max_completion_tokens",),
    "max_tokens": ("max_tokens",),
}
_LIMITS = ("max_completion_tokens", "max_tokens", "")


def message(sent: Message) -> dict[str, object]:
    """Return the JSON of a message."""
    written: dict[str, object] = {"role": sent.role, "content": sent.text}
    if sent.calls:
        written["tool_calls"] = [_call(each) for each in sent.calls]
    if sent.call_id:
        written["tool_call_id"] = sent.call_id
    return written


def tool(offered: Tool) -> dict[str, object]:
    """Return the JSON of a tool."""
    function = {
        "name": offered.name,
        "description": offered.description,
        "parameters": offered.parameters,
    }
    return {"type": "function", "function": function}


def _call(call: ToolCall) -> dict[str, object]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Function(_Shape):
    name: str
    # Ollama and others write the object itself instead of its text.
    arguments: str | dict[str, object] = ""


class _Call(_Shape):
    id: Annotated[str, Field(max_length=_LONGEST_ID)] = ""
    function: _Function


class _Message(_Shape):
    content: str | list[object] | None = None
    refusal: str | None = None
    tool_calls: Annotated[list[_Call], Field(max_length=_MOST_CALLS)] | None = None
    # What DeepSeek and vLLM, or OpenRouter and Ollama, call a model's thinking.
    reasoning_content: object = None
    reasoning: object = None


class _Choice(_Shape):
    finish_reason: str | None = None
    message: _Message


class _Completion(_Shape):
    model: object = None
    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: object = None


class _Usage(_Shape):
    # A prompt is never empty.
    prompt_tokens: Annotated[int, Field(ge=1, le=_MOST_TOKENS)]
    completion_tokens: Annotated[int, Field(ge=0, le=_MOST_TOKENS)]


def parse(response: Response, model: str) -> Reply:
    """Read a completion; `model` is the model's name where the server gives none.

    Raises ReplyError for a body that is no completion, for a refusal, and for a completion with
    neither text nor tool calls.
    """
    try:
        completion = _Completion.model_validate_json(response.content)
    except ValidationError as error:
        raise _unusable_error(response, error) from None
    choice = completion.choices[0]
    text = _join_parts(choice.message.content or "")
    calls = tuple(map(_read_call, choice.message.tool_calls or ()))
    if not calls and (reason := _explain_missing(choice, text)):
        raise ReplyError(reason)
    named = completion.model if isinstance(completion.model, str) else ""
    return Reply(
        text=text,
        model=truncate.line(invisible.drop(named), _LONGEST_NAME) or model,
        truncated=choice.finish_reason == "length",
        usage=_parse_usage(completion.usage),
        calls=calls,
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
        case _:
            return None
    return found if isinstance(found, dict) else {"message": str(found)}


def _unusable_error(response: Response, error: ValidationError) -> ReplyError:
    media = response.headers.get("content-type", "").partition(";")[0].strip()
    if media not in {"", "application/json"}:
        return ReplyError(
            f"The model server answered with {truncate.line(invisible.drop(media), 50)}, "
            "not with JSON.",
            cause="base-url is a web page's address, or a proxy answers in the server's place.",
            remedy="Set base-url to the address of the API; it usually ends in /v1.",
        )
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the body"
    return ReplyError(f"The model server's response is no completion: {place}: {first['msg']}.")


def _explain_missing(choice: _Choice, text: str) -> str:
    """Return why the model gave no usable reply, empty when it gave one."""
    if choice.finish_reason == "content_filter":
        return "The model server's content filter stopped the reply."
    if choice.message.refusal:
        words = truncate.line(invisible.drop(choice.message.refusal), _LONGEST_REFUSAL)
        return f"The model refused to answer: {words}"
    if not text.strip():
        if choice.finish_reason == "length":
            return "The model's reply has no text, because it reached its length limit before."
        thought = choice.message.reasoning_content or choice.message.reasoning
        return f"The model's reply has no text{' but its thinking' if thought else ''}."
    return ""


def _parse_usage(reported: object) -> Usage | None:
    try:
        usage = _Usage.model_validate(reported)
    except ValidationError:
        return None
    return Usage(usage.prompt_tokens, usage.completion_tokens)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The optional parameters that a server takes; `limit` names the token limit, if any."""

    response_format: bool = True
    tools: bool = True
    temperature: bool = True
    limit: str = _LIMITS[0]

    def without(self, parameter: str) -> "Dialect":
        """Return the dialect without a parameter; a token limit first gets its older name."""
        if parameter == self.limit:
            return replace(self, limit=_LIMITS[_LIMITS.index(parameter) + 1])
        return Dialect(
            self.response_format and parameter != "response_format",
            # A server that does not take tool_choice gets no tools either.
            self.tools and parameter not in {"tools", "tool_choice"},
            self.temperature and parameter != "temperature",
            self.limit,
        )


def find_refused(sent: Mapping[str, object], refusal: Refusal) -> str:
    """Return the sent parameter that a refusal is about, empty when it is about something else.

    Where the server names none in its own field, it is the one that its text mentions first.
    """
    optional = [name for name in _NAMES if name in sent]
    culprit = refusal.parameter.split(".")[0]
    if culprit in optional:
        return culprit
    places = [
        (refusal.text.find(word), name)
        for name in optional
        for word in _NAMES[name]
        if word in refusal.text
    ]
    return min(places)[1] if places else ""


def shutdown_date(text: str, model: str) -> date | None:
    """Return the day on which the model ends, None when `text`, the list as JSON, does not say.

    OpenAI's list has `shutdown_date`, a day or null, for each model
    (https://platform.openai.com/docs/api-reference/models/object); other servers leave it out.
    """
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    rows = listed.get("data") if isinstance(listed, dict) else None
    for row in rows if isinstance(rows, list) else ():
        match row:
            case {"id": str(name), "shutdown_date": str(day)} if name == model:
                return _parse_day(day)
    return None


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
