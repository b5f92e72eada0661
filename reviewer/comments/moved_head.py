"""What it means when the pull request's head has moved: one decision for the whole run."""

import enum
from dataclasses import dataclass

from reviewer.pull_request import Snapshot


class Moment(enum.Enum):
    """When the head was read again."""

    BEFORE_REVIEW = enum.auto()
    """The changes are read; nothing is announced and no model was asked."""
    BEFORE_WRITE = enum.auto()
    """Our comment is about to be written."""
    AFTER_WRITE = enum.auto()
    """Our review was written, perhaps over the review of a newer run."""
    AT_LINES = enum.auto()
    """GitHub refused comments at lines of the reviewed commit."""


class NextStep(enum.Enum):
    """What the run does next."""

    GO_ON = enum.auto()
    START_AGAIN = enum.auto()
    """Review the new head in this run."""
    LEAVE = enum.auto()
    """Write nothing more about the old head: the run for the new head does."""


@dataclass(frozen=True, slots=True)
class HeadMoved:
    """The run has to start again with the head that `snapshot` shows."""

    snapshot: Snapshot


def next_step(
    moment: Moment, reviewed_sha: str, snapshot: Snapshot, *, last_word: bool = False
) -> NextStep:
    """Decide what a fresh snapshot means for a review of the commit `reviewed_sha`.

    `last_word` is for AFTER_WRITE alone: our review is still the one that the comment shows, so
    that no other run may be left to replace it.
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
