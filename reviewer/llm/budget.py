"""Knows prices and context windows of models, and refuses requests over the run's budget."""

import re
import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from reviewer.errors import BudgetError, InputError
from reviewer.ports import Usage
from reviewer.review import Spent

# Characters per token: about three in code. The models' own counts correct this, within bounds that
# hold for every tokenizer.
_FIRST_RATIO = Decimal(3)
_RATIOS = (Decimal(1), Decimal(8))
# Tokens of a reply, until the first one is counted.
_FIRST_OUTPUT = 1_000
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


@dataclass(frozen=True, slots=True)
class Reservation:
    """The estimate for a request in flight.

    `characters` counts those of its prompt; `cost` is in US dollars, 0 when no price is known.
    """

    model: str
    characters: int
    expected: Usage
    cost: Decimal

    @property
    def tokens(self) -> int:
        """The expected tokens of the prompt and the reply."""
        return self.expected.input_tokens + self.expected.output_tokens


class Budget:
    """Keeps a run within its limits; safe to share between threads.

    A request counts as estimated while it is in flight, and as the model reports it afterwards.
    """

    def __init__(
        self,
        max_tokens: int | None,
        max_cost: Decimal | None,
        prices: Callable[[str], ModelFacts | None] = lookup,
    ) -> None:
        """Set the limits in tokens and US dollars; None is no limit."""
        self._max_tokens = max_tokens
        self._max_cost = max_cost
        self._prices = prices
        self._lock = threading.Lock()
        self._in_flight: list[Reservation] = []
        self._estimator = _UsageEstimator()
        self._tokens = Usage(0, 0)
        self._requests = 0
        self._cost = Decimal(0)
        self._cost_known = True
        self._models: dict[str, None] = {}

    def reserve(self, model: str, characters: int) -> Reservation:
        """Reserve tokens and money for a request whose prompt has so many characters.

        Settle or release the reservation afterwards. Raises BudgetError when the request would
        exceed a limit, and InputError when there is a cost limit and the model's price is unknown.
        """
        facts = self._prices(model)
        if facts is None and self._max_cost is not None:
            raise unknown_price_error(model)
        with self._lock:
            expected = self._estimator.estimate(characters)
            cost = facts.cost(expected) if facts else Decimal(0)
            reservation = Reservation(model, characters, expected, cost)
            self._check(reservation)
            self._in_flight.append(reservation)
        return reservation

    def settle(self, reserved: Reservation, usage: Usage | None) -> None:
        """Count a request that got a reply.

        Without a usage, its estimate is counted and the cost of the run becomes unknown.
        """
        facts = self._prices(reserved.model)
        counted = usage or reserved.expected
        with self._lock:
            self._in_flight.remove(reserved)
            self._requests += 1
            self._tokens = _add(self._tokens, counted)
            self._cost += facts.cost(counted) if facts else Decimal(0)
            self._cost_known &= bool(facts and usage)
            self._models[reserved.model] = None
            if usage:
                self._estimator.learn(reserved.characters, usage)

    def release(self, reserved: Reservation) -> None:
        """Cancel the reservation of a request that got no reply."""
        with self._lock:
            self._in_flight.remove(reserved)

    def spent(self) -> Spent:
        """Return the totals of all requests that got a reply."""
        with self._lock:
            return Spent(
                requests=self._requests,
                input_tokens=self._tokens.input_tokens,
                output_tokens=self._tokens.output_tokens,
                cost=self._cost if self._cost_known else None,
                models=tuple(self._models),
            )

    def _check(self, wanted: Reservation) -> None:
        reservations = (*self._in_flight, wanted)
        tokens = self._tokens.input_tokens + self._tokens.output_tokens
        tokens += sum(reservation.tokens for reservation in reservations)
        cost = self._cost + sum(reservation.cost for reservation in reservations)
        if self._max_tokens is not None and tokens > self._max_tokens:
            raise BudgetError(
                f"The token budget is spent: the next request would exceed {self._max_tokens:,}.",
                remedy="Raise max-tokens-total, or review fewer files.",
            )
        if self._max_cost is not None and cost > self._max_cost:
            raise BudgetError(
                f"The cost budget is spent: the next request would exceed ${self._max_cost:f}.",
                remedy="Raise max-cost, or review fewer files.",
            )


def unknown_price_error(model: str) -> InputError:
    """Return the error for a limit on the cost and a model of unknown price."""
    return InputError(
        f"The limit max-cost cannot be kept: the price of {model} is not known.",
        remedy="Set max-tokens-total instead, or choose a model with a known price.",
    )


class _UsageEstimator:
    """Estimates the usage of a request from those of earlier ones."""

    def __init__(self) -> None:
        self._characters = self._input_tokens = self._output_tokens = self._requests = 0

    def estimate(self, characters: int) -> Usage:
        """Return the expected tokens of a prompt with so many characters, and of its reply."""
        if not self._requests:
            return Usage(int(characters / _FIRST_RATIO) + 1, _FIRST_OUTPUT)
        low, high = _RATIOS
        ratio = min(max(Decimal(self._characters) / max(1, self._input_tokens), low), high)
        return Usage(int(characters / ratio) + 1, -(-self._output_tokens // self._requests))

    def learn(self, characters: int, usage: Usage) -> None:
        """Add the reported usage of a request."""
        self._characters += characters
        self._input_tokens += usage.input_tokens
        self._output_tokens += usage.output_tokens
        self._requests += 1


def _add(one: Usage, other: Usage) -> Usage:
    return Usage(one.input_tokens + other.input_tokens, one.output_tokens + other.output_tokens)
