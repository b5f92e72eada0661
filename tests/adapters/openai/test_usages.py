"""What servers report of tokens: cached and reasoning ones, and counts that contradict each other.

The numbers named after a server are from its documentation or from answers that people posted.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.adapters.openai import usages
from reviewer.prompt import Usage
from tests.faults import faults

OPENAI = {
    "prompt_tokens": 2_006,
    "completion_tokens": 300,
    "total_tokens": 2_306,
    "prompt_tokens_details": {"cached_tokens": 1_920, "cache_write_tokens": 80},
    "completion_tokens_details": {"reasoning_tokens": 200},
}
RESPONSES = {
    "input_tokens": 18_014,
    "output_tokens": 20,
    "total_tokens": 18_034,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 18_011},
    "output_tokens_details": {"reasoning_tokens": 12},
}
DEEPSEEK = {
    "prompt_tokens": 1_000,
    "completion_tokens": 50,
    "total_tokens": 1_050,
    "prompt_cache_hit_tokens": 896,
    "prompt_cache_miss_tokens": 104,
}
LITELLM = {
    "prompt_tokens": 5_000,
    "completion_tokens": 50,
    "total_tokens": 5_050,
    "prompt_tokens_details": {"cached_tokens": 3_000},
    "cache_read_input_tokens": 3_000,
    "cache_creation_input_tokens": 1_000,
}
LITELLM_FIRST = {
    **LITELLM,
    "prompt_tokens_details": {"cached_tokens": 0},
    "cache_read_input_tokens": 0,
    "cache_creation_input_tokens": 4_000,
}
ANTHROPIC = {
    "prompt_tokens": 50,
    "completion_tokens": 5,
    "cache_read_input_tokens": 900,
    "cache_creation_input_tokens": 100,
}
XAI = {
    "prompt_tokens": 12,
    "completion_tokens": 2,
    "total_tokens": 331,
    "completion_tokens_details": {"reasoning_tokens": 317},
}
GEMINI = {"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 623}
PLAIN = {"prompt_tokens": 50, "completion_tokens": 5}


@pytest.mark.parametrize(
    ("reported", "usage"),
    [
        (PLAIN, Usage(50, 5)),
        (OPENAI, Usage(2_006, 300, 1_920, 80, 200)),
        (RESPONSES, Usage(18_014, 20, 0, 18_011, 12)),
        (DEEPSEEK, Usage(1_000, 50, 896)),
        (LITELLM, Usage(5_000, 50, 3_000, 1_000)),
        (LITELLM_FIRST, Usage(5_000, 50, 0, 4_000)),
        (ANTHROPIC, Usage(1_050, 5, 900, 100)),
        (XAI, Usage(12, 319, 0, 0, 317)),
        (GEMINI, Usage(20, 603)),
    ],
    ids=["plain", "chat", "responses", "deepseek", "litellm", "litellm first", "anthropic", "xai",
         "gemini"],
)  # fmt: skip
def test_the_numbers_of_each_server_become_the_same_usage(
    reported: dict[str, object], usage: Usage
) -> None:
    assert usages.parse(reported) == usage


@faults("LL12")
@pytest.mark.parametrize(
    ("members", "usage"),
    [
        # More was cached than the prompt has: both can be true only if it lacks what was cached.
        ({"prompt_tokens_details": {"cached_tokens": 1_024}}, Usage(1_074, 5, 1_024)),
        ({"prompt_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 40}},
         Usage(130, 5, 40, 40)),
        ({"prompt_cache_hit_tokens": 60}, Usage(110, 5, 60)),
        ({"prompt_tokens_details": {"cached_tokens": 9}, "cache_read_input_tokens": 30},
         Usage(80, 5, 30)),
        ({"completion_tokens_details": {"reasoning_tokens": 70}}, Usage(50, 75, 0, 0, 70)),
        # What is no count of tokens counts nothing, and lowers nothing.
        ({"prompt_tokens_details": {"cached_tokens": -1}}, Usage(50, 5)),
        ({"prompt_tokens_details": {"cached_tokens": "40"}}, Usage(50, 5)),
        ({"prompt_tokens_details": {"cached_tokens": 1e3}}, Usage(50, 5)),
        ({"prompt_tokens_details": {"cached_tokens": 10**30}}, Usage(50, 5)),
        ({"prompt_tokens_details": [5], "cache_read_input_tokens": "5"}, Usage(50, 5)),
        ({"prompt_tokens_details": None, "completion_tokens_details": None}, Usage(50, 5)),
        ({"cache_read_input_tokens": True}, Usage(50, 5)),
        ({"completion_tokens_details": {"reasoning_tokens": -5}}, Usage(50, 5)),
        ({"total_tokens": 3}, Usage(50, 5)),
        ({"total_tokens": -3}, Usage(50, 5)),
        ({"total_tokens": "many"}, Usage(50, 5)),
    ],
)  # fmt: skip
def test_numbers_that_contradict_each_other_make_no_token_free(
    members: dict[str, object], usage: Usage
) -> None:
    assert usages.parse({**PLAIN, **members}) == usage


COUNTS = st.one_of(
    st.integers(-10, 200), st.integers(), st.none(), st.text(max_size=3), st.floats(), st.booleans()
)
NAMES = sorted({name for each in (OPENAI, RESPONSES, DEEPSEEK, LITELLM) for name in each})
DETAILS = st.dictionaries(
    st.sampled_from(["cached_tokens", "cache_write_tokens", "reasoning_tokens"]), COUNTS
)


@faults("LL12")
@given(
    st.sampled_from([OPENAI, RESPONSES, DEEPSEEK, LITELLM, {}]),
    st.dictionaries(
        st.sampled_from(NAMES), COUNTS | DETAILS | st.lists(COUNTS, max_size=2), max_size=4
    ),
)
def test_no_usage_has_a_negative_count_or_a_part_larger_than_the_whole(
    known: dict[str, object], odd: dict[str, object]
) -> None:
    usage = usages.parse({**known, **odd})
    if usage is None:
        return
    assert min(usages.count(usage) or ()) >= 0
    assert usage.input_tokens >= 1
    assert usage.cached_tokens + usage.written_tokens <= usage.input_tokens
    assert usage.reasoning_tokens <= usage.output_tokens


def test_what_is_reported_goes_through_an_error_and_back() -> None:
    usage = usages.parse(OPENAI)
    assert usage
    assert Usage(*(usages.count(usage) or ())) == usage
    assert usages.count(None) is None
