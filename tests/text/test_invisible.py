"""Characters that a reader cannot see: shown to the model, dropped from output."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.text import invisible
from reviewer.text.unicode_tables import DEFAULT_IGNORABLE
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
        ("a\u180bb", [(1, "\u180b")]),
        ("a\u180f", [(1, "\u180f")]),
        ("\u1820a\u180e", [(2, "\u180e")]),
        ("x\uffa0 = 1", [(1, "\uffa0")]),
        ("\u115f\u1160", [(0, "\u115f"), (1, "\u1160")]),
        ("a\u2065\ufff8", [(1, "\u2065"), (2, "\ufff8")]),
        ("a\U000e0fff", [(1, "\U000e0fff")]),
        ("a\U0001bca0", [(1, "\U0001bca0")]),
        ("a\U0001d173", [(1, "\U0001d173")]),
        ("pass\u2800word", [(4, "\u2800")]),
        ("// a\u2028run()", [(4, "\u2028")]),
        ("# a\x85run()", [(3, "\x85")]),
        ("# a\rrun()\r", [(3, "\r")]),
        ("a\x1b[8mb\x08", [(1, "\x1b"), (6, "\x08")]),
        ("a\0b", [(1, "\0")]),
        ("😀\U000e0105", [(1, "\U000e0105")]),
        ("a\ufffb", [(1, "\ufffb")]),
        ("a\u17b4", [(1, "\u17b4")]),
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
        "a line of Windows\r",
        "a line of neither\r\r",
        "d\u00e9j\u00e0\u00a0vu\u202f! 12\u2009000",
        "\u182d\u180b \u182d\u180f \u182e\u180e\u1820",
        "\u1780\u17b4",
        "\u1100\u1160",
        "\U0001d158\U0001d173",
        "\U0001bc00\U0001bca0",
        "\u2801\u2800\u2800\u2803 \u2800\u28ff",
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


@faults("HD9")
def test_each_ignorable_character_of_unicode_in_an_ascii_name_is_shown_and_found() -> None:
    for first, last in DEFAULT_IGNORABLE:
        for char in map(chr, range(first, last + 1)):
            assert invisible.find_suspicious(f"is{char}admin") == ((2, char),)
            assert invisible.show(f"is{char}admin") == f"is[U+{ord(char):04X}]admin"
            assert invisible.drop(f"is{char}admin") == "isadmin"


@given(st.text())
def test_what_is_misplaced_is_hidden_and_is_where_it_is_reported(text: str) -> None:
    for place, char in invisible.find_suspicious(text):
        assert text[place] == char
        assert invisible.drop(char) == ""
