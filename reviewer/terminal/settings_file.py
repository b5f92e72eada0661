"""Writes a settings file for a repository: every setting with its meaning, all as comments."""

import json
import textwrap
from collections.abc import Iterator

from reviewer import project
from reviewer.config.options import Declaration
from reviewer.config.repository import file_keys
from reviewer.config.shapes import WordList
from reviewer.config.workflow import inputs

_HEAD = f"""\
# yaml-language-server: $schema={project.FILE_SCHEMA}
# Settings of the code review. Each line is a comment, so the defaults apply. To change a setting,
# remove the `#` in front of it. A setting shows its default, or an example if that is empty.
# A setting here can only make that of the workflow stricter. The file is read at the base commit
# of a pull request, so a change applies after it is merged.
"""
_PATHS = """\
# Instructions for some of the files only.
#path-instructions:
#  - path: "src/**/*.sql"
#    instructions: Migrations run while the old version still serves.
"""


def render() -> str:
    """Return the file. Without its first `#`, each setting is valid and shows an example."""
    declared = [each for each in inputs.DECLARATIONS if each.name in file_keys.KEYS]
    return "\n".join((_HEAD, *map(_setting, declared), _PATHS))


def _setting(declared: Declaration) -> str:
    lines = textwrap.wrap(declared.description, 96, break_on_hyphens=False)
    lines += [] if declared.default else ["Empty by default. For example:"]
    return "".join((*(f"# {line}\n" for line in lines), *_example(declared)))


def _example(declared: Declaration) -> Iterator[str]:
    """Yield the setting with its default, or with an example if the default is empty."""
    text = declared.default or declared.kind.example
    kind = declared.kind
    if kind.many and not isinstance(kind.shape, WordList):
        yield f"#{declared.name}:\n"
        yield from (f"#  - {json.dumps(item)}\n" for item in kind.parse(text))
    else:
        yield f"#{declared.name}: {json.dumps(text) if _needs_quotes(text) else text}\n"


def _needs_quotes(text: str) -> bool:
    """Return True for text that YAML would not read as it is."""
    return not text or text.startswith(("*", "!", "&")) or ": " in text or " #" in text
