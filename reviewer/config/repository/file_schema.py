"""Makes the JSON Schemas with which editors complete, explain and check the repository's files.

Beside what JSON Schema knows, it has what the YAML servers of editors read: texts in Markdown,
a sentence for each word, and snippets.
"""

import inspect
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from reviewer import project
from reviewer.config import option_types
from reviewer.config.options import Declaration
from reviewer.config.repository import file_errors, learnings_file
from reviewer.config.repository.file_keys import DECLARED, RepositoryFile
from reviewer.config.shapes import Items, Text, WordList, Words
from reviewer.config.tightening import KeptApart

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DOCS = f"{project.HOME}/blob/v1/docs/configuration.md"
_LEARNINGS_DOCS = f"{project.HOME}/blob/v1/docs/learnings.md"
_LEARNING = {"text": "Money is counted in cents.", "paths": ["src/billing/**"], "origin": "#12"}
_ENTRY = {"path": "src/**", "instructions": "What to look for in these files."}
_LINES = "The text in the lines below the key."
_SEVERITIES = {
    "low": "Minor: hard to meet, or easy to mend later.",
    "medium": "Wrong in some cases.",
    "high": "Wrong in usual cases.",
    "critical": "Loses or leaks data, lets an attacker in, or breaks the product for everyone.",
}
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "min-severity": {word: f"{text} Show these and worse." for word, text in _SEVERITIES.items()},
    "min-confidence": {
        "low": "Show findings that may be wrong too.",
        "medium": "Show findings that are probably right.",
        "high": "Show only findings that are almost certainly right.",
    },
    "inline": {
        "off": "No inline comments: findings are in the summary comment.",
        "high": "Inline comments for findings of high or critical severity.",
        "all": "Inline comments for all findings.",
    },
    "verify": {
        "on": "Check each finding with a second request before it is shown.",
        "off": "Show findings as the review found them: fewer requests, more wrong findings.",
    },
    "linked-issues": {
        "on": "Compare the change with the issues that it closes.",
        "off": "Do not send linked issues to the model.",
    },
    "sections": {
        "overview": "The sentences on what the change does.",
        "major-changes": "The list of the largest changes.",
        "files": "The table of all changed files. Without it, only files that were not reviewed.",
        "none": "None of these parts.",
    },
    "when-clean": {
        "full": "The same comment as for a review with findings.",
        "one-line": "One line, and the notes.",
        "nothing": "No comment; one that exists becomes one line.",
    },
    "fail-on": {
        "never": "Never fail the step because of the review.",
        **{
            word: f"Fail the step for a finding of {word} severity"
            + (" or a higher one." if word != "critical" else ".")
            for word in ("critical", "high", "medium", "low")
        },
        "incomplete": "Fail the step when something that should have been reviewed was not.",
        "excluded": "Fail the step when a default rule of the action left out a file.",
    },
}
"""What each word of a setting means, in Markdown."""


def make() -> dict[str, Any]:
    """Return the schema."""
    made = RepositoryFile.model_json_schema(schema_generator=_Untitled)
    made["title"] = "Settings of the code review"
    made["markdownDescription"] = f"{made['description']}\n\n[Documentation]({_DOCS})"
    for name, declared in DECLARED.items():
        about = made["properties"][name]
        about |= _describe(declared)
        _add_snippets(about, declared)
        _name_words(about, MEANINGS.get(name, {}))
        # An editor would write nothing, or a list without the quotes that it needs.
        if about["default"] == "" or isinstance(about["default"], list):
            del about["default"]
    _describe_path_instructions(made)
    return {"$schema": _DIALECT, "$id": project.FILE_SCHEMA, **made}


def make_for_learnings() -> dict[str, Any]:
    """Return the schema of the file with learnings."""
    made = learnings_file.ENTRIES.json_schema(schema_generator=_Untitled)
    entry = made["$defs"].pop("LearningEntry")
    entry["title"] = "Learning"
    for key, example in _LEARNING.items():
        entry["properties"][key].pop("default", None)
        entry["properties"][key]["examples"] = [example]
    body = {"text": f"${{1:{_LEARNING['text']}}}"}
    entry["defaultSnippets"] = [{"label": "learning", "body": body}]
    made["$defs"]["learning"] = entry
    made["items"] = {"$ref": "#/$defs/learning"}
    made["title"] = "Learnings of the code review"
    made["description"] = "What the reviewer is to know of this repository."
    made["markdownDescription"] = f"{made['description']}\n\n[Documentation]({_LEARNINGS_DOCS})"
    return {"$schema": _DIALECT, "$id": project.LEARNINGS_SCHEMA, **made}


