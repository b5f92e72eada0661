"""A real server of llama.cpp as a process, and a relay in front of it that keeps the exchanges."""

import contextlib
import http.client
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.process import ROOT
from tests.loopback.messages import Request, Response
from tests.loopback.model import CHAT, KEY
from tests.loopback.server import LoopbackServer

_STARTER = Path(__file__).with_name("llama_server.py")
_HOP = {"connection", "host", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that went through the relay, with its response."""

    request: Request
    response: Response

    @property
    def asked(self) -> dict[str, Any]:
        """The body of the request."""
        return self.request.json_object()

    @property
    def replied(self) -> dict[str, Any]:
        """The body of the response."""
        body = self.response.json()
        assert isinstance(body, dict), body
        return body


@dataclass
class InFlight:
    """How many prompts are with the server, and how many there were at most."""

    now: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            yield
        finally:
            with self.lock:
                self.now -= 1


class Relay(LoopbackServer):
    """Passes every request on to a server as it came, and the response back."""

    def __init__(self, address: str) -> None:
        """Name the server, such as "http://127.0.0.1:8080"."""
        super().__init__()
        self._place = urlsplit(address).netloc
        self.exchanges: list[Exchange] = []
        self.in_flight = InFlight()

    @property
    def base_url(self) -> str:
        """What the action calls base-url."""
        return f"{self.url}/v1"

    @property
    def prompts(self) -> list[Exchange]:
        """The exchanges about prompts."""
        return [each for each in self.exchanges if each.request.path == CHAT]

    def answer(self, request: Request) -> Response:
        """Ask the server; several requests may wait for it at the same time."""
        holds = self.in_flight.hold() if request.path == CHAT else contextlib.nullcontext()
        with holds:
            response = self._pass_on(request)
        with self._lock:
            self.exchanges.append(Exchange(request, response))
        return response

    def _pass_on(self, request: Request) -> Response:
        headers = {name: text for name, text in request.headers.items() if name not in _HOP}
        connection = http.client.HTTPConnection(self._place)
        with contextlib.closing(connection):
            connection.request(request.method, request.target, request.body, headers)
            came = connection.getresponse()
            return Response(came.status, came.read(), came.headers.get("content-type", ""))


@contextlib.contextmanager
def serve(python: Path, model: Path, **settings: int) -> Iterator[Relay]:
    """Start the server with a model, and the relay; `settings` are llama.cpp's own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    named = [f"{name}={number}" for name, number in settings.items()]
    command = [str(python), "-I", str(_STARTER), str(model), str(port), KEY, *named]
    log = model.with_suffix(".log")
    with log.open("w") as written:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=written, text=True
        )
    assert server.stdout
    try:
        address = server.stdout.readline().strip()
        assert address, log.read_text("utf-8", errors="replace")
        with Relay(f"http://127.0.0.1:{port}") as relay:
            yield relay
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def is_whole(exchange: Exchange) -> bool:
    """Return True if a reply is JSON that the server did not cut off."""
    (choice,) = exchange.replied["choices"]
    if choice["finish_reason"] != "stop":
        return False
    json.loads(choice["message"]["content"])
    return True
