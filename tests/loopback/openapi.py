"""An OpenAPI document as JSON Schema: finds operations and says what breaks them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

# JSON of a description: its shape is OpenAPI's business, and jsonschema takes it as it is.
Node: TypeAlias = Any

_METHODS = {"get", "post", "put", "patch", "delete"}


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    pattern: re.Pattern[str]
    method: str
    node: Node
    document: "Document"

    def parameters(self, place: str) -> dict[str, Node]:
        """The schemas of the parameters of one place, query or path, by name."""
        rows = [self.document.resolved(row) for row in self.node.get("parameters", [])]
        return {row["name"]: row["schema"] for row in rows if row["in"] == place}

    def request_body(self) -> Node | None:
        """The schema of the JSON body, None where there is no body."""
        body = self.document.resolved(self.node.get("requestBody", {}))
        return body.get("content", {}).get("application/json", {}).get("schema")

    def response(self, status: int) -> Node | None:
        """The description of the answer with a status, None where there is none."""
        found = self.node["responses"].get(str(status))
        return None if found is None else self.document.resolved(found)


class Document:
    """An OpenAPI document; version 3.0's `nullable` becomes the null of JSON Schema."""

    def __init__(self, path: Path) -> None:
        """Read the document; its references are made absolute, so that each part is complete."""
        self.name = f"urn:{path.stem}"
        self.root: Node = self._converted(json.loads(path.read_text("utf-8")))
        resource = Resource.from_contents(self.root, default_specification=DRAFT202012)
        self._registry: Registry[Node] = Registry().with_resource(self.name, resource)
        self._validators: dict[int, Draft202012Validator] = {}

    @cached_property
    def operations(self) -> list[Operation]:
        """All operations, those with fewer parameters in the path first."""
        return [
            Operation(_pattern(path, item, self), method, item[method], self)
            for path, item in sorted(self.root["paths"].items(), key=lambda row: row[0].count("{"))
            for method in item
            if method in _METHODS
        ]

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation that answers a request, None where the description has none."""
        for operation in self.operations:
            if operation.method == method.lower() and operation.pattern.fullmatch(path):
                return operation
        return None

    def resolved(self, node: Node) -> Node:
        """Follow references to what is no reference."""
        while "$ref" in node:
            found = self.root
            for part in node["$ref"].partition("#/")[2].split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node

    def schema(self, name: str) -> Node:
        """A named schema."""
        return self.root["components"]["schemas"][name]

    def breaches(self, schema: Node, value: object) -> list[str]:
        """Say where a value breaks a schema."""
        validator = self._validators.get(id(schema))
        if validator is None:
            validator = Draft202012Validator(schema, registry=self._registry)
            self._validators[id(schema)] = validator
        return [f"{row.json_path}: {row.message[:300]}" for row in validator.iter_errors(value)]

    def unknown(self, schema: Node, value: object, at: str = "$") -> Iterator[str]:
        """Name the properties that a schema does not have, which leaves objects open."""
        parts = list(self._parts(schema))
        match value:
            case list():
                items = {"anyOf": [part["items"] for part in parts if "items" in part]}
                for index, row in enumerate(value):
                    yield from self.unknown(items, row, f"{at}[{index}]")
            case dict():
                yield from self._unknown(parts, value, at)
            case _:
                return

    def _unknown(self, parts: list[Node], value: dict[str, object], at: str) -> Iterator[str]:
        known: dict[str, list[Node]] = {}
        for part in parts:
            for name, schema in part.get("properties", {}).items():
                known.setdefault(name, []).append(schema)
        free = any(_is_map(part) for part in parts) or not known
        for name, row in value.items():
            if name in known:
                yield from self.unknown({"anyOf": known[name]}, row, f"{at}.{name}")
            elif not free:
                yield f"{at}.{name}: unknown property"

    def _parts(self, schema: Node) -> Iterator[Node]:
        """A schema and everything that it is put together from."""
        schema = self.resolved(schema)
        yield schema
        for word in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(word, []):
                yield from self._parts(part)

    def _converted(self, node: Node) -> Node:
        if isinstance(node, list):
            return [self._converted(row) for row in node]
        if not isinstance(node, dict):
            return node
        made = {name: self._converted(value) for name, value in node.items()}
        if isinstance(made.get("$ref"), str):
            made["$ref"] = made["$ref"].replace("#/", f"{self.name}#/", 1)
        if made.pop("nullable", None) is True:
            made = {"anyOf": [made, {"type": "null"}]}
        if "discriminator" in made and "oneOf" in made:
            # OpenAI describes a message twice, so one with several parts fits two alternatives.
            made["anyOf"] = made.pop("oneOf")
        return made


def _is_map(schema: Mapping[str, Node]) -> bool:
    """Return True if a schema invites properties of any name."""
    return schema.get("additionalProperties", False) is not False


def _pattern(path: str, item: Node, document: Document) -> re.Pattern[str]:
    rows = [document.resolved(row) for method in item for row in _rows(item[method])]
    deep = {row["name"] for row in rows if row.get("x-multi-segment")}
    parts = re.split(r"\{(\w+)\}", path)
    names = [".+" if name in deep else "[^/]+" for name in parts[1::2]]
    literals = [re.escape(part) for part in parts[::2]]
    whole = "".join(a + b for a, b in zip(literals, [*names, ""], strict=True))
    # A file's name may hold a line feed.
    return re.compile(whole, re.DOTALL)


def _rows(operation: Node) -> list[Node]:
    found: list[Node] = operation.get("parameters", []) if isinstance(operation, dict) else []
    return found
