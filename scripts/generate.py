"""Writes again what is made from the code and the measured results: schemas and tables."""

import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench import example_costs, results, table  # noqa: E402 - a script does not find it before
from reviewer import project  # noqa: E402
from reviewer.config.options import SEPARATORS, Declaration  # noqa: E402
from reviewer.config.repository import file_keys, file_schema  # noqa: E402
from reviewer.config.shapes import WordList  # noqa: E402
from reviewer.config.tightening import KeptApart  # noqa: E402
from reviewer.config.workflow import inputs  # noqa: E402
from reviewer.outputs import report_v1  # noqa: E402
from scripts import error_texts, input_groups  # noqa: E402
from scripts.error_texts import ErrorText  # noqa: E402

SCHEMA = ROOT / "schema" / "code-review.schema.json"
ACTION = ROOT / "action.yml"
LEARNINGS_SCHEMA = ROOT / "schema" / "code-review-learnings.schema.json"
REPORT_SCHEMA = ROOT / "schema" / "report.schema.json"
README = ROOT / "README.md"
REFERENCE = ROOT / "docs" / "configuration.md"
EXAMPLE = ROOT / "examples" / "review.yml"
# `code-review init` writes it; a wheel holds only what is inside of the package.
PACKAGED_EXAMPLE = ROOT / "reviewer" / "terminal" / "workflow.yml"
TROUBLESHOOTING = ROOT / "docs" / "troubleshooting.md"
MODEL_SERVERS = ROOT / "docs" / "model-servers.md"
PERFORMANCE = ROOT / "docs" / "performance.md"
MARKDOWN = ("<!-- inputs:begin -->\n", "<!-- inputs:end -->")
RULES = ("<!-- rules:begin -->\n", "<!-- rules:end -->")
MEASURED = ("<!-- bench:begin -->\n", "<!-- bench:end -->")
_OWNED = re.compile(
    r"(uses: |--repo |--signer-workflow |ghcr\.io/|https://(?:github|raw\.githubusercontent)\.com/)"
    r"[\w.-]+/code-review-action\b"
)
SERVERS = ("<!-- models:begin -->\n", "<!-- models:end -->")
COSTS = ("<!-- costs:begin -->\n", "<!-- costs:end -->")
YAML = ("# inputs:begin (made by scripts/generate.py)\n", "# inputs:end")


@cache
def generated() -> dict[Path, str]:
    """Return what each file should contain."""
    reference = _replace(REFERENCE.read_text("utf-8"), MARKDOWN, _reference())
    readme = _replace(README.read_text("utf-8"), MARKDOWN, _table())
    readme = _replace(readme, COSTS, example_costs.table())
    readme = _replace(readme, SERVERS, _model_servers())
    measured = results.load()
    found = {
        SCHEMA: _json(file_schema.make()),
        LEARNINGS_SCHEMA: _json(file_schema.make_for_learnings()),
        REPORT_SCHEMA: _json(report_v1.schema()),
        ACTION: _replace(ACTION.read_text("utf-8"), YAML, _action_inputs()),
        README: _replace(readme, MEASURED, table.readme(measured)),
        PERFORMANCE: _replace(PERFORMANCE.read_text("utf-8"), MEASURED, table.page(measured)),
        REFERENCE: _replace(reference, RULES, _rules()),
        PACKAGED_EXAMPLE: EXAMPLE.read_text("utf-8"),
        TROUBLESHOOTING: _list_errors(TROUBLESHOOTING.read_text("utf-8")),
    }
    return {path: _name_owner(found.get(path) or path.read_text("utf-8")) for path in _texts(found)}


def _texts(found: Mapping[Path, str]) -> list[Path]:
    """List the generated files, and those that name the owner of the project."""
    named = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*.yml")]
    named += [
        *ROOT.glob(".github/ISSUE_TEMPLATE/*.yml"),
        *ROOT.glob("reviewer/**/*.yml"),
        ROOT / "action.yml",
    ]
    return sorted({*found, *named} - {ROOT / "CHANGELOG.md"})


