"""No two different inputs are hashed as the same bytes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.text import digest
from tests.faults import faults

FIELDS = st.lists(
    st.none() | st.integers() | st.text(st.characters(codec=None, categories=None), max_size=6),
    max_size=4,
)


@faults("ST3")
@given(FIELDS, FIELDS)
def test_different_fields_have_different_encodings(
    one: list[digest.Field], other: list[digest.Field]
) -> None:
    same = list(map(repr, one)) == list(map(repr, other))
    assert (digest.encode(*one) == digest.encode(*other)) is same


@faults("ST3")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("a\0b",), ("a", "b")),
        ((None,), ("None",)),
        ((None,), ("",)),
        ((0,), ("0",)),
        (("\ud83d\ude00",), ("\U0001f600",)),
        (("\ud800",), ("\\ud800",)),
        (("a",), ("a", "")),
        (("s1:a",), ("a",)),
        (("asb",), ("a", "b")),
        (("é",), ("e\u0301",)),
    ],
)
def test_a_border_between_fields_cannot_be_moved(
    one: tuple[digest.Field, ...], other: tuple[digest.Field, ...]
) -> None:
    assert digest.encode(*one) != digest.encode(*other)
    assert digest.identify(*one) != digest.identify(*other)


@faults("ST3")
@given(FIELDS)
def test_an_identity_has_256_bits(fields: list[digest.Field]) -> None:
    assert re.fullmatch("[0-9a-f]{64}", digest.identify(*fields))
