"""The rules by which a value of the repository's file and the workflow's input combine.

A rule takes the workflow's value and the file's, and returns the value that applies. None means
that the file's value would loosen the workflow's, so the workflow's applies and a note says so.
`make generate` copies the docstring of a rule into docs/configuration.md.
"""

import enum
from collections.abc import Callable
from typing import TypeAlias, TypeVar

from reviewer.config.enums import FailOn, Inline, LinkedIssues, Section, Verify, WhenClean
from reviewer.record import record

T = TypeVar("T")
Level = TypeVar("Level", bound=enum.IntEnum)

Rule: TypeAlias = Callable[[T, T], T | None]

_SEVERITIES = (FailOn.LOW, FailOn.MEDIUM, FailOn.HIGH, FailOn.CRITICAL)


@record
class KeptApart:
    """Both values apply and are not combined; `Settings` has fields for them.

    `text` is the sentence for docs/configuration.md.
    """

    text: str


def smaller(workflow: int, file: int) -> int | None:
    """The smaller number applies."""
    return file if file <= workflow else None


def higher(workflow: Level, file: Level) -> Level | None:
    """The higher level applies."""
    return file if file >= workflow else None


def both_on(workflow: bool, file: bool) -> bool | None:  # noqa: FBT001 - a rule
    """`true` applies only where the workflow says so and the file does not say `false`."""
    return file if file <= workflow else None


def either_on(workflow: Verify, file: Verify) -> Verify | None:
    """`on` applies where either says so."""
    return None if workflow is Verify.ON and file is Verify.OFF else file


def both_compare(workflow: LinkedIssues, file: LinkedIssues) -> LinkedIssues | None:
    """`on` applies only where the workflow says so and the file does not say `off`."""
    return None if workflow is LinkedIssues.OFF and file is LinkedIssues.ON else file


def both_lists(workflow: tuple[str, ...], file: tuple[str, ...]) -> tuple[str, ...]:
    """Both lists apply."""
    return tuple(dict.fromkeys(workflow + file))


def file_first(_workflow: tuple[str, ...], file: tuple[str, ...]) -> tuple[str, ...]:
    """The file's list applies where it has one, else the workflow's."""
    return file


def workflow_first(workflow: str, file: str) -> str | None:
    """The workflow's value applies where it has one, else the file's."""
    return None if workflow and file != workflow else file


def fewer_comments(workflow: Inline, file: Inline) -> Inline | None:
    """The one with fewer inline comments applies: `off` before `high`, `high` before `all`."""
    order = tuple(Inline)
    return file if order.index(file) <= order.index(workflow) else None


def fewer_sections(workflow: tuple[Section, ...], file: tuple[Section, ...]) -> tuple[Section, ...]:
    """A section is shown where both name it."""
    return tuple(each for each in workflow if each in file) or (Section.NONE,)


def shorter(workflow: WhenClean, file: WhenClean) -> WhenClean | None:
    """The shorter one applies: `nothing` before `one-line`, `one-line` before `full`."""
    order = tuple(WhenClean)
    return file if order.index(file) >= order.index(workflow) else None


def either_true(workflow: bool, file: bool) -> bool | None:  # noqa: FBT001 - a rule
    """`true` applies where either says so."""
    return file if file >= workflow else None


def stricter_gate(
    workflow: tuple[FailOn, ...], file: tuple[FailOn, ...]
) -> tuple[FailOn, ...] | None:
    """What either names applies; of two severities, the lower one."""
    both, before = _simplify((*workflow, *file)), _simplify(workflow)
    return None if both == before != _simplify(file) else both


def _simplify(limits: tuple[FailOn, ...]) -> tuple[FailOn, ...]:
    """Return the limits without those that another one includes, in a fixed order."""
    lowest = next((limit for limit in _SEVERITIES if limit in limits), None)
    others = (limit for limit in (FailOn.INCOMPLETE, FailOn.EXCLUDED) if limit in limits)
    return (*((lowest,) if lowest else ()), *others) or (FailOn.NEVER,)
