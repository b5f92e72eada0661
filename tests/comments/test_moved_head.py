"""What a run does when the head has moved, by the moment at which it sees it."""

import pytest

from reviewer.comments.upsert import Moment, NextStep, next_step
from tests import builders


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("last_word", [True, False])
def test_a_head_that_did_not_move_changes_nothing(moment: Moment, *, last_word: bool) -> None:
    snapshot = builders.snapshot()
    step = next_step(moment, snapshot.pull.head_sha, snapshot, last_word=last_word)
    assert step is NextStep.GO_ON


@pytest.mark.parametrize(
    ("moment", "last_word", "step"),
    [
        (Moment.BEFORE_REVIEW, False, NextStep.START_AGAIN),
        (Moment.BEFORE_WRITE, False, NextStep.LEAVE),
        (Moment.AFTER_WRITE, False, NextStep.LEAVE),
        (Moment.AFTER_WRITE, True, NextStep.START_AGAIN),
        (Moment.AT_LINES, False, NextStep.LEAVE),
    ],
)
def test_the_moment_decides_what_a_moved_head_means(
    moment: Moment, *, last_word: bool, step: NextStep
) -> None:
    assert next_step(moment, "f" * 40, builders.snapshot(), last_word=last_word) is step
