"""The simulation of prompt caches serves what OpenAI documents, and nothing else."""

from itertools import pairwise

from bench.prompt_cache import LIFETIME, SentPrompt, Served, price, serve, serve_marked

# 1,024 tokens of four characters, and one that a step of 128 tokens cuts off.
COMMON = "rule" * 1_125
RULES = len(COMMON)


def sent(text: str, began: float, *, key: str = "", marks: tuple[int, ...] = ()) -> SentPrompt:
    return SentPrompt(text, began, began + 8, key, marks)


def test_the_longest_common_beginning_is_served_in_steps() -> None:
    first, second = serve([sent(COMMON + "one", 0), sent(COMMON + "two", 10)])
    assert (first.read, second.read) == (0, 1_024)
    assert second.price == (second.tokens - 1_024) + 0.1 * 1_024


def test_a_shorter_beginning_is_not_served() -> None:
    short = "rule" * 1_023
    assert [each.read for each in serve([sent(short + "one", 0), sent(short + "two", 10)])] == [
        0,
        0,
    ]


def test_a_prompt_is_served_to_those_that_begin_after_its_reply_only() -> None:
    prompts = [sent(COMMON, 0), sent(COMMON, 7.9), sent(COMMON, 8), sent(COMMON, 60 + LIFETIME)]
    assert [each.read for each in serve(prompts)] == [0, 0, 1_024, 0]


def test_another_key_is_not_served() -> None:
    prompts = [sent(COMMON, 0, key="a"), sent(COMMON, 10, key="b")]
    assert [each.read for each in serve(prompts)] == [0, 0]
    assert [each.read for each in serve_marked(prompts)] == [0, 0]


def test_a_key_with_too_many_prompts_serves_fifteen_a_minute() -> None:
    prompts = [sent(COMMON, 0), *(sent(COMMON, 10 + n) for n in range(20)), sent(COMMON, 100)]
    read = [each.read > 0 for each in serve(prompts)]
    assert read == [False, *[True] * 14, *[False] * 6, True]


def test_breakpoints_serve_what_was_written_exactly_and_nothing_between() -> None:
    prompts = [
        sent(COMMON + "code" * 500 + "review", 0, marks=(RULES, RULES + 2_000)),
        sent(COMMON + "code" * 500 + "verify", 10, marks=(RULES, RULES + 2_000)),
        sent(COMMON + "code" * 400 + "other!", 20, marks=(RULES, RULES + 2_000)),
        sent(COMMON + "code" * 500 + "review", 30, marks=(RULES + 1_000,)),
    ]
    shares = [(each.read, each.written) for each in serve_marked(prompts)]
    assert shares == [(0, 1_625), (1_625, 0), (1_125, 500), (0, 1_375)]


def test_a_breakpoint_before_the_least_length_writes_nothing() -> None:
    (only,) = serve_marked([sent(COMMON, 0, marks=(4_000,))])
    assert only == Served(1_125)


def test_every_use_keeps_a_beginning_for_longer() -> None:
    begins = [n * (LIFETIME - 60) for n in range(4)]
    served = serve_marked([sent(COMMON, began, marks=(RULES,)) for began in begins])
    assert [each.read for each in served] == [0, 1_125, 1_125, 1_125]
    assert all(later - earlier < LIFETIME for earlier, later in pairwise(begins))


def test_writing_costs_more_and_reading_less() -> None:
    assert price([Served(1_000), Served(1_000, written=400), Served(1_000, read=800)]) == 2_380
