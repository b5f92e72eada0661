"""Writes again what is made from the code and the measured results: schemas and tables."""

import inspect
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench import results, table  # noqa: E402 - a script does not find it before
from reviewer.config import file_schema, inputs, repository_file  # noqa: E402
from reviewer.config.options import SEPARATORS, Declaration  # noqa: E402
from reviewer.config.shapes import WordList  # noqa: E402
from reviewer.config.tightening import KeptApart  # noqa: E402
from reviewer.outputs import report_v1  # noqa: E402

SCHEMA = ROOT / "schema" / "code-review.schema.json"
ACTION = ROOT / "action.yml"
REPORT_SCHEMA = ROOT / "schema" / "report.schema.json"
README = ROOT / "README.md"
REFERENCE = ROOT / "docs" / "configuration.md"
PERFORMANCE = ROOT / "docs" / "performance.md"
MARKDOWN = ("<!-- inputs:begin -->\n", "<!-- inputs:end -->")
RULES = ("<!-- rules:begin -->\n", "<!-- rules:end -->")
MEASURED = ("<!-- bench:begin -->\n", "<!-- bench:end -->")
YAML = ("# inputs:begin (made by scripts/generate.py)\n", "# inputs:end")


def generated() -> dict[Path, str]:
    """Return what each file should contain."""
    reference = _replace(REFERENCE.read_text("utf-8"), MARKDOWN, _reference())
    readme = _replace(README.read_text("utf-8"), MARKDOWN, _table())
    measured = results.load()
    return {
        SCHEMA: _json(file_schema.make()),
        REPORT_SCHEMA: _json(report_v1.schema()),
        ACTION: _replace(ACTION.read_text("utf-8"), YAML, _action_inputs()),
        README: _replace(readme, MEASURED, table.readme(measured)),
        PERFORMANCE: _replace(PERFORMANCE.read_text("utf-8"), MEASURED, table.page(measured)),
        REFERENCE: _replace(reference, RULES, _rules()),
    }


def _json(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _replace(text: str, marks: tuple[str, str], block: Iterator[str]) -> str:
    """Put a block between two marks of a page."""
    before, rest = text.split(marks[0])
    _, after = rest.split(marks[1])
    return "".join((before, marks[0], *(f"{line}\n" for line in block), marks[1], after))


def _action_inputs() -> Iterator[str]:
    yield "inputs:"
    for declaration in inputs.DECLARATIONS:
        yield f"  {declaration.name}:"
        yield "    description: >-"
        yield textwrap.indent(
            textwrap.fill(declaration.description, 92, break_on_hyphens=False), " " * 6
        )
        yield f"    default: {json.dumps(declaration.default)}"


def _table() -> Iterator[str]:
    yield "| input | default | meaning |"
    yield "|---|---|---|"
    for declaration in inputs.DECLARATIONS:
        default = f"`{declaration.default}`" if declaration.default else ""
        yield f"| `{declaration.name}` | {default} | {declaration.description} |"


def _rules() -> Iterator[str]:
    """List how the keys of the repository's file join the inputs; one row for each rule."""
    keys: dict[str, list[str]] = {}
    for declaration in inputs.DECLARATIONS:
        if rule := declaration.file:
            told = rule.text if isinstance(rule, KeptApart) else inspect.getdoc(rule) or ""
            keys.setdefault(" ".join(told.split()), []).append(f"`{declaration.name}`")
    yield "| key | together with the workflow's input of the same name |"
    yield "|---|---|"
    for text, named in keys.items():
        yield f"| {', '.join(named)} | {text} |"
    yield "| `path-instructions` | Only in the file. |"


def _reference() -> Iterator[str]:
    for declaration in inputs.DECLARATIONS:
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
    as_list = kind.many and not isinstance(kind.shape, WordList)
    value: Any = list(kind.parse(kind.example)) if as_list else None
    return f"`{declaration.name}: {json.dumps(value) if value else kind.example}`"


def _plain(text: str) -> str:
    """Quote what YAML would not take as it stands."""
    return json.dumps(text) if text.startswith("*") or ": " in text else text


if __name__ == "__main__":
    for file, content in generated().items():
        file.write_text(content, encoding="utf-8")
