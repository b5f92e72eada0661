"""Who is reviewed unasked, and how many of them in a day."""

import pytest

from reviewer.config.inputs import Inputs
from reviewer.pull_request import ListedPull
from reviewer.run import eligibility
from tests import builders
from tests.faults import faults

PULL = builders.pull(number=300, author="mallory", association="NONE")


def opened_before(
    count: int, author: str = "sock{}", association: str = "NONE"
) -> list[ListedPull]:
    return [ListedPull(100 + n, author.format(n), association) for n in range(count)]


def reason_to_wait(opened: list[ListedPull], **given: object) -> str:
    return eligibility.must_wait(PULL, Inputs(**given), lambda: opened)  # type: ignore[arg-type]


@faults("SE15")
def test_without_limits_everybody_is_reviewed_and_no_list_is_read() -> None:
    def fail_if_read() -> list[ListedPull]:
        raise AssertionError

    assert not eligibility.must_wait(PULL, Inputs(), fail_if_read)


@faults("SE15")
@pytest.mark.parametrize("association", ["OWNER", "CONTRIBUTOR", "NONE", "FIRST_TIME_CONTRIBUTOR"])
def test_only_the_associations_of_the_workflow_are_reviewed_automatically(association: str) -> None:
    pull = builders.pull(association=association)
    wanted = Inputs(reviewed_associations=("OWNER", "MEMBER"))
    said = eligibility.must_wait(pull, wanted, list)
    assert bool(said) == (association != "OWNER")
    assert not said or association in said


@faults("SE15")
def test_the_two_hundredth_pull_request_of_an_hour_waits_for_a_maintainer() -> None:
    assert not reason_to_wait(opened_before(9), daily_limit=10)
    assert "daily-limit" in reason_to_wait(opened_before(10), daily_limit=10)
    assert "daily-limit" in reason_to_wait(opened_before(200), daily_limit=10)


@faults("SE15")
def test_one_author_among_many_has_a_limit_of_its_own() -> None:
    crowd = [
        *opened_before(50),
        ListedPull(200, "mallory", "NONE"),
        ListedPull(201, "mallory", "NONE"),
    ]
    assert not reason_to_wait(crowd, daily_limit_per_author=3)
    assert "daily-limit-per-author" in reason_to_wait(crowd, daily_limit_per_author=2)


@faults("SE15")
def test_later_pull_requests_and_those_of_members_do_not_count() -> None:
    later = [ListedPull(301, "mallory", "NONE")] * 9
    assert not reason_to_wait(later + opened_before(9, association="MEMBER"), daily_limit=1)


@faults("SE15")
def test_a_member_is_never_stopped_by_the_limits() -> None:
    pull = builders.pull(number=300, association="MEMBER")
    assert not eligibility.must_wait(pull, Inputs(daily_limit=1), lambda: opened_before(9))