class _Untitled(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        return False  # it would only repeat the key


def _describe(declared: Declaration) -> dict[str, Any]:
    """Return what editors show of a setting: its meaning, default, rule and page."""
    kind, rule = declared.kind, declared.file
    combined = rule.text if isinstance(rule, KeptApart) else inspect.getdoc(rule) or ""
    text = _write_text(
        declared.description,
        f"Takes {'a list of ' if kind.many else ''}{kind.allowed}.",
        f"Default: {f'`{declared.default}`' if declared.default else 'empty'}",
        f"With the workflow's input of the same name: {' '.join(combined.split())}",
        section=declared.name,
    )
    return {"markdownDescription": text, "examples": [_give_example(declared)]}


def _write_text(description: str, *facts: str, section: str) -> str:
    listed = "\n".join(f"- {each}" for each in facts)
    return f"{description}\n\n{listed}\n\n[Documentation]({_DOCS}#{section})"


def _give_example(declared: Declaration) -> object:
    """Return the example of a setting as the file has it."""
    kind = declared.kind
    match kind.shape:
        case Words():
            return kind.example
        case WordList():
            return kind.example.split(", ")
        case Items():
            # Editors write an example without quotes, and YAML reads `*.md` as an alias then.
            return [each for each in kind.parse(kind.example) if each[0] not in "*!"]
        case _:
            return kind.parse(kind.example)


def _add_snippets(schema: dict[str, Any], declared: Declaration) -> None:
    """Add a snippet for an entry of a list, and one for a text of several lines.

    The YAML server of editors writes a snippet for a whole list as a mapping of numbers, so lists
    have none.
    """
    first = _give_example(declared)
    match declared.kind.shape, first:
        case Items(), [str() as entry, *_]:
            body = f"${{1:{entry}}}"
            schema["items"]["defaultSnippets"] = [{"label": entry, "body": body}]
        case Text(longest), str() if longest > option_types.LONGEST_LANGUAGE:
            body = f"|\n  ${{1:{first}}}"
            snippet = {"label": "several lines", "description": _LINES, "body": body}
            schema["defaultSnippets"] = [snippet]


def _name_words(schema: dict[str, Any], meanings: Mapping[str, str]) -> None:
    """Add the meaning of each word, wherever the schema lists the words."""
    if words := schema.get("enum"):
        schema["markdownEnumDescriptions"] = [meanings[word] for word in words]
    inside = (*schema.get("anyOf", ()), schema.get("items"))
    for inner in filter(None, inside):
        _name_words(inner, meanings)


def _describe_path_instructions(made: dict[str, Any]) -> None:
    entry = made["$defs"].pop("PathInstructionEntry")
    entry["title"] = "Instructions for some files"
    entry["properties"]["path"]["examples"] = [_ENTRY["path"]]
    entry["properties"]["instructions"]["examples"] = [_ENTRY["instructions"]]
    body = {key: f"${{{n}:{text}}}" for n, (key, text) in enumerate(_ENTRY.items(), 1)}
    entry["defaultSnippets"] = [{"label": "path and instructions", "body": body}]
    made["$defs"]["path-instruction"] = entry
    about = made["properties"]["path-instructions"]
    del about["default"]
    about["items"] = {"$ref": "#/$defs/path-instruction"}
    about["markdownDescription"] = _write_text(
        about["description"],
        f"Takes at most {file_errors.MOST_PATH_INSTRUCTIONS} entries, each with a `path` (a "
        "gitignore pattern) and `instructions` (at most "
        f"{option_types.LONGEST_INSTRUCTIONS} bytes).",
        "Default: empty",
        "Only in this file; the workflow has no such input.",
        section="the-repositorys-file",
    )
