"""The words for what runs have cost."""

from decimal import Decimal

import pytest

from reviewer.comments import costs
from reviewer.review.spending import Ledger, PurposeCost, Spent


def test_a_run_with_one_purpose_is_not_split() -> None:
    spent = Spent(
        1, 1_200, 80, Decimal("0.0016"), by_purpose=(PurposeCost("answer", 1, 1_280, None),)
    )
    assert costs.describe_spent(spent) == "1,200 tokens in, 80 out · 0.0016 USD"


def test_parts_are_in_dollars_only_if_all_of_them_are_known() -> None:
    parts = (
        PurposeCost("review", 1, 1_000, Decimal("0.1")),
        PurposeCost("verification", 1, 500, None),
    )
    spent = Spent(2, 1_200, 300, None, by_purpose=parts)
    assert costs.describe_spent(spent).endswith(
        "price unknown (review 1,000 tokens, verification 500 tokens)"
    )


def test_every_kind_of_token_is_named_where_there_is_one() -> None:
    spent = Spent(
        1, 9_000, 800, Decimal(1), cached_tokens=7_000, written_tokens=1_500, reasoning_tokens=600
    )
    assert costs.describe_spent(spent) == (
        "9,000 tokens in (7,000 cached, 1,500 written to cache), 800 out (600 reasoning) · "
        "1.0000 USD"
    )


@pytest.mark.parametrize(
    ("cost", "charged", "words"),
    [
        ("1.5", "1.5", "1.5000 USD"),
        (None, "1.75", "about 1.7500 USD"),
        (None, None, "price unknown"),
    ],
)
def test_a_total_with_an_estimate_in_it_is_not_shown_as_exact(
    cost: str | None, charged: str | None, words: str
) -> None:
    ledger = Ledger(
        5_000,
        None if cost is None else Decimal(cost),
        None if charged is None else Decimal(charged),
    )
    assert costs.describe_ledger(ledger) == f"this pull request so far: 5,000 tokens, {words}"
