"""Optional reads while requests are left, and what publishing keeps."""

import time

import pytest

from reviewer.adapters.github.transport.refusals import check_reserve
from reviewer.errors import ForgeError, RateLimitedError, RequestReserveError
from tests.adapters.forges import forge
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.github import LoopbackGitHub
from tests.refusals import refusal

NOW = 1_795_524_000
DATE = "Tue, 24 Nov 2026 12:40:00 GMT"


def headers(remaining: object, limit: object = 1_000, **others: object) -> dict[str, str]:
    names = {"limit": limit, "remaining": remaining, "reset": NOW + 600, "resource": "core"}
    return {"date": DATE} | {f"x-ratelimit-{n}": str(v) for n, v in (names | others).items()}


def check(*seen: dict[str, str], now: float = 5.0) -> None:
    check_reserve([(each, 5.0) for each in seen], now)


@pytest.mark.parametrize(
    ("limit", "kept"), [(60, 20), (120, 20), (500, 50), (1_000, 100), (15_000, 100)]
)
def test_a_tenth_of_the_limit_is_kept_but_no_more_than_publishing_needs(
    limit: int, kept: int
) -> None:
    check(headers(kept + 1, limit))
    with pytest.raises(RequestReserveError, match=f"{kept} of {limit} requests left"):
        check(headers(kept, limit))


def test_what_comes_late_does_not_raise_the_number() -> None:
    with pytest.raises(RequestReserveError, match="99 of"):
        check(headers(180), headers(99), headers(120))


def test_when_the_hour_is_over_reads_are_allowed_again() -> None:
    with pytest.raises(RequestReserveError):
        check(headers(5), now=604)
    check(headers(5), now=606)
    check(headers(5), headers(900, reset=NOW + 4_200), headers(4))


@pytest.mark.parametrize(
    "odd",
    [
        {},
        headers("few"),
        headers(-1),
        headers(3, "many"),
        headers(3, reset="soon"),
        headers(3, reset=7),
        headers(3, resource="graphql"),
        headers("9" * 30),
        headers("\u0663"),
    ],
)
def test_without_numbers_that_make_sense_every_read_is_allowed(odd: dict[str, str]) -> None:
    assert refusal(lambda: check(odd), RequestReserveError) == ""


@faults("PD1")
def test_only_optional_reads_are_stopped(github: LoopbackGitHub) -> None:
    made = github.add_pull()
    github.site.used = github.site.rate_limit - 50
    door = forge(github, seconds=60)
    assert door.content("src/app.py", made.head_sha) == b"new = 2\n"
    with pytest.raises(RequestReserveError):
        door.content("src/app.py", made.head_sha, optional=True)
    assert door.content("src/app.py", made.head_sha) == b"new = 2\n"


@faults("PD1")
def test_an_optional_read_does_not_wait_for_a_limit(github: LoopbackGitHub) -> None:
    made = github.add_pull()
    door = forge(github, seconds=60)
    github.fail("contents", failures.rate_limited(retry_after=0.01))
    with pytest.raises(RateLimitedError):
        door.content("src/app.py", made.head_sha, optional=True)
    github.fail("contents", failures.status(502))
    assert door.content("src/app.py", made.head_sha, optional=True) == b"new = 2\n"


def test_an_optional_read_leaves_time_for_publishing(github: LoopbackGitHub) -> None:
    made = github.add_pull()
    door = forge(github, seconds=29)
    with pytest.raises(ForgeError, match="no time left"):
        door.content("src/app.py", made.head_sha, optional=True)
    assert door.content("src/app.py", made.head_sha) == b"new = 2\n"


def test_the_date_of_these_tests_is_the_moment_that_they_mean() -> None:
    assert time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(NOW)) == DATE
