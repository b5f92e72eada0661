"""A record behaves like a frozen dataclass with slots."""

import copy
import dataclasses
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, dataclass
from typing import Any, Generic, TypeVar

import pytest

from reviewer import record as records
from reviewer.record import REQUIRED, field, fields, record, replace

T = TypeVar("T")


@record
class Point:
    """A place."""

    x: int
    y: int = 0

    @property
    def far(self) -> bool:
        """Return True if it is far away."""
        return self.x > 100

    def moved(self) -> "Point":
        """Return its neighbour."""
        return Point(self.x + 1, self.y)


@record
class Labelled(Point):
    """A place with a name."""

    label: str = field("", about="how people call it")
    secret: str = field("", shown=False)


@record
class Nothing:
    """A record without fields."""


@record
class Box(Generic[T]):
    """Holds one value."""

    value: T


@dataclass(frozen=True, slots=True)
class Standard:
    """The dataclass that `Point` is compared with."""

    x: int
    y: int = 0


# What mypy would refuse: the tests look at what happens at run time.
POINT: Any = Point
BOTH = pytest.mark.parametrize("cls", [Point, Standard])


@BOTH
def test_fields_are_given_by_position_or_by_name_and_may_have_defaults(
    cls: type[Point | Standard],
) -> None:
    for made in (cls(1, 2), cls(1, y=2), cls(x=1, y=2), cls(y=2, x=1)):
        assert (made.x, made.y) == (1, 2)
    assert cls(1).y == 0


@BOTH
@pytest.mark.parametrize(
    ("args", "named"),
    [((), {}), ((1, 2, 3), {}), ((1,), {"x": 2}), ((1,), {"z": 2}), ((), {"y": 1})],
)
def test_a_missing_a_second_and_an_unknown_value_are_refused(
    cls: type[Point | Standard], args: tuple[int, ...], named: dict[str, int]
) -> None:
    with pytest.raises(TypeError, match=r"Point|Standard"):
        cls(*args, **named)


@pytest.mark.parametrize(
    ("args", "named", "message"),
    [
        ((), {}, "Point needs 'x'"),
        ((1, 2, 3), {}, "Point takes 2 values, not 3"),
        ((1,), {"x": 2}, "Point got 'x' twice"),
        ((1,), {"z": 2}, "Point has no field 'z'"),
    ],
)
def test_the_refusal_says_which_field_is_wrong(
    args: tuple[int, ...], named: dict[str, int], message: str
) -> None:
    with pytest.raises(TypeError) as refused:
        POINT(*args, **named)
    assert str(refused.value) == message


def test_records_are_equal_by_class_and_values_and_hash_alike() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(2, 1)
    assert Labelled(1, 2) != Point(1, 2)
    assert POINT(1) != (1, 0)
    assert Nothing() == Nothing()
    assert len({Point(1, 2), Point(1, 2), Point(3)}) == 2


def test_no_field_can_be_set_or_deleted_and_none_added() -> None:
    point: Any = Point(1)
    for name in ("x", "z"):
        with pytest.raises(AttributeError, match=f"{name!r} cannot be changed"):
            setattr(point, name, 2)
    with pytest.raises(AttributeError, match="'x' cannot be deleted"):
        del point.x
    assert not hasattr(point, "__dict__")
    assert issubclass(FrozenInstanceError, AttributeError)


def test_the_repr_is_that_of_a_dataclass_without_what_is_hidden() -> None:
    assert repr(Point(1)) == repr(Standard(1)).replace("Standard", "Point")
    assert repr(Labelled(1, 2, "here", "key")) == "Labelled(x=1, y=2, label='here')"
    assert repr(Nothing()) == "Nothing()"


def test_a_record_is_taken_apart_by_match() -> None:
    match Labelled(1, 2, "here"):
        case Labelled(1, y, label=label):
            assert (y, label) == (2, "here")
        case _:
            pytest.fail("no case matched")
    assert Point.__match_args__ == Standard.__match_args__


def test_methods_properties_and_docstrings_stay() -> None:
    assert Point(1).moved() == Point(2)
    assert not Point(1).far
    assert Point(101).far
    assert Point.__doc__ == "A place."
    assert Point.__module__ == __name__


def test_a_record_extends_another_and_has_its_fields_first() -> None:
    assert list(fields(Labelled)) == ["x", "y", "label", "secret"]
    assert isinstance(Labelled(1), Point)
    assert Labelled(1, 2, "here").moved() == Point(2, 2)
    assert "x" not in Labelled.__dict__["__slots__"]


def test_a_generic_record_takes_any_value() -> None:
    assert Box("text").value == "text"
    number: Box[int] = Box(3)
    assert number == Box(3)


def test_fields_have_their_default_and_metadata() -> None:
    described = fields(Labelled)
    assert described["x"].default is REQUIRED
    assert (described["y"].default, described["y"].about) == (0, None)
    assert described["label"].about == "how people call it"
    assert not fields(int)


def test_a_copy_can_have_other_values() -> None:
    here = Labelled(1, 2, "here", "key")
    assert replace(here, y=3) == Labelled(1, 3, "here", "key")
    changes: dict[str, Any] = {"z": 3}
    with pytest.raises(TypeError, match="has no field 'z'"):
        replace(here, **changes)


def test_the_standard_functions_for_dataclasses_take_a_record() -> None:
    here = Labelled(1, 2, "here", "key")
    assert dataclasses.is_dataclass(here)
    assert dataclasses.replace(here, y=3) == records.replace(here, y=3)
    assert dataclasses.asdict(here) == {"x": 1, "y": 2, "label": "here", "secret": "key"}
    assert [each.name for each in dataclasses.fields(Labelled)] == list(fields(Labelled))
    assert [each.repr for each in dataclasses.fields(Labelled)] == [True, True, True, False]
    assert dataclasses.fields(Point)[0].default is dataclasses.MISSING
    assert dataclasses.fields(Point)[1].default == 0


def test_copies_and_pickles_are_equal() -> None:
    here = Labelled(1, 2, "here", "key")
    for again in (copy.copy(here), copy.deepcopy(here), pickle.loads(pickle.dumps(here))):
        assert again == here


@pytest.mark.process
def test_it_does_not_import_what_it_replaces() -> None:
    code = "import sys, reviewer.record; sys.exit('dataclasses' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
