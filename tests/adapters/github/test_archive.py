"""The archive of a commit: one redirect, to GitHub's own server, and nobody else gets the token."""

import threading
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.util import parse_url

from reviewer.adapters.github.reads import is_own_server
from reviewer.adapters.http.retry import PUBLISHING_SECONDS, Deadline
from reviewer.errors import ForbiddenError, ForgeError, NotFoundError, RequestReserveError
from reviewer.ports import Blob, CommitFiles
from tests.adapters.forges import QUICK, forge
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Around, Cut, Drip, Hang, Instead, Reset
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.messages import Response

TARBALL, ARCHIVE = "GET .*/tarball/", "GET /_codeload/"
FILES = {f"src/f{n}.py": (f"x = {n}\nold = 1\n", f"x = {n}\nnew = 2\n") for n in range(3)}


def read(github: LoopbackGitHub, api_url: str = "", seconds: float = 300.0) -> CommitFiles:
    """Read the archive of a new pull request's head."""
    sha = github.add_pull(7, dict(FILES)).head_sha
    door = forge(github, seconds=seconds, api_url=api_url)
    files = door.blobs(sha)
    return door.archive(sha)(files)


@pytest.mark.parametrize("enterprise", [False, True])
def test_the_files_of_a_commit_take_two_requests(enterprise: bool) -> None:  # noqa: FBT001
    with LoopbackGitHub(enterprise=enterprise) as github:
        kept = read(github)
        assert kept.read("src/f2.py") == b"x = 2\nnew = 2\n"
        assert len(github.sent(TARBALL)) == len(github.sent(ARCHIVE)) == 1
        assert github.contract_errors == []


@pytest.fixture
def beside(github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch) -> LoopbackGitHub:
    """A github.com whose API and archives have the names of two hosts.

    It is the proxy of all hosts, because no name server knows these names.
    """
    monkeypatch.setenv("http_proxy", github.url)
    github.site.archive_url = named(github, "codeload")
    return github


def named(github: LoopbackGitHub, name: str) -> str:
    return f"http://{name}.octo.test:{urlsplit(github.url).port}"


@faults("HA7")
def test_another_host_than_the_apis_own_does_not_get_the_token(beside: LoopbackGitHub) -> None:
    kept = read(beside, named(beside, "api"))
    assert kept.read("src/f0.py") == b"x = 0\nnew = 2\n"
    (request,) = beside.sent(ARCHIVE)
    assert request.headers["host"].startswith("codeload.octo.test")
    assert "authorization" not in request.headers
    assert "cookie" not in request.headers
    assert TOKEN in beside.sent(TARBALL)[0].headers["authorization"]


