"""Records the answers of a model on their way to the action."""

import datetime as dt
import json
import urllib.request
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError

from recorded import ABOUT, Answer, Question

from tests.loopback.messages import Request, Response, as_json
from tests.loopback.server import LoopbackServer

# A person may be the one who answers.
LONGEST_ANSWER_SECONDS = 3_600


class Recorder(LoopbackServer):
    """Passes every request on to `base_url`, and keeps the answers."""

    def __init__(self, base_url: str) -> None:
        """Bind a port."""
        super().__init__()
        self.base_url = f"{self.url}/v1"
        self._there = base_url.rstrip("/")

    def answer(self, request: Request) -> Response:
        """Ask without the lock of the base class: the model may take its time."""
        return self.respond(request)

    def respond(self, request: Request) -> Response:
        """Ask there, and keep the answer if it is one."""
        headers = {
            name: request.headers[name]
            for name in ("authorization", "content-type")
            if name in request.headers
        }
        address = self._there + request.target.removeprefix("/v1")
        there = urllib.request.Request(address, request.body, headers, method=request.method)
        try:
            with urllib.request.urlopen(there, timeout=LONGEST_ANSWER_SECONDS) as response:
                body = response.read()
        except HTTPError as refused:
            return Response(refused.code, refused.read())
        except URLError as unreachable:
            return as_json(HTTPStatus.BAD_GATEWAY, {"error": {"message": str(unreachable)}})
        _keep(Question.of(request.json_object()), json.loads(body))
        return Response(HTTPStatus.OK, body)


def _keep(question: Question, completed: dict[str, Any]) -> None:
    usage = completed.get("usage")
    tokens = (usage["prompt_tokens"], usage["completion_tokens"]) if usage else None
    text = completed["choices"][0]["message"]["content"]
    Answer(str(question), tokens, text).keep(question.file)


def sign(who: str) -> None:
    """Write down who gave the recorded answers, today."""
    about = {"who": who, "when": dt.datetime.now(dt.UTC).date().isoformat()}
    ABOUT.write_text(json.dumps(about, indent=2) + "\n", "utf-8")
