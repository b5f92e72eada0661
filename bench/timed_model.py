"""A model server whose replies take as long as those of a real one, and which keeps what was asked.

Latencies are log-normal with a median of 8 s and a 95th percentile of 25 s. The n-th request after
`begin` takes the n-th latency of its seed, so both sides of a pair have the same.
"""

import json
import math
import random
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from bench.prompt_cache import SentPrompt
from bench.replies import Replies, is_verification, is_whole, messages, reviewed_files
from tests.loopback.messages import Request, Response
from tests.loopback.model import CHAT, Body, LoopbackModel

MEDIAN, PERCENTILE_95 = 8.0, 25.0
"""Seconds."""
MODEL_NAME = "gpt-6.1-sol"
"""A model that both our table of prices and PR-Agent's table of models know."""
# The 95th percentile of the standard normal distribution.
_Z_95 = 1.6449
_SIGMA = math.log(PERCENTILE_95 / MEDIAN) / _Z_95


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its reply; times in seconds of the model, which `scale` has shortened.

    `began` and `ended` are on a clock of their own. Between them are the latency and the time that
    the server took itself.
    """

    body: Body
    reply: str
    latency: float
    began: float
    ended: float

    def as_prompt(self) -> SentPrompt:
        """Return what a cache sees: tools and the schema before the messages, as OpenAI has it."""
        wanted = self.body.get("response_format", {}).get("json_schema", {})
        head = json.dumps(self.body.get("tools", [])) + json.dumps(wanted)
        text = "\n<message>\n".join((head, *messages(self.body)))
        return SentPrompt(text, self.began, self.ended, self.body.get("prompt_cache_key", ""))


class TimedModel(LoopbackModel):
    """Use `with TimedModel(replies) as model`; a second takes `scale` seconds.

    With `single` it answers one request at a time, as a server of one slot does. It stops its work
    when the client disconnects. No reply takes less than `least` seconds of the model.
    """

    def __init__(
        self, replies: Replies, *, scale: float = 1.0, single: bool = False, least: float = 0.0
    ) -> None:
        """Bind a port; nothing takes time before `begin`."""
        super().__init__(replies, models=(MODEL_NAME,), checked=False)
        self.scale = scale
        self.exchanges: list[Exchange] = []
        self._least = least
        self._draws: random.Random | None = None
        self._turn: AbstractContextManager[object] = threading.Lock() if single else nullcontext()

    def begin(self, seed: int | None) -> None:
        """Forget what was asked and draw latencies from a seed; with None, reply at once."""
        with self._lock:
            self.requests.clear()
            self.exchanges = []
            self._draws = None if seed is None else random.Random(seed)

    def answer(self, request: Request) -> Response:
        """Take the time of a reply, then answer."""
        if request.path != CHAT:
            return super().answer(request)
        latency, began = self.draw(), time.monotonic()
        with self._turn:
            self.work(latency * self.scale)
            response = super().answer(request)
        times = (began / self.scale, time.monotonic() / self.scale)
        exchange = Exchange(request.json_object(), _reply(response), latency, *times)
        with self._lock:
            self.exchanges.append(exchange)
        return response

    def draw(self) -> float:
        """Return the latency of the next request in seconds."""
        with self._lock:
            if self._draws is None:
                return 0.0
            return max(self._least, self._draws.lognormvariate(math.log(MEDIAN), _SIGMA))


def _reply(response: Response) -> str:
    match response.json():
        case {"choices": [{"message": {"content": str(text)}}]}:
            return text
        case _:
            return ""


def wall_seconds(exchanges: list[Exchange]) -> float:
    """Return the seconds of the model from the first request to the last reply."""
    return max(each.ended for each in exchanges) - min(each.began for each in exchanges)


def least_seconds(exchanges: list[Exchange], concurrency: int) -> float:
    """Return the least that these latencies allow: the bound for any order of the requests.

    It is the longest chain of requests of which each needs the reply of the one before, and not
    less than all latencies over the requests that may be under way at once. A verification needs
    the reviews of its files, and not the request about the whole change, which may end later.
    """
    reviews: dict[str, float] = {}
    longest = 0.0
    for each in exchanges:
        if not is_verification(each.body):
            longest = max(longest, each.latency)
            for path in () if is_whole(each.body) else reviewed_files(each.body):
                reviews[path] = max(reviews.get(path, 0.0), each.latency)
    for each in exchanges:
        if is_verification(each.body):
            needed = (reviews.get(path, 0.0) for path in reviewed_files(each.body))
            longest = max(longest, each.latency + max(needed, default=0.0))
    return max(longest, sum(each.latency for each in exchanges) / concurrency)


def prompt_bytes(exchanges: list[Exchange]) -> int:
    """Return the bytes of all messages that were sent."""
    return sum(len(text.encode()) for each in exchanges for text in messages(each.body))


def shown(exchange: Exchange) -> list[str]:
    """Return the paths of the files whose changes a request shows."""
    return reviewed_files(exchange.body)
