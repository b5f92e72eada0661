"""What both of OpenAI's APIs have in common: parameters, names, and replies without text.

`chat` and `responses` are the two; each is a `Wire`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeAlias

from httpx2 import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewer.adapters.openai import usages
from reviewer.adapters.openai.errors import error_bodies
from reviewer.errors import ReplyError
from reviewer.prompt import Prompt, Reply, Usage
from reviewer.text import invisible, truncate

_LONGEST_REFUSAL = 200
_LONGEST_NAME = 100
_LONGEST_ID = 200
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
    """What the workflow sets for every request; what is None is not sent.

    `caches` says that the server is OpenAI's own, whose cache is known.
    """

    temperature: float | None = None
    max_output_tokens: int | None = None
    reasoning_effort: str | None = None
    caches: bool = False


class Wire(Protocol):
    """One of the two APIs, as a module: its path, its requests and its responses."""

    PATH: str
    OPTIONAL: Mapping[str, tuple[str, ...]]

    def request(
        self, prompt: Prompt, model: str, options: Options, dialect: Dialect
    ) -> dict[str, object]:
        """Return the JSON of a request."""
        ...

    def parse(self, response: Response, model: str) -> Reply:
        """Read a response; raises ReplyError for one that cannot be used."""
        ...

    def find_error(self, response: Response) -> dict[str, object] | None:
        """Return the error that a response of status 200 holds instead of a reply, else None."""
        ...


class ServerObject(BaseModel):
    """What is read of a response; other members are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


CallId: TypeAlias = Annotated[str, Field(max_length=_LONGEST_ID)]


def complete_arguments(arguments: str) -> str:
    """Return the arguments of a call as they go back to the server, "{}" if they are no object.

    A reply that reaches its length limit may end within them. vLLM
    (https://github.com/vllm-project/vllm/issues/43995) and llama.cpp
    (https://github.com/OpenHands/software-agent-sdk/issues/2887) refuse all later requests then.
    The result of the call says what was wrong.
    """
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError):
        found = None
    return arguments if isinstance(found, dict) else "{}"


class _Reported(ServerObject):
    usage: object = None


def clean_name(given: object) -> str:
    """Return the name that a server gives the model, empty where it is none."""
    named = given if isinstance(given, str) else ""
    return truncate.line(invisible.drop(named), _LONGEST_NAME)


def unusable_error(response: Response, error: ValidationError) -> ReplyError:
    """Return the error for a response that does not have the expected structure."""
    media = response.headers.get("content-type", "").partition(";")[0].strip()
    if media not in {"", "application/json"} and not media.endswith("+json"):
        title = truncate.line(invisible.drop(error_bodies.find_title(response.text)), 100)
        return ReplyError(
            f"The model server answered with {truncate.line(invisible.drop(media), 50)}, "
            f"not with JSON{title and f': {title!r}'}.",
            cause="base-url is a web page's address, or a proxy answers in the server's place.",
            remedy="Set base-url to the address of the API; it usually ends in /v1.",
        )
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the body"
    return ReplyError(
        f"The model server's response is no completion: {place}: {first['msg']}.",
        cause="The server's API is not compatible with OpenAI's, or base-url is another API's.",
        remedy="Check base-url, which usually ends in /v1, and the input api.",
        tokens=usages.count(_find_usage(response.content)),
    )


def missing_error(
    reason: str, refusal: str, ending: str | None, tokens: tuple[int, ...] | None
) -> ReplyError:
    """Return the error for a reply that cannot be used, as `explain_missing` says."""
    remedy = ""
    if ending == "content_filter":
        remedy = (
            "Change the filter in the server's settings, or set the input model to another one."
        )
    elif refusal:
        remedy = "If it refuses again, set the input model to another one."
    elif ending == "length":
        remedy = "Raise the input max-output-tokens, or lower the input reasoning-effort."
    return ReplyError(reason, remedy=remedy, tokens=tokens)


def explain_missing(text: str, refusal: str, ending: str | None, *, thought: bool = False) -> str:
    """Return why the model gave no usable reply, empty when it gave one.

    `ending` is a finish_reason of Chat Completions. `thought` says that the model has only thought.
    """
    if ending == "content_filter":
        return "The model server's content filter stopped the reply."
    if refusal:
        words = truncate.line(invisible.drop(refusal), _LONGEST_REFUSAL)
        return f"The model refused to answer: {words}"
    if not text.strip():
        if ending == "length":
            return "The model's reply has no text, because it reached its length limit before."
        return f"The model's reply has no text{' but its thinking' if thought else ''}."
    return ""


def _find_usage(body: bytes) -> Usage | None:
    """Return the usage that a response reports although it is no completion."""
    try:
        return usages.parse(_Reported.model_validate_json(body).usage)
    except ValidationError:
        return None
