"""What must be true of a pull request's conversation, whatever happened to the runs before."""

from collections import Counter
from collections.abc import Sequence

from reviewer.comments import summary
from reviewer.memory import state_line
from reviewer.memory.state import State
from tests.comment_texts import without_brief
from tests.e2e.process import NUMBER
from tests.loopback.github import LoopbackGitHub

MARKER = summary.marker("default")
POINTER = summary.pointer("default", "").split("\n", maxsplit=1)[0]


def review_comments(bodies: Sequence[str]) -> list[str]:
    """List the comments of the instance that are no pointers."""
    return [body for body in bodies if body.startswith(MARKER)]


def remembered_state(body: str) -> State:
    """Read the state of a comment, which must be there and whole."""
    known = state_line.decode(body)
    assert known, body
    return known


def assert_one_current_review(github: LoopbackGitHub, *titles: str) -> None:
    """One comment is about the present head and says everything once; all others lead to it."""
    (body,) = review_comments(github.bodies)
    others = [other for other in github.bodies if other != body]
    assert all(other.startswith(POINTER) for other in others)
    assert remembered_state(body).head_sha == github.repository.pulls[NUMBER].head_sha
    assert summary.status(body) == ""
    shown = without_brief(body)
    assert {title: shown.count(title) for title in titles} == dict.fromkeys(titles, 1)


def assert_one_thread_each(github: LoopbackGitHub, *titles: str) -> None:
    """Each of the findings has one thread."""
    said = [thread.comments[0].body for thread in github.repository.pulls[NUMBER].threads]
    explained = Counter(title for text in said for title in titles if title in text)
    assert explained == Counter(titles)
