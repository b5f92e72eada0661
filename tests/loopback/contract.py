"""Holds what was sent and answered against the official descriptions of the interfaces."""

import os
import re
from functools import cache
from pathlib import Path

from tests.loopback.messages import Request, Response
from tests.loopback.openapi import Document, Operation

_HERE = Path(__file__).parents[1] / "contracts"
# OpenAI's description is not part of this repository; this names a folder that has it.
FOLDER = "CODE_REVIEW_CONTRACTS"
_OPENAI = "openai-subset.json"
# Media types that GitHub documents in prose only.
_RAW = {"application/vnd.github.diff", "application/vnd.github.raw+json"}
_FIRST_ERROR = 400


@cache
def github() -> Document:
    """GitHub's description of its REST interface."""
    return Document(_HERE / "github-rest-subset.json")


@cache
def openai() -> Document | None:
    """OpenAI's description, or None where no folder has it."""
    folders = [Path(os.environ[FOLDER])] if FOLDER in os.environ else []
    folders += [parent / "shared" / "contracts" for parent in Path(__file__).parents]
    found = next((folder / _OPENAI for folder in folders if (folder / _OPENAI).is_file()), None)
    return Document(found) if found else None


def rest(request: Request, path: str, response: Response | None) -> list[str]:
    """Say what breaks GitHub's description; `path` is without the prefix of the API.

    A response of None means that a fault replaced it.
    """
    operation = github().operation(request.method, path)
    if operation is None:
        return ["the description has no such operation"]
    found = _query(operation, request) + _request_body(operation, request)
    if response is None or found:
        return found
    return _response(operation, response)


def openai_request(body: object, *, schema: str = "CreateChatCompletionRequest") -> list[str]:
    """Say what breaks OpenAI's description of a request; nothing where it is not at hand."""
    document = openai()
    if document is None:
        return []
    wanted = document.schema(schema)
    return document.breaches(wanted, body) + list(document.unknown(wanted, body))


def openai_response(body: object, *, schema: str = "CreateChatCompletionResponse") -> list[str]:
    """Say what breaks OpenAI's description of an answer; nothing where it is not at hand."""
    document = openai()
    return document.breaches(document.schema(schema), body) if document else []


def _query(operation: Operation, request: Request) -> list[str]:
    known = operation.parameters("query")
    found = []
    for name, text in request.query.items():
        if name not in known:
            found.append(f"?{name}: unknown parameter")
            continue
        readings = [text, int(text)] if re.fullmatch(r"-?\d+", text) else [text]
        breaches = [operation.document.breaches(known[name], value) for value in readings]
        found += breaches[-1] if all(breaches) else []
    return found


def _request_body(operation: Operation, request: Request) -> list[str]:
    schema = operation.request_body()
    if schema is None:
        return ["a body where none is described"] if request.body else []
    if _media_type(request.headers.get("content-type", "")) != "application/json":
        return [f"the body is not announced as JSON: {request.headers.get('content-type')}"]
    try:
        value = request.json()
    except ValueError as error:
        return [f"the body is not JSON: {error}"]
    document = operation.document
    return document.breaches(schema, value) + list(document.unknown(schema, value))


def _response(operation: Operation, response: Response) -> list[str]:
    media = _media_type(response.content_type)
    described = operation.response(response.status)
    if described is None and response.status < _FIRST_ERROR:
        return [f"status {response.status} is not described"]
    # GitHub leaves most of its errors out of the description; they all have one form.
    content = described.get("content", {}) if described else {}
    schema = content.get(media, {}).get("schema")
    if response.status >= _FIRST_ERROR:
        schema = schema or github().schema("basic-error")
    if schema is None and described is not None and not content and not response.body:
        return []
    if schema is None:
        return [] if media in _RAW else [f"media type {media} is not described"]
    found = operation.document.breaches(schema, response.json())
    return [f"the answer {response.status}: {problem}" for problem in found]


def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()
