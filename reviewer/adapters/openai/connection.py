"""The HTTP connection to a model server: no headers but ours, no redirects, no endless response."""

import threading
from collections.abc import Callable, Mapping

import httpx2
from openai import DefaultHttpxClient, OpenAI

from reviewer.adapters.openai import response_limit
from reviewer.adapters.openai.request_socket import RequestSocket
from reviewer.errors import InputError

OPENAI = "https://api.openai.com/v1"

_SECONDS_TO_CONNECT = 10.0
# Each request has a connection of its own, which can be closed without harm to another one. Its
# thread closes it and nobody else: what reads from a closed file could read from a newer one.
_NOTHING_KEPT = httpx2.Limits(max_keepalive_connections=0)
# The SDK requires a key; ours is set by _keep_our_headers when a request leaves.
_NO_KEY = "none"
# Headers that a request may carry. The SDK adds others: from variables such as
# OPENAI_CUSTOM_HEADERS or OPENAI_ORG_ID, cookies, and a description of the machine.
_HEADERS = frozenset(
    {
        "accept",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)


class Connection:
    """Sends requests to one address; usable from any thread.

    Our own code reads the responses: the SDK would take anything for one, and import more.
    """

    def __init__(self, base_url: str, api_key: str) -> None:
        """Open a client; the environment names proxies and certificates.

        An empty `base_url` is OpenAI's own, an empty `api_key` sends none. Raises InputError when
        the address, a proxy or the certificates cannot be used.
        """
        self._key = api_key
        self._client = self._open(base_url or OPENAI)
        self._sending = _Sending()

    def post(
        self, path: str, body: Mapping[str, object], seconds: float, socket: RequestSocket
    ) -> httpx2.Response:
        """Send JSON and return the response, of which no read may take more than `seconds`.

        Another thread may give `socket` up meanwhile. Raises APIStatusError and APIConnectionError
        of the SDK.
        """
        timeout = _limit(seconds)
        return self._send_on(
            socket,
            lambda: self._client.post(
                path, cast_to=httpx2.Response, body=body, options={"timeout": timeout}
            ),
        )

    def get(self, path: str, seconds: float, socket: RequestSocket) -> httpx2.Response:
        """Ask for a resource; otherwise like `post`."""
        timeout = _limit(seconds)
        return self._send_on(
            socket,
            lambda: self._client.get(path, cast_to=httpx2.Response, options={"timeout": timeout}),
        )

    def _send_on(
        self, socket: RequestSocket, send: Callable[[], httpx2.Response]
    ) -> httpx2.Response:
        self._sending.socket = socket
        try:
            return send()
        finally:
            socket.release()

    def _open(self, base_url: str) -> OpenAI:
        try:
            client = DefaultHttpxClient(
                follow_redirects=False,
                limits=_NOTHING_KEPT,
                event_hooks={
                    "request": [self._keep_our_headers, self._trace_socket],
                    "response": [response_limit.restrict],
                },
            )
            return OpenAI(
                api_key=_NO_KEY,
                base_url=base_url,
                max_retries=0,
                http_client=client,
            )
        except (ImportError, OSError, ValueError, httpx2.InvalidURL) as refused:
            # Only the name of the error: its text may hold the password of a proxy.
            raise InputError(
                f"No connection to the model server can be set up ({type(refused).__name__}).",
                cause="One of base-url, HTTPS_PROXY, ALL_PROXY and NO_PROXY is invalid or names a "
                "SOCKS proxy, or the file in SSL_CERT_FILE holds no certificates.",
                remedy="Correct that value; proxies must start with http:// or https://.",
            ) from None

    def _keep_our_headers(self, request: httpx2.Request) -> None:
        """Send the API key, and no header that the SDK adds by itself."""
        for name in set(request.headers) - _HEADERS:
            del request.headers[name]
        # A small compressed response may unpack to one that fills the memory.
        request.headers["Accept-Encoding"] = "identity"
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"

    def _trace_socket(self, request: httpx2.Request) -> None:
        """Let the thread's RequestSocket see the connection; the SDK has no parameter for that."""
        request.extensions["trace"] = self._sending.socket.trace


class _Sending(threading.local):
    """The socket of the request that this thread sends."""

    socket: RequestSocket


def _limit(seconds: float) -> httpx2.Timeout:
    return httpx2.Timeout(seconds, connect=_SECONDS_TO_CONNECT)
