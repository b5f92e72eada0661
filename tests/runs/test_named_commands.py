"""The foot of the comment names commands if the workflow takes them, and asks for nothing more."""

import pytest

from reviewer.events.activity import ReviewPullRequest
from tests.loopback import failures
from tests.runs.job import NUMBER, Job
from tests.runs.model_scripts import finds_a_problem

WORKFLOW = ".github/workflows/review.yml"
TAKES = "on: [pull_request, issue_comment]\njobs:\n  review:\n    runs-on: x\n"
TAKES_NONE = TAKES.replace(", issue_comment", "")
NAMED = "Write in a new comment: `/review`"
CHANGE = {"src/app.py": ("old = 1\n", "new = 2\n")}


@pytest.fixture(autouse=True)
def workflow(job: Job) -> None:
    job.environ = {
        "GITHUB_WORKFLOW_REF": f"{job.github.full_name}/{WORKFLOW}@refs/pull/7/merge",
        "GITHUB_JOB": "review",
    }
    job.model.script = finds_a_problem


def open_pull(job: Job, base: str | None, head: str | None) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, WORKFLOW: (base, head)})
    pull = job.github.repository.pulls[NUMBER]
    job.wanted = ReviewPullRequest(NUMBER, base_sha=pull.base_sha, head_sha=pull.head_sha)


@pytest.mark.parametrize(("text", "named"), [(TAKES, True), (TAKES_NONE, False), (None, False)])
def test_commands_are_named_if_the_default_branch_takes_them(
    job: Job, text: str | None, *, named: bool
) -> None:
    open_pull(job, text, text)
    job.run()
    assert (NAMED in job.github.bodies[0]) is named


def test_what_a_pull_request_makes_of_the_workflow_does_not_matter(job: Job) -> None:
    open_pull(job, TAKES_NONE, TAKES)
    job.run()
    assert NAMED not in job.github.bodies[0]


def test_to_know_the_commands_takes_no_request_of_its_own(job: Job) -> None:
    open_pull(job, TAKES, TAKES)
    job.run()
    about = [b"$workflow" in each.body for each in job.github.sent("graphql")]
    assert about == [True] + [False] * (len(about) - 1)
    assert not job.github.sent(f"GET .*{WORKFLOW}")


def test_a_workflow_of_another_repository_is_not_looked_for(job: Job) -> None:
    job.environ = {**job.environ, "GITHUB_WORKFLOW_REF": f"octo/all/{WORKFLOW}@refs/heads/main"}
    open_pull(job, TAKES, TAKES)
    job.run()
    assert NAMED not in job.github.bodies[0]
    assert "$workflow" not in str(job.github.sent("graphql")[0].json_object()["query"])


def test_without_an_answer_the_review_is_as_it_was(job: Job) -> None:
    open_pull(job, TAKES, TAKES)
    job.github.site.hides_files = True
    assert job.run().code == 0
    assert NAMED not in job.github.bodies[0]
    job.github.site.hides_files = False
    job.github.fail("graphql", failures.status(502))
    assert job.run(full=True).code == 0
