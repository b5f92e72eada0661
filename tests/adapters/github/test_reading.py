"""What the GitHub adapter reads: the snapshot, the changed files, the diff, files at a commit."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import pytest

from reviewer.adapters.github import rest_json
from reviewer.errors import ForgeError, NotFoundError, RateLimitedError
from reviewer.pull_request import PullState
from tests.adapters.forges import forge
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.github import LoopbackGitHub
from tests.loopback.state import Entry, FileRow, Submodule, Symlink

MARKER = "<!-- code-review-action name=default v=1 -->"


def test_a_snapshot_shows_the_pull_request(github: LoopbackGitHub) -> None:
    made = github.add_pull(
        title="Sell more", body="Because.", author="dev", draft=True, labels=["bug", "shop"]
    )
    pull = forge(github).snapshot(7).pull
    assert (pull.number, pull.title, pull.body, pull.author) == (7, "Sell more", "Because.", "dev")
    assert (pull.base_ref, pull.base_sha, pull.head_sha) == ("main", made.base_sha, made.head_sha)
    assert (pull.draft, pull.state, pull.changed_files) == (True, PullState.OPEN, 1)
    assert pull.labels == ("bug", "shop")
    assert not pull.from_fork


def test_a_snapshot_takes_one_request(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.comment(MARKER)
    github.thread("src/app.py", 1, "Why?")
    forge(github).snapshot(7)
    assert len(github.requests) == 1


@pytest.mark.parametrize("state", list(PullState))
def test_a_snapshot_shows_the_state(github: LoopbackGitHub, state: PullState) -> None:
    github.add_pull(state=state)
    assert forge(github).snapshot(7).pull.state is state


@faults("IN6")
def test_a_snapshot_holds_only_the_comments_that_the_token_wrote(github: LoopbackGitHub) -> None:
    github.add_pull()
    ours = github.comment(f"{MARKER}\nReview")
    github.comment(f"{MARKER}\nForged", author="evil")
    (comment,) = forge(github).snapshot(7).conversation.comments
    assert (comment.id, comment.body, comment.mine) == (ours.id, ours.body, True)
    assert comment.url.endswith(f"#issuecomment-{ours.id}")


def test_a_snapshot_shows_review_threads(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.thread("src/app.py", 1, "Why?", "Because.", resolved=True)
    github.thread("src/old.py", None, "Outdated")
    first, second = forge(github).snapshot(7).conversation.threads
    assert (first.path, first.line, first.resolved) == ("src/app.py", 1, True)
    assert [remark.body for remark in first.comments] == ["Why?", "Because."]
    assert (second.line, second.resolved) == (None, False)


@faults("EV7")
def test_a_deleted_fork_is_a_fork(github: LoopbackGitHub) -> None:
    github.add_pull().head_repository = None
    assert forge(github).snapshot(7).pull.from_fork


@faults("EV7")
def test_a_fork_is_a_fork(github: LoopbackGitHub) -> None:
    github.add_pull(fork=True)
    assert forge(github).snapshot(7).pull.from_fork


@faults("EV8")
def test_a_pull_request_without_body_and_author_is_read(github: LoopbackGitHub) -> None:
    github.add_pull(body=None, author=None)
    pull = forge(github).snapshot(7).pull
    assert (pull.body, pull.author) == ("", "ghost")


@faults("GH18")
def test_our_comment_is_found_on_the_last_of_many_pages(github: LoopbackGitHub) -> None:
    github.add_pull()
    for number in range(1499):
        github.comment(f"Opinion {number}", author="dev")
    last = github.comment(MARKER)
    (comment,) = forge(github).snapshot(7).conversation.comments
    assert comment.id == last.id
    assert len(github.requests) == 15


@faults("GH18")
def test_comments_and_threads_turn_their_pages_together(github: LoopbackGitHub) -> None:
    github.add_pull()
    for number in range(250):
        github.comment(f"Opinion {number}")
    for number in range(120):
        github.thread("src/app.py", number + 1, "Why?")
    conversation = forge(github).snapshot(7).conversation
    assert [comment.body for comment in conversation.comments] == github.bodies
    assert [thread.line for thread in conversation.threads] == list(range(1, 121))
    assert len(github.requests) == 3


@faults("GH18")
def test_a_conversation_without_end_is_an_error(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.comment(MARKER)
    github.site.endless_pages = True
    with pytest.raises(ForgeError, match="more than 100 pages"):
        forge(github).snapshot(7)
    assert len(github.requests) == 100


@faults("GH18")
def test_a_repeated_cursor_is_an_error(github: LoopbackGitHub) -> None:
    github.add_pull()
    for number in range(150):
        github.comment(f"Opinion {number}", author="dev")
    first = []

    def repeat_the_first_page(response: object) -> object:
        first.append(response)
        return first[0]

    github.fail("graphql", failures.edited(repeat_the_first_page), forever=True)
    with pytest.raises(ForgeError, match="repeat themselves"):
        forge(github).snapshot(7)
    assert len(github.requests) == 2


@faults("GH20")
def test_errors_of_graphql_with_partial_data_are_an_error(github: LoopbackGitHub) -> None:
    github.add_pull()
    partly = {"repository": {"pullRequest": None}}
    github.fail("graphql", failures.graphql_errors("Timeout", data=partly, kind="X"), forever=True)
    with pytest.raises(ForgeError, match="Timeout"):
        forge(github).snapshot(7)
    assert len(github.requests) == 2


@faults("GH20")
def test_an_answer_without_the_comments_is_not_an_empty_conversation(
    github: LoopbackGitHub,
) -> None:
    github.add_pull()
    github.comment(MARKER)

    def without_comments(value: object) -> object:
        match value:
            case {"data": {"repository": {"pullRequest": dict(pull)}}}:
                del pull["comments"]
            case _:
                raise AssertionError(value)
        return value

    github.fail("graphql", failures.edited(without_comments), forever=True)
    with pytest.raises(ForgeError, match="cannot be used"):
        forge(github).snapshot(7)


@faults("GH7")
def test_a_rate_limit_of_graphql_comes_with_status_200(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.fail("graphql", failures.graphql_errors("Slow down", kind="RATE_LIMITED"))
    assert forge(github).snapshot(7).pull.number == 7


@faults("GH8")
def test_a_rate_limit_of_graphql_can_be_too_long(github: LoopbackGitHub) -> None:
    github.add_pull()
    limit = {
        "Date": "Tue, 24 Nov 2026 12:00:00 GMT",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "1795524900",
    }
    errors = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded."}]}
    github.fail("graphql", failures.status(200, errors, headers=limit), forever=True)
    with pytest.raises(RateLimitedError, match="wait 55 minutes"):
        forge(github).snapshot(7)
    assert len(github.requests) == 1


def test_changed_files_come_from_all_pages(github: LoopbackGitHub) -> None:
    made = github.add_pull(files={f"f{n:03}.py": (None, f"x = {n}\n") for n in range(250)})
    door = forge(github)
    rows = door.changed_files(7, 0)
    assert [row.path for row in rows] == [row.path for row in made.files]
    assert len(github.sent("/files")) == 3


def test_a_changed_file_has_its_patch_and_its_former_path(github: LoopbackGitHub) -> None:
    github.add_pull(files={"a.py": ("x = 1\ny = 2\n", None), "b.py": (None, "x = 1\ny = 2\n")})
    door = forge(github)
    (row,) = door.changed_files(7, 0)
    assert (row.path, row.previous_path, row.status, row.patch) == ("b.py", "a.py", "renamed", None)


@faults("DF4")
def test_no_more_than_3000_files_are_asked_for(github: LoopbackGitHub) -> None:
    made = github.add_pull()
    made.files = [
        FileRow(f"f{n}.py", "added", 1, 0, "@@ -0,0 +1 @@\n+x", "0" * 40) for n in range(3001)
    ]
    door = forge(github)
    assert len(door.changed_files(7, 0)) == 3000
    assert len(github.sent("/files")) == 30


@faults("GH18")
def test_a_list_of_files_that_repeats_itself_is_an_error(github: LoopbackGitHub) -> None:
    made = github.add_pull(files={f"f{n:03}.py": (None, f"x = {n}\n") for n in range(100)})
    assert len(made.files) == 100
    door = forge(github)
    pull = door.snapshot(7).pull
    github.site.endless_pages = True
    with pytest.raises(ForgeError, match="repeat"):
        door.changed_files(pull.number, 0)


@faults("DF3")
def test_rows_that_github_emptied_are_asked_for_again(github: LoopbackGitHub) -> None:
    long = "".join(f"line {n}\n" for n in range(1500))
    made = github.add_pull(files={f"f{n:02}.txt": (None, long) for n in range(30)})
    door = forge(github)
    rows = door.changed_files(7, 0)
    assert [row.patch for row in rows] == [row.patch for row in made.files]
    assert {row.additions for row in rows} == {1500}
    assert len(github.sent("/files.*per_page=100")) == 1


@faults("DF3")
def test_a_light_page_is_not_asked_for_again(github: LoopbackGitHub) -> None:
    github.add_pull(files={"empty.txt": (None, ""), "b.txt": (None, "b\n")})
    door = forge(github)
    rows = door.changed_files(7, 0)
    assert rows[1].patch is None
    assert len(github.sent("/files")) == 1


def test_a_diff_is_what_git_prints(github: LoopbackGitHub) -> None:
    made = github.add_pull()
    door = forge(github)
    assert door.raw_diff(door.snapshot(7).pull) == made.raw_diff


@faults("DF4")
def test_a_diff_that_github_calls_too_large_is_none(github: LoopbackGitHub) -> None:
    github.add_pull(files={f"f{n}.txt": (None, "x\n") for n in range(301)})
    door = forge(github)
    assert door.raw_diff(door.snapshot(7).pull) is None


def test_an_html_page_is_no_diff(github: LoopbackGitHub) -> None:
    github.add_pull()
    door = forge(github)
    pull = door.snapshot(7).pull
    github.fail("GET .*/pulls/7$", failures.html(), failures.html())
    with pytest.raises(ForgeError, match="cannot be used"):
        door.raw_diff(pull)


def test_a_file_is_read_at_a_commit(github: LoopbackGitHub) -> None:
    made = github.add_pull(files={"a b/caf\u00e9#1%20?.py": ("old\r\n", "n\u00e9w\n\ufffd")})
    door = forge(github)
    assert door.content("a b/caf\u00e9#1%20?.py", made.base_sha) == b"old\r\n"
    assert door.content("a b/caf\u00e9#1%20?.py", made.head_sha) == "n\u00e9w\n\ufffd".encode()


def test_a_file_that_is_not_there_is_none(github: LoopbackGitHub) -> None:
    made = github.add_pull()
    assert forge(github).content("missing.py", made.head_sha) is None


@faults("CF14")
@pytest.mark.parametrize("path", ["../x", "src/../../x", "./src/app.py", "/src/app.py", ""])
def test_a_path_that_git_cannot_have_is_never_sent(github: LoopbackGitHub, path: str) -> None:
    made = github.add_pull()
    assert forge(github).content(path, made.head_sha) is None
    assert not github.requests


@faults("CF14")
def test_a_directory_is_no_file(github: LoopbackGitHub) -> None:
    made = github.add_pull()
    with pytest.raises(NotFoundError, match=r"src at [0-9a-f]{7} is a directory"):
        forge(github).content("src", made.head_sha)


@faults("CF14")
def test_links_and_submodules_are_no_files(github: LoopbackGitHub) -> None:
    made = github.add_pull(
        files={"link": (None, Symlink("../../etc/passwd")), "sub": (None, Submodule("1" * 40))}
    )
    door = forge(github)
    with pytest.raises(NotFoundError, match="symbolic link"):
        door.content("link", made.head_sha)
    with pytest.raises(NotFoundError, match="submodule"):
        door.content("sub", made.head_sha)


def test_a_file_that_is_not_utf8_comes_as_it_is(github: LoopbackGitHub) -> None:
    made = github.add_pull(files={"latin.py": (None, b"caf\xe9\n")})
    assert forge(github).content("latin.py", made.head_sha) == b"caf\xe9\n"


def test_a_file_above_one_mebibyte_is_an_error_that_names_it(github: LoopbackGitHub) -> None:
    made = github.add_pull(files={"big.txt": (None, b"x" * (1024 * 1024 + 1))})
    with pytest.raises(ForgeError, match=r"big\.txt at .* is larger than 1,048,576 bytes"):
        forge(github).content("big.txt", made.head_sha)


def test_a_larger_file_is_read_as_a_blob_up_to_ten_mebibytes(github: LoopbackGitHub) -> None:
    data = bytes(range(256)) * 5_000
    limit = 10 * 1024 * 1024
    made = github.add_pull(files={"a.png": (None, data), "b.png": (None, b"x" * (limit + 1))})
    door = forge(github)
    assert door.large_content("a.png", made.head_sha) == data
    assert door.large_content("none.png", made.head_sha) is None
    with pytest.raises(ForgeError, match=r"b\.png at .* is larger than 10,485,760 bytes"):
        door.large_content("b.png", made.head_sha)


@faults("CF15")
@pytest.mark.parametrize("fault", [failures.status(403, {"message": "No"}), failures.status(503)])
def test_only_404_means_that_a_file_is_absent(
    github: LoopbackGitHub, fault: failures.Failure
) -> None:
    made = github.add_pull()
    github.fail("contents", fault, forever=True)
    with pytest.raises(ForgeError):
        forge(github).content("src/app.py", made.base_sha)


@pytest.fixture
def hesitant() -> Iterator[None]:
    """Let other threads meddle between PyGithub's noting what to send and its sending it."""

    def hesitate(frame: FrameType, _event: str, _argument: object) -> None:
        if frame.f_code.co_name == "getresponse":
            time.sleep(0.005)

    before = threading.gettrace()
    threading.settrace(hesitate)
    yield
    threading.settrace(before)


