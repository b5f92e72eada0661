"""Counts what requests cost, by purpose, and refuses those over a limit of tokens or money."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reviewer.config.enums import NoLimit
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import BudgetError, PullLimitError
from reviewer.llm.model_catalog import Price, find_price, unknown_price_error
from reviewer.llm.tallies import PURPOSES, Tallies
from reviewer.prompt import Estimate, Usage
from reviewer.review.spending import Spent

# Characters per token: about three in code. The models' own counts correct this, within bounds that
# hold for every tokenizer.
_FIRST_RATIO = Decimal(3)
_RATIOS = (Decimal(1), Decimal(8))
# Tokens of a reply, until the first one is counted.
_FIRST_OUTPUT = 1_000
# Characters of a prompt that are not about the change: instructions and the schema.
_PROMPT_FRAME = 10_000

DEFAULT_COST = Decimal(5)
"""US dollars that a run may cost if the workflow sets no limit and the prices are known."""
DEFAULT_TOKENS = 3_000_000
"""Tokens that a run may use if the workflow sets no limit and a price is not known."""


@dataclass(frozen=True, slots=True)
class PullLimit:
    """What all runs on a pull request may cost together, in US dollars.

    `earlier` is what other runs have cost. `share` is this run's part of the rest, below 1 for one
    of several shards, which run at the same time.
    """

    limit: Decimal
    earlier: Decimal
    share: Decimal = Decimal(1)

    @property
    def left(self) -> Decimal:
        """The US dollars that this run may cost, below 0 if the limit is exceeded already."""
        return (self.limit - self.earlier) * self.share


@dataclass(frozen=True, slots=True)
class Reservation:
    """The estimate for a request in flight.

    `purpose` is what the comment calls it. `characters` counts those of its
    prompt; `cost` is in US dollars, 0 when no price is known.
    """

    model: str
    purpose: str
    characters: int
    expected: Usage
    cost: Decimal

    @property
    def tokens(self) -> int:
        """The expected tokens of the prompt and the reply."""
        return self.expected.input_tokens + self.expected.output_tokens


class Budget:
    """Keeps a run within its limits; safe to share between threads.

    A request in flight has its estimated cost, and afterwards the one that the model reports.
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
        self._tallies = Tallies()
        self._models: dict[str, None] = {}
        self._pull_limit: PullLimit | None = None
        self._refusal: BudgetError | None = None

    @classmethod
    def of(cls, inputs: Inputs, before: Iterable[Spent] = ()) -> "Budget":
        """Return the budget of a run, with a default limit for what the workflow does not limit.

        Without a price there is nothing to multiply, so the default is one of tokens then. What the
        run has spent `before` on other pull requests is taken off.
        """
        prices = {model: find_price(model, inputs) for model in inputs.every_model}
        priced = all(prices.values())
        cost, tokens = inputs.max_cost, inputs.max_tokens_total
        if cost is None and priced:
            cost = DEFAULT_COST
        if tokens is None and not priced:
            tokens = DEFAULT_TOKENS
        tokens = None if tokens is NoLimit.NONE else tokens
        cost = None if cost is NoLimit.NONE else cost
        for spent in before:
            tokens = None if tokens is None else tokens - spent.tokens
            cost = None if cost is None else cost - (spent.dollars or 0)
        return cls(tokens, cost, prices.get)

    def limit_pull(self, limit: PullLimit) -> None:
        """Set the limit for all runs on the pull request; until then there is none."""
        self._pull_limit = limit

    @property
    def refusal(self) -> BudgetError | None:
        """The reason why the first request was refused, None if none was."""
        return self._refusal

    @property
    def is_used_up(self) -> bool:
        """True if not even the smallest request would fit the limits of the run."""
        with self._lock:
            return self._find_reached(*self._add_up(1, Decimal("0.000001"))) is not None

    def reserve(self, model: str, characters: int, purpose: str = "review") -> Reservation:
        """Reserve tokens and money for a request whose prompt has so many characters.

        `purpose` is that of the prompt. Settle or release the reservation afterwards. Raises
        BudgetError when the request would exceed a limit, and InputError when there is a cost limit
        and the model's price is unknown.
        """
        price = self._prices(model)
        if price is None and (self._max_cost is not None or self._pull_limit):
            limit = "max-cost-pull-request" if self._max_cost is None else "max-cost"
            raise unknown_price_error(model, limit)
        with self._lock:
            expected = self._estimator.estimate(characters)
            cost = price.dearest.cost(expected) if price else Decimal(0)
            called = PURPOSES.get(purpose, purpose)
            reservation = Reservation(model, called, characters, expected, cost)
            self._check(reservation)
            self._in_flight.append(reservation)
        return reservation

    def estimate(self, model: str, sizes: Sequence[int]) -> Estimate:
        """Return what requests whose prompts have so many characters would take, all together.

        The price is that of prompts which a cache takes in as a whole, and of which it serves none.
        """
        price = self._prices(model)
        with self._lock:
            wanted = [self._estimator.estimate(size) for size in sizes]
        total = Usage(
            sum(each.input_tokens for each in wanted), sum(each.output_tokens for each in wanted)
        )
        cost = price.dearest.cost(total) if price else None
        return Estimate(total.input_tokens, total.output_tokens, cost)

    def can_afford(self, model: str, sizes: Sequence[int]) -> bool:
        """Return True if requests about changes of so many characters each would fit the limits.

        Each is taken for a prompt of twice its changes, after instructions of a fixed size.
        """
        prompts = [2 * size + _PROMPT_FRAME for size in sizes]
        wanted = self.estimate(model, prompts)
        tokens = wanted.input_tokens + wanted.output_tokens
        with self._lock:
            return not self._find_reached(*self._add_up(tokens, wanted.cost or Decimal(0)))

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
        if price and not usage:
            price = price.dearest
        used = usage or reserved.expected
        self._tallies.add(reserved.purpose, price, used, is_known=usage is not None)
        self._models[reserved.model] = None

    def spent(self) -> Spent:
        """Return the totals of all requests that got a reply, or whose reply was lost.

        The replies of requests that are under way may be lost: the cost is unknown then.
        """
        with self._lock:
            tallies, usage = self._tallies, self._tallies.usage
            known = tallies.is_known and not self._in_flight
            charged = tallies.charged + sum(reservation.cost for reservation in self._in_flight)
            return Spent(
                requests=tallies.requests,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                cost=charged if known else None,
                models=tuple(self._models),
                cached_tokens=usage.cached_tokens,
                written_tokens=usage.written_tokens,
                reasoning_tokens=usage.reasoning_tokens,
                charged=charged if tallies.is_priced else None,
                by_purpose=tallies.list(),
            )

    def _check(self, wanted: Reservation) -> None:
        if refusal := self._find_reached(*self._add_up(wanted.tokens, wanted.cost)):
            self._refusal = self._refusal or refusal
            raise refusal

    def _add_up(self, tokens: int, cost: Decimal) -> tuple[int, Decimal]:
        """Return the tokens and US dollars of the run if it takes so many more."""
        usage, flying = self._tallies.usage, self._in_flight
        tokens += usage.input_tokens + usage.output_tokens
        tokens += sum(reservation.tokens for reservation in flying)
        cost += self._tallies.charged + sum(reservation.cost for reservation in flying)
        return tokens, cost

    def _find_reached(self, tokens: int, cost: Decimal) -> BudgetError | None:
        """Return the error for the limit that so many tokens and US dollars would exceed."""
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
        pull = self._pull_limit
        if pull and cost > pull.left:
            shard = " This shard has its share of what is left." if pull.share < 1 else ""
            return PullLimitError(
                f"The limit max-cost-pull-request is reached: other runs have cost "
                f"${pull.earlier:.2f}, and the next request would exceed ${pull.limit:f}.{shard}",
                remedy="Raise max-cost-pull-request, or review fewer files.",
            )
        return None


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
