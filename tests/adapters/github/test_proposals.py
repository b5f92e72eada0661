"""A file on a branch of its own, and the pull request from it: each of them once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reviewer.errors import ForbiddenError, ForgeError, NotFoundError
from reviewer.operations import BranchTakenError, OpenPull, PushFile
from reviewer.pull_request import OpenedPull, PullState
from tests.adapters.forges import forge
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Failure, Pass, Reset
from tests.loopback.github import BOT, TOKEN, LoopbackGitHub
from tests.loopback.state import Pull, Token

FILE = ".github/learnings.yml"
BRANCH = "code-review/learning-issues-9"
PUSH = PushFile("main", BRANCH, FILE, b"old", b"new", "Add it")
OPEN = OpenPull("main", BRANCH, "Add it", "Because.")
LOST: dict[str, Failure] = {
    "dropped before": Reset(),
    "dropped after": Reset(processed=True),
    "502": failures.status(502),
    "502 after": failures.status(502, processed=True),
}


@pytest.fixture
def github(github: LoopbackGitHub) -> LoopbackGitHub:
    github.warm().add_pull(7, {"src/app.py": ("1", "2"), FILE: ("old", "old")})
    return github


def mutations(github: LoopbackGitHub) -> list[str]:
    """Return the names of the mutations that were sent."""
    queries = [str(each.json_object()["query"]).split() for each in github.sent("graphql")]
    return [words[1].partition("(")[0] for words in queries if words[0] == "mutation"]


def proposed(github: LoopbackGitHub) -> Pull:
    """Return the only pull request that we opened."""
    (pull,) = (each for each in github.repository.pulls.values() if each.author == BOT)
    return pull


def test_a_branch_gets_one_commit_and_a_pull_request(github: LoopbackGitHub) -> None:
    door = forge(github)
    door.apply(PUSH)
    assert door.apply(OPEN) == OpenedPull(8)
    pull = proposed(github)
    assert (pull.base_ref, pull.head_ref, pull.title, pull.body) == (
        "main",
        BRANCH,
        "Add it",
        "Because.",
    )
    assert pull.head_tree == {"src/app.py": b"1", FILE: b"new"}
    # The base branch stays as it is.
    assert github.repository.trees[github.repository.refs["main"]][FILE] == b"old"


def test_a_file_that_does_not_exist_is_made(github: LoopbackGitHub) -> None:
    forge(github).apply(replace(PUSH, path="new.yml", was=None))
    assert github.repository.trees[github.repository.refs[BRANCH]]["new.yml"] == b"new"


@faults("GH1")
def test_again_nothing_is_done_twice(github: LoopbackGitHub) -> None:
    door = forge(github)
    for _ in range(2):
        door.apply(PUSH)
        assert door.apply(OPEN) == OpenedPull(8)
    assert mutations(github) == ["CreateBranch", "Commit", "Open"]


@faults("GH1")
@pytest.mark.parametrize("state", [PullState.CLOSED, PullState.MERGED])
def test_what_was_closed_or_merged_is_not_proposed_again(
    github: LoopbackGitHub, state: PullState
) -> None:
    door = forge(github)
    door.apply(PUSH)
    door.apply(OPEN)
    proposed(github).state = state
    del github.repository.refs[BRANCH]
    door.apply(PUSH)
    assert door.apply(OPEN) == OpenedPull(8)
    assert len(mutations(github)) == 3


@faults("GH1")
@pytest.mark.parametrize("index", range(5))
@pytest.mark.parametrize("failure", LOST.values(), ids=LOST)
def test_whichever_response_is_lost_everything_is_there_once(
    github: LoopbackGitHub, failure: Failure, index: int
) -> None:
    door = forge(github)
    github.fail("graphql", *[Pass()] * index, failure)
    door.apply(PUSH)
    assert door.apply(OPEN) == OpenedPull(8)
    sha = github.repository.refs[BRANCH]
    assert github.repository.trees[sha][FILE] == b"new"
    assert github.repository.parents[sha] == github.repository.refs["main"]
    assert proposed(github).number == 8


def test_a_branch_without_its_commit_gets_it(github: LoopbackGitHub) -> None:
    github.repository.refs[BRANCH] = github.repository.refs["main"]
    forge(github).apply(PUSH)
    assert mutations(github) == ["Commit"]


@faults("GH1")
def test_a_branch_with_another_file_is_not_taken_for_the_proposal(github: LoopbackGitHub) -> None:
    # An earlier attempt made the branch, and then the base branch got another file.
    github.repository.refs[BRANCH] = github.repository.refs["main"]
    github.move_base(7, {FILE: "newer"})
    with pytest.raises(BranchTakenError, match=f"The branch {BRANCH} exists with other content"):
        forge(github).apply(replace(PUSH, was=b"newer", content=b"newer and new"))
    assert mutations(github) == []


def test_a_branch_of_a_fork_with_the_same_name_is_another_one(github: LoopbackGitHub) -> None:
    other = github.add_pull(3, {FILE: ("old", "theirs")}, fork=True)
    other.head_ref = BRANCH
    github.repository.refs.pop("change-3")
    door = forge(github)
    github.repository.pulls[3].head_repository = None
    door.apply(PUSH)
    assert mutations(github) == ["CreateBranch", "Commit"]


def test_a_file_that_has_changed_meanwhile_is_not_overwritten(github: LoopbackGitHub) -> None:
    github.move_base(7, {FILE: "newer"})
    with pytest.raises(ForgeError, match="has changed on main in the meantime"):
        forge(github).apply(PUSH)
    assert mutations(github) == []


def test_a_base_branch_that_is_gone_is_named(github: LoopbackGitHub) -> None:
    with pytest.raises(NotFoundError, match="The branch gone"):
        forge(github).apply(replace(PUSH, base_ref="gone"))


@pytest.mark.parametrize(
    ("token", "act"),
    [
        (Token(BOT, pushes=False), lambda door: door.apply(PUSH)),
        (Token(BOT, opens=False), lambda door: (door.apply(PUSH), door.apply(OPEN))),
    ],
    ids=["may not push", "may not open"],
)
def test_a_token_without_the_permission_is_refused_at_once(
    github: LoopbackGitHub, token: Token, act: Callable[..., object]
) -> None:
    github.site.tokens[TOKEN] = token
    with pytest.raises(ForbiddenError):
        act(forge(github))
    assert len(mutations(github)) == (3 if token.pushes else 1)
