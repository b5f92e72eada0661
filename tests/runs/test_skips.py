"""What a run leaves that reviews nothing, and what the comment says of a review out of date."""

from collections.abc import Callable

import pytest

from reviewer.events.activity import Commenter, PauseReviews, ReviewPullRequest
from reviewer.operations import Subject
from reviewer.pull_request import PullState
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.github import LoopbackGitHub
from tests.loopback.state import Pull
from tests.runs.job import NUMBER, Job
from tests.runs.model_scripts import finds_a_problem
from tests.runs.run_checks import shown_status

MONA = Commenter("octo", Subject.COMMENT, 5001)


def to_draft(pull: Pull) -> None:
    pull.draft = True


def to_labelled(pull: Pull) -> None:
    pull.labels.append("no *review*")


def to_nothing(_pull: Pull) -> None:
    """Leave it to the inputs."""


SKIPS: dict[str, tuple[Callable[[Pull], None], dict[str, str], str]] = {
    "draft": (to_draft, {}, "draft"),
    "label": (to_labelled, {"skip_labels": "no *review*"}, "skip-labels"),
    "author": (to_nothing, {"skip_authors": "dev"}, "skip-authors"),
    "association": (to_nothing, {"reviewed_associations": "OWNER"}, "reviewed-associations"),
    "daily limit": (to_nothing, {"daily_limit": "1"}, "daily-limit"),
    "author's limit": (to_nothing, {"daily_limit_per_author": "1"}, "daily-limit-per-author"),
}


def reviewed(job: Job) -> str:
    """Review the pull request, and return the head of that review, shortened."""
    job.model.script = finds_a_problem
    assert job.run().code == 0
    return job.github.repository.pulls[NUMBER].head_sha[:7]


@faults("ST6")
@pytest.mark.parametrize("kind", SKIPS)
def test_a_review_that_is_out_of_date_says_so(job: Job, kind: str) -> None:
    change, inputs, word = SKIPS[kind]
    short = reviewed(job)
    change(job.github.repository.pulls[NUMBER])
    job.github.push(NUMBER, {"src/app.py": "new = 3\n"})
    finished = job.carry_out(job.wanted, **inputs)
    assert (finished.code, finished.outputs["verdict"]) == (0, "skipped")
    assert word in shown_status(job)
    assert f"This review is of {short}." in shown_status(job)
    assert "1 high" in job.github.bodies[0]
    writes = len(job.github.writes)
    job.github.push(NUMBER, {"src/app.py": "new = 4\n"})
    job.carry_out(job.wanted, **inputs)
    assert len(job.github.writes) == writes
    job.github.repository.pulls[NUMBER].draft = False
    job.github.repository.pulls[NUMBER].labels.clear()
    assert job.run().code == 0
    assert shown_status(job) == ""


@faults("ST6")
def test_a_pause_says_of_which_commit_the_review_is_and_later_pushes_edit_nothing(
    job: Job,
) -> None:
    short = reviewed(job)
    job.carry_out(PauseReviews(NUMBER, MONA))
    assert "octo paused the reviews" in shown_status(job)
    assert f"This review is of {short}." in shown_status(job)
    before, writes = list(job.github.bodies), len(job.github.writes)
    job.github.push(NUMBER, {"src/app.py": "new = 3\n"})
    assert job.run().outputs["verdict"] == "skipped"
    assert (job.github.bodies, len(job.github.writes)) == (before, writes)
    job.carry_out(ReviewPullRequest(NUMBER, requested=True, resume=True, commenter=MONA))
    assert shown_status(job) == ""


@faults("ST6")
@pytest.mark.parametrize("inputs", [{"dry_run": "true"}, {"mode": "review"}])
def test_a_run_that_writes_nothing_leaves_the_comment_as_it_is(
    job: Job, inputs: dict[str, str]
) -> None:
    reviewed(job)
    before = list(job.github.bodies)
    to_draft(job.github.repository.pulls[NUMBER])
    job.carry_out(job.wanted, **inputs)
    assert job.github.bodies == before


@pytest.mark.parametrize("state", [PullState.CLOSED, PullState.MERGED])
def test_a_closed_pull_request_keeps_its_comment(job: Job, state: PullState) -> None:
    reviewed(job)
    before = list(job.github.bodies)
    job.github.repository.pulls[NUMBER].state = state
    assert job.run().outputs["verdict"] == "skipped"
    assert job.github.bodies == before


def test_a_skipped_pull_request_without_a_review_gets_no_comment(job: Job) -> None:
    to_draft(job.github.repository.pulls[NUMBER])
    assert job.run().outputs["verdict"] == "skipped"
    assert job.github.bodies == []


@faults("ST6")
def test_a_notice_that_cannot_be_written_does_not_fail_the_run(job: Job) -> None:
    reviewed(job)
    to_draft(job.github.repository.pulls[NUMBER])
    job.github.fail("PATCH .*", *[failures.status(403, "No.")] * 9)
    assert job.run().code == 0


def test_a_review_of_another_run_is_not_overwritten_by_a_notice(
    job: Job, github: LoopbackGitHub
) -> None:
    reviewed(job)
    to_draft(github.repository.pulls[NUMBER])
    job.run()
    job.github.push(NUMBER, {"src/app.py": "new = 3\n"})
    assert job.run(requested=True).code == 0
    assert shown_status(job) == ""
    job.run()
    assert f"This review is of {github.repository.pulls[NUMBER].head_sha[:7]}." in shown_status(job)
