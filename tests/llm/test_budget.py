from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from reviewer.config.enums import NoLimit
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import BudgetError, InputError
from reviewer.llm.budget import Budget, PullLimit
from reviewer.llm.model_catalog import Price, find_price, require_prices
from reviewer.prompt import Usage
from reviewer.review.spending import PurposeCost, Spent
from tests.faults import faults

PRICES = {
    "cheap": Price(Decimal(1), Decimal(10)),
    "cached": Price(Decimal(1), Decimal(10), Decimal("0.10"), Decimal("1.25")),
}


def budget(max_tokens: int | None = None, max_cost: str | None = None) -> Budget:
    return Budget(max_tokens, Decimal(max_cost) if max_cost else None, PRICES.get)


def test_nothing_spent_costs_nothing() -> None:
    assert budget().spent() == Spent(0, 0, 0, Decimal(0), (), charged=Decimal(0))


def test_a_settled_request_costs_what_was_reported() -> None:
    asked = budget()

    asked.settle(asked.reserve("cheap", 30_000), Usage(9_000, 100))
    asked.settle(asked.reserve("cheap", 30_000), Usage(9_000, 100))

    assert asked.spent() == Spent(
        2,
        18_000,
        200,
        Decimal("0.02"),
        ("cheap",),
        charged=Decimal("0.02"),
        by_purpose=(PurposeCost("review", 2, 18_200, Decimal("0.02")),),
    )


def test_cached_and_reasoning_tokens_are_parts_and_are_not_paid_for_twice() -> None:
    asked = budget()
    usage = Usage(10_000, 1_000, cached_tokens=4_000, written_tokens=2_000, reasoning_tokens=900)

    asked.settle(asked.reserve("cached", 30_000), usage)
    asked.settle(asked.reserve("cheap", 30_000), usage)

    spent = asked.spent()
    assert (spent.input_tokens, spent.output_tokens) == (20_000, 2_000)
    assert (spent.cached_tokens, spent.written_tokens, spent.reasoning_tokens) == (
        8_000,
        4_000,
        1_800,
    )
    # 4,000 of 1 $, 4,000 of 0.10 $, 2,000 of 1.25 $ and 1,000 of 10 $; without prices of a cache,
    # 10,000 of 1 $ and 1,000 of 10 $.
    assert spent.cost == Decimal("0.0169") + Decimal("0.02")


def test_the_cost_is_split_by_what_requests_were_for() -> None:
    asked = budget()
    for purpose in ("overview", "review", "verify", "review", "whole", "something new"):
        asked.settle(asked.reserve("cheap", 300, purpose), Usage(900, 10))

    assert asked.spent().by_purpose == (
        PurposeCost("review", 2, 1_820, Decimal("0.002")),
        PurposeCost("verification", 1, 910, Decimal("0.001")),
        PurposeCost("overview", 2, 1_820, Decimal("0.002")),
        PurposeCost("something new", 1, 910, Decimal("0.001")),
    )


def test_an_unknown_price_hides_the_cost_of_its_purpose_only() -> None:
    asked = budget()
    asked.settle(asked.reserve("cheap", 300), Usage(900, 10))
    asked.settle(asked.reserve("unlisted", 300, "verify"), Usage(900, 10))

    review, verification = asked.spent().by_purpose
    assert (review.cost, verification.cost) == (Decimal("0.001"), None)


@faults("LL13")
def test_a_prompt_that_a_cache_may_take_in_is_reserved_at_the_price_of_that() -> None:
    # 30,000 characters are 10,001 tokens; with 1,000 of reply, 0.020001 $ or 0.02250125 $.
    budget(max_cost="0.021").reserve("cheap", 30_000)
    with pytest.raises(BudgetError):
        budget(max_cost="0.021").reserve("cached", 30_000)


@faults("LL13", "PD5")
@pytest.mark.parametrize(
    ("earlier", "share", "granted"), [("0", 1, 4), ("0.06", 1, 1), ("0.09", 1, 0), ("0.2", 1, 0),
                                      ("0", 4, 1)]
)  # fmt: skip
def test_a_run_has_what_earlier_ones_left_of_the_pull_request(
    earlier: str, share: int, granted: int
) -> None:
    asked = budget(max_cost="5")
    left = PullLimit(Decimal("0.1"), Decimal(earlier), Decimal(1) / share)
    asked.limit_pull(left)

    for _ in range(granted):
        asked.reserve("cheap", 30_000)
    with pytest.raises(BudgetError, match="max-cost-pull-request is reached") as caught:
        asked.reserve("cheap", 30_000)

    assert "$0.1" in caught.value.what
    assert "Raise max-cost-pull-request" in caught.value.remedy
    assert ("share" in caught.value.what) == (share > 1)
    assert asked.refusal is caught.value


