"""Counts the requests of a run by purpose: their tokens and their price."""

from dataclasses import dataclass, field
from decimal import Decimal

from reviewer.llm.model_catalog import Price
from reviewer.prompt import Usage
from reviewer.review.spending import PurposeCost

PURPOSES = {
    "review": "review",
    "verify": "verification",
    "whole": "overview",
    "overview": "overview",
    "trivial": "trivial changes",
    "answer": "answer",
}
"""What the comment calls requests, by the purposes of their prompts."""


@dataclass(slots=True)
class Tally:
    """What the requests of one purpose have cost so far; `charged` includes estimates.

    `is_known` says that each had a usage and a price, `is_priced` that each had a price.
    """

    requests: int = 0
    usage: Usage = field(default_factory=lambda: Usage(0, 0))
    charged: Decimal = Decimal(0)
    is_known: bool = True
    is_priced: bool = True

    def add(self, price: Price | None, usage: Usage, *, is_known: bool) -> None:
        """Count a request; `is_known` says that its usage is no estimate."""
        self.requests += 1
        self.usage += usage
        self.charged += price.cost(usage) if price else Decimal(0)
        self.is_known &= bool(price and is_known)
        self.is_priced &= bool(price)


@dataclass(slots=True)
class Tallies:
    """The tallies of a run, by what the comment calls the purpose of a request."""

    _by_purpose: dict[str, Tally] = field(default_factory=dict)

    def add(self, purpose: str, price: Price | None, usage: Usage, *, is_known: bool) -> None:
        """Count a request; `is_known` says that its usage is no estimate."""
        self._by_purpose.setdefault(purpose, Tally()).add(price, usage, is_known=is_known)

    @property
    def requests(self) -> int:
        """The number of all requests."""
        return sum(tally.requests for tally in self._by_purpose.values())

    @property
    def usage(self) -> Usage:
        """The tokens of all requests."""
        return sum((tally.usage for tally in self._by_purpose.values()), Usage(0, 0))

    @property
    def charged(self) -> Decimal:
        """The price of all requests in US dollars, with estimates; those without a price cost 0."""
        return sum((tally.charged for tally in self._by_purpose.values()), Decimal(0))

    @property
    def is_known(self) -> bool:
        """True if each request had a usage and a price."""
        return all(tally.is_known for tally in self._by_purpose.values())

    @property
    def is_priced(self) -> bool:
        """True if each request had a price."""
        return all(tally.is_priced for tally in self._by_purpose.values())

    def list(self) -> tuple[PurposeCost, ...]:
        """Return what the requests of each purpose have cost, in the order of the comment."""
        order = tuple(dict.fromkeys((*PURPOSES.values(), *self._by_purpose)))
        return tuple(
            PurposeCost(
                name,
                tally.requests,
                tally.usage.input_tokens + tally.usage.output_tokens,
                tally.charged if tally.is_known else None,
            )
            for name in order
            if (tally := self._by_purpose.get(name))
        )
