"""Frozen value classes that cost little to import, for what every start builds.

`@record` gives a class what `@dataclass(frozen=True, slots=True)` gives it. `dataclasses` itself
imports `inspect` and compiles the methods of each class from text, which took a third of a start
with nothing to do.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast, dataclass_transform

if TYPE_CHECKING:
    # Type checkers know the arguments that this function takes for each class.
    from dataclasses import replace as replace  # noqa: PLC0414 - a re-export
else:

    def replace(value: object, /, **changes: object) -> object:
        """Return a copy of a record with some fields changed, like `dataclasses.replace`."""
        kept = {name: getattr(value, name) for name in fields(type(value))}
        return type(value)(**kept | changes)


T = TypeVar("T")
REQUIRED = object()
"""The default of a field that has none."""


class Field:
    """What a record knows about one of its fields: its default, and what `field` was given."""

    __slots__ = ("about", "default", "shown")

    def __init__(self, default: object, *, shown: bool, about: object) -> None:
        """Describe a field as `field` does."""
        self.default = default
        self.shown = shown
        self.about = about


def field(default: T, *, shown: bool = True, about: object = None) -> T:
    """Describe a field in the body of a record.

    `shown=False` leaves the field out of the repr; `about` is kept for the reader of `fields`.
    """
    return cast("T", Field(default, shown=shown, about=about))


def fields(cls: type) -> Mapping[str, Field]:
    """Return the fields of a record class by name, those of its base first."""
    found: Mapping[str, Field] = getattr(cls, "__record_fields__", {})
    return found


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Make a class a frozen record with slots, whose fields are its annotated names.

    A record may extend one other record. `super()` without arguments does not work in its methods,
    and every annotation is a field (no ClassVar).
    """
    own = cls.__dict__.get("__annotations__", {})  # noqa: RUF063 - inspect is what this saves
    described = dict(fields(cls))
    for name in own:
        default = cls.__dict__.get(name, REQUIRED)
        plain = Field(default, shown=True, about=None)
        described[name] = default if isinstance(default, Field) else plain
    body = {
        name: value
        for name, value in cls.__dict__.items()
        if name not in own and name not in {"__dict__", "__weakref__"}
    }
    body["__slots__"] = tuple(name for name in own if name not in fields(cls))
    body["__match_args__"] = tuple(described)
    body["__record_fields__"] = described
    bases = tuple(base for base in cls.__bases__ if base is not object)
    if not issubclass(cls, _Record):
        bases = (*bases, _Record)
    return cast("type[T]", type(cls.__name__, bases, body))


class _StandardFields:
    """Lets `dataclasses.fields`, `replace` and `asdict` read a record as one of their own."""

    def __get__(self, _instance: object, owner: type) -> Any:  # noqa: ANN401 - what typeshed says
        return _standard_fields(owner)


@cache
def _standard_fields(owner: type) -> Any:  # noqa: ANN401 - what typeshed says
    from dataclasses import MISSING, make_dataclass
    from dataclasses import field as standard

    made = make_dataclass(
        owner.__name__,
        [
            (
                name,
                object,
                standard(
                    default=MISSING if each.default is REQUIRED else each.default, repr=each.shown
                ),
            )
            for name, each in fields(owner).items()
        ],
    )
    return cast("Any", made).__dataclass_fields__


class _Record:
    """The methods of all records."""

    __slots__ = ()
    __dataclass_fields__ = _StandardFields()

    def __init__(self, *args: object, **named: object) -> None:
        """Take the fields by position or by name; raises TypeError as a function would."""
        known = fields(type(self))
        if len(args) > len(known):
            self._refuse(f"takes {len(known)} values, not {len(args)}")
        values = dict(zip(known, args, strict=False))
        for name, value in named.items():
            if name not in known or name in values:
                self._refuse(f"got {name!r} twice" if name in known else f"has no field {name!r}")
            values[name] = value
        for name, each in known.items():
            value = values.get(name, each.default)
            if value is REQUIRED:
                self._refuse(f"needs {name!r}")
            object.__setattr__(self, name, value)

    def _refuse(self, why: str) -> NoReturn:
        raise TypeError(f"{type(self).__qualname__} {why}")

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        raise AttributeError(f"the field {name!r} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"the field {name!r} cannot be deleted")

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in fields(type(self)))

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        shown = (name for name, each in fields(type(self)).items() if each.shown)
        listed = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({listed})"

    def __reduce__(self) -> tuple[object, ...]:
        """Copy and pickle by the values, since no field can be set later."""
        return type(self), self._values()
