import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.llm import model_catalog
from reviewer.prompt import Usage

TABLE = tomllib.loads(Path(model_catalog.__file__).with_name("models.toml").read_text("utf-8"))


def test_a_known_model_has_a_price_and_a_window() -> None:
    facts = model_catalog.lookup("gpt-6-luna")

    assert facts is not None
    assert facts.context_window == 1_050_000
    assert facts.price.cost(Usage(1_000_000, 2_000_000)) == Decimal("1.10")


def test_a_dated_name_is_the_same_model() -> None:
    assert (
        model_catalog.lookup("gpt-6.1-sol-2026-09-29")
        == model_catalog.lookup("gpt-6.1-sol")
        is not None
    )


@pytest.mark.parametrize("name", ["", "llama", "openai/gpt-6-luna", "gpt-6-luna-mini"])
def test_an_unknown_model_has_no_price_instead_of_none_to_pay(name: str) -> None:
    assert model_catalog.lookup(name) is None


@pytest.mark.parametrize("name", TABLE)
def test_every_figure_says_where_and_when_it_was_read(name: str) -> None:
    row = TABLE[name]

    assert row["source"].startswith("https://")
    assert isinstance(row["date"], dt.date)
    assert 0 < row["input"] <= row["output"]
    assert row["cache_source"].startswith("https://")
    assert isinstance(row["cache_date"], dt.date)
    assert 0 < row["cached_input"] < row["input"]
    # Since GPT-5.6, OpenAI charges a quarter more for what its cache takes in.
    before = name.startswith("gpt-5.4")
    assert row.get("cache_write") == (None if before else row["input"] * 5 / 4)
    assert row["context_window"] >= 8_000


TOKENS = st.integers(0, 10**8)


@given(TOKENS, TOKENS, TOKENS, TOKENS, st.sampled_from(sorted(TABLE)))
def test_no_usage_has_a_negative_cost_or_one_above_its_estimate(
    taken: int, made: int, cached: int, written: int, name: str
) -> None:
    facts = model_catalog.lookup(name)
    assert facts
    usage = Usage(taken, made, cached, written)
    assert facts.price.cost(usage) >= 0
    if cached + written <= taken:
        assert facts.price.cost(usage) <= facts.price.dearest.cost(Usage(taken, made))


def test_without_prices_of_a_cache_its_tokens_cost_as_much_as_the_others() -> None:
    price = model_catalog.Price(Decimal(2), Decimal(10))
    assert price.cost(Usage(1_000, 10, 400, 300)) == price.cost(Usage(1_000, 10))
