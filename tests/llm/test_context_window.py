"""How large a request may be: what is set, listed and learned, and when a prompt was cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import ContextTooLongError
from reviewer.llm.context_window import LEAST_WINDOW, UNKNOWN_WINDOW, ContextWindow
from reviewer.llm.reply_schemas import REVIEW_SCHEMA
from reviewer.prompt import Message, Prompt, Usage
from tests.faults import faults


def prompt(text: str) -> Prompt:
    return Prompt("review", (Message("user", text),), "review", REVIEW_SCHEMA)


def refusal(limit: int | None = None, counted: int | None = None) -> ContextTooLongError:
    return ContextTooLongError("Too long.", limit=limit, counted=counted)


def test_an_unknown_window_is_assumed_and_bounds_no_prompt() -> None:
    window = ContextWindow("unheard-of")
    assert (window.is_known, window.most) == (False, None)
    assert window.room == UNKNOWN_WINDOW * 3 // 2


@faults("LL22")
@pytest.mark.parametrize(
    ("model", "limit", "listed", "expected"),
    [
        ("unheard-of", None, 8192, 8192),
        ("unheard-of", None, None, UNKNOWN_WINDOW),
        ("unheard-of", 16_000, 8192, 16_000),
        # The catalogue says 1,050,000 and the server less, or more.
        ("gpt-6-luna", None, 128_000, 128_000),
        ("gpt-6-luna", None, 2_000_000, 1_050_000),
        # No window.
        ("unheard-of", None, LEAST_WINDOW - 1, UNKNOWN_WINDOW),
    ],
)
def test_the_window_is_what_is_set_or_the_smaller_one_of_catalogue_and_list(
    model: str, limit: int | None, listed: int | None, expected: int
) -> None:
    window = ContextWindow(model, limit)
    window.state(listed)
    assert window.room == expected * 3 // 2


@faults("LL23")
def test_a_refusal_makes_the_window_smaller_and_never_larger() -> None:
    window = ContextWindow("m", 16_000)
    window.learn(refusal(8192, 9000), 27_000)
    assert window.room == 8192 * 3 // 2
    assert "`context-window: 8192`" in window.note
    window.learn(refusal(64_000), 27_000)
    assert window.room == 8192 * 3 // 2


@faults("LL23")
def test_the_number_in_a_refusal_corrects_the_characters_of_a_token() -> None:
    window = ContextWindow("m")
    window.learn(refusal(8192, 10_000), 15_000)
    assert window.room == 8192 * 0.5 * 1.5
    # A server that stops counting early names too few tokens.
    window.learn(refusal(8192, 8193), 900_000)
    assert window.room == 8192 * 0.5 * 1.5


@faults("LL23")
def test_a_number_that_is_no_window_changes_nothing_but_what_was_refused() -> None:
    window = ContextWindow("m")
    window.learn(refusal(1, 2), 25_000)
    assert (window.most, window.refused) == (None, 25_000)
    assert "a request of 25,000 characters as too long and named no limit" in window.note
    assert window.note.endswith("set `context-window: N` with the tokens that it takes")
    window.learn(refusal(), 9_000)
    window.learn(refusal(), 12_000)
    assert window.refused == 9_000


@pytest.mark.parametrize("limit", [None, 4_096, 128_000])
def test_a_server_that_refuses_a_short_prompt_needs_a_larger_window(limit: int | None) -> None:
    window = ContextWindow("m", limit)
    window.learn(refusal(), 13_000)
    assert window.note.endswith("raise it to 8,192 tokens or more")


@pytest.mark.parametrize(
    ("limit", "cure"),
    [
        (8_192, "the server to 8,192 tokens or more"),
        (32_000, "`context-window` to less than 32000"),
    ],
)
def test_a_refusal_below_the_window_that_is_set_says_what_to_change(limit: int, cure: str) -> None:
    window = ContextWindow("m", limit)
    window.learn(refusal(), 40_000)
    assert window.note.endswith(cure)


def test_a_window_smaller_than_the_reply_keeps_room_for_the_prompt() -> None:
    assert ContextWindow("m", 4_000, 100_000).most == 3_000 * 3
    assert ContextWindow("m", 100_000, 4_000).most == 96_000 * 3


@faults("LL24")
def test_fewer_tokens_than_words_are_those_of_a_cut_prompt() -> None:
    window = ContextWindow("m")
    long = prompt("one two three\n" * 1_000)
    assert window.find_cut(long, Usage(3_000, 1), "m") is None
    assert window.find_cut(long, None, "m") is None
    cut = window.find_cut(long, Usage(2_051, 1), "m")
    assert cut
    assert cut.limit == 2_051
    assert "2,051 tokens" in cut.what
    # Whatever fills the window from then on was cut too.
    assert window.find_cut(prompt("a " * 1_000), Usage(2_050, 1), "m")
    assert window.find_cut(prompt("a " * 1_000), Usage(1_700, 1), "m") is None


@faults("LL24")
@pytest.mark.parametrize(
    "text",
    [
        "a.call(b,c)[d];" * 3_200,
        "a = call(b)\n" * 4_000,
        "It isn't what's said, is it?\n" * 1_600,
        '{"name":"x","list":["y"]},' * 1_800,
    ],
    ids=["code", "lines", "prose", "JSON"],
)
def test_a_prompt_of_47_000_characters_in_2_051_tokens_was_cut(text: str) -> None:
    assert ContextWindow("m").find_cut(prompt(text), Usage(2_051, 1), "m")


@faults("LL24")
@pytest.mark.parametrize(
    "usage", [Usage(12_500, 1), Usage(2_051, 1, cached_tokens=12_000), Usage(499, 1), None]
)
def test_usages_that_show_no_cut_are_believed(usage: Usage | None) -> None:
    assert ContextWindow("m").find_cut(prompt("a.call(b,c)[d];" * 2_500), usage, "m") is None


@faults("LL24")
@given(st.sampled_from(["=", " ", "\n", "-+", "\u4e2d", "x"]), st.integers(1, 100_000))
def test_characters_that_repeat_never_look_like_a_cut(text: str, times: int) -> None:
    assert ContextWindow("m").find_cut(prompt(text * times), Usage(LEAST_WINDOW, 1), "m") is None
