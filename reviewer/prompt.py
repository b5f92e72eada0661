"""What is sent to a model, and what comes back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date
from decimal import Decimal
from operator import add


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for: untrusted text; `arguments` should be a JSON object."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the model may call; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, object]


_NO_TOOLS = "Tools cannot be called after all. Reply with what you see here."
_CALLED = "(I called tools.)"
_RESULT = "The result of a tool call:"
_FOLLOW = "Reply with one JSON object that follows this JSON Schema, and nothing else:"
_SHARED = "reply"
_FILL = "Reply with one JSON object that follows the JSON Schema, and nothing else. For this task,"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; `role` is system, user, assistant or tool.

    `calls` belong to a message of the assistant, and so do `items`, those of its `Reply`.
    `call_id` names the call whose result a message of a tool holds. `reused` is how many characters
    at its beginning other requests are likely to have too, after the same messages before it.
    """

    role: str
    text: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    items: tuple[Mapping[str, object], ...] = ()
    reused: int = 0


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request to the model; `schema` is the JSON Schema that the reply must follow.

    `purpose` names the request in the log, `schema_name` the schema for the model server. The
    model may call `tools`, unless `closing` says that it must reply now. The messages do not say
    what the schema is: `state_schema` or `share_schema` adds that. `shared_schema` is a schema for
    several purposes: it has the members of `schema` and others, None where there is none. Prompts
    with the same `cache_key` are likely to begin alike.
    """

    purpose: str
    messages: tuple[Message, ...]
    schema_name: str
    schema: Mapping[str, object]
    tools: tuple[Tool, ...] = ()
    closing: bool = False
    shared_schema: Mapping[str, object] | None = None
    cache_key: str = ""

    @property
    def size(self) -> int:
        """The characters of its messages, with the schema."""
        return sum(len(message.text) for message in self.state_schema().messages)

    def state_schema(self) -> "Prompt":
        """Return the prompt with its schema in words, for a server that may not show it."""
        return self._end_with(f"{_FOLLOW}\n{json.dumps(self.schema)}")

    def share_schema(self) -> "Prompt":
        """Return the prompt with the shared schema, for a server that shows it to the model.

        Such servers put the schema in front of the messages, so prompts with different schemas
        have no common beginning.
        """
        if self.shared_schema is None:
            return self._end_with(f"{_FILL} fill all of its members.")
        asked, known = _members(self.schema), _members(self.shared_schema)
        filled, empty = (
            ", ".join(f"`{name}`" for name in names)
            for names in (asked, [name for name in known if name not in asked])
        )
        ended = self._end_with(f"{_FILL} fill {filled}; leave {empty} empty.")
        return replace(ended, schema=self.shared_schema, schema_name=_SHARED)

    def _end_with(self, text: str) -> "Prompt":
        """Return the prompt with a paragraph at the end of the first message of the user."""
        first = next(n for n, message in enumerate(self.messages) if message.role == "user")
        message = self.messages[first]
        ended = replace(message, text=f"{message.text}\n\n{text}")
        return replace(self, messages=(*self.messages[:first], ended, *self.messages[first + 1 :]))

    def without_tools(self) -> "Prompt":
        """Return the prompt for a model that takes no tools: it has results of calls as text.

        Roles alternate where they did, because some chat templates require that.
        """
        messages: list[Message] = []
        for message in self.messages:
            match message.role:
                case "system":
                    messages.append(replace(message, text=f"{message.text}\n\n{_NO_TOOLS}"))
                case "tool" if messages and messages[-1].role == "user":
                    text = f"{messages[-1].text}\n\n{_RESULT}\n{message.text}"
                    messages[-1] = Message("user", text)
                case "tool":
                    messages.append(Message("user", f"{_RESULT}\n{message.text}"))
                case "assistant":
                    messages.append(Message("assistant", message.text or _CALLED))
                case _:
                    messages.append(message)
        return replace(self, messages=tuple(messages), tools=(), closing=False)


def _members(schema: Mapping[str, object]) -> Sequence[str]:
    members = schema["required"]
    return members if isinstance(members, list) else ()


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """A request to the model before it is sent, and what came of it if it was.

    `characters` is the size of its prompt, and `tokens` are an estimate of it, or what the server
    counted; 0 where nobody did. `certain` is False for a request that depends on the replies to
    others. `outcome` is empty before.
    """

    purpose: str
    paths: tuple[str, ...]
    characters: int = 0
    tokens: int = 0
    certain: bool = True
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The tokens that planned requests take, and their price in US dollars, None if unknown."""

    input_tokens: int
    output_tokens: int
    cost: Decimal | None

    def __add__(self, other: "Estimate") -> "Estimate":
        """Add up; the price is unknown if one of both is."""
        is_known = self.cost is not None and other.cost is not None
        return Estimate(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            (self.cost or Decimal(0)) + (other.cost or Decimal(0)) if is_known else None,
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request, as the model server reported them.

    `input_tokens` are all of the prompt, those included that were read from a cache
    (`cached_tokens`) and written to one (`written_tokens`). `output_tokens` are all of the reply,
    the model's reasoning included (`reasoning_tokens`).
    """

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    written_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Add up each count."""
        return Usage(*map(add, astuple(self), astuple(other)))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model replied, or the tools that it calls first: untrusted text.

    `model` is the name that the server gives the model, of at most 100 characters. `truncated`
    means that the reply ends at a length limit. `usage` is None when the server reported none, or
    numbers that cannot be true. `items` are what the model wants to see again with the results of
    its calls, such as its reasoning; only the model that made them can read them. `tools_refusal`
    is what the server said when it refused the prompt's tools, empty where it took them. `lost`
    counts earlier attempts whose replies did not arrive. `final` says that the model is not asked
    once more.
    """

    text: str
    model: str
    truncated: bool
    usage: Usage | None
    calls: tuple[ToolCall, ...] = ()
    items: tuple[Mapping[str, object], ...] = ()
    tools_refusal: str = ""
    lost: int = 0
    final: bool = False


@dataclass(frozen=True, slots=True)
class ListedModel:
    """What a server's list says of a model: the day on which it ends, and its window in tokens.

    Each is None where the list does not say. `names` are those of all models in the list.
    """

    ends: date | None = None
    context_window: int | None = None
    names: tuple[str, ...] = ()
