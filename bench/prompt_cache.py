"""Simulates the prompt caches that OpenAI documents, over prompts that were sent.

https://developers.openai.com/api/docs/guides/prompt-caching, read on 2026-11-27. A cache holds the
beginnings of prompts, with tools and schema first. Where OpenAI leaves something open, the worse
case is assumed: a beginning can be read once a prompt with it was answered, by a prompt with the
same key, and a key that gets more than 15 prompts a minute serves none of those above.

Tokens are characters divided by four.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

CHARACTERS_PER_TOKEN = 4
LEAST_TOKENS, STEP = 1_024, 128
LIFETIME = 1_800.0
"""Seconds after the last use, as GPT-5.6 and later promise; earlier models may keep for longer."""
MOST_A_MINUTE = 15
MINUTE = 60.0
READ_PRICE, WRITE_PRICE = 0.1, 1.25
"""Prices of tokens that are read from the cache and written to it; others cost 1."""


@dataclass(frozen=True, slots=True)
class SentPrompt:
    """A prompt as one text, when it was sent and answered in seconds, and its prompt_cache_key.

    `marks` are the positions of its cache breakpoints, in characters.
    """

    text: str
    began: float
    ended: float
    key: str = ""
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """The tokens of one prompt: all of them, those read from the cache, those written to it."""

    tokens: int
    read: int = 0
    written: int = 0

    @property
    def price(self) -> float:
        """What it costs, in tokens at the full price."""
        plain = self.tokens - self.read - self.written
        return plain + READ_PRICE * self.read + WRITE_PRICE * self.written


@dataclass(slots=True)
class _Keys:
    """When prompts with each key began."""

    began: dict[str, list[float]] = field(default_factory=dict)

    def is_full(self, prompt: SentPrompt) -> bool:
        """Note a prompt, and return True if its key gets too many."""
        times = self.began.setdefault(prompt.key, [])
        times.append(prompt.began)
        return sum(prompt.began - each < MINUTE for each in times) > MOST_A_MINUTE


def serve(prompts: Sequence[SentPrompt]) -> tuple[Served, ...]:
    """Return what the cache of models before GPT-5.6 serves of each prompt, sorted by `began`.

    It is the longest beginning that an earlier prompt has too, of at least 1,024 tokens, in steps
    of 128. Nothing is charged for writing.
    """
    return tuple(_serve_longest(sorted(prompts, key=lambda each: each.began)))


def _serve_longest(prompts: Sequence[SentPrompt]) -> Iterator[Served]:
    keys = _Keys()
    for n, prompt in enumerate(prompts):
        full = keys.is_full(prompt)
        common = max(
            (
                _count_common(prompt.text, before.text)
                for before in prompts[:n]
                if not full and _may_read(prompt, before)
            ),
            default=0,
        )
        tokens = common // CHARACTERS_PER_TOKEN // STEP * STEP
        yield Served(_count(prompt), tokens if tokens >= LEAST_TOKENS else 0)


def _count_common(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginnings."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _may_read(prompt: SentPrompt, before: SentPrompt) -> bool:
    return before.ended <= prompt.began <= before.ended + LIFETIME and before.key == prompt.key


def serve_marked(prompts: Sequence[SentPrompt]) -> tuple[Served, ...]:
    """Return what the cache of GPT-5.6 and later serves of each prompt, by the order of `began`.

    It is the longest beginning of at least 1,024 tokens that ends at a breakpoint and that an
    earlier prompt has written. What lies between it and the last breakpoint is written.
    """
    return tuple(_serve_marked(sorted(prompts, key=lambda each: each.began)))


def _serve_marked(prompts: Sequence[SentPrompt]) -> Iterator[Served]:
    keys = _Keys()
    # When each beginning, with its key, can be read; a later use keeps it for longer.
    cached: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for prompt in prompts:
        full = keys.is_full(prompt)
        marks = [mark for mark in prompt.marks if mark // CHARACTERS_PER_TOKEN >= LEAST_TOKENS]
        read = 0
        for mark in marks:
            spans = cached.setdefault((prompt.key, prompt.text[:mark]), [])
            if not full and any(start <= prompt.began <= end for start, end in spans):
                read = max(read, mark)
            spans.append((prompt.ended, prompt.ended + LIFETIME))
        written = max([*marks, read]) - read
        yield Served(_count(prompt), read // CHARACTERS_PER_TOKEN, written // CHARACTERS_PER_TOKEN)


def _count(prompt: SentPrompt) -> int:
    return len(prompt.text) // CHARACTERS_PER_TOKEN


def price(served: Sequence[Served]) -> int:
    """Return what prompts cost together, in tokens at the full price."""
    return round(sum(each.price for each in served))