@pytest.mark.usefixtures("hesitant")
def test_forty_files_are_read_by_eight_threads_at_once(github: LoopbackGitHub) -> None:
    github.checked = False
    texts = {f"f{n}.txt": f"text {n}\n".encode() for n in range(40)}
    made = github.add_pull(files={path: (None, text) for path, text in texts.items()})
    door = forge(github)

    def read(path: str) -> bytes | None:
        return door.content(path, made.head_sha)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, texts)) == list(texts.values())


def test_a_listing_of_a_tree_has_its_links_and_no_submodules(github: LoopbackGitHub) -> None:
    files: dict[str, tuple[str | Entry | None, str | Entry | None]] = {
        "a.py": ("a\n", "b\n"),
        "AGENTS.md": ("A\n", "A\n"),
        "CLAUDE.md": (Symlink("AGENTS.md"), Symlink("AGENTS.md")),
        "vendored": (Submodule("0" * 40), Submodule("0" * 40)),
    }
    made = github.add_pull(files=files)
    listing = forge(github, seconds=60.0).list_tree(made.base_sha)
    assert (sorted(listing.paths), listing.complete) == (["AGENTS.md", "CLAUDE.md", "a.py"], True)
    assert len(github.requests) == 1


def test_a_listing_that_github_cut_is_not_complete() -> None:
    row = {"path": "a.py", "mode": "100644", "sha": "0" * 40}
    listing = rest_json.listing({"tree": [row], "truncated": True})
    assert (listing.paths, listing.complete) == (("a.py",), False)
