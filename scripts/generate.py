"""Writes again what is made from the code: the schemas and the tables of inputs."""

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from reviewer.config import inputs, repository_file  # noqa: E402 - a script does not find it before
from reviewer.config.options import SEPARATORS, Declaration  # noqa: E402
from reviewer.outputs import report_v1  # noqa: E402

SCHEMA = ROOT / "schema" / "code-review.schema.json"
REPORT_SCHEMA = ROOT / "schema" / "report.schema.json"
ACTION = ROOT / "action.yml"
README = ROOT / "README.md"
REFERENCE = ROOT / "docs" / "configuration.md"
MARKDOWN = ("<!-- inputs:begin -->\n", "<!-- inputs:end -->")
YAML = ("# inputs:begin (made by scripts/generate.py)\n", "# inputs:end")


def generated() -> dict[Path, str]:
    """Return what each file should contain."""
    return {
        SCHEMA: _json(repository_file.schema()),
        REPORT_SCHEMA: _json(report_v1.schema()),
        ACTION: _between(ACTION, YAML, _action_inputs()),
        README: _between(README, MARKDOWN, _table()),
        REFERENCE: _between(REFERENCE, MARKDOWN, _reference()),
    }


def _json(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _between(path: Path, marks: tuple[str, str], block: Iterator[str]) -> str:
    before, rest = path.read_text("utf-8").split(marks[0])
    _, after = rest.split(marks[1])
    return "".join((before, marks[0], *(f"{line}\n" for line in block), marks[1], after))


def _action_inputs() -> Iterator[str]:
    yield "inputs:"
    for declaration in inputs.declarations():
        yield f"  {declaration.name}:"
        yield "    description: >-"
        yield textwrap.indent(textwrap.fill(declaration.description, 92), " " * 6)
        yield f"    default: {json.dumps(declaration.default)}"


def _table() -> Iterator[str]:
    yield "| input | default | meaning |"
    yield "|---|---|---|"
    for declaration in inputs.declarations():
        default = f"`{declaration.default}`" if declaration.default else ""
        yield f"| `{declaration.name}` | {default} | {declaration.description} |"


def _reference() -> Iterator[str]:
    for declaration in inputs.declarations():
        name, kind = declaration.name, declaration.kind
        default = f"`{declaration.default}`" if declaration.default else "empty"
        in_file = name in repository_file.KEYS
        yield from (f"### `{name}`", "", declaration.description, "")
        yield f"- takes {kind.allowed}{SEPARATORS if kind.many else ''}"
        yield f"- default: {default}"
        yield f"- in the repository's file: {_in_file(declaration) if in_file else 'no'}"
        yield from ("", "```yaml", "with:", f"  {name}: {_plain(kind.example)}", "```", "")


def _in_file(declaration: Declaration) -> str:
    kind = declaration.kind
    value: Any = list(kind.parse(kind.example)) if kind.many else None
    return f"`{declaration.name}: {json.dumps(value) if value else kind.example}`"


def _plain(text: str) -> str:
    """Quote what YAML would not take as it stands."""
    return json.dumps(text) if text.startswith("*") or ": " in text else text


if __name__ == "__main__":
    for file, content in generated().items():
        file.write_text(content, encoding="utf-8")