def test_a_limit_of_the_pull_request_needs_a_price() -> None:
    asked = budget()
    asked.limit_pull(PullLimit(Decimal(1), Decimal(0)))
    with pytest.raises(InputError, match="max-cost-pull-request cannot be kept"):
        asked.reserve("unlisted", 300)


def test_requests_under_way_are_estimated_and_make_the_cost_unknown() -> None:
    asked = budget()
    asked.reserve("cheap", 30_000)
    spent = asked.spent()
    assert (spent.cost, spent.charged) == (None, Decimal("0.020001"))


def test_without_a_price_there_is_no_estimate_either() -> None:
    asked = budget()
    asked.settle(asked.reserve("cheap", 300), Usage(100, 1))
    asked.settle(asked.reserve("unlisted", 300), Usage(100, 1))
    assert (asked.spent().cost, asked.spent().charged) == (None, None)


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
def test_requests_in_flight_cost_their_estimate() -> None:
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
def test_without_a_usage_the_estimate_applies_and_the_cost_is_unknown() -> None:
    asked = budget(max_tokens=12_000)

    asked.settle(asked.reserve("cheap", 30_000), None)

    spent = asked.spent()
    assert (spent.requests, spent.input_tokens, spent.output_tokens) == (1, 10_001, 1_000)
    assert (spent.cost, spent.charged) == (None, Decimal("0.020001"))
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
        require_prices(inputs, "max-cost")


def test_the_estimate_follows_what_models_report() -> None:
    asked = budget()
    assert asked.reserve("cheap", 30_000).expected == Usage(10_001, 1_000)

    asked.settle(asked.reserve("cheap", 30_000), Usage(6_000, 200))
    asked.settle(asked.reserve("cheap", 10_000), Usage(2_000, 101))

    assert asked.reserve("cheap", 40_000).expected == Usage(8_001, 151)


def test_a_clean_review_that_a_cache_takes_in_costs_no_more_than_its_estimate() -> None:
    asked = budget()
    estimate = asked.estimate("cached", [30_000, 30_000])

    for _ in range(2):
        taken_in = Usage(10_001, 1_000, written_tokens=10_001)
        asked.settle(asked.reserve("cached", 30_000), taken_in)

    assert estimate.cost == asked.spent().cost == Decimal("0.0450025")


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
    stated = (Decimal(7), Decimal(9), None, None)
    inputs = Inputs(model="gpt-5.4", fallback_model="gpt-6-luna", price=stated)
    assert find_price("gpt-5.4", inputs) == Price(*stated)
    assert find_price("gpt-6-luna", inputs) == Price(
        Decimal("0.10"), Decimal("0.50"), Decimal("0.01"), Decimal("0.125")
    )
    assert find_price("mystery", inputs) == Price(*stated)
    assert find_price("mystery", Inputs()) is None


@faults("RM3")
@pytest.mark.parametrize(
    ("base_url", "price"),
    [
        ("https://api.openai.com/v1", ("1.00", "5.00", "0.05", "1.25")),
        ("https://api.openai.com/v1/", ("1.00", "5.00", "0.05", "1.25")),
        ("https://eu.api.openai.com/v1", ("1.10", "5.50", "0.055", "1.375")),
        ("https://api.openai.com.evil.example/v1", None),
        ("https://notapi.openai.com/v1", None),
        ("https://shop.openai.azure.com/openai/v1", None),
        ("https://openrouter.ai/api/v1", None),
        ("http://localhost:11434/v1", None),
    ],
)
def test_prices_of_the_table_are_those_of_openai_s_own_address(
    base_url: str, price: tuple[str, str, str, str] | None
) -> None:
    found = find_price("gpt-6.1-terra", Inputs(base_url=base_url))
    assert found == (Price(*map(Decimal, price)) if price else None)


@faults("RM3")
def test_elsewhere_only_the_price_of_the_workflow_applies_and_the_default_limit_is_of_tokens() -> (
    None
):
    stated = (Decimal(1), Decimal(5), None, None)
    there = {"base_url": "https://openrouter.ai/api/v1", "model": "gpt-6.1-terra"}
    assert limits(**there) == (3_000_000, None)
    assert limits(**there, price=stated) == (None, Decimal(5))
    inputs = Inputs(**there, fallback_model="gpt-5.4", price=stated)  # type: ignore[arg-type]
    assert find_price("gpt-5.4", inputs) == Price(*stated)
