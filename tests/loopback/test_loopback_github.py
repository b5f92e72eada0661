"""The loopback GitHub behaves as GitHub does, as the real client sees it."""

from collections.abc import Iterator

import github as pygithub
import pytest
from github.PullRequest import PullRequest

from tests.loopback.github import BLIND_TOKEN, BOT, READ_TOKEN, TOKEN, LoopbackGitHub
from tests.loopback.state import FIRST_COMMENT_ID, Submodule, Symlink

DIFF = {"Accept": "application/vnd.github.diff"}
RAW = {"Accept": "application/vnd.github.raw+json"}
PULL = "/repos/octo/shop/pulls/7"


def client(server: LoopbackGitHub, token: str = TOKEN) -> pygithub.Github:
    return pygithub.Github(
        base_url=server.api_url,
        auth=pygithub.Auth.Token(token),
        retry=None,
        lazy=True,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )


@pytest.fixture
def pull(github: LoopbackGitHub) -> Iterator[PullRequest]:
    github.add_pull()
    with client(github) as hub:
        yield hub.get_repo("octo/shop").get_pull(7)


def refused(server: LoopbackGitHub, token: str) -> pygithub.GithubException:
    with client(server, token) as hub, pytest.raises(pygithub.GithubException) as caught:
        hub.get_repo("octo/shop").get_pull(7).create_issue_comment("hello")
    return caught.value


def test_a_pull_request_shows_what_the_test_said(github: LoopbackGitHub) -> None:
    made = github.add_pull(9, title="Fix it", body=None, draft=True, labels=["bug"], fork=True)
    with client(github) as hub:
        pull = hub.get_repo("octo/shop").get_pull(9)
        assert (pull.number, pull.title, pull.draft) == (9, "Fix it", True)
        assert not pull.body
        assert (pull.base.sha, pull.head.sha) == (made.base_sha, made.head_sha)
        assert pull.head.repo.full_name == "dev/shop"
        assert [label.name for label in pull.labels] == ["bug"]


def test_the_files_of_all_pages_come_in_gits_order(github: LoopbackGitHub) -> None:
    github.add_pull(files={f"f{number:03}.txt": (None, "x\n") for number in range(70)})
    with client(github) as hub:
        rows = list(hub.get_repo("octo/shop").get_pull(7).get_files())
    assert [row.filename for row in rows] == [f"f{number:03}.txt" for number in range(70)]
    asked = [request.query.get("page") for request in github.sent("/files")]
    assert asked == [None, "2", "3"]
    assert github.sent("GET /repositories/")


def test_a_page_holds_at_most_a_hundred_rows(github: LoopbackGitHub) -> None:
    github.add_pull(files={f"f{number:03}.txt": (None, "x\n") for number in range(120)})
    with client(github) as hub:
        _, rows = hub.requester.requestJsonAndCheck("GET", f"{PULL}/files?per_page=500")
    assert len(rows) == 100


def test_rows_show_renames_and_binary_files_as_github_does(github: LoopbackGitHub) -> None:
    text = "".join(f"{number}\n" for number in range(20))
    files: dict[str, tuple[str | bytes | None, str | bytes | None]] = {
        "old.txt": (text, None),
        "new.txt": (None, text + "more\n"),
        "logo.png": (None, b"\x89PNG\0"),
        "gone.txt": ("a\n", None),
        "same.txt": ("a\n", "a\n"),
    }
    rows = {row.path: row for row in github.add_pull(files=files).files}
    assert sorted(rows) == ["gone.txt", "logo.png", "new.txt"]
    assert (rows["new.txt"].status, rows["new.txt"].previous_path) == ("renamed", "old.txt")
    assert rows["new.txt"].patch == "@@ -18,3 +18,4 @@\n 17\n 18\n 19\n+more"
    assert (rows["logo.png"].patch, rows["logo.png"].additions) == (None, 0)
    assert (rows["gone.txt"].status, rows["gone.txt"].deletions) == ("removed", 1)


def test_rows_past_the_patch_limit_come_back_as_zeros(github: LoopbackGitHub) -> None:
    github.add_pull(files=dict.fromkeys("abc", (None, "x\n" * 9)))
    github.site.patch_lines_per_answer = 25
    with client(github) as hub:
        pull = hub.get_repo("octo/shop").get_pull(7)
        at_once = [(row.additions, row.patch is None) for row in pull.get_files()]
        _, alone = hub.requester.requestJsonAndCheck("GET", f"{PULL}/files?per_page=1&page=3")
    assert at_once == [(9, False), (9, False), (0, True)]
    assert alone[0]["additions"] == 9


def test_the_diff_is_gits_own(pull: PullRequest, github: LoopbackGitHub) -> None:
    status, headers, body = pull.requester.requestJson("GET", PULL, headers=DIFF)
    assert status == 200
    assert body == github.repository.pulls[7].raw_diff
    assert body.startswith("diff --git a/src/app.py b/src/app.py\nindex ")
    assert headers["content-type"] == "application/vnd.github.diff; charset=utf-8"


def test_a_diff_of_too_many_files_is_refused(pull: PullRequest, github: LoopbackGitHub) -> None:
    github.repository.pulls[7].changed_files = 301
    with pytest.raises(pygithub.GithubException) as caught:
        pull.requester.requestJsonAndCheck("GET", PULL, headers=DIFF)
    assert caught.value.status == 406
    assert isinstance(caught.value.data, dict)
    assert caught.value.data["errors"][0]["code"] == "too_large"


