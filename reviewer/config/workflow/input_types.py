"""The types of `price` and `pr-number`, which have a form of their own."""

import re
from typing import TYPE_CHECKING

from reviewer.config import option_types
from reviewer.config.enums import PullRequests
from reviewer.config.option_types import OptionType

if TYPE_CHECKING:
    from decimal import Decimal

# GitHub's numbers of pull requests end here.
_LARGEST_NUMBER = 2**31 - 1


def prices() -> "OptionType[tuple[Decimal, Decimal, Decimal | None, Decimal | None]]":
    """Read the prices of input and output, joined by a slash, and by name those of a cache.

    They are returned as input, output, cached, cache-write; None where one is not given. A third
    number without a name could be read in two ways, so it is refused.
    """
    one = option_types.decimal(10_000, above=0, example="1.00")
    cached = option_types.decimal(10_000, example="0.10")

    def parse(text: str) -> "tuple[Decimal, Decimal, Decimal | None, Decimal | None]":
        found = re.fullmatch(
            r"([^/=]+)/([^/=]+?)(?:[\s,]+cached=(\S+?))?(?:[\s,]+cache-write=(\S+))?", text.strip()
        )
        if found is None:
            raise ValueError
        given, made, read, written = found.groups()
        price = one.parse(given.strip())
        discounted = cached.parse(read) if read else None
        if discounted is not None and discounted > price:
            raise ValueError("cached tokens cost more than the others")
        return price, one.parse(made.strip()), discounted, one.parse(written) if written else None

    allowed = (
        "US dollars per million input and output tokens, both above 0, like `1.00/5.00`, and "
        "optionally those of cached input and of cache writes, like "
        "`1.00/5.00 cached=0.10 cache-write=1.25`"
    )
    return OptionType(parse, allowed, "1.00/5.00")


def number_or_open() -> OptionType[int | PullRequests | None]:
    """Read a number in plain digits or `open`; an empty text names no pull request."""
    number = option_types.integer(1, _LARGEST_NUMBER, example=7)

    def parse(text: str) -> int | PullRequests | None:
        if text == PullRequests.OPEN.value:
            return PullRequests.OPEN
        return number.parse(text) if text else None

    allowed = f"{number.allowed}; `open` for all open ones; empty for none"
    return OptionType(parse, allowed, number.example, blank=True)
