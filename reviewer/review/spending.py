"""What requests to models cost: in one run, by purpose, and in all runs on a pull request."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import Field

MOST_BILLS = 20
"""Runs that are remembered one by one, so that none is counted twice; older ones are a sum."""
_ZERO = Decimal(0)
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class PurposeCost:
    """The share of a run's requests that had one purpose, such as the verification.

    `tokens` are those of prompts and replies. `cost` is in US dollars, None if a price or a usage
    is unknown.
    """

    purpose: str
    requests: int
    tokens: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Spent:
    """Requests, tokens and cost of a run.

    `input_tokens` and `output_tokens` are all of them. Of the former, a cache served
    `cached_tokens` and took in `written_tokens`; of the latter, `reasoning_tokens` are the model's
    reasoning. `cost` is in US dollars, None if a price or a usage is unknown. `charged` is the same
    with estimates of unknown usages, None if a price is unknown.
    """

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = _ZERO
    models: tuple[str, ...] = ()
    cached_tokens: int = 0
    written_tokens: int = 0
    reasoning_tokens: int = 0
    charged: Decimal | None = None
    by_purpose: tuple[PurposeCost, ...] = ()

    @property
    def tokens(self) -> int:
        """The tokens of prompts and replies."""
        return self.input_tokens + self.output_tokens

    @property
    def dollars(self) -> Decimal | None:
        """What is compared with a limit of the cost, in US dollars; None if a price is unknown."""
        return self.cost if self.charged is None else self.charged


# Limits are checked here because a value out of range would fail much later.
Tokens: TypeAlias = Annotated[int, Field(ge=0, le=10**12)]
Dollars: TypeAlias = Annotated[str, Field(pattern=r"^(?:[0-9]{1,9}(?:\.[0-9]{1,6})?)?$")]
"""A decimal number of US dollars, empty if it is not known."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What one run has cost, as later runs remember it.

    `run` identifies the run, and `began` is its start in Unix seconds. `charged` is empty if it is
    the same as `cost`.
    """

    run: Annotated[str, Field(max_length=64)]
    began: Tokens
    tokens: Tokens
    cost: Dollars = ""
    charged: Dollars = ""

    @classmethod
    def of(cls, run: str, began: int, spent: Spent) -> "Bill":
        """Return the bill of a run; fractions of a millionth of a dollar are rounded."""
        cost = write_dollars(spent.cost)
        charged = write_dollars(spent.dollars)
        return cls(run, began, spent.tokens, cost, "" if charged == cost else charged)

    @property
    def dollars(self) -> Decimal | None:
        """What is compared with a limit of the cost, in US dollars; None if a price is unknown."""
        return read_dollars(self.charged or self.cost)

    @property
    def amounts(self) -> tuple[int, Decimal | None, Decimal | None]:
        """Its tokens, its cost, and what is compared with a limit."""
        return self.tokens, read_dollars(self.cost), self.dollars


@dataclass(frozen=True, slots=True)
class Ledger:
    """The tokens and cost of all runs on a pull request, and the bills of the last ones.

    `cost` is in US dollars, None if that of a run is unknown. `charged` has estimates for these,
    None if a price is unknown. All include the bills.
    """

    tokens: int = 0
    cost: Decimal | None = _ZERO
    charged: Decimal | None = _ZERO
    bills: tuple[Bill, ...] = ()

    def charge(self, bill: Bill) -> "Ledger":
        """Return the ledger with a bill; what is in it already of that run is never lowered.

        A run may be billed more than once: it writes what it has cost so far whenever it can.
        """
        if not (bill.tokens or bill.dollars):
            return self
        before = next((each for each in self.bills if each.run == bill.run), None)
        if before is None:
            return Ledger(
                self.tokens + bill.tokens,
                _add(self.cost, read_dollars(bill.cost)),
                _add(self.charged, bill.dollars),
                (*self.bills, bill)[-MOST_BILLS:],
            )
        raised = _raise(bill, before)
        if raised.amounts == before.amounts:
            return self
        rest = Ledger(
            self.tokens - before.tokens,
            _add(self.cost, -Decimal(before.cost or 0)),
            _add(self.charged, -(before.dollars or _ZERO)),
            tuple(each for each in self.bills if each is not before),
        )
        return rest.charge(raised)

    def merge(self, others: Iterable["Ledger"]) -> "Ledger":
        """Return the ledger with the bills that others have and it lacks.

        What is older than its own bills may be in its sum already.
        """
        full, merged = len(self.bills) >= MOST_BILLS, self
        for other in others:
            for bill in other.bills:
                if not full or bill.began >= self.bills[0].began:
                    merged = merged.charge(bill)
        return merged

    def before(self, run: str) -> Decimal:
        """Return the US dollars that all runs but one have cost, as far as prices are known.

        Unknown usages are estimated.
        """
        if self.charged is None:
            return sum((bill.dollars or _ZERO for bill in self.bills if bill.run != run), _ZERO)
        return self.charged - sum(
            (bill.dollars or _ZERO for bill in self.bills if bill.run == run), _ZERO
        )


def _raise(bill: Bill, before: Bill) -> Bill:
    """Return the bill of a run, with nothing in it lower than in its earlier bill."""
    tokens, cost, charged = bill.amounts
    tokens_before, cost_before, charged_before = before.amounts
    cost, charged = _larger(cost, cost_before), _larger(charged, charged_before)
    text = "" if charged == cost else write_dollars(charged)
    return Bill(bill.run, before.began, max(tokens, tokens_before), write_dollars(cost), text)


def _larger(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else max(one, other)


def _add(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def write_dollars(amount: Decimal | None) -> str:
    """Return US dollars with six decimal places, "" for None."""
    return "" if amount is None else f"{amount.quantize(_MILLIONTH):f}"


def read_dollars(text: str) -> Decimal | None:
    """Return US dollars that `write_dollars` wrote."""
    return Decimal(text) if text else None
