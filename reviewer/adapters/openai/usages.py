"""Reads the usage of a response: the tokens of prompt and reply, cached and reasoning ones.

Servers mean different things by the same names. What is ambiguous is read so that no token is free:
a cost is never reported too low because a server counts in its own way.
"""

from collections.abc import Mapping
from dataclasses import astuple
from typing import Annotated, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from reviewer.prompt import Usage

# A hundred times the largest context window: such a number is not a count of tokens.
_MOST_TOKENS = 100_000_000
_Count: TypeAlias = Annotated[int, Field(ge=0, le=_MOST_TOKENS)]
_COUNT = TypeAdapter[int](_Count)


def count(usage: Usage | None) -> tuple[int, ...] | None:
    """Return the counts of a usage, as ReplyError keeps them."""
    return astuple(usage) if usage else None


def parse(reported: object) -> Usage | None:
    """Return the usage that either API reports, None if it is missing or cannot be true.

    Chat Completions and the Responses API call the same counts prompt and completion, or input and
    output: https://platform.openai.com/docs/api-reference/responses/object.
    """
    counts = _as_mapping(reported)
    taken = _read(counts, "prompt_tokens", "input_tokens")
    made = _read(counts, "completion_tokens", "output_tokens")
    # A prompt is never empty.
    if not taken or made is None:
        return None
    taken, cached, written = _read_cache(counts, taken)
    details = _details(counts, "completion_tokens_details", "output_tokens_details")
    reasoning = _read(details, "reasoning_tokens") or 0
    # xAI's completion tokens lack the reasoning, its total has it
    # (https://docs.x.ai/docs/key-information/consumption-and-rate-limits); so it is with Gemini's
    # thoughts. More reasoning than reply is outside of it too.
    missing = (_read(counts, "total_tokens") or 0) - taken - made
    made += max(missing, reasoning if reasoning > made else 0, 0)
    return Usage(taken, made, cached, written, reasoning)


def _read_cache(counts: Mapping[str, object], taken: int) -> tuple[int, int, int]:
    """Return the tokens of the prompt, and those of them that a cache served and took in.

    OpenAI counts both in the prompt
    (https://developers.openai.com/api/docs/guides/prompt-caching), and so does DeepSeek
    (https://api-docs.deepseek.com/guides/kv_cache). Anthropic does not
    (https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching), and proxies may pass that
    on. LiteLLM has both forms in one usage, and then they are a part of the prompt
    (https://docs.litellm.ai/docs/completion/prompt_caching).
    """
    details = _details(counts, "prompt_tokens_details", "input_tokens_details")
    inside = _read(details, "cached_tokens")
    if inside is None:
        inside = _read(counts, "prompt_cache_hit_tokens")
    stored = _read(details, "cache_write_tokens") or 0
    read = _read(counts, "cache_read_input_tokens") or 0
    creation = _read(counts, "cache_creation_input_tokens") or 0
    cached, written = max(inside or 0, read), max(stored, creation)
    is_part = inside == cached or not (read or creation)
    if is_part and cached + written <= taken:
        return taken, cached, written
    return taken + cached + written, cached, written


def _details(counts: Mapping[str, object], *names: str) -> Mapping[str, object]:
    return next((found for name in names if (found := _as_mapping(counts.get(name)))), {})


def _as_mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _read(counts: Mapping[str, object], *names: str) -> int | None:
    """Return the first of these counts that is there; None if it is no count of tokens."""
    given = next((counts[name] for name in names if counts.get(name) is not None), None)
    try:
        return _COUNT.validate_python(given, strict=True)
    except ValidationError:
        return None
