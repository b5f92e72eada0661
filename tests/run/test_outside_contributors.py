"""Who is reviewed automatically, and how often in a day."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reviewer.config.workflow.inputs import Inputs
from reviewer.pull_request import ListedPull
from reviewer.run.admission import daily_limits
from tests import builders
from tests.faults import faults

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PULL = builders.pull(number=300, author="mallory", association="NONE")


def listed(number: int, author: str, association: str = "NONE", *, hours: int = 1) -> ListedPull:
    return ListedPull(number, author, association, NOW - timedelta(hours=hours))


def crowd(count: int, author: str = "sock{}", association: str = "NONE") -> list[ListedPull]:
    return [listed(100 + n, author.format(n), association) for n in range(count)]


def moments(*hours: float) -> list[int]:
    """Runs so many hours ago."""
    return [int((NOW - timedelta(hours=each)).timestamp()) for each in hours]


def reached(
    others: Sequence[ListedPull],
    own: Sequence[int] = (),
    runs: Mapping[int, Sequence[int]] | None = None,
    **given: object,
) -> str:
    known = runs or {}
    return daily_limits.find_reached_limit(
        Inputs(**given),  # type: ignore[arg-type]
        PULL,
        own,
        NOW,
        lambda since: [each for each in others if since == NOW - daily_limits.DAY],
        lambda number: known.get(number, ()),
    )


@faults("SE15")
def test_the_two_hundredth_pull_request_of_an_hour_waits_for_a_maintainer() -> None:
    assert not reached(crowd(9), daily_limit=10)
    assert "daily-limit" in reached(crowd(10), daily_limit=10)
    assert "daily-limit" in reached(crowd(200), daily_limit=10)


@faults("SE15")
def test_one_author_among_many_has_a_limit_of_its_own() -> None:
    many = [*crowd(50), listed(200, "mallory"), listed(201, "Mallory")]
    assert not reached(many, daily_limit_per_author=3)
    assert "daily-limit-per-author" in reached(many, daily_limit_per_author=2)


@faults("SE15")
def test_later_and_older_pull_requests_and_those_of_members_do_not_count() -> None:
    later = [listed(301, "mallory")] * 9
    older = [listed(99, "mallory", hours=25)] * 9
    assert not reached(later + older + crowd(9, association="MEMBER"), daily_limit=1)


@faults("RM4")
def test_each_review_of_a_pull_request_counts() -> None:
    assert not reached([], moments(1, 2), daily_limit=3)
    assert "had reviews 3 times" in reached([], moments(1, 2, 3), daily_limit=3)
    assert "daily-limit-per-author" in reached([], moments(1, 2, 3), daily_limit_per_author=3)
    assert not reached([], moments(24, 25, 99), daily_limit=1)


@faults("RM4")
def test_reviews_of_other_pull_requests_use_the_limit_however_old_or_new_these_are() -> None:
    others = [listed(2, "eve", hours=999), listed(301, "eve")]
    runs = {2: moments(1, 2, 30), 301: moments(3)}
    assert not reached(others, moments(1), runs, daily_limit=5)
    assert reached(others, moments(1), runs, daily_limit=4)
    assert not reached(others, moments(1), runs, daily_limit_per_author=2)


@faults("RM4")
def test_a_pull_request_that_was_opened_and_reviewed_once_uses_the_limit_once() -> None:
    others = [listed(200, "eve"), listed(201, "eve")]
    runs = {200: moments(1), 201: moments(1, 2)}
    assert not reached(others, [], runs, daily_limit=4)
    assert reached(others, [], runs, daily_limit=3)


@faults("RM4")
def test_no_more_is_read_than_the_limit_needs() -> None:
    def fail_if_read(_about: object) -> list[int]:
        raise AssertionError

    def count(own: Sequence[int], others: Sequence[ListedPull], **given: object) -> str:
        return daily_limits.find_reached_limit(
            Inputs(**given),  # type: ignore[arg-type]
            PULL,
            own,
            NOW,
            (lambda _since: others) if others else fail_if_read,  # type: ignore[arg-type]
            fail_if_read,
        )

    assert count(moments(1, 2), [], daily_limit=2)
    assert count([], crowd(200), daily_limit=200)
    assert not count([], crowd(200), daily_limit_per_author=1)


def read_states(others: Sequence[ListedPull], **given: object) -> tuple[str, list[int]]:
    """Return the limit that is reached, and of which pull requests the state was read."""
    read: list[int] = []

    def read_runs(number: int) -> list[int]:
        read.append(number)
        return []

    limits = Inputs(**given)  # type: ignore[arg-type]
    said = daily_limits.find_reached_limit(limits, PULL, [], NOW, lambda _: others, read_runs)
    return said, read


@faults("RM4", "RM10")
def test_the_states_of_at_most_a_hundred_pull_requests_are_read() -> None:
    said, read = read_states(crowd(100), daily_limit=500)
    assert (said, len(read)) == ("", daily_limits.MOST_READ)
    said, read = read_states(crowd(101), daily_limit=500)
    assert "more pull requests changed within a day than this run can count (daily-limit)" in said
    assert len(read) == daily_limits.MOST_READ


@faults("RM10")
def test_what_nobody_has_commented_on_is_not_read_and_hides_nothing() -> None:
    silent = [replace(each, commented=False) for each in crowd(300)]
    assert read_states(silent, daily_limit=500) == ("", [])
    assert read_states([*silent, listed(2, "eve")], daily_limit=500) == ("", [2])


@faults("RM10")
def test_of_the_limit_for_an_author_only_that_authors_pull_requests_can_hide_something() -> None:
    assert read_states(crowd(300), daily_limit_per_author=99) == ("", [])
    own = [listed(400 + n, "Mallory", hours=99) for n in range(101)]
    said, read = read_states(own, daily_limit_per_author=99)
    assert "(daily-limit-per-author)" in said
    assert len(read) == daily_limits.MOST_READ


@faults("RM10")
def test_a_list_that_is_cut_hides_nothing() -> None:
    old = [replace(listed(n, "eve", hours=99), commented=False) for n in range(400, 1_399)]
    assert read_states(old, daily_limit=500) == ("", [])
    cut = [*old, replace(old[0], number=2)]
    assert "than this run can count" in read_states(cut, daily_limit=500)[0]


@faults("RM4")
@given(
    st.lists(st.integers(0, 48), max_size=9),
    st.dictionaries(st.integers(1, 40), st.lists(st.integers(0, 48), max_size=5), max_size=9),
    st.integers(1, 20),
)
def test_a_limit_is_reached_exactly_at_the_sum(
    own: list[int], runs: dict[int, list[int]], limit: int
) -> None:
    others = [listed(number, "eve", hours=number) for number in runs]
    total = sum(hours < 24 for hours in own)
    for number, hours in runs.items():
        total += max(number < 24, sum(each < 24 for each in hours))
    said = reached(
        others, moments(*own), {n: moments(*hours) for n, hours in runs.items()}, daily_limit=limit
    )
    assert bool(said) == (total >= limit)
