"""The settings that apply to a run: the workflow's, made stricter by the repository's file."""

import enum
import hashlib
import json
import operator
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reviewer.config import options
from reviewer.config.globs import Patterns
from reviewer.config.options import Declaration
from reviewer.config.repository import file_keys
from reviewer.config.repository.file_keys import FileSettings, PathInstruction
from reviewer.config.repository.learnings import Learning
from reviewer.config.repository.strict_yaml import PATH
from reviewer.config.shared_settings import SharedSettings
from reviewer.config.workflow import input_globs
from reviewer.config.workflow.inputs import Inputs
from reviewer.record import record
from reviewer.severity import Confidence, Severity

_SHARED = options.declarations(SharedSettings)
_NOT_IN_FINGERPRINT = {
    "workflow_globs",
    "repository_globs",
    "notes",
    "origin",
    "path_instructions",
    "repaired",
    "template_folder",
    "comment_parts",
    "learnings",
    "learnings_unread",
} | {declared.field for declared in _SHARED if not declared.in_fingerprint}
# What decides which files and findings of a review are shown, or is in the keys of files.
_CHOOSING = (
    "workflow_globs",
    "repository_globs",
    "max_files",
    "max_file_lines",
    "max_findings",
    "min_severity",
    "min_confidence",
    "guidelines",
)


@record
class Globs:
    """The gitignore patterns of one author; an empty `include` matches every file."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@record
class Settings(SharedSettings):
    """The settings that apply to this run.

    `notes` has a sentence for each value of the file that does not apply. `origin` says why the
    file sets nothing; it is empty if the file sets something. `repaired` lists what is broken at
    the base commit and not used, because the pull request repairs it: the paths of the file and of
    templates. `template_folder` is the input `templates`; `prompt_parts` and `comment_parts` are
    the repository's own templates: the name and the text of each. `learnings` come from a file of
    their own; `learnings_unread` says that it could not be read.
    """

    workflow_globs: Globs = Globs()
    repository_globs: Globs = Globs()
    instructions: tuple[str, ...] = ()
    path_instructions: tuple[PathInstruction, ...] = ()
    notes: tuple[str, ...] = ()
    origin: str = ""
    repaired: tuple[str, ...] = ()
    template_folder: str = ""
    prompt_parts: tuple[tuple[str, str], ...] = ()
    comment_parts: tuple[tuple[str, str], ...] = ()
    learnings: tuple[Learning, ...] = ()
    learnings_unread: bool = False

    @property
    def unknown_severity(self) -> Severity:
        """The severity of a finding whose own is not known: the lowest that fails the step."""
        limits = {limit.value for limit in self.fail_on}
        gates = [severity for severity in Severity if severity.label in limits]
        return min(gates, default=Severity.MEDIUM)

    def find_instructions(self, path: str) -> tuple[str, ...]:
        """Return the path instructions that apply to a file, in their own order."""
        return tuple(
            each.instructions
            for each in self.path_instructions
            if Patterns((each.path,)).verdict(path)
        )

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits that change with every setting that changes a review's content.

        Path instructions, guidelines and learnings are left out: they change the review of the
        files that they are about. Patterns and limits decide which files and findings are shown,
        and what is remembered of a file has all of its findings.
        """
        content = {
            name: value for name, value in asdict(self).items() if name not in _NOT_IN_FINGERPRINT
        }
        # Without templates, it is what it was before there were any.
        if not self.prompt_parts:
            content.pop("prompt_parts")
        return _hash(content)

    @property
    def choice(self) -> str:
        """64 hexadecimal digits for what is chosen among the results of a review."""
        content = asdict(self)
        return _hash({name: content[name] for name in _CHOOSING})


def load(inputs: Inputs, text: bytes | str | None) -> Settings:
    """Combine the inputs with the text of .github/code-review.yml; None means there is no file.

    Raises ConfigError for an invalid file, InputError for an invalid pattern of the workflow.
    """
    input_globs.check("include", inputs.include, selects=True)
    input_globs.check("exclude", inputs.exclude, selects=False)
    input_globs.check("guidelines", inputs.guidelines, selects=True)
    file = file_keys.parse(text) if text else FileSettings()
    tightened = {declared.field: _tighten(declared, inputs, file) for declared in _SHARED}
    shared: dict[str, Any] = {field: value for field, (value, _) in tightened.items()}
    return Settings(
        **shared,
        workflow_globs=Globs(inputs.include, inputs.exclude),
        repository_globs=Globs(file.values.include, file.values.exclude),
        instructions=tuple(filter(None, (inputs.instructions, file.values.instructions))),
        path_instructions=file.path_instructions,
        notes=tuple(note for _, note in tightened.values() if note),
        origin="" if file.named else _explain_defaults(exists=text is not None),
    )


def _tighten(declared: Declaration, inputs: Inputs, file: FileSettings) -> tuple[object, str]:
    """Return the value that applies, and a note if it is not the file's."""
    workflow: object = getattr(inputs, declared.field)
    rule = declared.file
    if declared.field not in file.named or not callable(rule):
        return workflow, ""
    wanted: object = getattr(file.values, declared.field)
    applied = rule(workflow, wanted)
    if applied is not None:
        return applied, ""
    return workflow, (
        f"`{declared.name}: {_write(wanted)}` in {PATH} does not apply: the workflow's value is "
        f"{_write(workflow)}, and the file can only tighten it; set it in the workflow instead"
    )


def _hash(content: Mapping[str, object]) -> str:
    # Escaped as ASCII, two halves of a surrogate pair would look like the character they form.
    text = json.dumps(content, default=operator.attrgetter("value"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _explain_defaults(*, exists: bool) -> str:
    lack = f"{PATH} sets nothing" if exists else f"there is no {PATH} at the base commit"
    return f"{lack}: only the inputs and the defaults apply"


def _write(value: object) -> str:
    """Write a value as the file does."""
    match value:
        case Severity() | Confidence():
            return value.label
        case enum.Enum():
            return str(value.value)
        case tuple():
            return ", ".join(map(_write, value))
        case bool():
            return str(value).lower()
        case _:
            return str(value)
