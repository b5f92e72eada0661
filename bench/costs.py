"""What the requests of a run cost: tokens, those that a cache would have served, dollars.

Tokens are characters divided by four, as in `prompt_cache`; OpenAI's o200k_base has one for 4.2
characters of the standard library. Prices are those of models.toml.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import prompt_cache
from bench.timed_model import MODEL_NAME, Exchange

_PRICES = Path(__file__).parent.parent / "reviewer" / "llm" / "models.toml"
_MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Costs:
    """Requests and their tokens; `cached` are a part of `prompt`."""

    requests: int
    prompt: int
    cached: int
    reply: int

    @property
    def full_price(self) -> float:
        """Tokens of prompts at the full price that cost as much as all of them."""
        return self.prompt - (1 - prompt_cache.READ_PRICE) * self.cached

    @property
    def dollars(self) -> float:
        """The price of all tokens at the prices of today."""
        row = tomllib.loads(_PRICES.read_text("utf-8"))[MODEL_NAME]
        # A table without a price for cached tokens is of before there was one.
        read_price = row.get("cached_input", row["input"])
        full = row["input"] * (self.prompt - self.cached)
        return float(full + read_price * self.cached + row["output"] * self.reply) / _MILLION


def count(exchanges: Sequence[Exchange]) -> Costs:
    """Return what requests cost; the cache knows nothing before the first of them."""
    served = prompt_cache.serve([each.as_prompt() for each in exchanges])
    prompt = sum(each.tokens for each in served)
    cached = sum(each.read for each in served)
    reply = sum(len(each.reply) for each in exchanges) // prompt_cache.CHARACTERS_PER_TOKEN
    return Costs(len(exchanges), prompt, cached, reply)
