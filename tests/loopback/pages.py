"""Pages of REST lists, with GitHub's sizes and Link headers."""

import re
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

from tests.loopback.calls import Call
from tests.loopback.messages import Request

_DEFAULT_SIZE = 30
_LARGEST_SIZE = 100
Row = TypeVar("Row")


def page(call: Call, rows: Sequence[Row]) -> tuple[Sequence[Row], dict[str, str]]:
    """Cut one page out of the rows; the headers name its neighbours."""
    size = min(_number(call.request, "per_page", _DEFAULT_SIZE), _LARGEST_SIZE)
    number = _number(call.request, "page", 1)
    last = max(1, -(-len(rows) // size))
    if call.site.endless_pages:
        last = number + 1
    neighbours = {}
    if number > 1:
        neighbours["prev"] = number - 1
    if number < last:
        neighbours |= {"next": number + 1, "last": last}
    if number > 1:
        neighbours["first"] = 1
    links = [f'<{_link(call, target)}>; rel="{name}"' for name, target in neighbours.items()]
    start = 0 if call.site.endless_pages else (number - 1) * size
    return rows[start : start + size], {"Link": ", ".join(links)} if links else {}


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return int(text) if re.fullmatch(r"[1-9]\d{0,8}", text) else default


def _link(call: Call, number: int) -> str:
    """GitHub's links name the repository by its number."""
    path = f"/repositories/{call.repository.id}/{call.path.split('/', 4)[4]}"
    return f"{call.site.api_url}{path}?{urlencode({**call.request.query, 'page': number})}"
