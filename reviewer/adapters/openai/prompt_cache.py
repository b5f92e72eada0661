"""What makes OpenAI's cache serve the beginning of a prompt: one schema, a key, and breakpoints.

https://developers.openai.com/api/docs/guides/prompt-caching, read on 2026-11-27: other servers may
refuse these parameters, and have no use for them.
"""

import re
from collections.abc import Mapping, Sequence

from reviewer.adapters.openai.wire import Dialect, Options
from reviewer.prompt import Message, Prompt

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    # OpenAI's "prompt_cache_breakpoint is not supported on this model."
    "prompt_cache_options": ("prompt_cache_options", "prompt_cache_breakpoint"),
    "prompt_cache_key": ("prompt_cache_key",),
}
"""The parameters of the cache, and what servers that refuse one call it."""
_MARKING = re.compile(r"gpt-([0-9]{1,3})(?:\.([0-9]{1,3}))?(?:-|$)")
# Earlier models find the longest common beginning by themselves.
_FIRST_MARKING = (5, 6)


def phrase(prompt: Prompt, options: Options, *, shows_schema: bool) -> Prompt:
    """Return the prompt with what it says of its schema.

    `shows_schema` is False once the server has refused to take a schema.
    """
    return prompt.share_schema() if options.caches and shows_schema else prompt.state_schema()


def parameters(
    prompt: Prompt, model: str, options: Options, dialect: Dialect
) -> Mapping[str, object]:
    """Return the parameters of the cache, those without use as None.

    Only what is marked is written to the cache, because writing costs more than reading. Where
    tools may be called, all is: each result is followed by a request with all that was before it.
    """
    marks = takes_marks(model, options, dialect)
    return {
        "prompt_cache_key": (prompt.cache_key or None) if options.caches else None,
        "prompt_cache_options": {"mode": "implicit" if prompt.tools else "explicit"}
        if marks
        else None,
    }


def takes_marks(model: str, options: Options, dialect: Dialect) -> bool:
    """Return True if the model's cache serves only what ends at a breakpoint, as far as known."""
    found = _MARKING.match(model)
    known = found and (int(found[1]), int(found[2] or 0)) >= _FIRST_MARKING
    return bool(options.caches and known and "prompt_cache_options" not in dialect.refused)


def content(message: Message, kind: str, *, marks: bool) -> str | Sequence[Mapping[str, object]]:
    """Return the text of a message, with a breakpoint behind what other requests have too.

    `kind` is what the API calls a text.
    """
    if not marks or not message.reused:
        return message.text
    first = {
        "type": kind,
        "text": message.text[: message.reused],
        "prompt_cache_breakpoint": {"mode": "explicit"},
    }
    rest = message.text[message.reused :]
    return (first, {"type": kind, "text": rest}) if rest else (first,)
