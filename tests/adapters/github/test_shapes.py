"""Answers of any shape: the GitHub adapter reads them or says that it cannot, and nothing else."""

import copy
import json
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.adapters.github import open_pulls, pull_lists, rest_json, snapshot_json
from reviewer.adapters.github.transport.refusals import GitHubResponse, explain
from reviewer.adapters.github.writing import writes
from reviewer.adapters.http.retry import TransientError
from reviewer.errors import ForgeError
from reviewer.pull_request import ListedPull, ReviewComment
from tests.faults import faults

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800\x00\n")
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
LIST = {"nodes": [{"name": "a", "body": "b"}], "pageInfo": {"hasNextPage": True, "endCursor": "c"}}
COMMENT = {
    "fullDatabaseId": "7",
    "body": "b",
    "url": "u",
    "viewerDidAuthor": True,
    "editor": None,
}
REMARK = {
    "fullDatabaseId": "7",
    "body": "b",
    "viewerDidAuthor": True,
    "author": None,
    "reactions": {"nodes": [{"user": {"login": "dev"}}, {"user": None}, None]},
}
THREAD = {
    "id": "T",
    "path": "p",
    "line": None,
    "isResolved": True,
    "resolvedBy": {"login": "github-actions"},
    "comments": {"nodes": [REMARK, None]},
}
PULL = {
    "number": 7,
    "title": "t",
    "body": "b",
    "isDraft": False,
    "state": "OPEN",
    "changedFiles": 1,
    "createdAt": "2026-11-24T08:00:00Z",
    "authorAssociation": "NONE",
    "author": {"login": "dev"},
    "isCrossRepository": False,
    "headRepository": None,
    "baseRefName": "main",
    "baseRefOid": "1",
    "headRefOid": "2",
    "labels": LIST,
    "commits": {"nodes": [{"commit": {"messageHeadline": "Change things"}}]},
    "closingIssuesReferences": None,
    "comments": LIST | {"nodes": [COMMENT]},
    "reviewThreads": LIST | {"nodes": [THREAD]},
}
SNAPSHOT: object = {
    "data": {
        "viewer": {"login": "github-actions[bot]"},
        "repository": {"nameWithOwner": "octo/shop", "pullRequest": PULL},
    },
    "errors": [
        {"path": ["repository", "pullRequest", "closingIssuesReferences"], "type": "FORBIDDEN"}
    ],
}
SHA, REPOSITORY = "a" * 40, "octo/shop"
LISTED: object = {
    "data": {
        "repository": {
            "pullRequests": {
                "pageInfo": {"hasNextPage": True, "endCursor": "c"},
                "nodes": [
                    {
                        "number": 7,
                        "headRefOid": SHA,
                        "headRepository": {"nameWithOwner": "octo/shop"},
                        "createdAt": "2026-11-24T08:00:00Z",
                        "updatedAt": "2026-11-24T09:00:00Z",
                        "authorAssociation": "NONE",
                        "author": {"login": "dev"},
                        "comments": {"totalCount": 2},
                    }
                ],
            }
        }
    }
}
OPEN: object = {
    "data": {
        "viewer": {"login": "github-actions[bot]"},
        "repository": {"pullRequests": {**LIST, "nodes": [PULL, None]}},
    }
}
FILES: object = [{"filename": "f", "status": "added", "additions": 1, "deletions": 0, "patch": "p"}]
WRITTEN: object = {"id": 7, "html_url": "u", "body": "b"}
CONTENT: object = {"type": "file", "encoding": "base64", "content": "eA==\n"}


def places(value: object) -> list[tuple[str | int, ...]]:
    """Name every place in a JSON value by the way to it."""
    match value:
        case dict():
            inner = list(value.items())
        case list():
            inner = list(enumerate(value))
        case _:
            inner = []
    return [(), *((key, *place) for key, part in inner for place in places(part))]


def replace_at(value: object, place: tuple[str | int, ...], by: object) -> object:
    """Put something else in one place."""
    if not place:
        return by
    whole = copy.deepcopy(value)
    part = whole
    for key in place[:-1]:
        part = part[key]  # type: ignore[index]
    part[place[-1]] = by  # type: ignore[index]
    return whole


def answer(text: str, status: int = 200, **headers: str) -> GitHubResponse:
    known = {"content-type": "application/json; charset=utf-8", **headers}
    return GitHubResponse("GET /it", status, known, text)


