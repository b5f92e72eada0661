"""Our own comment as a value: which one is kept, and what it remembers."""

from reviewer.comments.upsert import OwnComment
from reviewer.memory import state_line
from reviewer.memory.state import State
from reviewer.pull_request import Comment
from tests import builders

MARKER = "<!-- code-review-action name=default v=1 -->"
KNOWN = State(head_sha=builders.HEAD, base_sha=builders.BASE, key="1:model:settings")


def find(*comments: Comment) -> OwnComment:
    return OwnComment.find(builders.snapshot(*comments), builders.SEAL)


def state_of(*comments: Comment) -> tuple[State, str]:
    own = find(*comments)
    return own.state, own.doubt


def test_a_damaged_state_differs_from_a_missing_one() -> None:
    good = builders.comment(1, f"{MARKER}\n{state_line.encode(KNOWN, builders.SEAL)}")
    damaged = builders.comment(1, f"{MARKER}\n<!-- code-review-action:state v=2 AAAA unsigned -->")
    plain = builders.comment(1, f"{MARKER}\nunder way")
    assert state_of(good) == (KNOWN, "")
    assert state_of(damaged) == (State(), "what was remembered could not be read")
    assert state_of(plain) == (State(), "")
    assert state_of() == (State(), "")


def test_a_review_of_the_present_head_is_kept_before_a_newer_comment_about_another() -> None:
    present = builders.comment(1, f"{MARKER}\n{state_line.encode(KNOWN, builders.SEAL)}")
    other = builders.comment(
        2, f"{MARKER}\n{state_line.encode(State(head_sha='f' * 40), builders.SEAL)}"
    )
    own = find(present, other)
    assert own.kept == present
    assert own.superfluous == (other,)


def test_without_the_kept_comment_the_next_one_is_kept() -> None:
    placeholders = (builders.comment(1, f"{MARKER}\n"), builders.comment(2, f"{MARKER}\n"))
    assert find(*placeholders).without(1).kept == placeholders[1]
    assert find(placeholders[0]).without(1).kept is None
