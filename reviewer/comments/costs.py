"""Puts into words what a run, and all runs on a pull request, have cost."""

from collections.abc import Iterator
from decimal import Decimal

from reviewer.review.spending import Ledger, PurposeCost, Spent


def describe_spent(spent: Spent) -> str:
    """Return tokens and cost of a run: how many of them a cache served, and what they were for.

    The parts are shown only where there are several purposes: in US dollars, or in tokens where a
    price or a usage is unknown.
    """
    read = _list_parts((spent.cached_tokens, "cached"), (spent.written_tokens, "written to cache"))
    thought = _list_parts((spent.reasoning_tokens, "reasoning"))
    taken, made = f"{spent.input_tokens:,} tokens in{read}", f"{spent.output_tokens:,} out{thought}"
    parts = tuple(_describe_purposes(spent))
    split = f" ({', '.join(parts)})" if len(parts) > 1 else ""
    return f"{taken}, {made} · {_describe_cost(spent.cost)}{split}"


def describe_ledger(ledger: Ledger) -> str:
    """Return tokens and cost of all runs on the pull request.

    The cost is estimated if only the usage of a request is unknown, not its price.
    """
    cost = _describe_cost(ledger.cost)
    if ledger.cost is None and ledger.charged is not None:
        cost = f"about {_describe_cost(ledger.charged)}"
    return f"this pull request so far: {ledger.tokens:,} tokens, {cost}"


def _list_parts(*counts: tuple[int, str]) -> str:
    listed = ", ".join(f"{count:,} {what}" for count, what in counts if count)
    return f" ({listed})" if listed else ""


def _describe_purposes(spent: Spent) -> Iterator[str]:
    for each in spent.by_purpose:
        yield f"{each.purpose} {_describe_share(each, in_dollars=spent.cost is not None)}"


def _describe_share(share: PurposeCost, *, in_dollars: bool) -> str:
    if in_dollars and share.cost is not None:
        return f"{share.cost:.4f}"
    return f"{share.tokens:,} tokens"


def _describe_cost(cost: Decimal | None) -> str:
    return "price unknown" if cost is None else f"{cost:.4f} USD"
