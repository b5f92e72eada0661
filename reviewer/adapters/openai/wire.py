"""Chat Completions as JSON: messages and tools out, completions in.

`responses` has the same functions for the Responses API, and uses what both have in common.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from httpx2 import Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from reviewer.adapters.openai import refusal_texts
from reviewer.errors import ReplyError
from reviewer.ports import Message, Prompt, Reply, Tool, ToolCall, Usage
from reviewer.text import invisible, truncate

# A hundred times the largest context window: such a number is not a count of tokens.
_MOST_TOKENS = 100_000_000
_LONGEST_REFUSAL = 200
_LONGEST_NAME = 100
_LONGEST_ID = 200
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
}
"""The parameters that a request can do without, and what servers that refuse one call it."""
_LIMITS = ("max_completion_tokens", "max_tokens")


@dataclass(frozen=True, slots=True)
class Dialect:
    """The parameters that a server has refused, and what it said of tools if those are among them.

    A token limit is refused by two names.
    """

    refused: frozenset[str] = frozenset()
    tools_refusal: str = ""

    @property
    def limit(self) -> str:
        """The name of the token limit on Chat Completions, the newer one if it is taken."""
        return next((name for name in _LIMITS if name not in self.refused), _LIMITS[-1])

    def select(self, parameters: Mapping[str, object]) -> dict[str, object]:
        """Return the parameters that have a value and that the server has not refused."""
        return {
            name: value
            for name, value in parameters.items()
            if value is not None and name not in self.refused
        }

    def without(self, parameter: str, message: str) -> "Dialect":
        """Return the dialect without a parameter, which the server refused with this message."""
        refusal = self.tools_refusal
        # A server that does not take tool_choice gets no tools either.
        if parameter in {"tools", "tool_choice"}:
            refusal = refusal or message or "it gave no reason"
        return Dialect(self.refused | {parameter}, refusal)


@dataclass(frozen=True, slots=True)
class Options:
    """What the workflow sets for every request; what is None is not sent."""

    temperature: float | None = None
    max_output_tokens: int | None = None
    reasoning_effort: str | None = None


def request(prompt: Prompt, model: str, options: Options, dialect: Dialect) -> dict[str, object]:
    """Return the JSON of a request."""
    shape = {"name": prompt.schema_name, "schema": prompt.schema, "strict": True}
    return dialect.select(
        {
            "model": model,
            "messages": [_message(each) for each in prompt.messages],
            "tools": [_tool(each) for each in prompt.tools] or None,
            "tool_choice": "none" if prompt.tools and prompt.closing else None,
            "response_format": {"type": "json_schema", "json_schema": shape},
            "reasoning_effort": options.reasoning_effort,
            "temperature": options.temperature,
            dialect.limit: options.max_output_tokens,
        }
    )


def _message(sent: Message) -> dict[str, object]:
    written: dict[str, object] = {"role": sent.role, "content": sent.text}
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
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


class Shape(BaseModel):
    """What is read of a response; other members are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


CallId: TypeAlias = Annotated[str, Field(max_length=_LONGEST_ID)]


class _Function(Shape):
    name: str
    arguments: str = ""


class _Call(Shape):
    id: CallId
    function: _Function
    extra_content: object = None


class _Message(Shape):
    content: str | None = None
    refusal: str | None = None
    tool_calls: Annotated[list[_Call], Field(max_length=MOST_CALLS)] | None = None
    reasoning_content: object = None
    reasoning_details: object = None


class _Choice(Shape):
    finish_reason: str | None = None
    message: _Message


class _Completion(Shape):
    model: object = None
    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: object = None


_Count: TypeAlias = Annotated[int, Field(ge=0, le=_MOST_TOKENS)]
_COUNT = TypeAdapter[int](_Count)


class _Usage(Shape):
    # A prompt is never empty.
    prompt_tokens: Annotated[_Count, Field(ge=1)]
    completion_tokens: _Count


def parse(response: Response, model: str) -> Reply:
    """Read a completion; `model` is the model's name where the server gives none.

    Raises ReplyError for a body that is no completion, for a refusal, and for a completion with
    neither text nor tool calls.
    """
    try:
        completion = _Completion.model_validate_json(response.content)
    except ValidationError as error:
        raise unusable_error(response, error) from None
    choice = completion.choices[0]
    text = choice.message.content or ""
    calls = tuple(
        ToolCall(call.id, call.function.name, call.function.arguments)
        for call in choice.message.tool_calls or ()
    )
    refusal, ending = choice.message.refusal or "", choice.finish_reason
    if not calls and (reason := explain_missing(text, refusal, ending)):
        raise ReplyError(reason)
    return Reply(
        text=text,
        model=clean_name(completion.model) or model,
        truncated=ending == "length",
        usage=parse_usage(completion.usage),
        calls=calls,
        items=_collect_items(choice.message),
    )


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
            {"type": "function", **call.model_dump(exclude_none=True)} for call in calls
        ]
    members = {name: value for name, value in found.items() if value is not None}
    return (members,) if calls and members else ()


def clean_name(given: object) -> str:
    """Return the name that a server gives the model, empty where it is none."""
    named = given if isinstance(given, str) else ""
    return truncate.line(invisible.drop(named), _LONGEST_NAME)


def unusable_error(response: Response, error: ValidationError) -> ReplyError:
    """Return the error for a response that does not have the expected structure."""
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


def explain_missing(text: str, refusal: str, ending: str | None) -> str:
    """Return why the model gave no usable reply, empty when it gave one.

    `ending` is a finish_reason of Chat Completions.
    """
    if ending == "content_filter":
        return "The model server's content filter stopped the reply."
    if refusal:
        words = truncate.line(invisible.drop(refusal), _LONGEST_REFUSAL)
        return f"The model refused to answer: {words}"
    if not text.strip():
        cut = ", because it reached its length limit before" if ending == "length" else ""
        return f"The model's reply has no text{cut}."
    return ""


def parse_usage(reported: object) -> Usage | None:
    """Return a reported usage, None if it is missing or cannot be true."""
    try:
        usage = _Usage.model_validate(reported)
    except ValidationError:
        return None
    return Usage(usage.prompt_tokens, usage.completion_tokens, _count_cached(reported))


def _count_cached(reported: object) -> int:
    """Return the tokens that a usage reports as cached: in OpenAI's form, or in Anthropic's.

    Anthropic's input_tokens lack them
    (https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching), and proxies may pass that
    on.
    """
    counts = reported if isinstance(reported, dict) else {}
    details = counts.get("prompt_tokens_details")
    inside = details.get("cached_tokens") if isinstance(details, dict) else None
    read, written = (counts.get(f"cache_{name}_input_tokens") for name in ("read", "creation"))
    return max(_read_count(inside), _read_count(read)) + _read_count(written)


def _read_count(value: object) -> int:
    try:
        return _COUNT.validate_python(value, strict=True)
    except ValidationError:
        return 0
