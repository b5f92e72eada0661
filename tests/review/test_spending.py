"""The cost of a pull request: each run is added once, and nothing lowers the sum."""

from decimal import Decimal
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from reviewer.memory.state import State
from reviewer.review.spending import MOST_BILLS, Bill, Ledger, Spent
from tests.faults import faults


def bill(run: str, tokens: int = 1_000, cost: str = "0.100000", began: int = 0) -> Bill:
    return Bill(run, began, tokens, cost)


@faults("PD5")
def test_of_two_bills_of_a_run_only_the_last_one_is_added() -> None:
    once = Ledger().charge(bill("a")).charge(bill("b"))

    again = once.charge(bill("a", 1_500, "0.250000"))

    assert (again.tokens, again.cost, again.charged) == (2_500, Decimal("0.35"), Decimal("0.35"))
    assert again.charge(bill("a", 1_500, "0.250000")) == again


@faults("PD5")
def test_a_bill_below_an_earlier_one_of_the_same_run_lowers_nothing() -> None:
    ledger = Ledger().charge(bill("a", 1_000, "0.500000"))
    assert ledger.charge(bill("a", 10, "0.000001")) == ledger
    more = ledger.charge(bill("a", 2_000, "0.000001"))
    assert (more.tokens, more.cost, more.charged) == (2_000, Decimal("0.5"), Decimal("0.5"))


def test_a_run_that_asked_no_model_leaves_no_bill() -> None:
    assert Ledger().charge(Bill.of("a", 5, Spent())) == Ledger()


@faults("PD5")
def test_an_unknown_cost_hides_the_sum_but_uses_up_the_limit() -> None:
    spent = Spent(1, 900, 100, None, charged=Decimal("0.2"))
    ledger = Ledger().charge(bill("a")).charge(Bill.of("b", 5, spent)).charge(bill("c"))
    assert (ledger.tokens, ledger.cost, ledger.charged) == (3_000, None, Decimal("0.4"))
    assert ledger.before("b") == Decimal("0.2")


@faults("PD5")
def test_ledgers_of_runs_that_did_not_see_each_other_become_one() -> None:
    start = Ledger(tokens=7_000, cost=Decimal(1), charged=Decimal(1)).charge(bill("old"))
    left, right = start.charge(bill("left")), start.charge(bill("right"))
    for first, *others in permutations((left, right, start)):
        joined = first.merge(others)
        assert (joined.tokens, joined.cost) == (10_000, Decimal("1.3"))


@faults("PD5")
def test_what_is_in_the_sum_of_older_runs_is_not_added_again() -> None:
    ledger = Ledger()
    for n in range(MOST_BILLS + 5):
        ledger = ledger.charge(bill(f"run {n}", began=n))
    assert len(ledger.bills) == MOST_BILLS
    assert ledger.tokens == (MOST_BILLS + 5) * 1_000

    merged = ledger.merge((Ledger().charge(bill("run 0", began=0)),))

    assert merged == ledger


@faults("PD5")
def test_after_a_run_without_a_price_the_bills_that_have_one_still_count() -> None:
    ledger = Ledger().charge(bill("a")).charge(Bill("b", 0, 500)).charge(bill("c"))
    assert (ledger.tokens, ledger.cost, ledger.charged) == (2_500, None, None)
    assert ledger.before("c") == Decimal("0.1")
    assert State().with_ledger(ledger).ledger == ledger


AMOUNTS = st.decimals(0, 1_000, places=6).map("{:.6f}".format)
BILLS = st.lists(
    st.builds(
        Bill,
        run=st.sampled_from("abcd"),
        began=st.integers(0, 9),
        tokens=st.integers(0, 10**6),
        cost=AMOUNTS | st.just(""),
        charged=AMOUNTS | st.just(""),
    ),
    max_size=30,
)


@faults("PD5")
@given(BILLS)
def test_no_bill_lowers_what_was_spent(bills: list[Bill]) -> None:
    ledger = Ledger()
    for each in bills:
        after = ledger.charge(each)
        assert after.tokens >= ledger.tokens
        assert after.before("none") >= ledger.before("none") or after.charged is None
        assert after.merge((ledger,)) == after
        assert ledger.cost is not None or after.cost is None
        if after.cost is not None and ledger.cost is not None:
            assert after.cost >= ledger.cost
        ledger = after
    again = State().with_ledger(ledger).ledger
    assert (again.tokens, again.charged, again.bills) == (
        ledger.tokens,
        ledger.charged,
        ledger.bills,
    )


def test_a_state_of_an_earlier_version_has_its_costs_as_a_sum() -> None:
    assert State(tokens=500, cost="0.250000").ledger == Ledger(
        500, Decimal("0.25"), Decimal("0.25")
    )
    unknown = State(tokens=500).ledger
    assert (unknown.cost, unknown.charged) == (None, None)
    assert State().ledger == Ledger()