def test_a_comment_is_created_edited_and_listed(pull: PullRequest, github: LoopbackGitHub) -> None:
    made = pull.create_issue_comment("first")
    assert (made.id, made.user.login) == (FIRST_COMMENT_ID, BOT)
    made.edit("second")
    assert pull.get_issue_comment(made.id).body == "second"
    assert github.bodies == ["second"]
    assert [request.method for request in github.writes] == ["POST", "PATCH"]


def test_comments_come_in_pages_oldest_first(pull: PullRequest, github: LoopbackGitHub) -> None:
    for number in range(65):
        github.comment(f"comment {number}")
    found = [comment.body for comment in pull.get_issue_comments()]
    assert found == [f"comment {number}" for number in range(65)]


def test_endless_pages_never_run_out_of_a_next_one(
    pull: PullRequest, github: LoopbackGitHub
) -> None:
    github.comment("again")
    github.site.endless_pages = True
    comments = iter(pull.get_issue_comments())
    assert [next(comments).body for _ in range(12)] == ["again"] * 12
    github.site.endless_pages = False


@pytest.mark.parametrize("body", ["", " \n", "x" * 65_537])
def test_a_body_that_is_blank_or_too_long_is_refused(pull: PullRequest, body: str) -> None:
    with pytest.raises(pygithub.GithubException) as caught:
        pull.create_issue_comment(body)
    assert caught.value.status == 422
    assert isinstance(caught.value.data, dict)
    assert caught.value.data["errors"][0]["code"] == "unprocessable"


def test_the_longest_body_is_taken(pull: PullRequest) -> None:
    assert pull.create_issue_comment("x" * 65_536).id


def test_a_token_that_only_reads_learns_what_it_lacks(github: LoopbackGitHub) -> None:
    github.add_pull()
    error = refused(github, READ_TOKEN)
    assert (error.status, error.message) == (403, "Resource not accessible by integration")
    needed = (error.headers or {})["x-accepted-github-permissions"]
    assert needed == "issues=write; pull_requests=write"
    assert github.bodies == []


def test_a_wrong_token_is_turned_away_at_the_door(github: LoopbackGitHub) -> None:
    github.add_pull()
    assert refused(github, "wrong").status == 401


def test_a_repository_out_of_sight_does_not_exist(github: LoopbackGitHub) -> None:
    github.add_pull()
    assert refused(github, BLIND_TOKEN).status == 404


def test_locked_and_archived_conversations_take_no_comment(github: LoopbackGitHub) -> None:
    github.add_pull(locked=True)
    assert "issue is locked" in str(refused(github, TOKEN))
    github.repository.archived = True
    assert "archived so is read-only" in str(refused(github, TOKEN))


def test_contents_come_in_every_form(github: LoopbackGitHub) -> None:
    made = github.add_pull(
        files={
            "docs/read me.md": ("old\n", "new\n"),
            "docs/link.md": (None, Symlink("read me.md")),
            "docs/broken": (None, Symlink("nowhere")),
            "vendor/other": (None, Submodule("1" * 40)),
            "big.bin": (None, b"x" * 1_048_577),
        }
    )
    with client(github) as hub:
        repo = hub.get_repo("octo/shop")

        def read(path: str, ref: str = made.head_sha) -> object:
            found = repo.get_contents(path, ref=ref)
            return [row.path for row in found] if isinstance(found, list) else found

        def text(path: str, ref: str) -> str:
            where = f"/repos/octo/shop/contents/{path}?ref={ref}"
            return hub.requester.requestJson("GET", where, headers=RAW)[2]

        assert read("docs") == ["docs/broken", "docs/link.md", "docs/read me.md"]
        assert text("docs/read%20me.md", made.base_sha) == "old\n"
        assert text("docs/link.md", made.head_ref) == "new\n"
        assert len(text("big.bin", made.head_sha)) == 1_048_577
        kinds = [getattr(read(path), "type", "") for path in ("docs/broken", "vendor/other")]
        assert kinds == ["symlink", "submodule"]
        with pytest.raises(pygithub.UnknownObjectException):
            read("docs/none.md")


def test_a_push_moves_the_head_and_its_files(github: LoopbackGitHub) -> None:
    before = github.add_pull(files={"a.txt": ("a\n", "b\n")}).head_sha
    after = github.push(7, {"a.txt": "c\n", "b.txt": "new\n"})
    with client(github) as hub:
        pull = hub.get_repo("octo/shop").get_pull(7)
        assert pull.head.sha == after != before
        assert [row.filename for row in pull.get_files()] == ["a.txt", "b.txt"]


def test_rate_headers_count_down(pull: PullRequest, github: LoopbackGitHub) -> None:
    hub = pull.requester
    first = hub.requestJsonAndCheck("GET", PULL)[0]["x-ratelimit-remaining"]
    second = hub.requestJsonAndCheck("GET", PULL)[0]["x-ratelimit-remaining"]
    assert int(first) - int(second) == 1
    assert hub.requestJsonAndCheck("GET", "/rate_limit")[1]["rate"]["limit"] == 5000


def test_enterprise_lives_below_another_path(enterprise: LoopbackGitHub) -> None:
    enterprise.add_pull()
    assert enterprise.api_url.endswith("/api/v3")
    with client(enterprise) as hub:
        headers, _ = hub.requester.requestJsonAndCheck("GET", PULL)
        _, answer = hub.requester.graphql_query("{ viewer { login } }", {})
    assert not [name for name in headers if name.startswith("x-ratelimit")]
    assert answer["data"]["viewer"]["login"] == BOT
    assert enterprise.sent("POST /api/graphql")
