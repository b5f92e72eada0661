"""Queries that are too much for GitHub, its limits in GraphQL's words, and nodes that are null."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from reviewer.adapters.github.forge import GitHub
from reviewer.errors import ForgeError, RateLimitedError
from tests.adapters.forges import forge
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Instead
from tests.loopback.github import LoopbackGitHub

# As GitHub words them, some with a type and some without.
TOO_MUCH = {
    "resources": failures.graphql_errors(
        "Resource limits for this query exceeded.", kind="RESOURCE_LIMITS_EXCEEDED"
    ),
    "nodes": failures.graphql_errors(
        "This query requests up to 1,000,000 possible nodes which exceeds the maximum limit of "
        "500,000.",
        kind="MAX_NODE_LIMIT_EXCEEDED",
    ),
    "page": failures.graphql_errors(
        "Requesting 200 records on the `comments` connection exceeds the `first` limit of 100 "
        "records.",
        kind="EXCESSIVE_PAGINATION",
    ),
    "time": failures.status(
        200,
        {
            "data": None,
            "errors": [
                {
                    "message": "Something went wrong while executing your query. This may be the "
                    "result of a timeout, or it could be a GitHub bug. Please include `A1:B2` when "
                    "reporting this issue."
                }
            ],
        },
    ),
    "502": failures.status(502),
    "504": failures.status(
        504, {"message": "We couldn't respond to your request in time. Sorry about that."}
    ),
}
COMMENTS = 130


def sizes(github: LoopbackGitHub) -> list[int]:
    queries = [request.json_object() for request in github.sent("POST .*graphql")]
    return [int(_variables(each)["size"]) for each in queries if "size" in _variables(each)]


def _variables(asked: Mapping[str, object]) -> Mapping[str, Any]:
    found = asked["variables"]
    assert isinstance(found, dict)
    return found


@pytest.fixture
def talkative(github: LoopbackGitHub) -> LoopbackGitHub:
    """A pull request with more comments than one page has."""
    github.warm().add_pull()
    for number in range(COMMENTS):
        github.comment(f"Comment {number}")
    return github


@faults("GH17")
@pytest.mark.parametrize("kind", TOO_MUCH)
def test_a_query_that_is_too_much_is_repeated_for_fewer_rows(
    talkative: LoopbackGitHub, kind: str
) -> None:
    talkative.fail("graphql", TOO_MUCH[kind])
    found = forge(talkative).snapshot(7).conversation.comments
    assert [comment.body for comment in found] == [f"Comment {n}" for n in range(COMMENTS)]
    # The pages after it stay small.
    assert sizes(talkative) == [100, 50, 50, 50]


@faults("GH17")
def test_a_query_that_is_always_too_much_ends_with_an_error(talkative: LoopbackGitHub) -> None:
    talkative.fail("graphql", TOO_MUCH["resources"], forever=True)
    with pytest.raises(ForgeError, match="Resource limits"):
        forge(talkative).snapshot(7)
    assert sizes(talkative) == [100, 50, 25, 12]


@faults("GH17")
def test_a_list_of_pull_requests_is_read_in_smaller_pages(github: LoopbackGitHub) -> None:
    github.warm()
    for number in range(1, 61):
        github.add_pull(number)
    github.fail("graphql", TOO_MUCH["time"])
    listed = forge(github).changed_since(datetime(2020, 1, 1, tzinfo=UTC))
    assert sorted(each.number for each in listed) == list(range(1, 61))
    assert sizes(github) == [100, 50, 50]


@faults("GH17")
@pytest.mark.parametrize("kind", ["resources", "502"])
def test_files_that_are_too_much_for_one_query_take_several(
    github: LoopbackGitHub, kind: str
) -> None:
    files = {f"src/f{n}.py": (f"{n}\n", f"{n} + 1\n") for n in range(30)}
    pull = github.warm().add_pull(7, dict(files))
    github.fail("graphql", TOO_MUCH[kind])
    found = forge(github, seconds=60).text_contents(list(files), pull.head_sha)
    assert found == {path: new.encode() for path, (_, new) in files.items()}
    assert len(github.sent("POST .*graphql")) == 3


@faults("GH17")
def test_files_that_no_query_answers_are_given_up_soon(github: LoopbackGitHub) -> None:
    files = {f"src/f{n}.py": (f"{n}\n", f"{n} + 1\n") for n in range(40)}
    pull = github.warm().add_pull(7, dict(files))
    github.fail("graphql", TOO_MUCH["resources"], forever=True)
    with pytest.raises(ForgeError):
        forge(github, seconds=60).text_contents(list(files), pull.head_sha)
    assert len(github.sent("POST .*graphql")) <= 8


def limited(kind: str | None, message: str) -> Instead:
    row = {"message": message} | ({"type": kind} if kind else {})
    return failures.status(200, {"errors": [row]}, headers={"Retry-After": "0"})


@faults("GH17")
@pytest.mark.parametrize(
    "answer",
    [
        limited("RATE_LIMITED", "API rate limit exceeded for installation ID 1."),
        limited("RATE_LIMIT", "API rate limit already exceeded for installation ID 1."),
        limited(None, "You have exceeded a secondary rate limit. Please wait a few minutes."),
    ],
)
def test_a_limit_in_the_words_of_graphql_is_waited_for(
    github: LoopbackGitHub, answer: Instead
) -> None:
    github.warm().add_pull()
    github.fail("graphql", answer)
    assert forge(github).snapshot(7).pull.number == 7
    github.fail("graphql", answer, forever=True)
    with pytest.raises(RateLimitedError):
        forge(github).snapshot(7)
    # Another size would not help.
    assert set(sizes(github)) == {100}


@faults("GH17")
@pytest.mark.parametrize("name", ["comments", "reviewThreads"])
def test_a_node_that_the_token_may_not_see_is_left_out(github: LoopbackGitHub, name: str) -> None:
    github.warm().add_pull()
    github.comment("First")
    github.comment("Second")
    github.thread("src/app.py", 1, "Why?")

    def hide(value: object) -> object:
        assert isinstance(value, dict)
        nodes = value["data"]["repository"]["pullRequest"][name]["nodes"]
        nodes.insert(0, None)
        return value

    github.fail("graphql", failures.edited(hide))
    found = forge(github).snapshot(7).conversation
    assert [comment.body for comment in found.comments] == ["First", "Second"]
    assert len(found.threads) == 1
    assert len(github.sent("POST .*graphql")) == 1


@faults("GH17")
def test_a_hidden_pull_request_does_not_end_a_list(github: LoopbackGitHub) -> None:
    github.warm()
    for number in range(1, 121):
        github.add_pull(number)

    def hide(value: object) -> object:
        assert isinstance(value, dict)
        pulls = value["data"]["repository"]["pullRequests"]
        pulls["nodes"] = [None] * len(pulls["nodes"])
        return value

    github.fail("graphql", failures.edited(hide))
    door = forge(github)
    assert isinstance(door, GitHub)
    assert len(door.changed_since(datetime(2020, 1, 1, tzinfo=UTC))) == 20
