"""One client's connection: reads requests, plays the failure that waits, writes the answer."""

import re
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from tests.loopback.failures import Around, Cut, Drip, Failure, Hang, Instead, Pass, Reset
from tests.loopback.messages import Request, Response

if TYPE_CHECKING:
    from tests.loopback.server import LoopbackServer

# With this linger the kernel answers with a reset instead of an orderly end.
_AT_ONCE = struct.pack("ii", 1, 0)


class Connection(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive; each answer leaves in one write."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    connection: socket.socket

    @property
    def owner(self) -> "LoopbackServer":
        """The server that knows the answers."""
        owner: LoopbackServer = self.server.owner  # type: ignore[attr-defined]
        return owner

    def setup(self) -> None:
        """Announce the connection."""
        super().setup()
        self.owner.opened(self.connection)

    def finish(self) -> None:
        """Take leave."""
        self.owner.closed(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing; the requests are recorded."""

    def exchange(self) -> None:
        """Read one request and answer it, or do what the waiting failure says."""
        length = int(self.headers.get("Content-Length", "0"))
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        if len(body) < length:
            # The client was killed while it was asking.
            self.close_connection = True
            return
        # As a proxy, answer for every host that a client names in front of the path.
        target = re.sub(r"^http://[^/]*", "", self.path)
        request = Request(self.command, target, headers, body, time.monotonic())
        failure = self.owner.take(request)
        if self.owner.delay:
            self.owner.stopping.wait(self.owner.delay)
        self._play(failure, request)

    # The names that the base class looks for.
    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_CONNECT = exchange  # noqa: N815

    def _play(self, failure: Failure | None, request: Request) -> None:
        match failure:
            case None | Pass():
                self._send(self.owner.answer(request))
            case Instead(response, processed):
                self._work(request, processed=processed)
                self._send(self.owner.dress(request, response))
            case Reset(processed):
                self._work(request, processed=processed)
                self._reset()
            case Hang(seconds, processed):
                self._work(request, processed=processed)
                self.owner.holding.set()
                self.owner.released.wait(seconds)
                self._reset()
            case Drip(interval):
                self._drip(self.owner.answer(request), interval)
            case Cut():
                self._cut(self.owner.answer(request))
            case Around():
                self._surround(request, failure)

    def _work(self, request: Request, *, processed: bool) -> None:
        if processed:
            self.owner.answer(request)
        else:
            self.owner.answer_never(request)

    def _surround(self, request: Request, around: Around) -> None:
        if around.before:
            around.before()
        response = self.owner.answer(request)
        if around.after:
            around.after()
        self._send(around.change(response) if around.change else response)

    def _send(self, response: Response) -> None:
        self.wfile.write(_head(response) + response.body)

    def _drip(self, response: Response, interval: float) -> None:
        self.wfile.write(_head(response))
        self.owner.holding.set()
        for byte in response.body:
            self.wfile.write(bytes([byte]))
            if self.owner.stopping.wait(interval):
                break
        self.close_connection = True

    def _cut(self, response: Response) -> None:
        self.wfile.write(_head(response) + response.body[: len(response.body) // 2])
        self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.connection.close()
        self.close_connection = True


def _head(response: Response) -> bytes:
    """The status line and the headers, which may hold any text that fits into a line."""
    # Servers use statuses that no standard knows, such as 529.
    phrase, _ = BaseHTTPRequestHandler.responses.get(response.status, ("", ""))
    fields = {
        "Content-Type": response.content_type,
        "Content-Length": str(len(response.body)),
        **response.headers,
    }
    lines = [f"HTTP/1.1 {response.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
