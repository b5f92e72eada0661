"""Characters that a reader cannot see: shown to the model, dropped from output."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.text import invisible
from tests.faults import faults

HIDDEN = "\u202e\u200b\u200e\u061c\u2060\u2064\u206a\U000e0041\ufe0f\U000e0100\u3164\u180e"
HIDDEN += "\u2028\u2029\u00ad\u0085\u034f\u115f\u1160\u17b4\u17b5\u2800\uffa0\ufeff\0\x1b\x7f"
HIDDEN += "\ue000\ud800\uffff\u0378"


@faults("DF10")
@pytest.mark.parametrize("char", HIDDEN)
def test_each_invisible_character_is_named_to_the_model_and_dropped_from_output(
    char: str,
) -> None:
    assert invisible.show(f"a{char}b") == f"a[U+{ord(char):04X}]b"
    assert invisible.drop(f"a{char}b") == "ab"


def test_lines_tabs_and_windows_line_ends_stay() -> None:
    assert invisible.show("a\tb\r\nc\u200b\r\nd") == "a\tb\r\nc[U+200B]\r\nd"
    assert invisible.show("a\rb\u200b") == "a[U+000D]b[U+200B]"
    assert invisible.drop("a\tb\r\nc") == "a\tb\nc"


@given(st.text(st.characters(exclude_categories=["C", "M", "Z"], exclude_characters=HIDDEN)))
def test_what_a_reader_sees_stays_byte_for_byte(text: str) -> None:
    assert invisible.show(text) == text
    assert invisible.drop(text) == text


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    for char in invisible.drop(text):
        assert char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cn", "Co", "Cs"}


@faults("DF10")
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("if a \u202e b", [(5, "\u202e")]),
        ("a\u200bb\u2060", [(1, "\u200b"), (3, "\u2060")]),
        ("\u202e\u05e9\u05dc", [(0, "\u202e")]),
        ("a\u200eb", [(1, "\u200e")]),
        ("ad\u200dmin", [(2, "\u200d")]),
        ("\u200dadmin", [(0, "\u200d")]),
        ("pay\ufe0f", [(3, "\ufe0f")]),
        ("😀\ufe0f\ufe01\ufe02", [(2, "\ufe01"), (3, "\ufe02")]),
        ("😀\U000e0068\U000e0069", [(1, "\U000e0068"), (2, "\U000e0069")]),
        ("const \u3164 = 1", [(6, "\u3164")]),
        ("\ufeffa", [(0, "\ufeff")]),
        ("co\u00adop", [(2, "\u00ad")]),
        ("0\ufe0f", [(1, "\ufe0f")]),
    ],
)
def test_an_invisible_character_that_no_writing_needs_is_misplaced(
    line: str, found: list[tuple[int, str]]
) -> None:
    assert invisible.find_suspicious(line) == tuple(found)


@faults("DF10")
@pytest.mark.parametrize(
    "line",
    [
        "plain text\tand tabs",
        "\x0cform feed",
        "👩\u200d💻 👩🏽\u200d💻 👁\ufe0f\u200d🗨\ufe0f",
        "❤\ufe0f 1\ufe0f\u20e3 ©\ufe0f ‼\ufe0f \u2139\ufe0f ↔\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u0645\u06cc\u200c\u062e",
        "क\u094d\u200dष",
        "ශ්\u200dරී",
        "שלום\u200f!",
        "ภาษา\u200bไทย",
        "葛\U000e0100",
        "café naïve Größe",
    ],
)
def test_what_a_script_or_an_emoji_needs_is_in_its_place(line: str) -> None:
    assert invisible.find_suspicious(line) == ()


@given(st.text())
def test_what_is_misplaced_is_hidden_and_is_where_it_is_reported(text: str) -> None:
    for place, char in invisible.find_suspicious(text):
        assert text[place] == char
        assert invisible.drop(char) == ""
