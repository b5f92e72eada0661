"""Knows the keys of CodeRabbit's and PR-Agent's files, and what they are called here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviewer.config.mistakes import glob_mistakes
from reviewer.config.repository import yaml_lines
from reviewer.config.repository.mistakes import value_mistakes

_CODERABBIT = frozenset(
    {"reviews", "chat", "early-access", "tone-instructions", "knowledge-base", "code-generation"}
    | {"enable-free-tier", "inheritance", "issue-enrichment", "remote-config", "path-filters"}
    | {"auto-review", "high-level-summary", "request-changes-workflow", "review-status", "poem"}
    | {"collapse-walkthrough", "profile", "abort-on-close", "changed-files-summary"}
    | {"sequence-diagrams", "assess-linked-issues", "related-issues", "related-prs"}
    | {"suggested-labels", "auto-apply-labels", "suggested-reviewers", "finishing-touches"}
    | {"pre-merge-checks", "labeling-instructions", "high-level-summary-placeholder"}
)
_PR_AGENT = frozenset(
    {"config", "pr-reviewer", "pr-description", "pr-code-suggestions", "pr-questions"}
    | {"pr-update-changelog", "pr-add-docs", "pr-analyze", "pr-test", "pr-improve-component"}
    | {"pr-custom-prompt", "pr-help", "checks", "best-practices", "auto-best-practices"}
    | {"github", "github-app", "github-action-config", "gitlab", "bitbucket-app", "azure-devops"}
    | {"litellm", "openai", "ignore", "ignore-language-framework", "pr-similar-issue"}
)
_SECTION = re.compile(r"^[ \t]*\[[A-Za-z_.]+\][ \t]*(#.*)?$", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^[ \t]*[A-Za-z_]+[ \t]*=", re.MULTILINE)
_AS_YAML = (
    "Write the settings as YAML: `instructions: ...` for `extra_instructions`, `language: ...` for "
    '`response_language`, `max-findings: 10` for `num_max_findings`, `exclude: ["docs/**"]` for '
    "`glob` of `[ignore]`."
)
_NAMES_MODEL = re.compile(r"^[ \t]*(fallback_)?models?[ \t]*=", re.MULTILINE)
_MODEL = "The model is set in the workflow, as `with: {model: ...}`."
# Characters; tomllib takes quadratic time for a name of many parts. Real files have 2,000.
_LONGEST_TOML, _LONGEST_LINE = 20_000, 1_000
_LEAVE_OUT = "Leave it out: there is no such setting here."
# Keys of many files, which would else be taken for one that looks like them.
_NOTHING = frozenset({"version", "enabled"})
# Keys of both tools, and of GitHub's workflows, with the key that has their meaning here.
_SAME = {
    "tone-instructions": "instructions",
    "extra-instructions": "instructions",
    "response-language": "language",
    "paths-ignore": "exclude",
    "ignore-paths": "exclude",
    "exclude-paths": "exclude",
    "excluded-paths": "exclude",
    "ignored-files": "exclude",
    "include-paths": "include",
    "paths": "include",
    "ignore-usernames": "skip-authors",
    "ignore-pr-authors": "skip-authors",
    "ignore-pr-labels": "skip-labels",
    "num-max-findings": "max-findings",
    "num-code-suggestions": "max-findings",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """What a key of another tool is, and what to write here."""

    cause: str
    remedy: str


def is_toml(text: str) -> bool:
    """Return True for a file with sections and assignments, as PR-Agent's."""
    return bool(_SECTION.search(text) and _ASSIGNMENT.search(text))


def explain_toml(text: str) -> str:
    """Return what a file of PR-Agent is, and what to write for its settings."""
    found: dict[str, str] = {}
    for line in _convert_toml(text):
        key = line.partition(":")[0]
        # A key of ours that several of theirs have must be written by a person.
        found[key] = line if found.get(key, line) == line else f"{key}: ..."
    lines = _say([*found.values()], "the whole file") if found else _AS_YAML
    model = f" {_MODEL}" if _NAMES_MODEL.search(text) else ""
    return f"The file looks like PR-Agent's `.pr_agent.toml`. {lines}{model}"


