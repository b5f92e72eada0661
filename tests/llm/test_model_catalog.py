import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from reviewer.llm import budget
from reviewer.prompt import Usage

TABLE = tomllib.loads(Path(budget.__file__).with_name("models.toml").read_text("utf-8"))


def test_a_known_model_has_a_price_and_a_window() -> None:
    facts = budget.lookup("gpt-6-luna")

    assert facts is not None
    assert facts.context_window == 1_050_000
    assert facts.price.cost(Usage(1_000_000, 2_000_000)) == Decimal("1.10")


def test_a_dated_name_is_the_same_model() -> None:
    assert budget.lookup("gpt-6.1-sol-2026-09-29") == budget.lookup("gpt-6.1-sol") is not None


@pytest.mark.parametrize("name", ["", "llama", "openai/gpt-6-luna", "gpt-6-luna-mini"])
def test_an_unknown_model_has_no_price_instead_of_none_to_pay(name: str) -> None:
    assert budget.lookup(name) is None


@pytest.mark.parametrize("name", TABLE)
def test_every_figure_says_where_and_when_it_was_read(name: str) -> None:
    row = TABLE[name]

    assert row["source"].startswith("https://")
    assert isinstance(row["date"], dt.date)
    assert 0 < row["input"] <= row["output"]
    assert row["context_window"] >= 8_000
