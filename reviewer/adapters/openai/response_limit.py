"""Limits what is read of a model server's response, whatever its headers say."""

from collections.abc import Iterator

import httpx2

# Several times the longest reply; without a limit a server could fill the memory.
LARGEST = 8 << 20
"""Bytes of a response."""


def restrict(response: httpx2.Response) -> None:
    """Read a response as UTF-8, uncompressed and of limited size, whatever its headers say."""
    response.encoding = "utf-8"
    response.headers.pop("content-encoding", None)
    assert isinstance(response.stream, httpx2.SyncByteStream)  # noqa: S101  # tells the type checker
    response.stream = _Capped(response.stream)


class TooLargeError(httpx2.RequestError):
    """The response is larger than LARGEST."""


class _Capped(httpx2.SyncByteStream):
    """The body of a response, up to LARGEST bytes of it."""

    def __init__(self, body: httpx2.SyncByteStream) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        taken = 0
        for chunk in self._body:
            taken += len(chunk)
            if taken > LARGEST:
                raise TooLargeError("too large")
            yield chunk

    def close(self) -> None:
        self._body.close()
