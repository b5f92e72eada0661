"""Queries run over the loopback GitHub's memory as they would at GitHub."""

import json
import urllib.request
from typing import Any, TypeAlias

import pytest

from tests.loopback.github import BLIND_TOKEN, TOKEN, LoopbackGitHub

# The schema vouches for the shape.
Json: TypeAlias = Any

SNAPSHOT = """
query($owner: String!, $name: String!, $number: Int!, $after: String, $threads: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      number title body author { login __typename }
      baseRefName baseRefOid headRefName headRefOid headRepository { nameWithOwner }
      isCrossRepository isDraft state merged locked changedFiles
      labels(first: 100) { nodes { name } }
      comments(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body url viewerDidAuthor isMinimized author { login } }
      }
      reviewThreads(first: 100, after: $threads) {
        pageInfo { hasNextPage endCursor }
        nodes { id isResolved path line
          comments(first: 20) { nodes { body viewerDidAuthor author { login } } } }
      }
    }
  }
}
"""


def ask(
    github: LoopbackGitHub, query: str = SNAPSHOT, *, token: str = TOKEN, **variables: Json
) -> Json:
    values = {"owner": "octo", "name": "shop", "number": 7, **variables}
    body = json.dumps({"query": query, "variables": values}).encode()
    headers = {"Authorization": f"bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(github.graphql_url, body, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def snapshot(github: LoopbackGitHub, **variables: Json) -> Json:
    return ask(github, **variables)["data"]["repository"]["pullRequest"]


def test_a_snapshot_holds_the_pull_request_and_what_was_said(github: LoopbackGitHub) -> None:
    made = github.add_pull(labels=["bug"], author="renovate[bot]")
    github.comment("ours")
    github.comment("theirs", author="mallory")
    github.comment("nobody's", author=None)
    github.thread("src/app.py", 1, "look", resolved=True)
    shown = snapshot(github)
    assert shown["author"] == {"login": "renovate", "__typename": "Bot"}
    assert (shown["headRefOid"], shown["state"]) == (made.head_sha, "OPEN")
    nodes = shown["comments"]["nodes"]
    assert [row["viewerDidAuthor"] for row in nodes] == [True, False, False]
    assert nodes[0]["fullDatabaseId"] == "2500000000"
    assert nodes[2]["author"] is None
    threads = shown["reviewThreads"]["nodes"]
    assert (threads[0]["isResolved"], threads[0]["line"]) == (True, 1)


def test_cursors_lead_through_all_comments(github: LoopbackGitHub) -> None:
    github.add_pull()
    for number in range(230):
        github.comment(str(number))
    found, cursor = [], None
    while True:
        comments = snapshot(github, after=cursor)["comments"]
        nodes, info = comments["nodes"], comments["pageInfo"]
        found += [row["body"] for row in nodes]
        if not info["hasNextPage"]:
            break
        cursor = info["endCursor"]
    assert found == [str(number) for number in range(230)]
    assert len(github.sent("graphql")) == 3


def test_endless_pages_have_a_new_cursor_each(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.site.endless_pages = True
    first = snapshot(github)["comments"]["pageInfo"]
    second = snapshot(github, after=first["endCursor"])["comments"]["pageInfo"]
    assert first["hasNextPage"] is second["hasNextPage"] is True
    assert first["endCursor"] != second["endCursor"]


@pytest.mark.parametrize(
    ("token", "number"), [pytest.param(TOKEN, 8, id="number"), pytest.param(BLIND_TOKEN, 7)]
)
def test_what_is_not_there_is_an_error_beside_null(
    github: LoopbackGitHub, token: str, number: int
) -> None:
    github.add_pull()
    answer = ask(github, token=token, number=number)
    assert (answer["data"]["repository"] is None) == (token == BLIND_TOKEN)
    assert answer["errors"][0]["type"] == "NOT_FOUND"


def test_a_connection_without_a_size_is_refused(github: LoopbackGitHub) -> None:
    github.add_pull()
    query = '{repository(owner:"octo",name:"shop"){pullRequest(number:7){labels{nodes{name}}}}}'
    answer = ask(github, query, owner=None)
    assert answer["errors"][0]["type"] == "MISSING_PAGINATION_BOUNDARIES"


@pytest.mark.parametrize("cursor", ["", "null", "bm90aGluZw=="])
def test_a_cursor_that_github_never_gave_is_refused(github: LoopbackGitHub, cursor: str) -> None:
    github.add_pull()
    answer = ask(github, after=cursor)
    assert answer["errors"][0]["type"] == "INVALID_CURSOR_ARGUMENTS"
