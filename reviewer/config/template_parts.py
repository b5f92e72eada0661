"""Names the templates that a repository may replace, with their values and a sample of each."""

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewer.config.config_error import ConfigError
from reviewer.config.options import suggest
from reviewer.text import markdown
from reviewer.text.own_templates import OwnTemplate
from reviewer.text.template_language import TemplateError, Value, Word

COMMENT_FILTERS: Mapping[str, Callable[[str], str]] = {
    "block": markdown.block,
    "span": markdown.span,
    "code": markdown.code,
}
SUFFIX = ".md.j2"
# No template ends in another way, so a file that does is one with a misspelt name.
_ENDINGS = (".j2", ".jinja", ".jinja2")
MOST_NAMED = 3
"""Problems that one message names; each has an annotation of its own besides."""


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """A template by its file's name; `samples` are values with which it is tried.

    `in_prompt` says that the model reads it: it is then a part of what a review depends on.
    """

    name: str
    samples: tuple[Mapping[str, Value], ...] = ({},)
    in_prompt: bool = False

    def parse(self, source: str) -> OwnTemplate:
        """Return the template of this part, tried with all samples; raises TemplateError."""
        filters = {} if self.in_prompt else COMMENT_FILTERS
        template = OwnTemplate(source, self.samples[0], filters)
        for sample in self.samples:
            template.render(sample, markdown.line, filters)
        return template


_FINDING: Mapping[str, Value] = {
    "number": 3,
    "severity": Word("high"),
    "confidence": Word("medium"),
    "category": Word("logic"),
    "title": "Counts a price twice",
    "body": "With two equal prices the sum is wrong.",
    "rule": "AGENTS.md: Count money in cents",
    "place": "src/pay.py:7-8",
    "path": "src/pay.py",
    "start_line": 7,
    "end_line": 8,
    "quote": "total += price",
    "suggestion": "total = price",
    "also": ("src/cart.py:3", "src/cart.py:9"),
    "tools": ("ruff F821",),
}
_BARE: Mapping[str, Value] = {"rule": "", "quote": "", "suggestion": "", "also": (), "tools": ()}
_SUMMARY: Mapping[str, Value] = {
    "headline": "1 high",
    "findings": 1,
    "critical": 0,
    "high": 1,
    "medium": 0,
    "low": 0,
    "complete": True,
    "reviewed_files": 12,
    "changed_files": 14,
    "head": Word("abc1234"),
}
_CLEAN: Mapping[str, Value] = {"headline": "no problems found", "findings": 0, "high": 0}

PARTS = (
    TemplatePart("rules.md.j2", in_prompt=True),
    TemplatePart("severities.md.j2", in_prompt=True),
    TemplatePart("review.md.j2", ({"files": 3, "most_findings": 5},), in_prompt=True),
    TemplatePart("verify.md.j2", ({"findings": 3},), in_prompt=True),
    TemplatePart("overview.md.j2", in_prompt=True),
    TemplatePart(
        "finding.md.j2",
        ({**_FINDING, "has_comment": False}, {**_FINDING, **_BARE, "has_comment": True}),
    ),
    TemplatePart("inline.md.j2", (_FINDING, {**_FINDING, **_BARE})),
    TemplatePart("header.md.j2", (_SUMMARY, {**_SUMMARY, **_CLEAN, "complete": False})),
    TemplatePart("footer.md.j2", (_SUMMARY, {**_SUMMARY, **_CLEAN, "complete": False})),
)
_BY_NAME = {part.name: part for part in PARTS}
NAMES = tuple(_BY_NAME)


class TemplatesError(ConfigError):
    """Templates of the repository cannot be used; `more` are the errors about further files."""

    section = "templates"


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """Why a file of the folder cannot be used; `line` and `column` count from 1."""

    path: str
    what: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Return the place and the reason, as compilers do."""
        return f"{self.path}:{self.line}:{self.column}: {self.what}"

    @property
    def reason(self) -> str:
        """The place in the file and what is wrong there, without the name of the file."""
        return f"line {self.line}, column {self.column}: {self.what}"

    def as_error(
        self, commit: str, more: Sequence["TemplateProblem"] = (), *, remedy: str = ""
    ) -> TemplatesError:
        """Return the error about this file, at a commit, and about the others in `more`."""
        others = tuple(each.as_error(commit) for each in more)
        error = TemplatesError(
            f"this template cannot be used: {self.what}.",
            cause=" ".join(map(str, others[: MOST_NAMED - 1])), remedy=remedy,
            path=self.path, commit=commit, line=self.line, column=self.column,
        )  # fmt: skip
        error.more = others
        return error


def find_prefix(folder: str) -> str:
    """Return what the paths of templates begin with, for a folder as people write it."""
    plain = posixpath.normpath(folder.strip("/"))
    return "" if plain == "." else f"{plain}/"


def belongs(path: str, prefix: str) -> bool:
    """Return True for a template right below the folder, also one with a misspelt name.

    Files with other endings may be there too.
    """
    name = path.removeprefix(prefix)
    return path.startswith(prefix) and "/" not in name and name.endswith(_ENDINGS)


def check(path: str, source: bytes | None) -> TemplateProblem | None:
    """Return why a file cannot be used as the part of its name, None if it can.

    `source` is None for what is no plain file.
    """
    name = path.rpartition("/")[2]
    part = _BY_NAME.get(name)
    if part is None:
        # All names have the same end, so the rest of the name has to be much alike.
        ours = f"{name.partition('.')[0]}.md.j2"
        meant = f" {question}" if (question := suggest(ours, NAMES, like=0.8)) else ""
        there = ", ".join(NAMES)
        return TemplateProblem(path, f"it replaces none of ours.{meant} There are: {there}")
    if source is None:
        return TemplateProblem(path, "it is no plain file of at most 1 MiB")
    try:
        part.parse(source.decode())
    except UnicodeDecodeError:
        return TemplateProblem(path, "it is not UTF-8")
    except TemplateError as wrong:
        return TemplateProblem(path, wrong.what, wrong.line, wrong.column)
    return None


def has_known_name(path: str) -> bool:
    """Return True if there is a part for a file; only then its text matters."""
    return path.rpartition("/")[2] in _BY_NAME


def parse_all(parts: Iterable[tuple[str, str]]) -> Mapping[str, OwnTemplate]:
    """Return templates that were checked before, by the names of their files."""
    return {name: _BY_NAME[name].parse(source) for name, source in parts}


def is_in_prompt(name: str) -> bool:
    """Return True if the model reads a part."""
    return _BY_NAME[name].in_prompt
