"""Characters that a reader cannot see: shown to the model, dropped from output."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer import visible

HIDDEN = "\u202e\u200b\u200e\u061c\u2060\u2064\u206a\U000e0041\ufe0f\U000e0100\u3164\u180e"
HIDDEN += "\u2028\u2029\u00ad\u0085\u034f\u115f\u1160\u17b4\u17b5\u2800\uffa0\ufeff\0\x1b\x7f"
HIDDEN += "\ue000\ud800\uffff\u0378"


@pytest.mark.parametrize("char", HIDDEN)
def test_DF10_each_invisible_character_is_named_to_the_model_and_dropped_from_output(
    char: str,
) -> None:
    assert visible.show(f"a{char}b") == f"a[U+{ord(char):04X}]b"
    assert visible.drop(f"a{char}b") == "ab"


def test_lines_tabs_and_windows_line_ends_stay() -> None:
    assert visible.show("a\tb\r\nc\u200b\r\nd") == "a\tb\r\nc[U+200B]\r\nd"
    assert visible.show("a\rb\u200b") == "a[U+000D]b[U+200B]"
    assert visible.drop("a\tb\r\nc") == "a\tb\nc"


@given(st.text(st.characters(exclude_categories=["C", "M", "Z"], exclude_characters=HIDDEN)))
def test_what_a_reader_sees_stays_byte_for_byte(text: str) -> None:
    assert visible.show(text) == text
    assert visible.drop(text) == text


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    for char in visible.drop(text):
        assert char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cn", "Co", "Cs"}
