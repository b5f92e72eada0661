"""How tests open a client of a model server, for which time passes only while it sleeps."""

import json
from dataclasses import dataclass, field
from typing import Protocol, TypedDict, Unpack

from reviewer.adapters.http.retry import Policy
from reviewer.adapters.openai.capacity import Capacity
from reviewer.adapters.openai.model_server import ModelServer
from reviewer.adapters.openai.wire import Options
from reviewer.llm.reply_schemas import REVIEW_SCHEMA
from reviewer.prompt import Message, Prompt
from tests.loopback.model import LoopbackModel

POLICY = Policy(attempts=3, first_wait=1, longest_wait=20, limit_wait=60, jitter=0)
PROMPT = Prompt(
    purpose="review",
    messages=(Message("system", "Be right or quiet."), Message("user", "the secret plan")),
    schema_name="review",
    schema=REVIEW_SCHEMA,
)
STATED = (
    "the secret plan\n\n"
    "Reply with one JSON object that follows this JSON Schema, and nothing else:\n"
    + json.dumps(REVIEW_SCHEMA)
)
"""The message of the user in PROMPT, as it goes to a server that may not show the schema."""


@dataclass
class Clock:
    """A time that passes only while somebody sleeps."""

    now: float = 0.0
    naps: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


class Settings(TypedDict, total=False):
    """What a test may want to be different."""

    model: str
    api_key: str
    base_url: str
    policy: Policy
    options: Options
    responses: bool
    capacity: Capacity


class Connect(Protocol):
    def __call__(
        self,
        server: LoopbackModel,
        *,
        clock: Clock | None = None,
        seconds: float = 100,
        **settings: Unpack[Settings],
    ) -> ModelServer: ...
