"""A model server in this process: has both of OpenAI's APIs, and replies as scripted."""

import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

from tests.loopback import contract
from tests.loopback.messages import Request, Response, as_json
from tests.loopback.server import LoopbackServer

MODEL = "scripted"
KEY = "sk-loopback"
CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
MODELS = "/v1/models"

# The body of a request, as the client sent it: JSON of any shape.
Body: TypeAlias = Mapping[str, Any]

# What OpenAI's description calls the bodies of a request and of an answer.
_SCHEMAS = {
    CHAT: ("CreateChatCompletionRequest", "CreateChatCompletionResponse"),
    RESPONSES: ("CreateResponse", "Response"),
}
_OVERVIEW = {"overview": "Changes something.", "major_changes": []}
# How a prompt introduces a file.
_FILE = re.compile(r"\nFile \d+ of \d+, .*?:\n<<\w+\n(.*?)\n\w+>>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """One answer of the model; `usage` of None leaves the report of tokens out.

    `calls` are names of tools with their arguments; `model` is what the server calls itself.
    `reasoning` is the encrypted reasoning that the Responses API sends before, empty for none.
    """

    text: str | None
    finish_reason: str = "stop"
    refusal: str | None = None
    usage: tuple[int, int] | None = (100, 10)
    calls: tuple[tuple[str, str], ...] = ()
    model: str = ""
    reasoning: str = ""


Script: TypeAlias = Callable[[Body], str | ScriptedReply]


def nothing_found(body: Body) -> str:
    """Answer any of our questions with as little as its schema allows."""
    match body.get("response_format", {}).get("json_schema", {}).get("name", ""):
        case "review":
            empty = {"summary": "Nothing to say.", "findings": []}
            sections = [{"path": path, **empty} for path in shown_files(body)]
            return json.dumps({**_OVERVIEW, "files": sections})
        case "whole":
            return json.dumps({**_OVERVIEW, "files": []})
        case "overview":
            return json.dumps(_OVERVIEW)
        case _:
            return "{}"


def shown_files(body: Body) -> list[str]:
    """Return the paths of the files that a prompt of the review shows."""
    text: str = body["messages"][-1]["content"]
    return _FILE.findall(text)


def error(
    code: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    name: str | None = None,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make an error in OpenAI's form; `name` is what OpenAI calls the code."""
    body = {"message": message, "type": kind, "param": parameter, "code": name}
    return as_json(code, {"error": body}, headers)


class LoopbackModel(LoopbackServer):
    """Use `with LoopbackModel() as server`; `script` answers once the queue of `say` is empty.

    `latency` is the seconds that an answer takes; answers to several clients take them at the same
    time. Every exchange is checked against OpenAI's description if that is there; without
    `checked` it is not, which is faster.
    """

    def __init__(
        self,
        script: Script = nothing_found,
        *,
        latency: float = 0.0,
        key: str = KEY,
        models: tuple[str, ...] = (MODEL,),
        checked: bool = True,
    ) -> None:
        """Bind a port; an empty `key` accepts everybody."""
        super().__init__()
        self.checked = checked
        self.script = script
        self.latency = latency
        self.key = key
        self.models = models
        self._queue: deque[str | ScriptedReply] = deque()

    @property
    def base_url(self) -> str:
        """What the action calls base-url."""
        return f"{self.url}/v1"

    @property
    def bodies(self) -> list[Body]:
        """What was asked so far."""
        sent = self.sent(f"POST {CHAT}") + self.sent(f"POST {RESPONSES}")
        return [request.json_object() for request in sent]

    def say(self, *answers: str | ScriptedReply) -> None:
        """Answer the next requests so, one after the other."""
        self._queue.extend(answers)

    def answer(self, request: Request) -> Response:
        """Think for a while, then answer."""
        if request.path in {CHAT, RESPONSES} and self.latency:
            self.stopping.wait(self.latency)
        return super().answer(request)

    def respond(self, request: Request) -> Response:
        """Answer as OpenAI does."""
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return error(
                HTTPStatus.UNAUTHORIZED, "Incorrect API key provided.", name="invalid_api_key"
            )
        match request.method, request.path:
            case "POST", path if path == CHAT:
                return self._complete(request.json_object())
            case "POST", path if path == RESPONSES:
                return self._complete(request.json_object(), responses=True)
            case "GET", path if path == MODELS:
                return as_json(HTTPStatus.OK, self._list())
            case method, path:
                return error(HTTPStatus.NOT_FOUND, f"Invalid URL ({method} {path})")

    def check(self, request: Request, response: Response | None) -> list[str]:
        """Hold both sides against OpenAI's description."""
        schemas = _SCHEMAS.get(request.path)
        if not self.checked or not schemas:
            return []
        found = contract.openai_request(request.json(), schema=schemas[0])
        if response is not None and response.status == HTTPStatus.OK:
            found += contract.openai_response(response.json(), schema=schemas[1])
        return found

    def _complete(self, body: Body, *, responses: bool = False) -> Response:
        if body.get("model") not in self.models:
            message = f"The model `{body.get('model')}` does not exist or you do not have access."
            return error(HTTPStatus.NOT_FOUND, message, name="model_not_found")
        asked = join_parts(as_chat(body) if responses else body)
        said = self._queue.popleft() if self._queue else self.script(asked)
        write = response_body if responses else completion
        return as_json(HTTPStatus.OK, write(said, model=body["model"]))

    def _list(self) -> object:
        rows = [
            {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "loopback"}
            for name in self.models
        ]
        return {"object": "list", "data": rows}


def completion(said: str | ScriptedReply, *, model: str = MODEL) -> dict[str, Any]:
    """Make the body of an answer."""
    said = ScriptedReply(said) if isinstance(said, str) else said
    message: dict[str, Any] = {
        "role": "assistant",
        "content": said.text,
        "refusal": said.refusal,
    }
    if said.calls:
        message["tool_calls"] = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {"name": name, "arguments": arguments},
            }
            for number, (name, arguments) in enumerate(said.calls)
        ]
    choice = {"index": 0, "message": message, "finish_reason": said.finish_reason, "logprobs": None}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": said.model or model,
        "choices": [choice],
    }
    if said.usage:
        taken, given = said.usage
        body["usage"] = {
            "prompt_tokens": taken,
            "completion_tokens": given,
            "total_tokens": taken + given,
        }
    return body


