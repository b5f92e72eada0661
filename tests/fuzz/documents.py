"""Documents that are nearly valid: made of the words of a language, or with odd values in them."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.fuzz import corpus
from tests.fuzz.words import ODD_VALUES, WORDS

_PIECES = st.binary(max_size=4) | st.text(max_size=4).map(str.encode)


@cache
def of(target: str) -> SearchStrategy[bytes]:
    """Draw inputs for a target."""
    made = _joined(WORDS[target])
    documents = [found for seed in corpus.seeds(target) if (found := _as_json(seed))]
    return made | _spoiled(documents) if documents else made


def _joined(words: tuple[bytes, ...]) -> SearchStrategy[bytes]:
    """Put an input together from the words of its language."""
    word = st.sampled_from(words)
    return st.lists(st.one_of(word, word, _PIECES), max_size=40).map(b"".join)


def _as_json(seed: bytes) -> tuple[bytes, dict[str, Any]] | None:
    """Part a kept input into the line above its JSON, if it has one, and the JSON."""
    above, _, below = seed.partition(b"\n")
    for head, body in ((b"", seed), (above + b"\n", below)):
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return head, found
    return None


@st.composite
def _spoiled(draw: DrawFn, documents: list[tuple[bytes, dict[str, Any]]]) -> bytes:
    """Take members out of a JSON document, or put odd values in their place."""
    head, found = draw(st.sampled_from(documents))
    document = json.loads(json.dumps(found))
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(document))
        holder, key = draw(st.sampled_from(places)) if places else (document, "new")
        if not places or draw(st.integers(0, 3)):
            holder[key] = deepcopy(draw(st.sampled_from(ODD_VALUES) | _values))
        else:
            del holder[key]
    return bytes(head) + json.dumps(document).encode()


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """List every member and item within a JSON value as its holder and its key."""
    held = [value]
    while held:
        holder = held.pop()
        if isinstance(holder, dict | list):
            keys = list(holder) if isinstance(holder, dict) else range(len(holder))
            yield from ((holder, key) for key in keys)
            held += [holder[key] for key in keys]
