"""How long a server asks its clients to wait: in headers, in words, or not at all."""

import time
from email.utils import formatdate

import pytest
from httpx2 import Headers
from hypothesis import given
from hypothesis import strategies as st

from reviewer.adapters.http.waiting import asked_wait

NOW = "Tue, 24 Nov 2026 12:00:00 GMT"
NOW_SECONDS = 1_795_521_600
LATER = "Tue, 24 Nov 2026 12:55:00 GMT"
USED_UP = {"date": NOW, "x-ratelimit-remaining": "0"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.02"}, 0.02),
        ({"retry-after": "0"}, 0),
        ({"retry-after": LATER, "date": NOW}, 3300),
        ({"retry-after": NOW, "date": LATER}, 0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2),
        (USED_UP | {"x-ratelimit-reset": f"{NOW_SECONDS + 3300}"}, 3300),
        (USED_UP | {"x-ratelimit-reset": f"{NOW_SECONDS + 3300}000"}, 3300),
        (USED_UP | {"x-ratelimit-reset": f"{NOW_SECONDS - 99}"}, 0),
        (USED_UP | {"x-ratelimit-reset": f"{NOW_SECONDS + 3300}", "retry-after": "7"}, 7),
    ],
)
def test_the_headers_of_each_server_are_read(headers: dict[str, str], seconds: float) -> None:
    assert asked_wait(headers) == seconds


@pytest.mark.parametrize(
    "headers",
    [
        {},
        *({"retry-after": text} for text in ("-5", "nan", "1e9", "soon", "9" * 40, "", "\u0663")),
        *({"retry-after-ms": text} for text in ("-5", "nan", "inf", "", "9" * 40)),
        {"retry-after": "Tue, 24 Nov 2026 12:55:00", "date": NOW},
        {"retry-after": "Tue, 24 Nov 2026 12:55:00 -0000", "date": NOW},
        {"date": NOW, "x-ratelimit-remaining": "1", "x-ratelimit-reset": f"{NOW_SECONDS + 9}"},
        {"date": NOW, "x-ratelimit-reset": f"{NOW_SECONDS + 9}"},
        *(USED_UP | {"x-ratelimit-reset": text} for text in ("60", "6m0s", "", "9" * 30)),
    ],
)
def test_what_makes_no_sense_asks_for_nothing(headers: dict[str, str]) -> None:
    assert asked_wait(headers) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Rate limit reached for gpt-5. Please try again in 6m0s.", 360),
        ("Please try again in 1.5s. Visit https://example.com to learn more.", 1.5),
        ("Please try again in 480ms.", 0.48),
        ("Please try again in 1h2m3.25s.", 3723.25),
        ("Please try again in 2h.", 7200),
        ("Please try again in 7m.", 420),
        ("Please retry after 6 seconds.", 6),
        ("TRY AGAIN IN 20 SECONDS", 20),
    ],
)
def test_a_wait_is_read_out_of_the_words_where_no_header_says_it(text: str, seconds: float) -> None:
    assert asked_wait({}, text) == pytest.approx(seconds)
    assert asked_wait({"retry-after": "2"}, text) == 2


@pytest.mark.parametrize(
    "text",
    ["", "Please wait a few minutes before you try again.", "try again in a while", "in 6m0s"],
)
def test_words_without_a_number_ask_for_nothing(text: str) -> None:
    assert asked_wait({}, text) is None


def test_a_date_is_compared_with_our_clock_where_the_server_shows_none() -> None:
    in_an_hour = formatdate(time.time() + 3_600, usegmt=True)
    wait = asked_wait({"retry-after": in_an_hour})
    assert wait is not None
    assert 3_000 < wait <= 3_600


def test_headers_of_the_models_client_are_found_in_any_case() -> None:
    assert asked_wait(Headers({"Retry-After": "3"})) == 3


NAMES = ("date", "retry-after", "retry-after-ms", "x-ratelimit-remaining", "x-ratelimit-reset")
VALUES = st.text() | st.sampled_from(["0", "9" * 30, NOW, "\u0661"]) | st.integers().map(str)


@given(
    st.dictionaries(st.sampled_from(NAMES), VALUES | st.integers(0, 10**11).map(formatdate)),
    st.text() | st.from_regex(r"try again in [0-9hms. ]{1,30}"),
)
def test_nothing_else_comes_of_any_text(headers: dict[str, str], text: str) -> None:
    wait = asked_wait(headers, text)
    assert wait is None or 0 <= wait < float("inf")
