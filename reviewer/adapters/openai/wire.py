"""Chat Completions on the wire: messages and tools out, completions in, what a server refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from httpx2 import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewer.adapters.openai.refusals import Refusal
from reviewer.errors import ReplyError
from reviewer.ports import Message, Reply, Tool, ToolCall, Usage
from reviewer.text import invisible, truncate

# More tokens than any model's window times a hundred: whoever reports them does not count.
_ABSURD = 100_000_000
_LONGEST_REFUSAL = 200
_LONGEST_NAME = 100
_LONGEST_ID = 200
_MOST_CALLS = 100
# How servers name what they refuse, when they do not give the parameter's own name.
_NAMES = {
    "response_format": ("response_format", "response_schema", "json_schema", "structured output"),
    "tools": ("tools", "tool use", "function call", "tool call"),
    "tool_choice": ("tool_choice",),
    "temperature": ("temperature",),
    "max_completion_tokens": ("max_completion_tokens",),
    "max_tokens": ("max_tokens",),
}
_LIMITS = ("max_completion_tokens", "max_tokens", "")


def message(said: Message) -> dict[str, object]:
    """Write one message."""
    written: dict[str, object] = {"role": said.role, "content": said.text}
    if said.calls:
        written["tool_calls"] = [_call(each) for each in said.calls]
    if said.call_id:
        written["tool_call_id"] = said.call_id
    return written


def tool(offered: Tool) -> dict[str, object]:
    """Describe one tool."""
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
    arguments: str = ""


class _Call(_Shape):
    id: Annotated[str, Field(max_length=_LONGEST_ID)]
    function: _Function


class _Message(_Shape):
    content: str | None = None
    refusal: str | None = None
    tool_calls: Annotated[list[_Call], Field(max_length=_MOST_CALLS)] | None = None


class _Choice(_Shape):
    finish_reason: str | None = None
    message: _Message


class _Completion(_Shape):
    model: object = None
    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: object = None


class _Usage(_Shape):
    # A prompt is never empty.
    prompt_tokens: Annotated[int, Field(ge=1, le=_ABSURD)]
    completion_tokens: Annotated[int, Field(ge=0, le=_ABSURD)]


def parse(response: Response, model: str) -> Reply:
    """Read what the model said; `model` names it where the server does not.

    Raises ReplyError for what is no completion, and for one without text.
    """
    try:
        completion = _Completion.model_validate_json(response.content)
    except ValidationError as error:
        raise _unusable(response, error) from None
    choice = completion.choices[0]
    text = choice.message.content or ""
    calls = tuple(
        ToolCall(call.id, call.function.name, call.function.arguments)
        for call in choice.message.tool_calls or ()
    )
    if not calls and (reason := _missing(choice, text)):
        raise ReplyError(reason)
    named = completion.model if isinstance(completion.model, str) else ""
    return Reply(
        text=text,
        model=truncate.line(invisible.drop(named), _LONGEST_NAME) or model,
        truncated=choice.finish_reason == "length",
        usage=_usage(completion.usage),
        calls=calls,
    )


def _unusable(response: Response, error: ValidationError) -> ReplyError:
    media = response.headers.get("content-type", "").partition(";")[0].strip()
    if media not in {"", "application/json"}:
        return ReplyError(
            f"The model server answered with {truncate.line(invisible.drop(media), 50)}, "
            "not with JSON.",
            cause="Often base-url names a web page, or a proxy answers in the server's place.",
            remedy="base-url usually ends in /v1.",
        )
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the body"
    return ReplyError(f"The model server's answer is no completion: {place}: {first['msg']}.")


def _missing(choice: _Choice, text: str) -> str:
    """Say why there is no whole answer, empty when there is one."""
    if choice.finish_reason == "content_filter":
        return "The model server's content filter stopped the answer."
    if choice.message.refusal:
        said = truncate.line(invisible.drop(choice.message.refusal), _LONGEST_REFUSAL)
        return f"The model refused to answer: {said}"
    if not text.strip():
        cut = (
            ", because it reached its length limit before"
            if choice.finish_reason == "length"
            else ""
        )
        return f"The model's answer has no text{cut}."
    return ""


def _usage(reported: object) -> Usage | None:
    try:
        usage = _Usage.model_validate(reported)
    except ValidationError:
        return None
    return Usage(usage.prompt_tokens, usage.completion_tokens)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is still sent; `limit` is the name of the token limit, empty for none."""

    response_format: bool = True
    tools: bool = True
    temperature: bool = True
    limit: str = _LIMITS[0]

    def without(self, parameter: str) -> "Dialect":
        """Give up a parameter; a token limit is first tried by its older name."""
        if parameter == self.limit:
            return replace(self, limit=_LIMITS[_LIMITS.index(parameter) + 1])
        return Dialect(
            self.response_format and parameter != "response_format",
            # A server that takes no choice among tools is offered none.
            self.tools and parameter not in {"tools", "tool_choice"},
            self.temperature and parameter != "temperature",
            self.limit,
        )


def refused(sent: Mapping[str, object], refusal: Refusal) -> str:
    """Name the sent parameter that a refusal is about, empty when it is about something else.

    Where the server does not say, it is the parameter that its text names first.
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
