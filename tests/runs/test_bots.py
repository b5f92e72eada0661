"""Apps and people of the same name, as GitHub's two APIs spell them."""

import pytest

from reviewer.events.activity import ReviewPullRequest
from tests.faults import faults
from tests.loopback.github import BOT, READ_TOKEN
from tests.loopback.model import Body
from tests.runs.job import NUMBER, Job, prompted_path
from tests.runs.model_scripts import finds_a_problem

RENOVATE = "renovate[bot]"


@pytest.mark.parametrize("written", ["renovate", "renovate[bot]", "Renovate[Bot]", "RENOVATE"])
def test_skip_authors_names_an_app_in_either_spelling(job: Job, written: str) -> None:
    job.github.repository.pulls[NUMBER].author = RENOVATE
    finished = job.run(skip_authors=written)
    assert finished.outputs["verdict"] == "skipped"
    assert f"the author is {RENOVATE} (skip-authors)" in finished.log


@faults("RM1")
def test_a_person_with_the_name_of_an_app_does_not_pass_a_gate_as_the_app(job: Job) -> None:
    job.github.repository.pulls[NUMBER].author = "renovate"
    job.model.script = finds_a_problem
    finished = job.run(skip_authors=RENOVATE, fail_on="high")
    assert (finished.code, finished.outputs["verdict"]) == (3, "findings")


@faults("RM1")
def test_a_persons_edit_of_our_comment_is_not_taken_for_ours(job: Job) -> None:
    job.model.script = finds_a_problem
    job.run()
    job.github.repository.comments[0].editor = BOT
    job.github.push(NUMBER, {"src/app.py": "new = 2\nmore = 3\n"})
    job.run()
    assert "had edited this comment" not in job.github.bodies[0]
    job.github.repository.comments[0].editor = BOT.removesuffix("[bot]")
    job.github.push(NUMBER, {"src/app.py": "new = 2\nmore = 4\n"})
    job.run()
    assert "github-actions had edited this comment" in job.github.bodies[0]


@faults("ST9")
def test_what_an_app_says_has_not_the_weight_of_a_maintainer_of_that_name(job: Job) -> None:
    job.github.repository.writers.add("renovate")
    job.github.thread("src/app.py", 1, "All of it is reported.", author=RENOVATE)
    prompts: list[str] = []

    def script(body: Body) -> str:
        if prompted_path(body):
            prompts.append(str(body["messages"]))
        return finds_a_problem(body)

    job.model.script = script
    job.carry_out(ReviewPullRequest(NUMBER))
    assert "All of it is reported." in prompts[0]
    assert "A maintainer" not in prompts[0].partition("All of it is reported.")[0][-400:]


@faults("GH9")
def test_only_the_app_dependabot_may_lack_the_permission_to_comment(job: Job) -> None:
    job.token = READ_TOKEN
    job.github.repository.pulls[NUMBER].author = "dependabot"
    assert job.run().code == 2
    job.github.repository.pulls[NUMBER].author = "dependabot[bot]"
    assert job.run().code == 0