def read_all(given_answer: GitHubResponse) -> None:
    """Read an answer in every way; what cannot be read is an error of ours that says so."""
    errors: list[str] = []
    for read in (
        lambda: given_answer.read(partial(snapshot_json.page, given_answer)),
        lambda: writes.check_resolved(given_answer),
        lambda: pull_lists.read(given_answer),
        lambda: open_pulls.read(given_answer),
        lambda: pull_lists.of_head(given_answer, SHA, REPOSITORY),
        lambda: given_answer.read(rest_json.comment),
        lambda: given_answer.read(rest_json.read_posted),
        lambda: given_answer.read(rest_json.may_write),
        lambda: given_answer.read(rest_json.changed_files),
        lambda: given_answer.read(lambda value: rest_json.content("it", value)),
    ):
        try:
            read()
        except (ForgeError, TransientError) as problem:
            errors.append(str(problem))
    assert "" not in errors


def test_the_samples_are_read() -> None:
    response = answer(json.dumps(SNAPSHOT))
    page = response.read(partial(snapshot_json.page, response))
    (thread,) = page.threads
    assert (page.ends, page.more, page.pull.issues) == (("c", "c"), True, ())
    assert (thread.resolved_by, thread.resolved_by_me) == ("github-actions", True)
    assert thread.comments == (
        ReviewComment(7, "b", mine=True, author="ghost", thumbs_down=("dev",)),
    )
    assert answer(json.dumps(FILES)).read(rest_json.changed_files)[0].patch == "p"
    assert answer(json.dumps(WRITTEN)).read(rest_json.comment).id == 7
    ((_, opened),) = pull_lists.read(answer(json.dumps(LISTED))).rows
    assert opened == ListedPull(7, "dev", "NONE", datetime(2026, 11, 24, 8, tzinfo=UTC))
    assert pull_lists.of_head(answer(json.dumps(LISTED)), SHA, REPOSITORY) == (7,)
    (listed,) = open_pulls.read(answer(json.dumps(OPEN))).rows
    assert (listed.pull.number, listed.pull.from_fork) == (7, True)
    assert [comment.body for comment in listed.conversation.comments] == ["b"]
    assert answer(json.dumps(CONTENT)).read(lambda value: rest_json.content("it", value)) == b"x"


@faults("GH17")
@given(st.data(), JSON)
def test_one_wrong_place_in_an_answer_is_survived(data: st.DataObject, wrong: object) -> None:
    sample = data.draw(st.sampled_from([SNAPSHOT, FILES, WRITTEN, CONTENT, LISTED]))
    place = data.draw(st.sampled_from(places(sample)))
    read_all(answer(json.dumps(replace_at(sample, place, wrong))))


@faults("GH17")
@pytest.mark.parametrize("kind", [[], {}, None, 7])
def test_the_type_of_an_error_may_be_anything(kind: object) -> None:
    read_all(answer(json.dumps({"data": None, "errors": [{"type": kind, "message": "m"}]})))


@faults("GH17")
@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    read_all(answer(text))


@given(
    st.sampled_from([301, 400, 401, 403, 404, 408, 409, 410, 422, 429, 500, 503, 599]),
    st.text() | JSON.map(json.dumps),
    st.dictionaries(
        st.sampled_from(
            [
                "content-type",
                "date",
                "retry-after",
                "x-accepted-github-permissions",
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
            ]
        ),
        st.text() | st.sampled_from(["0", "9" * 30, "Tue, 24 Nov 2026 12:00:00 GMT", "\u0661"]),
    ),
)
def test_every_refusal_has_a_meaning(status: int, text: str, headers: dict[str, str]) -> None:
    failure = explain(answer(text, status, **headers))
    match failure:
        case TransientError(wait=wait, problem=problem):
            assert wait is None or wait >= 0
            assert problem.what
        case ForgeError(what=what):
            assert what


@pytest.mark.parametrize("status", [200, 201])
def test_an_answer_of_another_type_is_not_json(status: int) -> None:
    page = GitHubResponse("GET /it", status, {"content-type": "text/html"}, json.dumps(WRITTEN))
    with pytest.raises(TransientError, match="its type is not json"):
        page.read(rest_json.comment)
