"""A proxy that lets nobody through, as a company's may do."""

from http import HTTPStatus

from tests.loopback.messages import Request, Response
from tests.loopback.server import LoopbackServer

# Squid's, as in https://github.com/m1k1o/neko/issues/509.
PAGE = (
    b"<!DOCTYPE html PUBLIC '-//W3C//DTD HTML 4.01//EN'>\n<html><head>\n"
    b"<title>ERROR: The requested URL could not be retrieved</title>\n</head><body>"
    b"<p><b>Access Denied.</b></p>\n<!-- ERR_ACCESS_DENIED -->\n</body></html>\n"
)


class RefusingProxy(LoopbackServer):
    """Answers every request, CONNECT too, with its page."""

    def __init__(self, status: int) -> None:
        """Bind a port; `status` is that of every answer."""
        super().__init__()
        self._status = status

    def respond(self, request: Request) -> Response:
        """Refuse."""
        asks = self._status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
        challenge = {"Proxy-Authenticate": 'Basic realm="squid"'} if asks else {}
        return Response(self._status, PAGE, "text/html;charset=utf-8", challenge)
