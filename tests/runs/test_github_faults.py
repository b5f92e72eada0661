"""What GitHub can do to a whole run: refuse, limit, fail and say odd things."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.adapters.http.retry import Policy
from reviewer.comments import summary
from tests.faults import faults
from tests.invariants import Invariants
from tests.loopback import failures
from tests.loopback.failures import Around, Cut, Drip, Failure, Hang, Reset
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import LoopbackModel
from tests.run_result import RunResult
from tests.runs.job import QUICK, Job
from tests.runs.model_scripts import finds_a_problem
from tests.runs.run_checks import annotations, assert_kept_in_summary

MARKER = summary.marker("default")
POST = "POST .*/issues/7/comments"
PATCH = "PATCH .*/issues/comments/"
FOUND = "Sets the wrong value"


@pytest.fixture(autouse=True)
def _something_to_say(job: Job) -> None:
    job.model.script = finds_a_problem


def assert_published(job: Job, finished: RunResult) -> None:
    assert finished.code == 0, finished.log
    (body,) = job.github.bodies
    assert FOUND in body
    assert "under way" not in body


CARRIED_OUT: dict[str, Failure] = {
    "GH1": failures.status(502, processed=True),
    "GH2": Hang(processed=True),
    "GH3": Reset(processed=True),
    "GH16": failures.Instead(failures.html().response, processed=True),
    "GH17": Cut(),
}
NOT_CARRIED_OUT: dict[str, Failure] = {
    "GH1": failures.status(502),
    "GH2": Hang(),
    "GH3": Reset(),
    "GH7": failures.rate_limited(retry_after=0),
    "GH7 without a number": failures.rate_limited(),
    "GH7 429": failures.rate_limited(code=429),
    "GH16": failures.html(),
    "GH16 empty": failures.empty(201),
    "GH17": failures.malformed(code=201),
}


@faults("GH1", "GH2", "GH3", "GH16", "GH17")
@pytest.mark.parametrize("fault", CARRIED_OUT.values(), ids=CARRIED_OUT)
def test_a_post_whose_answer_is_lost_is_adopted(job: Job, fault: Failure) -> None:
    job.per_request = 0.5
    job.github.warm().checked = False
    job.github.fail(POST, fault)
    finished = job.run()
    assert_published(job, finished)
    assert len(job.github.sent(POST)) == 1
    assert finished.outputs["comment-id"] == str(job.github.repository.comments[0].id)


@faults("GH1", "GH2", "GH3", "GH7", "GH16", "GH17")
@pytest.mark.parametrize("fault", NOT_CARRIED_OUT.values(), ids=NOT_CARRIED_OUT)
def test_a_post_that_failed_is_sent_once_more(job: Job, fault: Failure) -> None:
    job.per_request = 0.5
    job.github.warm().checked = False
    job.github.fail(POST, fault)
    assert_published(job, job.run())
    assert len(job.github.sent(POST)) == 2


WAITS: dict[str, tuple[Failure, int]] = {
    "as GitHub asks": (failures.rate_limited(retry_after=37), 37),
    "a minute": (failures.rate_limited(), 60),
    "a minute after 429": (failures.status(429, {"message": "Slow down"}), 60),
}


@faults("GH7")
@pytest.mark.parametrize(("fault", "seconds"), WAITS.values(), ids=WAITS)
def test_a_limit_is_waited_out(job: Job, fault: Failure, seconds: int) -> None:
    job.policy, job.patience = Policy(), 600
    job.github.fail(POST, fault)
    finished = job.run()
    assert_published(job, finished)
    (wait,) = re.findall(r"GitHub limits .* Trying again in ([\d.]+) seconds", finished.log)
    assert seconds <= float(wait) <= seconds + job.policy.jitter
    assert finished.seconds >= seconds


@faults("GH7")
def test_a_minute_that_does_not_fit_is_not_waited_for(job: Job) -> None:
    job.policy = Policy()
    job.github.fail(POST, failures.rate_limited(), forever=True)
    finished = job.run(timeout="60")
    assert_kept_in_summary(finished)
    assert "without saying for how long" in annotations(finished, "error")[0]
    assert job.clock.slept < 30


# How often the announcement and the review are sent together.
LASTING: dict[str, tuple[Failure, int]] = {
    "GH4": (failures.status(503), 6),
    "GH16 HTML": (failures.html(), 4),
    "GH16 redirect": (failures.redirect("https://api.github.com/elsewhere"), 2),
    "GH16 no id": (failures.status(201, {"id": None, "html_url": "", "body": ""}), 4),
    "GH16 an id that is no number": (
        failures.status(201, {"id": "1", "html_url": "", "body": ""}),
        4,
    ),
    "GH17": (failures.malformed(code=201), 4),
}


@faults("GH4", "GH16", "GH17")
@pytest.mark.parametrize(("fault", "posts"), LASTING.values(), ids=LASTING)
def test_a_review_that_cannot_be_posted_is_in_the_summary(
    job: Job, fault: Failure, posts: int
) -> None:
    job.policy = replace(QUICK, attempts=5)
    job.github.fail(POST, fault, forever=True)
    assert_kept_in_summary(job.run())
    assert job.github.bodies == []
    assert len(job.github.sent(POST)) == posts


UNDONE: dict[str, Failure] = {
    "502": failures.status(502),
    "no answer": Hang(),
    "reset": Reset(),
}
DONE: dict[str, Failure] = {
    "no answer": Hang(processed=True),
    "reset": Reset(processed=True),
}


@faults("GH5")
@pytest.mark.parametrize("fault", UNDONE.values(), ids=UNDONE)
def test_an_update_that_fails_once_is_repeated(job: Job, fault: Failure) -> None:
    job.per_request = 0.5
    job.github.warm().checked = False
    job.github.fail(PATCH, fault)
    assert_published(job, job.run())
    assert len(job.github.sent(PATCH)) == 2


@faults("GH5")
@pytest.mark.parametrize("fault", DONE.values(), ids=DONE)
def test_an_update_whose_answer_is_lost_is_not_repeated(job: Job, fault: Failure) -> None:
    job.per_request = 0.5
    job.github.warm().checked = False
    job.github.fail(PATCH, fault)
    assert_published(job, job.run())
    assert len(job.github.sent(PATCH)) == 1


@faults("GH5")
def test_an_update_that_always_fails_ends_with_the_review_in_the_summary(job: Job) -> None:
    job.github.fail(PATCH, failures.status(502), forever=True)
    assert_kept_in_summary(job.run())
    assert len(job.github.sent(PATCH)) == 3
    assert "under way" in job.github.bodies[0]


@faults("GH6")
def test_a_comment_deleted_before_the_update_is_created_once(job: Job) -> None:
    job.github.fail(PATCH, Around(before=job.github.repository.comments.clear))
    assert_published(job, job.run())
    assert (len(job.github.sent(POST)), len(job.github.sent(PATCH))) == (2, 1)


@faults("GH18")
def test_our_comment_is_found_behind_1500_others(job: Job) -> None:
    job.github.warm().checked = False
    for number in range(1_500):
        job.github.comment(f"{MARKER}\n{number}", author="chatty")
    job.github.comment(summary.placeholder("default", "Older."))
    assert job.run().code == 0
    assert FOUND in job.github.bodies[-1]
    assert len(job.github.bodies) == 1_501


@faults("GH18")
def test_a_list_without_end_ends_the_run(job: Job) -> None:
    job.github.warm().checked = False
    job.github.site.endless_pages = True
    finished = job.run()
    assert finished.code == 1
    assert len(job.github.requests) <= 100
    assert job.github.writes == []


@faults("GH17", "GH20")
@pytest.mark.parametrize(
    "fault",
    [failures.graphql_errors("Something went wrong", kind="INTERNAL"), failures.malformed()],
)
def test_a_snapshot_that_cannot_be_used_once_is_read_again(job: Job, fault: Failure) -> None:
    job.github.fail("graphql", fault)
    assert_published(job, job.run())


def without_part(comments: object) -> Failure:
    """Leave the comments out and say that something went wrong, as GitHub does at a timeout."""

    def change(value: object) -> object:
        assert isinstance(value, dict)
        value["data"]["repository"]["pullRequest"]["comments"] = comments
        return value | {"errors": [{"type": "INTERNAL", "message": "Something went wrong"}]}

    return failures.edited(change)


NO_COMMENTS = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}


# What comes in the place of a snapshot, and how often it is asked for.
UNREADABLE: dict[str, tuple[Failure, int]] = {
    "GH17 cut": (failures.malformed(), 2),
    "GH17 HTML": (failures.html(), 2),
    "GH17 wrong types": (failures.status(200, {"data": {"repository": {"pullRequest": []}}}), 2),
    "GH20": (failures.graphql_errors("Something went wrong", kind="INTERNAL"), 2),
    "GH20 partial": (without_part(None), 2),
    "GH20 partial but whole by its shape": (without_part(NO_COMMENTS), 2),
    "GH21": (Reset(), 4),
    "GH21 drip": (Drip(0.005), 4),
}


@faults("GH17", "GH20", "GH21")
@pytest.mark.parametrize(("fault", "times"), UNREADABLE.values(), ids=UNREADABLE)
def test_without_a_snapshot_nothing_is_asked_and_nothing_written(
    job: Job, fault: Failure, times: int
) -> None:
    job.per_request = 0.3
    job.policy = replace(QUICK, attempts=4)
    job.github.warm().checked = False
    job.github.comment(summary.placeholder("default", "Older."))
    before = job.github.bodies
    job.github.fail("graphql", fault, forever=True)
    finished = job.run()
    assert finished.code == 1
    assert len(annotations(finished, "error")) == 1
    assert len(job.github.requests) == times
    assert (job.model.requests, job.github.bodies) == ([], before)


@faults("GH21")
@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://nowhere.invalid"])
def test_a_github_that_cannot_be_reached_is_named(job: Job, address: str) -> None:
    job.api_url = address
    finished = job.run()
    assert finished.code == 1
    (error,) = annotations(finished, "error")
    assert address in error or "did not finish" in error
    assert (job.model.requests, job.github.requests) == ([], [])


@faults("GH21")
def test_a_github_that_speaks_no_tls_is_sent_no_token(job: Job) -> None:
    job.api_url = job.github.url.replace("http:", "https:")
    finished = job.run()
    assert finished.code == 1
    assert "SSLError" in annotations(finished, "error")[0]
    assert (job.model.requests, job.github.requests) == ([], [])


@faults("GH17", "GH21")
@pytest.mark.parametrize("what", ["pulls/7/files", "contents/.github"])
def test_a_list_that_cannot_be_read_is_reported_on_the_pull_request(job: Job, what: str) -> None:
    job.github.fail(f"GET .*/{what}", failures.malformed(), forever=True)
    finished = job.run()
    assert finished.code == 1
    assert "could not be reviewed" in job.github.bodies[0]
    assert finished.outputs == {"verdict": "failed"}
    assert job.model.requests == []


@faults("GH22")
def test_an_enterprise_server_gets_the_same_review(
    enterprise: LoopbackGitHub,
    model_server: LoopbackModel,
    tmp_path: Path,
    invariants_for: Callable[[LoopbackGitHub], Invariants],
) -> None:
    enterprise.add_pull()
    model_server.script = finds_a_problem
    job = Job(enterprise, model_server, tmp_path, invariants_for(enterprise))
    assert_published(job, job.run())
    assert all(request.path.startswith(("/api/", "/_codeload/")) for request in enterprise.requests)


@faults("RM8", "GH7")
@pytest.mark.parametrize(
    "failure",
    [failures.status(500), failures.status(403), failures.rate_limited(), failures.status(422)],
    ids=["500", "403", "limit", "422"],
)
@pytest.mark.parametrize("gate", ["high", "low, incomplete", "never"])
def test_a_review_that_cannot_be_published_fails_the_gate_for_what_it_found(
    job: Job, failure: Failure, gate: str
) -> None:
    job.github.fail(f"{POST}|{PATCH}", failures.Pass(), *[failure] * 9)
    finished = job.run(fail_on=gate)
    assert finished.code == (1 if gate == "never" else 3)
    assert "The review was made but could not be published" in finished.log
    assert ("The review reached the limit" in finished.log) == (gate != "never")
    assert ("docs/troubleshooting.md#fail-on" in finished.log) == (gate != "never")
    assert finished.outputs["high"] == "1"
