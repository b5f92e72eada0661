"""What one run leaves for the next, hidden in the last line of the summary comment."""

import base64
import binascii
import json
import re
import zlib
from dataclasses import asdict, dataclass, fields
from typing import Any

from reviewer.findings import Severity
from reviewer.review import Review, Status

VERSION = 1

# The line is written by us, but a maintainer can edit it: it is read like any untrusted text, and
# a form sends CRLF.
_LINE = re.compile(
    r"^<!-- code-review-action:state v=(\d{1,4}) ([A-Za-z0-9_-]{1,20000}) -->\r?$", re.MULTILINE
)
_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class State:
    """One finished review, as far as a later run has to know it.

    `key` names everything but the commits that the result depends on: prompts, models and
    configuration. `cost` is in US dollars as text, empty when it is not known.
    """

    head_sha: str
    base_sha: str
    key: str
    complete: bool
    critical: int
    high: int
    medium: int
    low: int
    reviewed_files: int
    skipped_files: int
    tokens: int
    cost: str


def of(review: Review, key: str) -> State:
    """Keep of a review what a later run has to know."""
    spent = review.spent
    return State(
        head_sha=review.head_sha,
        base_sha=review.base_sha,
        key=key,
        complete=review.complete,
        critical=review.count(Severity.CRITICAL),
        high=review.count(Severity.HIGH),
        medium=review.count(Severity.MEDIUM),
        low=review.count(Severity.LOW),
        reviewed_files=len(review.having(Status.REVIEWED)),
        skipped_files=len(review.files) - len(review.having(Status.REVIEWED)),
        tokens=spent.input_tokens + spent.output_tokens,
        cost="" if spent.cost is None else f"{spent.cost:.6f}",
    )


def encode(state: State) -> str:
    """Return the hidden line."""
    packed = zlib.compress(json.dumps(asdict(state), separators=(",", ":")).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return f"<!-- code-review-action:state v={VERSION} {text} -->"


def decode(body: str) -> State | None:
    """Read the state of a comment; None when there is none, or a damaged or foreign one."""
    lines = _LINE.findall(body)
    if not lines or int(lines[-1][0]) != VERSION:
        return None
    text: str = lines[-1][1]
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        plain = zlib.decompressobj().decompress(packed, _LARGEST)
        values = json.loads(plain)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        return None
    return _checked(values)


def _checked(values: Any) -> State | None:  # noqa: ANN401 - any JSON may stand there
    expected = {field.name: field.type for field in fields(State)}
    if not isinstance(values, dict) or set(values) != set(expected):
        return None
    if any(type(values[name]) is not kind for name, kind in expected.items()):
        return None
    return State(**values)
