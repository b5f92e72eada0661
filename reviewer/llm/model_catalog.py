"""Prices, context windows and end dates of models; figures and sources are in models.toml."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from reviewer.ports import Usage

_TABLE = Path(__file__).with_name("models.toml")
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_MILLION = 1_000_000
DAYS_AHEAD = 60
"""Days before the end of a model from which a run warns; OpenAI announces it six months before."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Prices in US dollars per million tokens, and the context window in tokens."""

    input_price: Decimal
    output_price: Decimal
    context_window: int

    def cost(self, usage: Usage) -> Decimal:
        """Return the cost of a request in US dollars."""
        total = self.input_price * usage.input_tokens + self.output_price * usage.output_tokens
        return total / _MILLION


def lookup(model: str) -> ModelFacts | None:
    """Return the facts of a model, by its name or its name without a date; None if unknown."""
    known = _load_table()
    return known.get(model) or known.get(_DATED.sub("", model))


@cache
def _load_table() -> dict[str, ModelFacts]:
    rows = tomllib.loads(_TABLE.read_text("utf-8"), parse_float=Decimal)
    return {
        name: ModelFacts(row["input"], row["output"], row["context_window"])
        for name, row in rows.items()
    }


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
