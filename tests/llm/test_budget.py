from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from reviewer.config.enums import NoLimit
from reviewer.config.inputs import Inputs
from reviewer.errors import BudgetError, InputError
from reviewer.llm import budget as budgets
from reviewer.llm.budget import Budget, Price
from reviewer.prompt import Usage
from reviewer.review import Spent
from tests.faults import faults

PRICES = {"cheap": Price(Decimal(1), Decimal(10))}


def budget(max_tokens: int | None = None, max_cost: str | None = None) -> Budget:
    return Budget(max_tokens, Decimal(max_cost) if max_cost else None, PRICES.get)


def test_nothing_spent_costs_nothing() -> None:
    assert budget().spent() == Spent(0, 0, 0, Decimal(0), ())


def test_what_is_settled_counts_as_reported() -> None:
    asked = budget()

    asked.settle(asked.reserve("cheap", 30_000), Usage(9_000, 100))
    asked.settle(asked.reserve("cheap", 30_000), Usage(9_000, 100))

    assert asked.spent() == Spent(2, 18_000, 200, Decimal("0.02"), ("cheap",))


@faults("LL13")
def test_the_request_that_would_pass_the_token_limit_is_refused() -> None:
    asked = budget(max_tokens=20_000)
    asked.settle(asked.reserve("cheap", 30_000), Usage(10_000, 1_000))

    with pytest.raises(BudgetError, match="20,000"):
        asked.reserve("cheap", 30_000)

    asked.reserve("cheap", 3_000)


@faults("LL13")
def test_the_request_that_would_pass_the_cost_limit_is_refused() -> None:
    asked = budget(max_cost="0.05")
    asked.settle(asked.reserve("cheap", 30_000), Usage(10_000, 2_000))

    with pytest.raises(BudgetError, match=r"\$0\.05"):
        asked.reserve("cheap", 30_000)


@faults("LL13")
def test_requests_in_flight_count_as_estimated() -> None:
    asked = budget(max_tokens=12_000)
    first = asked.reserve("cheap", 30_000)

    with pytest.raises(BudgetError):
        asked.reserve("cheap", 30_000)

    asked.release(first)
    asked.reserve("cheap", 30_000)


@faults("LL13")
def test_threads_cannot_pass_the_limit_together() -> None:
    asked = budget(max_tokens=25_000)

    def reserve(_: int) -> bool:
        try:
            asked.reserve("cheap", 12_000)
        except BudgetError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        granted = sum(pool.map(reserve, range(64)))

    # Of 12,000 characters 4,001 tokens are expected, and 1,000 of answer.
    assert granted == 4


def test_a_limit_that_is_just_reached_is_kept() -> None:
    budget(max_tokens=2_001).reserve("cheap", 3_000)
    with pytest.raises(BudgetError):
        budget(max_tokens=2_000).reserve("cheap", 3_000)


@faults("LL12")
def test_without_a_usage_the_estimate_counts_and_the_cost_is_unknown() -> None:
    asked = budget(max_tokens=12_000)

    asked.settle(asked.reserve("cheap", 30_000), None)

    assert asked.spent() == Spent(1, 10_001, 1_000, None, ("cheap",))
    with pytest.raises(BudgetError):
        asked.reserve("cheap", 30_000)


@faults("LL12")
def test_without_a_usage_the_cost_limit_works_on_the_estimate() -> None:
    asked = budget(max_cost="0.03")
    asked.settle(asked.reserve("cheap", 30_000), None)

    with pytest.raises(BudgetError):
        asked.reserve("cheap", 30_000)


def test_one_unknown_cost_makes_the_sum_unknown() -> None:
    asked = budget()
    asked.settle(asked.reserve("cheap", 300), Usage(100, 1))
    asked.settle(asked.reserve("unlisted", 300), Usage(100, 1))

    assert asked.spent().cost is None
    assert asked.spent().models == ("cheap", "unlisted")


def test_a_cost_limit_without_a_price_is_an_error_of_the_workflow() -> None:
    with pytest.raises(InputError, match=r"max-cost .* unlisted"):
        budget(max_cost="1").reserve("unlisted", 300)

    budget(max_tokens=5_000).reserve("unlisted", 300)


def test_a_cost_limit_needs_the_price_of_the_small_model_too() -> None:
    inputs = Inputs(small_model="unlisted", max_cost=Decimal(1))
    with pytest.raises(InputError, match=r"max-cost .* unlisted"):
        budgets.require_prices(inputs)


def test_the_estimate_follows_what_models_report() -> None:
    asked = budget()
    assert asked.reserve("cheap", 30_000).expected == Usage(10_001, 1_000)

    asked.settle(asked.reserve("cheap", 30_000), Usage(6_000, 200))
    asked.settle(asked.reserve("cheap", 10_000), Usage(2_000, 101))

    assert asked.reserve("cheap", 40_000).expected == Usage(8_001, 151)


@faults("LL12")
@pytest.mark.parametrize(("reported", "expected"), [(1, 1_251), (99_000_000, 10_001)])
def test_a_lie_about_tokens_moves_the_estimate_within_bounds(reported: int, expected: int) -> None:
    asked = budget()
    asked.settle(asked.reserve("cheap", 10_000), Usage(reported, 0))

    assert asked.reserve("cheap", 10_000).expected.input_tokens == expected


def limits(**given: object) -> tuple[object, object]:
    """Return the limits of a run in tokens and US dollars."""
    made = Budget.of(Inputs(fallback_model="", **given))  # type: ignore[arg-type]
    return made._max_tokens, made._max_cost  # noqa: SLF001 - what was decided, without spending it


@faults("RM3")
@pytest.mark.parametrize(
    ("given", "tokens", "cost"),
    [
        ({}, None, Decimal(5)),
        ({"model": "mystery"}, 3_000_000, None),
        ({"model": "mystery", "price": (Decimal(1), Decimal(5))}, None, Decimal(5)),
        ({"max_cost": Decimal("0.5")}, None, Decimal("0.5")),
        ({"max_cost": NoLimit.NONE}, None, None),
        ({"max_tokens_total": 10_000}, 10_000, Decimal(5)),
        ({"max_tokens_total": NoLimit.NONE}, None, Decimal(5)),
        ({"model": "mystery", "max_tokens_total": 10_000}, 10_000, None),
        ({"model": "mystery", "max_tokens_total": NoLimit.NONE}, None, None),
        ({"model": "mystery", "max_cost": NoLimit.NONE}, 3_000_000, None),
    ],
)
def test_a_run_has_a_limit_unless_the_workflow_says_none(
    given: dict[str, object], tokens: int | None, cost: Decimal | None
) -> None:
    assert limits(**given) == (tokens, cost)


def test_a_fallback_of_unknown_price_makes_the_default_limit_one_of_tokens() -> None:
    made = Budget.of(Inputs(fallback_model="mystery"))
    with pytest.raises(BudgetError, match="3,000,000"):
        made.reserve("gpt-6.1-terra", 10_000_000)


def test_the_price_of_the_workflow_is_that_of_its_model_and_of_what_the_table_lacks() -> None:
    stated = (Decimal(7), Decimal(9))
    inputs = Inputs(model="gpt-5.4", fallback_model="gpt-6-luna", price=stated)
    assert budgets.find_price("gpt-5.4", inputs) == Price(*stated)
    assert budgets.find_price("gpt-6-luna", inputs) == Price(Decimal("0.10"), Decimal("0.50"))
    assert budgets.find_price("mystery", inputs) == Price(*stated)
    assert budgets.find_price("mystery", Inputs()) is None
