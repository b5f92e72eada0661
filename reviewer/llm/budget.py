"""Keeps count of what a run spends, and refuses the request that would pass a limit."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from reviewer.errors import BudgetError, InputError
from reviewer.llm import model_catalog
from reviewer.llm.model_catalog import ModelFacts
from reviewer.ports import Usage
from reviewer.review import Spent

# Code has about three characters per token. What models report corrects this, within bounds that
# no tokenizer leaves.
_FIRST_RATIO = Decimal(3)
_RATIOS = (Decimal(1), Decimal(8))
_FIRST_OUTPUT = 1_000


@dataclass(frozen=True, slots=True)
class Reservation:
    """What one request in flight is expected to take; `cost` is 0 where no price is known."""

    model: str
    characters: int
    expected: Usage
    cost: Decimal

    @property
    def tokens(self) -> int:
        """Tokens of the prompt and of the answer."""
        return self.expected.input_tokens + self.expected.output_tokens


class Budget:
    """The run's limits in tokens and US dollars; None is no limit. Safe to share between threads.

    A request is counted as estimated while it is in flight, and as reported once it is answered.
    """

    def __init__(
        self,
        max_tokens: int | None,
        max_cost: Decimal | None,
        prices: Callable[[str], ModelFacts | None] = model_catalog.lookup,
    ) -> None:
        """Start with nothing spent."""
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
        """Make room for a request whose prompt has so many characters.

        Raises BudgetError when that room would pass a limit, and InputError when there is a limit
        on the cost and no price to keep it by.
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
        """Count an answered request; without a usage its estimate counts, its cost is unknown."""
        facts = self._prices(reserved.model)
        taken = usage or reserved.expected
        with self._lock:
            self._in_flight.remove(reserved)
            self._requests += 1
            self._tokens = _add(self._tokens, taken)
            self._cost += facts.cost(taken) if facts else Decimal(0)
            self._cost_known &= bool(facts and usage)
            self._models[reserved.model] = None
            if usage:
                self._estimator.learn(reserved.characters, usage)

    def release(self, reserved: Reservation) -> None:
        """Give back the room of a request that was not answered."""
        with self._lock:
            self._in_flight.remove(reserved)

    def spent(self) -> Spent:
        """Say what the answered requests took."""
        with self._lock:
            return Spent(
                requests=self._requests,
                input_tokens=self._tokens.input_tokens,
                output_tokens=self._tokens.output_tokens,
                cost=self._cost if self._cost_known else None,
                models=tuple(self._models),
            )

    def _check(self, wanted: Reservation) -> None:
        taken = (*self._in_flight, wanted)
        tokens = self._tokens.input_tokens + self._tokens.output_tokens
        tokens += sum(reservation.tokens for reservation in taken)
        cost = self._cost + sum(reservation.cost for reservation in taken)
        if self._max_tokens is not None and tokens > self._max_tokens:
            raise BudgetError(
                f"The token budget is spent: the next request would pass {self._max_tokens:,}.",
                remedy="Raise max-tokens-total, or review fewer files.",
            )
        if self._max_cost is not None and cost > self._max_cost:
            raise BudgetError(
                f"The money budget is spent: the next request would pass ${self._max_cost:f}.",
                remedy="Raise max-cost, or review fewer files.",
            )


def unknown_price_error(model: str) -> InputError:
    """Say that a limit on the cost cannot be kept with a model of unknown price."""
    return InputError(
        f"The limit max-cost cannot be kept: the price of {model} is not known.",
        remedy="Set max-tokens-total instead, or choose a model with a known price.",
    )


class _UsageEstimator:
    """What models reported so far, to estimate the next request by."""

    def __init__(self) -> None:
        self._characters = self._input_tokens = self._output_tokens = self._requests = 0

    def estimate(self, characters: int) -> Usage:
        """Estimate a request from the mean of those before."""
        if not self._requests:
            return Usage(int(characters / _FIRST_RATIO) + 1, _FIRST_OUTPUT)
        low, high = _RATIOS
        ratio = min(max(Decimal(self._characters) / max(1, self._input_tokens), low), high)
        return Usage(int(characters / ratio) + 1, -(-self._output_tokens // self._requests))

    def learn(self, characters: int, usage: Usage) -> None:
        """Add one report."""
        self._characters += characters
        self._input_tokens += usage.input_tokens
        self._output_tokens += usage.output_tokens
        self._requests += 1


def _add(one: Usage, other: Usage) -> Usage:
    return Usage(one.input_tokens + other.input_tokens, one.output_tokens + other.output_tokens)
