"""Knows prices and context windows of models, and whose prices apply to a run."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import InputError
from reviewer.prompt import Usage

_TABLE = Path(__file__).with_name("models.toml")
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_MILLION = 1_000_000
# https://developers.openai.com/api/docs/guides/data-residency: for models since March 2026, which
# all listed ones are.
_REGIONAL = Decimal("1.1")
DAYS_AHEAD = 60
"""Days before the end of a model from which a run warns; OpenAI announces it six months before."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens of prompts and of replies.

    `cached` and `written` are for tokens of the prompt that a cache served or took in; None is the
    price of the others.
    """

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    written: Decimal | None = None

    def cost(self, usage: Usage) -> Decimal:
        """Return the cost of a request in US dollars; reasoning is a part of the reply."""
        plain = max(0, usage.input_tokens - usage.cached_tokens - usage.written_tokens)
        total = self.input * plain + self.output * usage.output_tokens
        total += usage.cached_tokens * (self.input if self.cached is None else self.cached)
        total += usage.written_tokens * (self.input if self.written is None else self.written)
        return total / _MILLION

    @property
    def dearest(self) -> "Price":
        """The price for an estimate of tokens: a cache may take in all of a prompt."""
        return Price(max(self.input, self.written or self.input), self.output)

    def times(self, factor: Decimal) -> "Price":
        """Return each price multiplied by a factor."""
        cached, written = (
            None if price is None else price * factor for price in (self.cached, self.written)
        )
        return Price(self.input * factor, self.output * factor, cached, written)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The price of a model at OpenAI, and its context window in tokens."""

    price: Price
    context_window: int


def lookup(model: str) -> ModelFacts | None:
    """Return the facts of a model, by its name or its name without a date; None if unknown."""
    known = _load_table()
    return known.get(model) or known.get(_DATED.sub("", model))


@cache
def _load_table() -> dict[str, ModelFacts]:
    rows = tomllib.loads(_TABLE.read_text("utf-8"), parse_float=Decimal)
    return {name: ModelFacts(_read_price(row), row["context_window"]) for name, row in rows.items()}


def _read_price(row: dict[str, Any]) -> Price:
    return Price(row["input"], row["output"], row.get("cached_input"), row.get("cache_write"))


def find_price(model: str, inputs: Inputs) -> Price | None:
    """Return the price of a model, None if it is not known.

    The workflow's price is that of its `model`, whatever the table says. For other models, the
    table comes first. The table is about OpenAI's own address: elsewhere, also at Azure, the
    same name may be another model at another price, so only the workflow's price applies.
    """
    stated = Price(*inputs.price) if inputs.price else None
    if stated and model == inputs.model:
        return stated
    facts = lookup(model) if inputs.asks_openai else None
    if facts is None:
        return stated
    return facts.price.times(_REGIONAL) if inputs.asks_openai_region else facts.price


def require_prices(inputs: Inputs, limit: str) -> None:
    """Raise InputError if the price of a model that the input `limit` needs is not known."""
    for model in inputs.every_model:
        if find_price(model, inputs) is None:
            raise unknown_price_error(model, limit)


def unknown_price_error(model: str, limit: str) -> InputError:
    """Return the error for the input `limit`, in US dollars, and a model of unknown price."""
    return InputError(
        f"The limit {limit} cannot be kept: the price of {model} is not known.",
        cause="The action knows prices of OpenAI's models at OpenAI's own address only.",
        remedy="Set price, for example `price: 1.00/5.00` (US dollars per million input and output "
        f"tokens), or max-tokens-total instead of {limit}.",
    )


def shutdown_warning(model: str, ends: date | None, today: date) -> str:
    """Return a note that a model ends within DAYS_AHEAD, else ""; None is an unknown end."""
    if ends is None or (ends - today).days > DAYS_AHEAD:
        return ""
    if ends <= today:
        return (
            f"the model {model} was to be shut down on {ends}; set another one in the input model"
        )
    return (
        f"the model {model} will be shut down on {ends}; set another one in the input model by then"
    )
