"""The socket under a request in flight, so that whoever gives the request up can close it."""

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any

# What httpcore2 calls the end of connecting, to the server or to a proxy. No request uses a
# connection of an earlier one, or this would not come.
_CONNECTED = "connect_tcp.complete"


class RequestSocket:
    """One request's socket; `trace` and `release` are for the thread of the request.

    It is a duplicate: the HTTP client wraps its own in TLS and closes it when it likes, and the
    number of a closed one may be that of another connection by the time the request is given up.
    """

    def __init__(self) -> None:
        """Wait for the connection to be made."""
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_given_up = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take the socket once it is connected; httpcore2's "trace" extension of a request."""
        if event.endswith(_CONNECTED):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket").dup()
                self._shut_if_given_up()

    def give_up(self) -> None:
        """End the connection now, or as soon as it is made.

        Closing would neither wake the thread that reads nor tell the server.
        """
        with self._lock:
            self._is_given_up = True
            self._shut_if_given_up()

    def release(self) -> None:
        """Let go of the connection when the request has ended."""
        with self._lock:
            if self._socket:
                self._socket.close()
                self._socket = None

    def _shut_if_given_up(self) -> None:
        if self._is_given_up and self._socket:
            # The server may have closed it already.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
