import re
import tomllib
from pathlib import Path

import pytest

from bench import example_costs
from bench.costs import Costs, count
from bench.timed_model import MODEL_NAME, Exchange

PRICES = tomllib.loads(Path("reviewer/llm/models.toml").read_text("utf-8"))[MODEL_NAME]


def exchange(text: str, began: float, reply: str = "") -> Exchange:
    return Exchange({"messages": [{"role": "user", "content": text}]}, reply, 1, began, began + 1)


def test_a_second_prompt_is_served_what_it_begins_with_like_the_first() -> None:
    seen = count([exchange("a" * 8_000, 0), exchange("a" * 8_000, 10)])
    assert seen.requests == 2
    assert seen.cached == 1_920
    assert seen.full_price == pytest.approx(seen.prompt - 0.9 * 1_920)


def test_a_prompt_is_served_nothing_while_the_first_is_not_answered() -> None:
    assert count([exchange("a" * 8_000, 0), exchange("a" * 8_000, 0.5)]).cached == 0


def test_prices_are_those_of_the_catalogue() -> None:
    seen = count([exchange("a" * 4_000, 0, reply="b" * 4_000)])
    assert seen.dollars == pytest.approx(
        (PRICES["input"] * seen.prompt + PRICES["output"] * 1_000) / 1e6
    )


def test_tokens_from_a_cache_have_the_catalogue_s_price_for_them() -> None:
    seen = Costs(requests=1, prompt=1_000_000, cached=1_000_000, reply=0)
    assert seen.dollars == pytest.approx(PRICES.get("cached_input", PRICES["input"]))


def test_the_factor_of_tools_is_that_of_the_reviews_that_measured_it() -> None:
    page = Path("docs/review-quality.md").read_text("utf-8")
    found = re.search(r"requests of ([\d,]+) bytes instead of \d+ of ([\d,]+)", page)
    assert found
    with_tools, without = (int(figure.replace(",", "")) for figure in found.groups())
    assert round(with_tools / without, 1) == example_costs.TOOLS_FACTOR
    assert f"{example_costs.TOOLS_FACTOR} times" in "\n".join(example_costs.table())