def as_chat(body: Body) -> Body:
    """Make of a request to the Responses API what a script reads of a chat."""
    messages = [item for item in body["input"] if "role" in item]
    wanted = body.get("text", {}).get("format", {})
    return {**body, "messages": messages, "response_format": {"json_schema": wanted}}


def join_parts(body: Body) -> Body:
    """Make one text of each message that has several parts."""
    messages = [
        {**each, "content": "".join(part["text"] for part in each["content"])}
        if isinstance(each.get("content"), list)
        else each
        for each in body["messages"]
    ]
    return {**body, "messages": messages}


def response_body(said: str | ScriptedReply, *, model: str = MODEL) -> dict[str, Any]:
    """Make the body of an answer of the Responses API."""
    said = ScriptedReply(said) if isinstance(said, str) else said
    reasons = {"length": "max_output_tokens", "content_filter": "content_filter"}
    reason = reasons.get(said.finish_reason)
    body: dict[str, Any] = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": "incomplete" if reason else "completed",
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "instructions": None,
        "model": said.model or model,
        "output": list(_output(said)),
        "parallel_tool_calls": True,
        "metadata": {},
        "tool_choice": "auto",
        "tools": [],
        "temperature": 1.0,
        "top_p": 1.0,
    }
    if said.usage:
        taken, given = said.usage
        body["usage"] = {
            "input_tokens": taken,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": given,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": taken + given,
        }
    return body


def _output(said: ScriptedReply) -> Iterator[dict[str, Any]]:
    done = {"status": "completed"}
    if said.reasoning:
        thought = {"summary": [], "encrypted_content": said.reasoning}
        yield {"id": "rs_1", "type": "reasoning", **thought}
    content: list[dict[str, Any]] = []
    if said.text is not None and not said.calls:
        content += [{"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}]
    if said.refusal is not None:
        content += [{"type": "refusal", "refusal": said.refusal}]
    if content:
        yield {"id": "msg_1", "type": "message", "role": "assistant", "content": content, **done}
    for number, (name, arguments) in enumerate(said.calls):
        call = {"call_id": f"call_{number}", "name": name, "arguments": arguments}
        yield {"id": f"fc_{number}", "type": "function_call", **call, **done}