@faults("HA7")
def test_a_password_in_a_file_of_the_machine_is_not_sent_either(
    beside: LoopbackGitHub, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = f"{tmp_path}/netrc"
    with open(file, "w", encoding="utf-8") as netrc:  # noqa: PTH123
        netrc.write("machine codeload.octo.test login dev password hunter2\n")
    monkeypatch.setenv("NETRC", file)
    read(beside, named(beside, "api"))
    assert "authorization" not in beside.sent(ARCHIVE)[0].headers


ELSEWHERE = {
    "another host": "http://evil.octo.test:{port}/x",
    "a host that begins as ours": "http://codeload.octo.test.evil.test:{port}/x",
    "a host that ends as ours": "http://evilcodeload.octo.test:{port}/x",
    "a user": "http://codeload.octo.test:{port}@evil.octo.test:{port}/x",
    "a backslash": "http://evil.octo.test:{port}\\@codeload.octo.test:{port}/x",
    "another port": "http://codeload.octo.test:1/x",
    "no port": "http://codeload.octo.test/x",
    "another scheme": "https://codeload.octo.test:{port}/x",
    "a file": "file:///etc/passwd",
    "no scheme": "//codeload.octo.test:{port}/x",
    "a path": "/octo/shop/x",
    "nothing": "",
    "a line break": "http://codeload.octo.test:{port}/x\t/y",
}


@faults("HA7")
@pytest.mark.parametrize("location", ELSEWHERE.values(), ids=ELSEWHERE)
def test_no_other_address_is_asked(beside: LoopbackGitHub, location: str) -> None:
    where = location.format(port=urlsplit(beside.url).port)
    beside.fail(TARBALL, Instead(Response(302, headers={"Location": where})))
    with pytest.raises(ForgeError, match="not on its own server"):
        read(beside, named(beside, "api"))
    assert len(beside.requests) == 2


@faults("HA7")
@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_second_redirect_is_not_followed(github: LoopbackGitHub, code: int) -> None:
    github.fail(ARCHIVE, failures.redirect(f"{github.url}/_codeload/again", code=code))
    with pytest.raises(ForgeError, match=rf"redirect \({code}\)"):
        read(github)
    assert len(github.sent(ARCHIVE)) == 1


def test_a_response_without_a_redirect_is_no_archive(github: LoopbackGitHub) -> None:
    github.fail(TARBALL, failures.status(200, {}))
    with pytest.raises(ForgeError, match="not on its own server"):
        read(github)


OWN = "https://api.github.com"


@pytest.mark.parametrize(
    ("api", "location", "own"),
    [
        (OWN, "https://codeload.github.com/o/r/legacy.tar.gz/x?token=a%2Fb", False),
        (OWN, "https://api.github.com/x", True),
        (OWN, "https://CODELOAD.github.com/x", False),
        ("https://api.octo.ghe.com", "https://codeload.octo.ghe.com/x", False),
        ("https://git.octo.com/api/v3", "https://git.octo.com/_codeload/x", True),
        ("https://git.octo.com/api/v3", "https://codeload.git.octo.com/x", False),
        ("https://api.octo.com/api/v3", "https://codeload.api.octo.com/x", False),
        ("http://127.0.0.1:80", "http://127.0.0.1:80/x", True),
    ],
)
def test_the_hosts_of_archives_follow_from_the_apis_address(
    api: str,
    location: str,
    own: bool,  # noqa: FBT001
) -> None:
    assert is_own_server(api, location) is own


@pytest.mark.parametrize(
    ("api", "location"),
    [
        (OWN, "http://codeload.github.com/x"),
        (OWN, "https://codeload.github.com:8443/x"),
        (OWN, "https://codeload.github.com"),
        (OWN, "https://github.com/x"),
        ("https://api.octo.com/api/v3", "https://codeload.octo.com/x"),
        ("http://127.0.0.1:80", "http://127.0.0.1:81/x"),
    ],
)
def test_what_is_beside_them_is_refused(api: str, location: str) -> None:
    with pytest.raises(ForgeError):
        is_own_server(api, location)


_PARTS = [
    "codeload.github.com", "evil.com", "@evil.com/", "@", ":", "/", "\\", "#", "?", ".", "443",
    "%2e", "\t",
]  # fmt: skip


@faults("HA7")
@settings(max_examples=300)
@given(
    st.sampled_from(["", "codeload.github.com", "api.github.com", "codeload.github.com/a"]),
    st.lists(st.sampled_from(_PARTS), max_size=3).map("".join)
    | st.lists(st.sampled_from(_PARTS) | st.text(max_size=3), max_size=8).map("".join),
)
def test_an_address_that_is_accepted_leads_there_for_every_parser(host: str, rest: str) -> None:
    location = f"https://{host}{rest}"
    try:
        is_own_server(OWN, location)
    except ForgeError:
        return
    assert urlsplit(location).hostname in {"codeload.github.com", "api.github.com"}
    assert parse_url(location).host in {"codeload.github.com", "api.github.com"}
    assert parse_url(location).auth is None


@pytest.mark.parametrize(
    ("status", "error"), [(403, ForbiddenError), (404, NotFoundError), (410, NotFoundError)]
)
@pytest.mark.parametrize("where", [TARBALL, ARCHIVE])
def test_a_refusal_is_an_error_that_does_not_show_the_address(
    github: LoopbackGitHub, where: str, status: int, error: type[ForgeError]
) -> None:
    github.fail(where, failures.status(status, {"message": "no"}), forever=True)
    with pytest.raises(error) as caught:
        read(github)
    assert "EXPIRES" not in str(caught.value)


@faults("HA6")
@pytest.mark.parametrize(
    "fault", [failures.status(502), Reset(), Cut()], ids=["status", "reset", "cut"]
)
def test_what_may_pass_is_tried_once_more(github: LoopbackGitHub, fault: failures.Failure) -> None:
    github.fail(ARCHIVE, fault)
    assert read(github).read("src/f0.py") == b"x = 0\nnew = 2\n"
    github.fail(ARCHIVE, fault, forever=True)
    with pytest.raises(ForgeError):
        read(github)
    assert len(github.sent(ARCHIVE)) == 4


@faults("HA6")
@pytest.mark.parametrize("fault", [Drip(0.02), Hang(20)], ids=["drip", "hang"])
def test_an_archive_that_comes_too_slowly_is_given_up(
    github: LoopbackGitHub, fault: failures.Failure
) -> None:
    github.fail(ARCHIVE, fault, forever=True)
    with pytest.raises(ForgeError, match="did not come in time"):
        read(github, seconds=PUBLISHING_SECONDS + 0.5)
    github.release()


def test_an_archive_leaves_time_for_publishing(github: LoopbackGitHub) -> None:
    with pytest.raises(ForgeError, match="did not come in time"):
        read(github, seconds=29)


@faults("PD1")
def test_an_archive_is_an_optional_read(github: LoopbackGitHub) -> None:
    github.site.used = github.site.rate_limit - 50
    with pytest.raises(RequestReserveError):
        read(github)
    assert github.sent(TARBALL) == []


@faults("HA3")
def test_a_commit_too_large_is_not_downloaded(github: LoopbackGitHub) -> None:
    sha = github.add_pull(7, dict(FILES)).head_sha
    with pytest.raises(ForgeError, match="too large"):
        forge(github, seconds=60).archive(sha)({"large": Blob("a" * 40, 10**9)})
    assert github.sent(ARCHIVE) == []


def test_a_run_that_is_cancelled_stops_the_download(github: LoopbackGitHub) -> None:
    deadline = Deadline(300)
    sha = github.add_pull(7, dict(FILES)).head_sha
    door = forge(github, deadline=deadline, policy=QUICK)
    files = door.blobs(sha)
    github.fail(ARCHIVE, Around(before=lambda: deadline.shorten(4)))
    with pytest.raises(ForgeError):
        door.archive(sha)(files)


def test_several_files_take_one_query(github: LoopbackGitHub) -> None:
    odd = {
        "binary": ("", "a\0b"),
        "long": ("", "x" * 600_000),
        "a b:c\n$d": ("", "odd\n"),
        "ü": ("", "ümlaut\n"),
    }
    sha = github.warm().add_pull(7, FILES | odd).head_sha
    paths = [*FILES, *odd, "no such file", "src", "../x"]
    found = forge(github, seconds=60).text_contents(paths, sha)
    assert found.keys() == {*FILES, "a b:c\n$d", "ü"}
    assert found["src/f1.py"] == b"x = 1\nnew = 2\n"
    assert len(github.requests) == 1


@faults("HA5")
@pytest.mark.parametrize(
    "change",
    [{"text": "x = 0\nnew = 3\n"}, {"isTruncated": True}, {"isBinary": True}, {"text": None}],
    ids=str,
)
def test_a_text_that_is_not_whole_is_left_out(
    github: LoopbackGitHub, change: dict[str, object]
) -> None:
    def edit(value: object) -> object:
        assert isinstance(value, dict)
        value["data"]["repository"]["f0"] |= change
        return value

    sha = github.add_pull(7, dict(FILES)).head_sha
    github.fail("graphql", failures.edited(edit))
    found = forge(github, seconds=60).text_contents(["src/f0.py", "src/f1.py"], sha)
    assert found.keys() == {"src/f1.py"}


def test_queries_have_a_reserve_of_their_own(github: LoopbackGitHub) -> None:
    sha = github.add_pull(7, dict(FILES)).head_sha
    door = forge(github, seconds=60)
    github.site.used = github.site.rate_limit - 50
    door.content("src/f0.py", sha)
    assert len(door.text_contents(["src/f0.py"], sha)) == 1
    github.site.used_graphql = github.site.rate_limit - 50
    door.text_contents(["src/f0.py"], sha)
    with pytest.raises(RequestReserveError):
        door.text_contents(["src/f0.py"], sha)


def test_threads_may_read_archives_at_once(github: LoopbackGitHub) -> None:
    sha = github.add_pull(7, dict(FILES)).head_sha
    door = forge(github, seconds=60)
    files = door.blobs(sha)
    found: list[bytes | None] = []
    threads = [
        threading.Thread(target=lambda: found.append(door.archive(sha)(files).read("src/f0.py")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [b"x = 0\nnew = 2\n"] * 4
