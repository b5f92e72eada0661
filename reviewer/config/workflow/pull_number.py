"""The type of `pr-number`: the number of a pull request, or a word for all that are open."""

from reviewer.config import option_types
from reviewer.config.enums import PullRequests
from reviewer.config.option_types import OptionType

LARGEST = 2**31 - 1
"""GitHub's numbers end here."""


def number_or_open() -> OptionType[int | PullRequests | None]:
    """Read a number in plain digits or `open`; an empty text names no pull request."""
    number = option_types.integer(1, LARGEST, example=7)

    def parse(text: str) -> int | PullRequests | None:
        if text == PullRequests.OPEN.value:
            return PullRequests.OPEN
        return number.parse(text) if text else None

    allowed = f"{number.allowed}; `open` for all open ones; empty for none"
    return OptionType(parse, allowed, number.example, blank=True)
