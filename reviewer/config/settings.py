"""The settings of a run: the workflow's, made stricter by the repository's file."""

import enum
import hashlib
import json
import operator
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

from reviewer.config import repository_file
from reviewer.config.enums import FailOn, Inline, Verify
from reviewer.config.globs import Patterns
from reviewer.config.inputs import Inputs
from reviewer.config.repository_file import RepositoryFile
from reviewer.config.strict_yaml import PATH
from reviewer.errors import InputError
from reviewer.severity import Confidence, Severity

T = TypeVar("T")

_DEFAULTS = Inputs()
_GATES = (FailOn.NEVER, FailOn.CRITICAL, FailOn.HIGH, FailOn.MEDIUM, FailOn.LOW)
# They say whether a review is made, and what follows from it, not what stands in it.
_NOT_CONTENT = (
    "fail_on", "inline", "notes", "origin", "review_drafts", "skip_authors", "skip_labels",
    "suggestions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Globs:
    """One author's gitignore patterns; an empty `include` wants everything."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PathInstruction:
    """What to tell the model about the files that match one pattern."""

    path: str
    instructions: str


@dataclass(frozen=True, slots=True)
class Config:
    """What counts in this run; `notes` says what people would not expect of it.

    `origin` says that the repository has no say in it, empty when it has.
    """

    workflow_globs: Globs = Globs()
    repository_globs: Globs = Globs()
    max_files: int = _DEFAULTS.max_files
    max_file_lines: int = _DEFAULTS.max_file_lines
    max_findings: int = _DEFAULTS.max_findings
    min_severity: Severity = _DEFAULTS.min_severity
    min_confidence: Confidence = _DEFAULTS.min_confidence
    language: str = _DEFAULTS.language
    instructions: tuple[str, ...] = ()
    path_instructions: tuple[PathInstruction, ...] = ()
    inline: Inline = _DEFAULTS.inline
    suggestions: bool = _DEFAULTS.suggestions
    verify: Verify = _DEFAULTS.verify
    guidelines: tuple[str, ...] = _DEFAULTS.guidelines
    fail_on: FailOn = _DEFAULTS.fail_on
    review_drafts: bool = _DEFAULTS.review_drafts
    skip_labels: tuple[str, ...] = ()
    skip_authors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    origin: str = ""

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with everything that changes a review's content."""
        content = {name: value for name, value in asdict(self).items() if name not in _NOT_CONTENT}
        return hashlib.sha256(
            json.dumps(content, default=operator.attrgetter("value")).encode()
        ).hexdigest()[:16]


def load(inputs: Inputs, text: bytes | str | None) -> Config:
    """Combine the inputs with the text of .github/code-review.yml, None where there is none.

    Raises ConfigError for a file that cannot be used, InputError for a glob of the workflow.
    """
    _check_globs("include", inputs.include)
    _check_globs("exclude", inputs.exclude)
    file = repository_file.parse(text or "")
    return _Merge(inputs, file, exists=text is not None).config()


def _check_globs(name: str, globs: tuple[str, ...]) -> None:
    try:
        Patterns(globs)
    except ValueError as refused:
        raise InputError(
            f"The input {name} cannot be used: {refused}.",
            cause="It takes gitignore patterns.",
            remedy=f"Write, for example, `{name}: docs/**, *.md`.",
        ) from None


class _Merge:
    """The file may only move a setting towards strict; what it may not is noted and ignored."""

    def __init__(self, inputs: Inputs, file: RepositoryFile, *, exists: bool) -> None:
        self._inputs = inputs
        self._file = file
        self._notes: list[str] = []
        self._origin = ""
        if not file.model_fields_set:
            lack = f"{PATH} sets nothing" if exists else f"there is no {PATH} at the base commit"
            self._origin = f"{lack}: only the workflow's settings and the defaults count"

    def config(self) -> Config:
        inputs, file = self._inputs, self._file
        settings = Config(
            workflow_globs=Globs(inputs.include, inputs.exclude),
            repository_globs=Globs(file.include, file.exclude),
            max_files=self._stricter("max_files", file.max_files, operator.gt),
            max_file_lines=self._stricter("max_file_lines", file.max_file_lines, operator.gt),
            max_findings=self._stricter("max_findings", file.max_findings, operator.gt),
            min_severity=self._stricter(
                "min_severity", Severity[file.min_severity.upper()], operator.lt
            ),
            min_confidence=self._stricter(
                "min_confidence", Confidence[file.min_confidence.upper()], operator.lt
            ),
            language=self._stricter("language", file.language, _overrules),
            instructions=tuple(filter(None, (inputs.instructions, file.instructions))),
            path_instructions=tuple(
                PathInstruction(entry.path, entry.instructions) for entry in file.path_instructions
            ),
            inline=self._stricter("inline", Inline(file.inline), _louder),
            suggestions=self._stricter("suggestions", file.suggestions, operator.gt),
            verify=self._stricter("verify", Verify(file.verify), _unverified),
            guidelines=self._guidelines(),
            fail_on=self._stricter("fail_on", FailOn(file.fail_on), _opens),
            review_drafts=self._stricter("review_drafts", file.review_drafts, operator.gt),
            skip_labels=_union(inputs.skip_labels, file.skip_labels),
            skip_authors=_union(inputs.skip_authors, file.skip_authors),
        )
        return replace(settings, notes=tuple(self._notes), origin=self._origin)

    def _guidelines(self) -> tuple[str, ...]:
        """Let the file choose: what it names is read at the base commit, like the file itself."""
        named = "guidelines" in self._file.model_fields_set
        return self._file.guidelines if named else self._inputs.guidelines

    def _stricter(self, field: str, wanted: T, loosens: Callable[[T, T], bool]) -> T:
        """Return the file's value unless it loosens the workflow's."""
        workflow: T = getattr(self._inputs, field)
        if field not in self._file.model_fields_set:
            return workflow
        if not loosens(wanted, workflow):
            return wanted
        key = field.replace("_", "-")
        self._notes.append(
            f"`{key}: {_word(wanted)}` in {PATH} does not count: the workflow has "
            f"{_word(workflow)}, which the file can only tighten"
        )
        return workflow


def _overrules(wanted: str, workflow: str) -> bool:
    return bool(workflow) and wanted != workflow


def _louder(wanted: Inline, workflow: Inline) -> bool:
    order = tuple(Inline)
    return order.index(wanted) > order.index(workflow)


def _unverified(wanted: Verify, workflow: Verify) -> bool:
    return workflow is Verify.ON and wanted is Verify.OFF


def _opens(wanted: FailOn, workflow: FailOn) -> bool:
    """Whether something that fails the step would no longer do so.

    `incomplete` and the severities look at different things: neither includes the other.
    """
    if workflow is FailOn.NEVER or wanted is workflow:
        return False
    if FailOn.INCOMPLETE in (wanted, workflow):
        return True
    return _GATES.index(wanted) < _GATES.index(workflow)


def _union(workflow: tuple[str, ...], file: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(workflow + file))


def _word(value: object) -> str:
    match value:
        case Severity() | Confidence():
            return value.label
        case enum.Enum():
            return str(value.value)
        case bool():
            return str(value).lower()
        case _:
            return str(value)
