"""The shapes by which GitHub's JSON is read, and what all its GraphQL responses share."""

from collections.abc import Collection
from typing import Annotated, ClassVar, Generic, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from reviewer import logins
from reviewer.adapters.github.transport import refusals
from reviewer.adapters.github.transport.refusals import GitHubResponse
from reviewer.adapters.http.retry import TransientError
from reviewer.errors import ForgeError

_NAMED = "shape"
_FORBIDDEN = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES"})
# The first is documented, the second is what GitHub sends with the code graphql_rate_limit.
_LIMITED = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
# Of a query that asks for more than GitHub computes: in advance, or as it turns out.
_TOO_MUCH = frozenset({
    "RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED", "EXCESSIVE_PAGINATION",
})  # fmt: skip
# https://github.com/refined-github/refined-github/issues/6946
_NO_FIELD = "doesn't exist on type"
# What a query ends with that takes more than ten seconds; it comes without a type.
_OUT_OF_TIME = (
    "something went wrong while executing your query",
    "respond to your request in time",
)


class GitHubObject(BaseModel):
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


class Node(GitHubObject):
    """An object of GraphQL's; its fields are called as here, in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel)


NodeT = TypeVar("NodeT", bound=Node)


class Actor(Node):
    """Somebody; GraphQL gives null in the place of a deleted account."""

    wrong = "a login is no text"

    typename: str = Field("", alias="__typename")
    login: str

    @property
    def name(self) -> str:
        """The login as REST spells it, which distinguishes an app from a person of that name."""
        return logins.spell(self.login, is_bot=self.typename == "Bot")


class FirstPage(Node, Generic[NodeT]):
    """The first page of a list, which is enough; a node that the token may not see is null."""

    wrong = "a list lacks its rows"

    nodes: list[NodeT | None]

    @property
    def rows(self) -> list[NodeT]:
        """The nodes that the token may see."""
        return [node for node in self.nodes if node is not None]


class PageInfo(Node):
    """Return True if a list goes on after `end_cursor`, which is null where a page is empty."""

    has_next_page: bool
    end_cursor: str | None


class NodePage(FirstPage[NodeT], Generic[NodeT]):
    """A page of a list that may go on."""

    page_info: PageInfo


def _drop(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    try:
        return handler(value)
    except ValidationError:
        return None


_Tolerant = WrapValidator(_drop)


class ErrorRow(Node):
    """One of a response's errors, which is an error whatever its parts look like.

    `type` is GitHub's addition to what GraphQL describes.
    """

    type: Annotated[str | None, _Tolerant] = None
    message: Annotated[str | None, _Tolerant] = None
    path: Annotated[list[object] | None, _Tolerant] = None


class Envelope(Node):
    """A whole response; errors of any other form than a list with entries are none."""

    wrong = "it holds no data"

    data: object = None
    errors: object = None


def data(
    response: GitHubResponse, value: object, aim: str, *, optional: Collection[str] = ()
) -> object:
    """Return the data of a response, which `value` is the JSON of; `aim` names it in messages.

    Errors about fields in `optional` alone do not count. Raises ValueError for what is no GraphQL
    response, NotFoundError, ForbiddenError, or TransientError for what may pass by itself.
    """
    envelope = Envelope.parse(value)
    errors = envelope.errors if isinstance(envelope.errors, list) else []
    found = [ErrorRow.model_validate(row if isinstance(row, dict) else {}) for row in errors]
    if all(_is_about(optional, error) for error in found):
        return envelope.data
    raise _failure(response, found, aim)


def _is_about(fields: Collection[str], error: ErrorRow) -> bool:
    return any(name in fields for name in error.path or () if isinstance(name, str))


def _failure(
    response: GitHubResponse, errors: list[ErrorRow], aim: str
) -> ForgeError | TransientError:
    """Return the error for a response with errors; data beside them is not used."""
    kinds = {error.type for error in errors}
    messages = " ".join(" ".join(error.message or "" for error in errors).split())[:300]
    untyped = kinds == {None}
    if kinds & _LIMITED or (untyped and refusals.names_limit(messages)):
        return refusals.rate_limit_error(response, messages)
    if "NOT_FOUND" in kinds:
        return refusals.not_found_error(messages.rstrip(".") or "What the query asked for")
    if kinds & _FORBIDDEN or "Resource not accessible" in messages:
        return refusals.forbidden_error(response, messages)
    if any(_NO_FIELD in (error.message or "") for error in errors):
        # A query that also asks for a file is repeated without.
        return TransientError(_older_server_error(aim, messages), attempts=2)
    problem = ForgeError(
        f"GitHub could not {aim}: {messages}",
        cause="GitHub returned errors with incomplete data or none.",
        remedy="Run the workflow again.",
    )
    too_much = kinds & _TOO_MUCH or (untyped and _is_out_of_time(messages))
    return refusals.TooMuchError(problem) if too_much else TransientError(problem, attempts=2)


def _older_server_error(aim: str, message: str) -> ForgeError:
    """Return the error for a server that lacks a field which the action asks for."""
    return ForgeError(
        f"GitHub could not {aim}: {message}",
        cause="This GitHub Enterprise Server is older than the action needs.",
        remedy="Update the server to version 3.13 or newer: docs/enterprise-server.md.",
    )


def _is_out_of_time(messages: str) -> bool:
    return any(words in messages.lower() for words in _OUT_OF_TIME)
