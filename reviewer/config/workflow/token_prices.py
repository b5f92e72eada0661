"""The type of `price`: what a million tokens cost."""

import re
from typing import TYPE_CHECKING

from reviewer.config import option_types
from reviewer.config.option_types import OptionType

if TYPE_CHECKING:
    from decimal import Decimal


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
