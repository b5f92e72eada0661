"""Two jobs whose reviewers have one name: the second one warns, and the first review stays."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from reviewer.review.job_identity import JobIdentity
from tests.faults import faults
from tests.loopback.failures import Around, Pass
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job, prompted_path, review_reply
from tests.runs.model_scripts import finds_a_problem

REVIEW = {
    "GITHUB_WORKFLOW_REF": "octo/shop/.github/workflows/review.yml@refs/heads/main",
    "GITHUB_JOB": "review",
    "GITHUB_RUN_ID": "1",
    "GITHUB_RUN_ATTEMPT": "1",
}
OTHER = {**REVIEW, "GITHUB_JOB": "second"}
WORKFLOW = {
    **REVIEW,
    "GITHUB_WORKFLOW_REF": "octo/shop/.github/workflows/other.yml@refs/heads/main",
    "GITHUB_RUN_ID": "2",
}
RERUN = {**REVIEW, "GITHUB_RUN_ATTEMPT": "2"}
LATER = {**REVIEW, "GITHUB_RUN_ID": "9"}
TWO = "Two jobs write the comment with the name default"


@pytest.fixture
def job(job: Job) -> Job:
    job.model.script = finds_a_problem
    return job


def run_as(job: Job, environ: Mapping[str, str], **inputs: str) -> RunResult:
    job.environ = environ
    return job.carry_out(job.wanted, **inputs)


@faults("CC1")
@pytest.mark.parametrize("environ", [OTHER, WORKFLOW, REVIEW], ids=["job", "workflow", "matrix"])
def test_the_review_of_another_job_stays_and_the_second_job_says_why(
    job: Job, environ: Mapping[str, str]
) -> None:
    run_as(job, REVIEW)
    before, writes = list(job.github.bodies), len(job.github.writes)
    finished = run_as(job, environ, max_findings="5")
    assert job.github.bodies == before
    assert len(job.github.writes) == writes
    assert f"::warning title=Code review::{TWO}" in finished.log
    assert f"job {environ['GITHUB_JOB']} of" in finished.log
    assert "`name: default-2`" in finished.log
    assert TWO in finished.summary
    # The review itself is not lost.
    assert "Sets the wrong value in src/app.py" in finished.summary
    assert finished.outputs["verdict"] == "findings"


@faults("CC1")
@pytest.mark.parametrize("queries", [3, 4], ids=["after its notice", "before its review"])
def test_two_jobs_that_start_together_do_not_replace_each_other(job: Job, queries: int) -> None:
    """The other one publishes just before this one reads the comment again."""
    first: list[RunResult] = []

    def publish() -> None:
        first.append(run_as(job, REVIEW))

    job.github.fail("graphql", *[Pass()] * queries, Around(before=publish))
    finished = run_as(job, OTHER)
    assert TWO in finished.log
    assert TWO not in first[0].log
    assert len(job.github.bodies) == 1
    assert "1 high" in job.github.bodies[0]
    assert "under way" not in job.github.bodies[0]


def test_a_job_whose_inputs_are_the_same_warns_too(job: Job) -> None:
    run_as(job, REVIEW)
    finished = run_as(job, OTHER)
    assert TWO in finished.log
    assert len(job.model.bodies) <= 2


@pytest.mark.parametrize("environ", [RERUN, LATER, {}], ids=["re-run", "later run", "no workflow"])
def test_a_later_run_of_the_same_job_writes_its_review(
    job: Job, environ: Mapping[str, str]
) -> None:
    run_as(job, REVIEW)
    job.model.script = lambda body: review_reply(prompted_path(body))
    finished = run_as(job, environ, language="French")
    assert TWO not in finished.log
    assert "no problems found" in job.github.bodies[0]


def test_a_review_that_a_person_asked_for_may_come_from_another_workflow(job: Job) -> None:
    run_as(job, REVIEW)
    job.environ = WORKFLOW
    job.model.script = lambda body: review_reply(prompted_path(body))
    finished = job.run(full=True, requested=True)
    assert TWO not in finished.log
    assert "no problems found" in job.github.bodies[0]


def test_after_a_push_the_first_job_to_publish_writes(job: Job) -> None:
    run_as(job, REVIEW)
    job.github.push(NUMBER, {"src/app.py": "new = 2\nmore = 3\n"})
    finished = run_as(job, OTHER)
    assert TWO not in finished.log
    assert job.github.repository.pulls[NUMBER].head_sha[:7] in job.github.bodies[0]


def test_another_workflow_may_take_over_later(job: Job) -> None:
    run_as(job, REVIEW)
    job.now += timedelta(hours=2)
    assert TWO not in run_as(job, WORKFLOW, max_findings="5").log


def test_each_name_has_a_comment_of_its_own(job: Job) -> None:
    run_as(job, REVIEW)
    finished = run_as(job, OTHER, name="default-2")
    assert TWO not in finished.log
    assert len(job.github.bodies) == 2


@faults("ST4")
def test_a_job_with_another_key_warns_and_writes(job: Job) -> None:
    """As in a matrix of model servers: nothing proves that the other review is one."""
    run_as(job, REVIEW)
    job.inputs["api-key"] = job.model.key = "sk-of-another-server"
    finished = run_as(job, OTHER)
    assert finished.code == 0
    assert TWO in finished.log
    assert "has another key and replaces its review" in finished.log
    assert finished.outputs["comment-id"]
    # The same job with a new key has no other job to name.
    job.inputs["api-key"] = job.model.key = "sk-of-a-third-server"
    assert TWO not in run_as(job, {**OTHER, "GITHUB_RUN_ID": "9"}).log


@faults("ST4")
def test_without_a_key_nobody_can_keep_a_review_away(job: Job) -> None:
    """Everybody could have written whose review it is."""
    job.inputs["api-key"] = job.model.key = "none"
    run_as(job, REVIEW)
    finished = run_as(job, OTHER, max_findings="5")
    assert finished.code == 0
    assert TWO not in finished.log


def test_an_older_server_names_the_workflow_alone() -> None:
    environ = {"GITHUB_WORKFLOW": "Review", "GITHUB_JOB": "review", "GITHUB_RUN_ID": "1"}
    made = JobIdentity.of(environ, process="a", automatic=True, at=0)
    assert (made.text, made.run) == ("job review of Review", "1.")


def test_a_run_that_only_repeats_the_verdict_warns_of_no_other_job(job: Job) -> None:
    run_as(job, REVIEW, fail_on="never")
    job.environ = WORKFLOW
    repeated = job.carry_out(replace(job.wanted, only_repeat=True))
    assert TWO not in repeated.log + repeated.summary
