"""One declaration of a shape is what is asked for and how it is read."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.text import json_members
from reviewer.text.json_members import UnusableError

SIZES = {"large": 2, "small": 1}


@dataclass(frozen=True)
class Cup:
    """A shape with a member of each kind."""

    name: Annotated[str, json_members.text(5)]
    note: Annotated[str, json_members.optional_line(5)]
    hidden: Annotated[str, json_members.optional_text(asked=False)]
    size: Annotated[int, json_members.word(SIZES, otherwise=0)]
    line: Annotated[int, json_members.line_number()]
    code: Annotated[str | None, json_members.code(5)]
    parts: Annotated[tuple[object, ...], json_members.rows({"type": "object"})]
    words: Annotated[tuple[str, ...], json_members.texts()] = ("none",)


CUP = {"name": "Mug", "note": "", "size": "large", "line": 1, "code": None, "parts": []}


def test_a_schema_has_the_members_that_are_asked_for_and_no_others() -> None:
    assert json_members.schema(Cup) == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "note": {"type": "string"},
            "size": {"type": "string", "enum": ["large", "small"]},
            "line": {"type": "integer"},
            "code": {"type": ["string", "null"]},
            "parts": {"type": "array", "items": {"type": "object"}},
            "words": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "note", "size", "line", "code", "parts", "words"],
        "additionalProperties": False,
    }


def test_a_missing_member_has_its_default_or_is_read_as_nothing() -> None:
    cup = json_members.read(Cup, {"name": "Mug", "parts": [1]})
    assert cup == Cup("Mug", "", "", 0, 0, None, (1,), ("none",))


def test_texts_are_cut_and_half_a_code_is_none() -> None:
    cup = json_members.read(
        Cup, CUP | {"name": " Mugs and more", "note": "a\nbcdefg", "code": "123456"}
    )
    assert (cup.name, cup.note, cup.code) == ("Mugs…", "a bc…", None)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([], "an object is expected"),
        ({**CUP, "name": " "}, "name: a text is expected"),
        ({**CUP, "parts": None}, "parts: a list is expected"),
        ({**CUP, "words": "none"}, "words: a list is expected"),
    ],
)
def test_what_is_unusable_names_its_member(value: object, problem: str) -> None:
    with pytest.raises(UnusableError, match=f"^{problem}$"):
        json_members.read(Cup, value)


def test_a_field_without_a_member_is_a_mistake_that_is_named() -> None:
    @dataclass(frozen=True)
    class Plate:
        size: int

    with pytest.raises(TypeError, match=r"Plate\.size has no Member"):
        json_members.schema(Plate)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(CUP)), inner),
)


@given(ANYTHING)
def test_anything_is_read_or_unusable(value: object) -> None:
    try:
        cup = json_members.read(Cup, value)
    except UnusableError:
        return
    assert cup.size in {0, 1, 2}
    assert len(cup.name) <= 5
