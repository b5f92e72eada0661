import pytest

from bench.bars import amount, is_missed, is_worse, pair
from bench.measuring import Row


def row(*, ours: str = "1", ratio: float = 1.0, bar: str = "") -> Row:
    return Row("something", ours, "something else", ratio, bar)


@pytest.mark.parametrize(
    ("ours", "ratio", "bar", "missed"),
    [
        ("24 ms", 2.69, "3", False),
        ("24 ms", 3.01, "3", True),
        ("1584 ms", 9.0, "2 s", False),
        ("2.01 s", 0.1, "2 s", True),
        ("95 MB", 9.0, "300 MB", False),
        ("1,012", 9.0, "60 requests", True),
        ("3", 9.0, "3 requests", False),
        ("0", 0.0, "0", False),
        ("7", 0.5, "0", True),
        ("7", 99.0, "", False),
    ],
)
def test_a_bare_bar_is_for_the_ratio_and_one_with_a_unit_for_our_figure(
    ours: str, ratio: float, bar: str, *, missed: bool
) -> None:
    assert is_missed(row(ours=ours, ratio=ratio, bar=bar)) is missed


def test_a_row_is_worse_when_its_ratio_grew_by_more_than_noise() -> None:
    assert is_worse(row(ratio=1.2), row(ratio=1.0))
    assert not is_worse(row(ratio=1.05), row(ratio=1.0))
    assert is_worse(row(ratio=0.01), row(ratio=0.0))
    assert not is_worse(row(ratio=0.0), row(ratio=0.0))


def test_rows_of_one_name_are_compared_in_their_order() -> None:
    earlier = [row(ratio=1.0), row(ratio=0.5)]
    now = [row(ratio=1.1), row(ratio=0.6), row(ratio=9.0)]
    assert pair(now, earlier) == [(now[0], earlier[0]), (now[1], earlier[1])]


def test_a_text_without_a_number_has_no_amount() -> None:
    with pytest.raises(ValueError, match="no number"):
        amount("unknown")
