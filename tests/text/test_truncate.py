import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.text.truncate import line, move_to_boundary, shorten
from tests.faults import faults

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
THUMB = "\U0001f44d\U0001f3fd"


def test_a_short_text_stays_as_it_is() -> None:
    assert shorten("one two", 7) == "one two"


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one two three", 7, "one…"),
        ("one\ntwo three", 6, "one…"),
        ("onetwothree", 6, "onetw…"),
        ("a bcdefghijklmnop", 10, "a bcdefgh…"),
    ],
)
def test_a_long_text_is_cut_between_words_where_that_loses_little(
    text: str, limit: int, short: str
) -> None:
    assert shorten(text, limit) == short


@faults("LO7")
@pytest.mark.parametrize("character", [FAMILY, THUMB, "e\u0301", "\u2764\ufe0f"])
def test_no_cut_falls_inside_a_character(character: str) -> None:
    text = "x" * 20 + character + "y" * 20

    for limit in range(22, 22 + len(character)):
        assert shorten(text, limit) in {
            "x" * 20 + "…",
            "x" * 20 + character + "…",
            "x" * 20 + character + "y" * (limit - 21 - len(character)) + "…",
        }


def test_a_character_without_end_is_cut_all_the_same() -> None:
    assert move_to_boundary("e" + "\u0301" * 1_000, 500) == 500


def test_a_line_has_no_line_feeds() -> None:
    assert line(" one \r\n\ttwo ", 20) == "one two"


@given(text=st.text(), limit=st.integers(min_value=1, max_value=50))
def test_no_result_is_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= max(limit, 1)
    assert len(line(text, limit)) <= limit
