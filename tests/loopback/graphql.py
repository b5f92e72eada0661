"""The GraphQL half of the loopback GitHub: graphql-core runs queries over GitHub's schema."""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from tests.loopback import graphql_fields
from tests.loopback.messages import Request, Response, as_json
from tests.loopback.state import Site, Token

_SCHEMA = Path(__file__).parents[1] / "contracts" / "github-schema.graphql"


@cache
def schema() -> GraphQLSchema:
    """GitHub's schema; building it takes half a second, so it is built once."""
    text = _SCHEMA.read_text("utf-8")
    return build_schema(text, assume_valid=True, assume_valid_sdl=True, no_location=True)


@lru_cache(maxsize=64)
def _checked(query: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(schema(), document))


def answer(site: Site, request: Request, token: Token) -> Response:
    """Run the query; as at GitHub, what is wrong with it comes with status 200."""
    asked = request.json_object()
    document, errors = _checked(str(asked.get("query", "")))
    if document is None or errors:
        return as_json(200, {"errors": [_shown(error) for error in errors]})
    variables = asked.get("variables") or {}
    result = execute_sync(
        schema(),
        document,
        graphql_fields.root(site, token),
        variable_values=variables if isinstance(variables, dict) else {},
        operation_name=_text(asked.get("operationName")),
        field_resolver=_field,
    )
    value: dict[str, object] = {"data": result.data}
    if result.errors:
        value["errors"] = [_shown(error) for error in result.errors]
    return as_json(200, value)


def problems(request: Request, response: Response | None) -> list[str]:
    """What breaks GitHub's schema: the query, its variables, or a field the state lacks."""
    asked = request.json_object()
    if not isinstance(asked.get("query"), str):
        return ["the body has no query"]
    unknown = sorted(asked.keys() - {"query", "variables", "operationName"})
    found = [f"unknown property {name!r}" for name in unknown]
    found += [error.message for error in _checked(str(asked["query"]))[1]]
    value = response.json() if response else {}
    errors = value.get("errors", []) if isinstance(value, dict) else []
    # The errors that GitHub's own rules cause carry a type; all others are ours or the query's.
    return found or [str(row["message"]) for row in errors if "type" not in row]


def _field(source: object, info: GraphQLResolveInfo[None], **arguments: object) -> object:
    if not isinstance(source, Mapping) or info.field_name not in source:
        raise GraphQLError(f"the loopback GitHub has no {info.parent_type}.{info.field_name}")
    value = source[info.field_name]
    return value(**arguments) if callable(value) else value


def _shown(error: GraphQLError) -> dict[str, object]:
    """An error in GitHub's form, which keeps the type beside the message."""
    shown: dict[str, object] = dict(error.formatted)
    extensions = shown.pop("extensions", None)
    return (extensions if isinstance(extensions, dict) else {}) | shown


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
