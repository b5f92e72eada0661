"""The rules by which a value of the repository's file and the workflow's input combine.

A rule takes the workflow's value and the file's, and returns the value that applies. None means
that the file's value would loosen the workflow's, so the workflow's applies and a note says so.
`make generate` copies the docstring of a rule into docs/configuration.md.
"""

import enum
from collections.abc import Callable
from typing import TypeAlias, TypeVar

from reviewer.config.enums import FailOn, Inline, Verify
from reviewer.record import record

T = TypeVar("T")
Level = TypeVar("Level", bound=enum.IntEnum)

Rule: TypeAlias = Callable[[T, T], T | None]

_GATES = (FailOn.NEVER, FailOn.CRITICAL, FailOn.HIGH, FailOn.MEDIUM, FailOn.LOW)


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


def stricter_gate(workflow: FailOn, file: FailOn) -> FailOn | None:
    """The stricter one applies: `low` before `medium`, `high`, `critical` and `never`.

    `incomplete` is about something other than severities: the file can set or replace it only
    where the workflow says `never`.
    """
    if workflow is FailOn.NEVER or file is workflow:
        return file
    if FailOn.INCOMPLETE in {workflow, file}:
        return None
    return file if _GATES.index(file) >= _GATES.index(workflow) else None
