"""Knows prices and context windows of models, and refuses requests over the run's budget."""

import re
import threading
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from reviewer.config.enums import NoLimit
from reviewer.config.inputs import Inputs
from reviewer.errors import BudgetError, InputError
from reviewer.prompt import Estimate, Usage
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
# Characters of a prompt that are not about the change: instructions and the schema.
_PROMPT_FRAME = 10_000
DAYS_AHEAD = 60
"""Days before the end of a model from which a run warns; OpenAI announces it six months before."""


DEFAULT_COST = Decimal(5)
"""US dollars that a run may cost if the workflow sets no limit and the prices are known."""
DEFAULT_TOKENS = 3_000_000
"""Tokens that a run may use if the workflow sets no limit and a price is not known."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens of prompts and of replies."""

    input: Decimal
    output: Decimal

    def cost(self, usage: Usage) -> Decimal:
        """Return the cost of a request in US dollars."""
        total = self.input * usage.input_tokens + self.output * usage.output_tokens
        return total / _MILLION


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The price of a model, and its context window in tokens."""

    price: Price
    context_window: int


def lookup(model: str) -> ModelFacts | None:
    """Return the facts of a model, by its name or its name without a date; None if unknown."""
    known = _load_table()
    return known.get(model) or known.get(_DATED.sub("", model))


@cache
def _load_table() -> dict[str, ModelFacts]:
    rows = tomllib.loads(_TABLE.read_text("utf-8"), parse_float=Decimal)
    return {
        name: ModelFacts(Price(row["input"], row["output"]), row["context_window"])
        for name, row in rows.items()
    }


def find_price(model: str, inputs: Inputs) -> Price | None:
    """Return the price of a model, None if it is not known.

    The workflow's price is that of its `model`, whatever the table says: other servers sell models
    under the same names. For other models, the table comes first.
    """
    stated = Price(*inputs.price) if inputs.price else None
    if stated and model == inputs.model:
        return stated
    facts = lookup(model)
    return facts.price if facts else stated


def require_prices(inputs: Inputs) -> None:
    """Raise InputError if the workflow limits the cost and the price of a model is not known."""
    if isinstance(inputs.max_cost, Decimal):
        for model in inputs.every_model:
            if find_price(model, inputs) is None:
                raise unknown_price_error(model)


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
        prices: Callable[[str], Price | None],
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

    @classmethod
    def of(cls, inputs: Inputs) -> "Budget":
        """Return the budget of a run, with a default limit for what the workflow does not limit.

        Without a price there is nothing to multiply, so the default is one of tokens then.
        """
        prices = {model: find_price(model, inputs) for model in inputs.every_model}
        priced = all(prices.values())
        cost, tokens = inputs.max_cost, inputs.max_tokens_total
        if cost is None and priced:
            cost = DEFAULT_COST
        if tokens is None and not priced:
            tokens = DEFAULT_TOKENS
        return cls(
            None if tokens is NoLimit.NONE else tokens,
            None if cost is NoLimit.NONE else cost,
            prices.get,
        )

    def reserve(self, model: str, characters: int) -> Reservation:
        """Reserve tokens and money for a request whose prompt has so many characters.

        Settle or release the reservation afterwards. Raises BudgetError when the request would
        exceed a limit, and InputError when there is a cost limit and the model's price is unknown.
        """
        price = self._prices(model)
        if price is None and self._max_cost is not None:
            raise unknown_price_error(model)
        with self._lock:
            expected = self._estimator.estimate(characters)
            cost = price.cost(expected) if price else Decimal(0)
            reservation = Reservation(model, characters, expected, cost)
            self._check(reservation)
            self._in_flight.append(reservation)
        return reservation

    def estimate(self, model: str, sizes: Sequence[int]) -> Estimate:
        """Return what requests whose prompts have so many characters would take, all together."""
        price = self._prices(model)
        with self._lock:
            wanted = [self._estimator.estimate(size) for size in sizes]
        total = Usage(
            sum(each.input_tokens for each in wanted), sum(each.output_tokens for each in wanted)
        )
        cost = price.cost(total) if price else None
        return Estimate(total.input_tokens, total.output_tokens, cost)

    def can_afford(self, model: str, sizes: Sequence[int]) -> bool:
        """Return True if requests about changes of so many characters each would fit the limits.

        Each is taken for a prompt of twice its changes, after instructions of a fixed size.
        """
        prompts = [2 * size + _PROMPT_FRAME for size in sizes]
        wanted = self.estimate(model, prompts)
        usage = Usage(wanted.input_tokens, wanted.output_tokens)
        cost = wanted.cost or Decimal(0)
        with self._lock:
            return not self._find_exceeded(Reservation(model, sum(prompts), usage, cost))

    def settle(self, reserved: Reservation, usage: Usage | None, *, lost: int = 0) -> None:
        """Count a request that got a reply, and earlier attempts of it whose replies were `lost`.

        Without a usage, its estimate is counted and the cost of the run becomes unknown.
        """
        with self._lock:
            self._in_flight.remove(reserved)
            self._count(reserved, usage)
            self._count_lost(reserved, lost)
            if usage:
                self._estimator.learn(reserved.characters, usage)

    def release(self, reserved: Reservation, *, lost: int = 0) -> None:
        """Cancel the reservation of a request that got no reply; count its `lost` replies."""
        with self._lock:
            self._in_flight.remove(reserved)
            self._count_lost(reserved, lost)

    def _count_lost(self, reserved: Reservation, lost: int) -> None:
        # The server may have made them, and then they were paid for.
        for _ in range(lost):
            self._count(reserved, None)

    def _count(self, reserved: Reservation, usage: Usage | None) -> None:
        price = self._prices(reserved.model)
        counted = usage or reserved.expected
        self._requests += 1
        self._tokens = _add(self._tokens, counted)
        self._cost += price.cost(counted) if price else Decimal(0)
        self._cost_known &= bool(price and usage)
        self._models[reserved.model] = None

    def spent(self) -> Spent:
        """Return the totals of all requests that got a reply, or whose reply was lost."""
        with self._lock:
            return Spent(
                requests=self._requests,
                input_tokens=self._tokens.input_tokens,
                output_tokens=self._tokens.output_tokens,
                cost=self._cost if self._cost_known else None,
                models=tuple(self._models),
            )

    def _check(self, wanted: Reservation) -> None:
        if exceeded := self._find_exceeded(wanted):
            raise exceeded

    def _find_exceeded(self, wanted: Reservation) -> BudgetError | None:
        reservations = (*self._in_flight, wanted)
        tokens = self._tokens.input_tokens + self._tokens.output_tokens
        tokens += sum(reservation.tokens for reservation in reservations)
        cost = self._cost + sum(reservation.cost for reservation in reservations)
        if self._max_tokens is not None and tokens > self._max_tokens:
            return BudgetError(
                f"The token budget is spent: the next request would exceed {self._max_tokens:,}.",
                remedy="Raise max-tokens-total, or review fewer files.",
            )
        if self._max_cost is not None and cost > self._max_cost:
            return BudgetError(
                f"The cost budget is spent: the next request would exceed ${self._max_cost:f}.",
                remedy="Raise max-cost, or review fewer files.",
            )
        return None


def unknown_price_error(model: str) -> InputError:
    """Return the error for a limit on the cost and a model of unknown price."""
    return InputError(
        f"The limit max-cost cannot be kept: the price of {model} is not known.",
        remedy="Set price, for example `price: 1.00/5.00` (US dollars per million input and output "
        "tokens), or max-tokens-total instead of max-cost.",
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
