"""The two messages of an HTTP exchange, as the loopback servers see them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl, unquote, urlsplit

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """What a client sent; header names are in lower case, `at` is on the monotonic clock."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @cached_property
    def path(self) -> str:
        """The path with its escapes undone."""
        return unquote(urlsplit(self.target).path)

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The parameters after the question mark; of doubled names the last."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def line(self) -> str:
        """Method and target: what faults are matched against."""
        return f"{self.method} {self.target}"

    def json(self) -> object:
        """The body's value; raises ValueError where it is not JSON."""
        return json.loads(self.body)

    def json_object(self) -> dict[str, object]:
        """The body as an object, empty where it is something else."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answers; the length is added on the way out."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> object:
        """The body's value; raises ValueError where it is not JSON."""
        return json.loads(self.body)


def as_json(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """Make an answer of a JSON value."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, headers=headers or {})
