"""The faults are what they say, and the memory shows if the request was carried out."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest

from tests.loopback import failures
from tests.loopback.failures import Around, Cut, Drip, Failure, Hang, Pass, Reset
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.held_requests import wait_for
from tests.loopback.messages import Request

COMMENTS = "/repos/octo/shop/issues/7/comments"
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Content-Type": "application/json",
    "User-Agent": "test",
}


@pytest.fixture(autouse=True)
def _open_pull(github: LoopbackGitHub) -> Iterator[None]:
    github.add_pull()
    yield
    github.release()


def post(github: LoopbackGitHub, *, patience: float = 5.0) -> tuple[int, bytes]:
    """Send a comment; `patience` is how many seconds the answer may take once it is sent."""
    host, _, port = github.url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=5.0)
    try:
        connection.request("POST", COMMENTS, json.dumps({"body": "hello"}), HEADERS)
        connection.sock.settimeout(patience)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("processed", [True, False])
def test_an_error_may_hide_a_request_that_was_carried_out(
    github: LoopbackGitHub, *, processed: bool
) -> None:
    github.fail("POST", failures.status(502, processed=processed))
    assert post(github)[0] == 502
    assert len(github.bodies) == processed


@pytest.mark.parametrize(
    ("fault", "comments"),
    [
        (Reset(processed=True), 1),
        (Reset(processed=False), 0),
        (Hang(0, processed=True), 1),
        (Hang(0, processed=False), 0),
    ],
)
def test_a_lost_response_may_hide_a_request_that_was_carried_out(
    github: LoopbackGitHub, fault: Failure, comments: int
) -> None:
    github.fail("POST", fault)
    with pytest.raises(ConnectionError):
        post(github)
    assert len(github.bodies) == comments


def test_a_request_that_hangs_ends_with_the_clients_patience(github: LoopbackGitHub) -> None:
    github.fail("POST", Hang(processed=True))
    with pytest.raises(TimeoutError):
        post(github, patience=0.1)
    # It was sent; on a busy machine the server may read it only now.
    wait_for(lambda: github.bodies == ["hello"])


def test_a_release_ends_what_hangs(github: LoopbackGitHub) -> None:
    github.fail("POST", Hang(seconds=60))
    threading.Timer(0.05, github.release).start()
    with pytest.raises(ConnectionError):
        post(github)


def test_a_dripping_body_arrives_whole_in_the_end(github: LoopbackGitHub) -> None:
    github.fail("POST", Drip(interval=0))
    status, body = post(github)
    assert (status, json.loads(body)["body"]) == (201, "hello")


def test_a_cut_body_is_noticed(github: LoopbackGitHub) -> None:
    github.fail("POST", Cut())
    with pytest.raises(http.client.IncompleteRead):
        post(github)


def test_faults_wait_for_their_requests_in_order(github: LoopbackGitHub) -> None:
    github.fail("POST /graphql", failures.status(500))
    github.fail("POST .*/comments", Pass(), failures.status(502), failures.html(), failures.empty())
    assert [post(github)[0] for _ in range(5)] == [201, 502, 200, 200, 201]


def test_the_last_fault_may_stay_for_ever(github: LoopbackGitHub) -> None:
    github.fail("POST", failures.status(500), failures.status(502), forever=True)
    assert [post(github)[0] for _ in range(4)] == [500, 502, 502, 502]
    github.heal()
    assert post(github)[0] == 201


def test_a_racing_run_comments_in_between(github: LoopbackGitHub) -> None:
    github.fail("POST", Around(before=lambda: github.comment("racing")))
    post(github)
    assert github.bodies == ["racing", "hello"]


def test_an_answer_can_be_changed_on_its_way(github: LoopbackGitHub) -> None:
    github.fail("POST", failures.edited(lambda value: [value]))
    assert isinstance(json.loads(post(github)[1]), list)


@pytest.mark.parametrize("retry_after", [None, 3.0])
def test_a_secondary_limit_comes_with_and_without_its_header(
    github: LoopbackGitHub, retry_after: float | None
) -> None:
    github.fail("POST", failures.rate_limited(code=429, retry_after=retry_after))
    status, body = post(github)
    assert status == 429
    assert b"secondary rate limit" in body


def test_errors_carry_the_date_and_the_rate_as_all_answers_do(github: LoopbackGitHub) -> None:
    github.site.clock_ahead = 86_400
    request = Request("GET", "/rate_limit", {}, b"", 0.0)
    before = int(time.time())
    headers = github.dress(request, failures.status(502).response).headers
    told = parsedate_to_datetime(headers["Date"]).timestamp()
    assert before <= told - 86_400 <= time.time()
    assert headers["x-ratelimit-limit"] == "5000"


def test_requests_are_recorded_with_all_they_carried(github: LoopbackGitHub) -> None:
    before = time.monotonic()
    post(github)
    (request,) = github.sent("POST .*/comments")
    assert request.json() == {"body": "hello"}
    assert request.headers["user-agent"] == "test"
    assert before <= request.at <= time.monotonic()
