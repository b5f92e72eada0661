"""Pull requests of people from outside, where the workflow limits what they may cost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reviewer.events.activity import Commenter, ReviewPullRequest
from reviewer.memory import state_line
from reviewer.operations import Subject
from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.model import Body, error
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job
from tests.runs.model_scripts import CHAT, finds_a_problem

HOUR = 3_600
STRANGER = "mallory"


def push(job: Job, number: int = NUMBER, hour: int = 0, **inputs: str) -> RunResult:
    """Push to a pull request some hours after the first run of a job, and review it."""
    content = f"new = {len(job.github.requests)}\n"
    job.github.push(number, {"src/app.py": content})
    pull = job.github.repository.pulls[number]
    pull.updated = (6 + hour) * HOUR
    job.now = datetime(2026, 11, 1, 6, tzinfo=UTC) + timedelta(hours=hour)
    return job.carry_out(ReviewPullRequest(number), **inputs)


def verdicts(*runs: RunResult) -> list[str]:
    return [run.outputs["verdict"] for run in runs]


def open_other(job: Job, number: int, *, opened: int = 5 * HOUR, author: str = STRANGER) -> None:
    pull = job.github.add_pull(number, author=author)
    pull.opened = opened


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
    assert job.run(daily_limit_per_author="1", requested=True).code == 0
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


@faults("RM4")
@pytest.mark.parametrize("limit", ["daily_limit", "daily_limit_per_author"])
def test_an_outside_contributor_who_pushes_often_is_reviewed_up_to_the_limit(
    job: Job, limit: str
) -> None:
    runs = [push(job, NUMBER, hour, **{limit: "3"}) for hour in range(5)]
    assert verdicts(*runs) == ["clean"] * 3 + ["skipped"] * 2
    assert len(job.model.bodies) == 3
    # A day after the second one, two of three are forgotten.
    assert verdicts(push(job, NUMBER, 25, **{limit: "3"})) == ["clean"]


@faults("RM4")
def test_pushes_to_all_pull_requests_use_one_limit(job: Job) -> None:
    open_other(job, 8, opened=-99 * HOUR)
    open_other(job, 9, opened=-99 * HOUR, author="eve")
    runs = [push(job, number, daily_limit="4") for number in (8, 9, 8, NUMBER, 9, NUMBER)]
    assert verdicts(*runs) == ["clean"] * 4 + ["skipped"] * 2


@faults("RM4")
def test_pushes_to_all_pull_requests_of_one_author_use_one_limit(job: Job) -> None:
    open_other(job, NUMBER, opened=-99 * HOUR, author=STRANGER.upper())
    open_other(job, 8, opened=-99 * HOUR)
    open_other(job, 9, opened=-99 * HOUR, author="eve")
    limit = {"daily_limit_per_author": "2"}
    runs = [push(job, number, 0, **limit) for number in (8, 9, 8, NUMBER, 9, 9)]
    assert verdicts(*runs) == ["clean"] * 3 + ["skipped", "clean", "skipped"]


@faults("RM10")
def test_reviews_are_not_hidden_by_many_pull_requests_that_changed_later(job: Job) -> None:
    open_other(job, NUMBER, opened=-99 * HOUR)
    open_other(job, 8, opened=-99 * HOUR)
    assert verdicts(*(push(job, 8, 0, daily_limit="9") for _ in range(3))) == ["clean"] * 3
    other = job.github.repository.pulls[8]
    for number in range(1_000, 1_101):
        late = replace(other, number=number, updated=7 * HOUR)
        job.github.repository.pulls[number] = late
        job.github.comment("Any news?", number=number, author=STRANGER)
    asked = len(job.model.bodies)
    finished = push(job, NUMBER, 1, daily_limit="3")
    assert verdicts(finished) == ["skipped"]
    assert "than this run can count" in finished.summary
    assert len(job.model.bodies) == asked
    job.github.repository.pulls[NUMBER].association = "MEMBER"
    assert verdicts(push(job, NUMBER, 1, daily_limit="3")) == ["clean"]


@faults("RM4")
@pytest.mark.parametrize("status", [401, 500])
def test_a_failed_run_uses_the_limit_because_it_may_have_paid(job: Job, status: int) -> None:
    job.model.fail(CHAT, *[Instead(error(status, "No."))] * 9)
    assert push(job, daily_limit="1").code != 0
    finished = push(job, hour=1, daily_limit="1")
    assert verdicts(finished) == ["skipped"]


@faults("RM4")
def test_a_run_that_is_under_way_counts(job: Job) -> None:
    seen: list[str] = []

    def look(body: Body) -> str:
        seen.extend(job.github.bodies)
        return finds_a_problem(body)

    job.model.script = look
    push(job, daily_limit="1")
    known = state_line.decode(seen[0])
    assert known
    assert (len(known.runs), known.head_sha) == (1, "")
    # The runner kills a run on another pull request there.
    open_other(job, 8, opened=-99 * HOUR)
    (seal,) = set(job.invariants.seals)
    signed = state_line.put_into(seen[0], known, seal.on(8))
    job.github.comment(signed, number=8)
    job.github.repository.pulls[8].updated = 6 * HOUR
    assert verdicts(push(job, hour=1, daily_limit="2")) == ["skipped"]


@faults("RM4")
def test_a_run_that_asked_no_model_does_not_count(job: Job) -> None:
    push(job, daily_limit="2")
    job.run(full=False, daily_limit="2")
    job.github.push(NUMBER, {"src/app.py": "new = 9\n", "docs/a.md": "a\n"})
    assert verdicts(job.run(daily_limit="2")) == ["clean"]


def test_a_review_for_a_maintainer_uses_the_limit_too_and_is_never_refused(job: Job) -> None:
    push(job, daily_limit="1")
    asked = ReviewPullRequest(
        NUMBER, full=True, requested=True, commenter=Commenter("o", Subject.COMMENT, 1)
    )
    assert verdicts(job.carry_out(asked, daily_limit="1")) == ["clean"]
    known = state_line.decode(job.github.bodies[0])
    assert known
    assert len(known.runs) == 2


def test_without_a_limit_no_other_pull_request_is_read(job: Job) -> None:
    open_other(job, 8)
    push(job)
    asked = [str(request.body) for request in job.github.requests]
    assert not any("UPDATED_AT" in each for each in asked)


@faults("SE15")
def test_a_member_is_never_stopped_by_the_limits(job: Job) -> None:
    open_many_before(job, 3)
    job.github.repository.pulls[job.wanted.number].association = "MEMBER"
    assert verdicts(job.run(daily_limit="1")) == ["clean"]
    asked = [str(request.body) for request in job.github.requests]
    assert not any("UPDATED_AT" in each for each in asked)
