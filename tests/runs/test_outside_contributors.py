"""Pull requests of people from outside, where the workflow limits what they may cost."""

from dataclasses import replace

from tests.faults import faults
from tests.runs.job import NUMBER, Job

HOUR = 3_600


def open_many_before(job: Job, count: int) -> None:
    """Have others open pull requests in the hours before ours."""
    pulls = job.github.repository.pulls
    other = job.github.add_pull(NUMBER + 1, author="mallory")
    for number in range(NUMBER + 1, NUMBER + count + 1):
        pulls[number] = replace(other, number=number, opened=HOUR)
    own = pulls.pop(NUMBER)
    own.number, own.opened, own.author = NUMBER + count + 1, 3 * HOUR, "mallory"
    pulls[own.number] = own
    job.wanted = type(job.wanted)(own.number)


@faults("SE15")
def test_what_is_beyond_the_limit_costs_nothing_and_says_nothing_in_public(job: Job) -> None:
    open_many_before(job, 3)
    finished = job.run(daily_limit="3")
    assert finished.code == 0
    assert finished.outputs["verdict"] == "skipped"
    assert job.model.bodies == []
    assert job.github.repository.comments == []
    assert "daily-limit" in finished.summary


@faults("SE15")
def test_a_maintainer_who_asks_gets_the_review_all_the_same(job: Job) -> None:
    open_many_before(job, 3)
    assert job.run(daily_limit_per_author="1", asked=True).code == 0
    assert len(job.github.bodies) == 1


@faults("SE15")
def test_what_was_opened_days_ago_does_not_count(job: Job) -> None:
    open_many_before(job, 150)
    for pull in list(job.github.repository.pulls.values())[:-1]:
        pull.opened = -48 * HOUR
    assert job.run(daily_limit="1").code == 0
    assert len(job.github.bodies) == 1


@faults("SE15")
def test_the_list_is_read_page_by_page_until_a_day_is_over(job: Job) -> None:
    open_many_before(job, 230)
    stopped, reviewed = job.run(daily_limit="230"), job.run(daily_limit="231")
    assert (stopped.code, stopped.outputs["verdict"]) == (0, "skipped")
    assert (reviewed.code, reviewed.outputs["verdict"]) == (0, "clean")


@faults("SE15")
def test_one_author_of_two_hundred_pull_requests_waits_for_a_maintainer(job: Job) -> None:
    open_many_before(job, 200)
    finished = job.run(daily_limit_per_author="5")
    assert (finished.code, finished.outputs["verdict"]) == (0, "skipped")
    assert "daily-limit-per-author" in finished.summary
    assert job.model.bodies == []
    assert job.github.repository.comments == []


@faults("SE15")
def test_only_named_associations_are_reviewed_automatically_where_the_workflow_says_so(
    job: Job,
) -> None:
    finished = job.run(reviewed_associations="OWNER,MEMBER")
    assert (finished.code, job.model.bodies) == (0, [])
    assert "reviewed-associations" in finished.summary
    assert job.github.repository.comments == []
