"""The base of the shapes by which GitHub's JSON is read; importing it imports pydantic."""

from typing import ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

_NAMED = "shape"


class Shape(BaseModel):
    """A JSON object of GitHub's: strict about the types of its members, unknown ones are ignored.

    `wrong` says in a message what is wrong with a value that does not have this shape; a part of
    another shape leaves it empty, so that the message is the other's.
    """

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    wrong: ClassVar[str] = ""

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read a value; raises ValueError with the `wrong` of the innermost broken shape."""
        try:
            return cls.model_validate(value)
        except ValidationError as broken:
            raise ValueError(_messages(broken)[0]) from None

    @model_validator(mode="wrap")
    @classmethod
    def _name_what_is_wrong(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(value)
        except ValidationError as broken:
            if _messages(broken) or not cls.wrong:
                raise
            raise PydanticCustomError(_NAMED, cls.wrong) from None


def _messages(broken: ValidationError) -> list[str]:
    """List what the broken shapes say of themselves, in the order of the fields."""
    # The values stay out: they are untrusted, and no message quotes them.
    errors = broken.errors(include_url=False, include_context=False, include_input=False)
    return [error["msg"] for error in errors if error["type"] == _NAMED]
