from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from openai import OpenAI

from bench.replies import Replies
from bench.timed_model import (
    MODEL_NAME,
    Exchange,
    TimedModel,
    least_seconds,
    prompt_bytes,
    wall_seconds,
)
from tests.loopback.model import KEY

NOBODY = Replies(frozenset())
# Latencies pass at this share of their time.
FAST = 1e-4


def review(latency: float, *paths: str) -> Exchange:
    shown = (f"\nFile 1 of 1, modified:\n<<n\n{path}\nn>>\n" for path in paths)
    return exchange("".join(shown), latency)


def verification(latency: float, *paths: str) -> Exchange:
    asked = "Another reviewer has reported findings. Your task is to argue against each of them."
    shown = (f"\nFile 1 of 1, modified:\n<<n\n{path}\nn>>\n" for path in paths)
    return exchange(asked + "".join(shown), latency)


def whole(latency: float, *paths: str) -> Exchange:
    asked = "Report only findings that need two files to see"
    shown = (f"\nFile 1 of 1, modified:\n<<n\n{path}\nn>>\n" for path in paths)
    return exchange(asked + "".join(shown), latency)


def exchange(text: str, latency: float, began: float = 0.0, ended: float = 0.0) -> Exchange:
    body = {"messages": [{"role": "user", "content": text}]}
    return Exchange(body, "", latency, began, ended)


@contextmanager
def asking(seed: int | None) -> Iterator[tuple[TimedModel, OpenAI]]:
    with TimedModel(NOBODY, scale=FAST) as model:
        model.begin(seed)
        with OpenAI(base_url=model.base_url, api_key=KEY, max_retries=0) as client:
            yield model, client


def ask(client: OpenAI) -> None:
    client.chat.completions.create(
        model=MODEL_NAME, messages=[{"role": "user", "content": "Review this."}]
    )


def latencies(seed: int | None, count: int) -> Sequence[float]:
    with asking(seed) as (model, client):
        for _ in range(count):
            ask(client)
        return [each.latency for each in model.exchanges]


def test_the_same_seed_gives_the_same_latencies_and_another_seed_others() -> None:
    first = latencies(1, 3)
    assert latencies(1, 3) == first
    assert latencies(2, 3) != first


def test_without_a_seed_replies_take_no_time() -> None:
    assert latencies(None, 2) == [0.0, 0.0]


def test_half_of_the_latencies_are_below_the_median_and_one_in_twenty_above_the_percentile() -> (
    None
):
    with TimedModel(NOBODY) as model:
        model.begin(0)
        drawn = [model.draw() for _ in range(4_000)]
    assert sum(each < 8 for each in drawn) / 4_000 == pytest.approx(0.5, abs=0.03)
    assert sum(each > 25 for each in drawn) / 4_000 == pytest.approx(0.05, abs=0.01)


def test_what_was_asked_is_kept_with_its_reply() -> None:
    with asking(1) as (model, client):
        ask(client)
    (kept,) = model.exchanges
    assert kept.body["messages"] == [{"role": "user", "content": "Review this."}]
    assert kept.reply.startswith("{")
    assert kept.began <= kept.ended


def test_the_least_is_the_longest_review_with_its_own_verification() -> None:
    asked = [review(9, "a"), review(2, "b"), verification(4, "b"), verification(1, "a")]
    assert least_seconds(asked, 100) == 10


def test_the_least_does_not_depend_on_the_order_of_requests() -> None:
    asked = [verification(4, "b"), review(9, "a"), review(7, "b")]
    assert least_seconds(asked, 100) == 11


def test_a_verification_waits_for_no_request_about_the_whole_change() -> None:
    assert least_seconds([review(2, "a"), whole(9, "a"), verification(4, "a")], 100) == 9


def test_the_least_is_bounded_by_the_requests_that_may_run_at_once() -> None:
    assert least_seconds([review(3, "a"), review(3, "b"), review(3, "c")], 2) == 4.5


def test_a_run_lasts_from_its_first_request_to_its_last_reply() -> None:
    asked = [exchange("a", 0, began=5, ended=7), exchange("b", 0, began=4, ended=6)]
    assert wall_seconds(asked) == 3


def test_prompt_bytes_are_those_of_all_messages() -> None:
    assert prompt_bytes([exchange("ä", 0), exchange("bc", 0)]) == 4