def advise(key: str, value: object) -> Advice | None:
    """Return what to write for a key of another tool, None for a key of none.

    `key` is in kebab case; `value` is what the file has for it.
    """
    lines = list(dict.fromkeys(convert(key, value)))
    if key in _CODERABBIT:
        cause = f"`{key.replace('-', '_')}` is a key of CodeRabbit's `.coderabbit.yaml`."
    elif key in _PR_AGENT:
        cause = f"`{key.replace('-', '_')}` is a section of PR-Agent's settings."
    elif lines:
        cause = f"Here it is called `{_SAME[key]}`." if key in _SAME else ""
    elif key in _NOTHING:
        cause = ""
    else:
        return None
    below = " and all below it" if isinstance(value, Mapping | tuple) else ""
    return Advice(cause, _say(lines, f"it{below}"))


def _say(lines: list[str], replaced: str) -> str:
    if not lines:
        return _LEAVE_OUT
    each = "each at the beginning of a line" if len(lines) > 1 else "at the beginning of a line"
    return f"Write in place of {replaced}, {each}: {yaml_lines.join(lines)}."


def convert(key: str, value: object) -> Iterator[str]:
    """Yield lines of our file for what a key of another tool says."""
    if key in _SAME:
        yield value_mistakes.write_meant(_SAME[key], value) or f"{_SAME[key]}: ..."
    elif key == "path-filters":
        yield from _convert_filters(value)
    elif key == "path-instructions":
        yield _convert_instructions(value)
    elif key in {"drafts", "language"} and isinstance(value, bool | str):
        yield value_mistakes.write_meant({"drafts": "review-drafts"}.get(key, key), value)
    elif key in {"ignore", "glob"} and isinstance(value, tuple | str):
        yield value_mistakes.write_meant("exclude", value) or "exclude: [...]"
    elif isinstance(value, Mapping):
        for inner, item in value.items():
            yield from convert(str(inner).replace("_", "-"), item)


def _convert_toml(text: str) -> Iterator[str]:
    """Yield lines of our file for the sections of PR-Agent's; nothing for one that is invalid."""
    # Imported here: only an error needs it.
    import tomllib

    if len(text) > _LONGEST_TOML or max(map(len, text.split("\n"))) > _LONGEST_LINE:
        return
    try:
        sections = tomllib.loads(text)
    except (RecursionError, ValueError):
        return
    for section in sections.values():
        for key, value in section.items() if isinstance(section, dict) else ():
            # Deeper values are no settings of PR-Agent.
            items = tuple(value) if isinstance(value, list) else value
            if isinstance(items, bool | int | str | tuple):
                yield from convert(key.lower().replace("_", "-"), items)


def _convert_filters(value: object) -> Iterator[str]:
    """Yield `include` and `exclude` for CodeRabbit's filters, where "!" excludes."""
    filters = [each for each in _as_list(value) if isinstance(each, str)]
    wanted = tuple(each for each in filters if not each.startswith("!"))
    unwanted = tuple(each[1:] for each in filters if each.startswith("!"))
    for key, patterns in (("include", wanted), ("exclude", unwanted)):
        if patterns:
            yield value_mistakes.write_meant(key, patterns) or f"{key}: [...]"


def _convert_instructions(value: object) -> str:
    """Return CodeRabbit's instructions for paths as one line, its beginning if it is too long."""
    rows = [each for each in _as_list(value) if isinstance(each, Mapping)]
    texts = [(row.get("path"), row.get("instructions")) for row in rows]
    known = [
        (path, text) for path, text in texts if isinstance(path, str) and isinstance(text, str)
    ]
    items = [
        f"{{path: {yaml_lines.quote(glob)}, instructions: {yaml_lines.quote(text)}}}"
        for path, text in known
        for glob in glob_mistakes.repair(path) or (path,)
    ]
    line = f"path-instructions: [{', '.join(items)}]"
    whole = known and len(known) == len(rows) and yaml_lines.is_plain_line(line)
    return line if whole else "path-instructions: [...]"


def _as_list(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)
