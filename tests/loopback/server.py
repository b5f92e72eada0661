"""An HTTP server on the loopback interface that records its requests and fails on order."""

import re
import select
import socket
import socketserver
import ssl
import sys
import threading
import time
import traceback
from collections import deque
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.loopback.connection import Connection
from tests.loopback.failures import Failure
from tests.loopback.messages import Request, Response


@dataclass(frozen=True, slots=True)
class _Order:
    """Faults waiting for requests of one kind."""

    pattern: re.Pattern[str]
    failures: deque[Failure]
    forever: bool


class _Listener(ThreadingHTTPServer):
    """The socket and its threads; a handler that dies is remembered, not printed."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, owner: "LoopbackServer") -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.owner = owner

    def server_bind(self) -> None:
        """Skip the name lookup of the base class."""
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep what a handler died of; a client that went away is no failure."""
        if not isinstance(sys.exception(), ConnectionError | ssl.SSLError):
            self.owner.crashes.append(traceback.format_exc())


class LoopbackServer:
    """Start with `start` or `with`; subclasses say in `respond` what the answers are."""

    def __init__(self) -> None:
        """Bind a free port; nothing is answered before `start`."""
        self.requests: list[Request] = []
        self.crashes: list[str] = []
        self.contract_errors: list[str] = []
        # Seconds that every answer takes, as if the way were long.
        self.delay = 0.0
        self.released = threading.Event()
        # Set when a failure begins to hold an answer back.
        self.holding = threading.Event()
        self.stopping = threading.Event()
        self._orders: list[_Order] = []
        self._lock = threading.RLock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._scheme = "http"
        self._listener = _Listener(self)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where the server listens, without a slash at the end."""
        return f"{self._scheme}://127.0.0.1:{self._listener.server_address[1]}"

    def speak_tls(self, certificate: Path, key: Path) -> None:
        """Encrypt the connections from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        # The handshake is left to the connection's thread: a client may refuse or never begin it.
        self._listener.socket = context.wrap_socket(
            self._listener.socket, server_side=True, do_handshake_on_connect=False
        )
        self._scheme = "https"

    def respond(self, request: Request) -> Response:
        """Work out the real answer; called by one thread at a time."""
        raise NotImplementedError

    def dress(self, request: Request, response: Response) -> Response:
        """Add the headers that come with every answer, also with those that a failure brings."""
        return response

    def check(self, request: Request, response: Response | None) -> list[str]:
        """Name what breaks the contract; `response` is None where a failure took its place."""
        return []

    def fail(self, match: str, *failures: Failure, forever: bool = False) -> None:
        """Let the next requests whose line matches fail, in this order.

        `match` is a regular expression over method and target, such as "POST .*/comments" or
        "graphql". With `forever` the last failure stays.
        """
        with self._lock:
            self._orders.append(_Order(re.compile(match), deque(failures), forever))

    def heal(self) -> None:
        """Forget the failures that are still waiting."""
        with self._lock:
            self._orders.clear()

    def release(self) -> None:
        """Let the requests go that hang."""
        self.released.set()

    def sent(self, match: str) -> list[Request]:
        """Those requests so far whose line matches the regular expression."""
        with self._lock:
            return [request for request in self.requests if re.search(match, request.line)]

    def take(self, request: Request) -> Failure | None:
        """Record the request and take the failure that waits for it."""
        with self._lock:
            self.requests.append(request)
            for order in self._orders:
                if order.failures and order.pattern.search(request.line):
                    last = order.forever and len(order.failures) == 1
                    return order.failures[0] if last else order.failures.popleft()
        return None

    def answer(self, request: Request) -> Response:
        """Work out the real answer and hold the exchange against the contract."""
        with self._lock:
            response = self.dress(request, self.respond(request))
            self.contract_errors += self.check(request, response)
        return response

    def answer_never(self, request: Request) -> None:
        """Hold a request against the contract that gets no real answer."""
        with self._lock:
            self.contract_errors += self.check(request, None)

    def work(self, seconds: float) -> None:
        """Take so long over the request of this thread, as servers do that notice a disconnect.

        Raises ConnectionAbortedError as soon as the client closes the connection.
        """
        me = threading.current_thread()
        with self._lock:
            (mine,) = [each for each, thread in self._connections.items() if thread is me]
        # Nothing but the end is read of a client that waits for a reply.
        if select.select([mine], [], [], seconds)[0]:
            raise ConnectionAbortedError

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, so that `stop` can end it."""
        with self._lock:
            self._connections[connection] = threading.current_thread()

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection that ended by itself."""
        with self._lock:
            self._connections.pop(connection, None)

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering, end every connection and wait for the threads, at most five seconds."""
        self.released.set()
        self.stopping.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        with self._lock:
            left = dict(self._connections)
        deadline = time.monotonic() + 5
        for connection, thread in left.items():
            _end(connection)
            thread.join(max(0.0, deadline - time.monotonic()))

    def __enter__(self) -> Self:
        """Begin to answer."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop answering."""
        self.stop()


def _end(connection: socket.socket) -> None:
    """Wake the thread that reads from a connection."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