def _name_owner(text: str) -> str:
    """Put the owner of the project into workflows and addresses."""
    return _OWNED.sub(rf"\1{project.REPOSITORY}", text)


def _list_errors(page: str) -> str:
    """Put the errors of each section into the page."""
    found = error_texts.error_texts()
    for section in sorted({each.section for each in found}):
        marks = (f"<!-- errors:{section}:begin -->\n", f"<!-- errors:{section}:end -->")
        page = _replace(page, marks, _error_list(each for each in found if each.section == section))
    return page


def _error_list(found: Iterable[ErrorText]) -> Iterator[str]:
    for each in found:
        advice = f"<br>{_escape(each.advice)}" if each.advice else ""
        yield f"- **{_escape(each.what)}**{advice}"


def _escape(text: str) -> str:
    """Escape what Markdown would take for formatting, outside of code."""
    pieces = text.split("`")
    return "`".join(
        re.sub(r"([*_<\[\]])", r"\\\1", piece) if number % 2 == 0 else piece
        for number, piece in enumerate(pieces)
    )


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
        yield _manifest_default(declaration)


def _manifest_default(declaration: Declaration) -> str:
    """Return the default that the runner passes on, as if somebody had written it.

    On another server than OpenAI's, a name that nobody wrote is none. Empty, it means the same.
    """
    if declaration.name == "model":
        return f'    default: "" # {declaration.default}, if base-url is OpenAI\'s'
    return f"    default: {json.dumps(declaration.default)}"


def _table() -> Iterator[str]:
    """List the inputs that README shows."""
    declared = {declaration.name: declaration for declaration in inputs.DECLARATIONS}
    yield "| input | meaning |"
    yield "|---|---|"
    for name in input_groups.IN_README:
        default = f" Default: `{declared[name].default}`." if declared[name].default else ""
        link = f"[`{name}`](docs/configuration.md#{name})"
        yield f"| {link} | {declared[name].description}{default} |"


def _model_servers() -> Iterator[str]:
    """List the servers for which the page about them has a block to paste."""
    if not MODEL_SERVERS.exists():
        return
    rows = re.findall(
        r"^\| \[([^\]]+)\]\((#[\w-]+)\) \|.*\| ([^|]+) \|$",
        MODEL_SERVERS.read_text("utf-8"),
        re.MULTILINE,
    )
    links = " · ".join(f"[{name}](docs/model-servers.md{anchor})" for name, anchor, _ in rows)
    seen = ", ".join(name for name, _, state in rows if state.startswith("yes"))
    yield f"Blocks to paste, each with its limits: {links}."
    by_hand = ", ".join(name for name, _, state in rows if "by hand" in state)
    yield (
        f"The project's tests run {seen}. {by_hand} was tried by hand. The other blocks, OpenAI's "
        "too, come from the documentation of the servers: we have no access to them."
    )


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
    declared = {declaration.name: declaration for declaration in inputs.DECLARATIONS}
    grouped = input_groups.group(tuple(declared))
    for title, names in grouped.items():
        yield f"- {title}: {', '.join(f'[`{name}`](#{name})' for name in names)}"
    yield ""
    for title, names in grouped.items():
        yield from (f"### {title}", "")
        for name in names:
            yield from _describe_input(declared[name])


def _describe_input(declaration: Declaration) -> Iterator[str]:
    name, kind = declaration.name, declaration.kind
    default = f"`{declaration.default}`" if declaration.default else "empty"
    in_file = name in file_keys.KEYS
    yield from (f"#### `{name}`", "", declaration.description, "")
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
    """Quote what YAML would not take without quotes."""
    return json.dumps(text) if text.startswith("*") or ": " in text else text


if __name__ == "__main__":
    for file, content in generated().items():
        file.write_text(content, encoding="utf-8")
