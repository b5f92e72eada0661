"""Decides what a run does when the pull request's head has moved."""

import enum
from dataclasses import dataclass

from reviewer.pull_request import Snapshot


class Moment(enum.Enum):
    """The point of the run at which the head was read again."""

    BEFORE_REVIEW = enum.auto()
    """The changes were read; nothing was announced and no model asked."""
    BEFORE_WRITE = enum.auto()
    """Our comment is about to be written."""
    AFTER_WRITE = enum.auto()
    """Our review was written, perhaps over the review of a newer run."""
    AT_LINES = enum.auto()
    """GitHub refused comments at lines of the reviewed commit."""


class NextStep(enum.Enum):
    """The decision."""

    GO_ON = enum.auto()
    START_AGAIN = enum.auto()
    """Review the new head in this run."""
    LEAVE = enum.auto()
    """Write nothing more: the run for the new head reports."""


@dataclass(frozen=True, slots=True)
class HeadMoved:
    """The run has to start again with the head in `snapshot`."""

    snapshot: Snapshot


def next_step(
    moment: Moment, reviewed_sha: str, snapshot: Snapshot, *, last_word: bool = False
) -> NextStep:
    """Decide how a review of the commit `reviewed_sha` goes on after a fresh snapshot.

    `last_word` is for AFTER_WRITE alone: the comment shows our review of the old head, and perhaps
    no other run will replace it.
    """
    if snapshot.pull.head_sha == reviewed_sha:
        return NextStep.GO_ON
    match moment:
        case Moment.BEFORE_REVIEW:
            return NextStep.START_AGAIN
        case Moment.AFTER_WRITE if last_word:
            return NextStep.START_AGAIN
        case Moment.BEFORE_WRITE | Moment.AFTER_WRITE | Moment.AT_LINES:
            return NextStep.LEAVE
