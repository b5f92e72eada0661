"""A settings file in a wrong place: an error, because a setting that is not read may leak code."""

import pytest

from reviewer.config.repository.file_places import MISPLACED, REPOSITORY_FILE
from tests.faults import faults
from tests.loopback import failures
from tests.runs.job import NUMBER, Job
from tests.runs.model_scripts import name_commits
from tests.runs.run_checks import assert_reported_everywhere

CHANGE = {"src/app.py": ("old = 1\n", "new = 2\n")}
HIDES = ("exclude: ['src/**']\n",) * 2
IN_ROOT = [path for path in MISPLACED if "/" not in path]


@faults("CF10")
@pytest.mark.parametrize("named", [True, False], ids=["an event with commits", "one without"])
@pytest.mark.parametrize("path", MISPLACED)
def test_it_is_an_error_that_says_where_to_move_it(job: Job, path: str, *, named: bool) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, path: HIDES})
    if named:
        name_commits(job)
    finished = job.run()
    assert finished.code == 2
    assert_reported_everywhere(job, finished, f"{path} on the base branch main: no settings are")
    assert_reported_everywhere(job, finished, f"git mv {path} {REPOSITORY_FILE}")
    assert job.model.requests == []


def test_beside_the_right_file_it_is_an_error_too(job: Job) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, MISPLACED[0]: HIDES, REPOSITORY_FILE: HIDES})
    finished = job.run()
    assert finished.code == 2
    assert_reported_everywhere(job, finished, f"Move its settings to {REPOSITORY_FILE}")


@pytest.mark.parametrize("path", IN_ROOT)
def test_in_the_root_another_tool_may_own_it_beside_the_right_file(job: Job, path: str) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, path: HIDES, REPOSITORY_FILE: ("max-files: 9\n",) * 2})
    name_commits(job)
    assert job.run().code == 0
    assert f"`{path}` is not read: the settings are in" in job.github.bodies[0]


def test_its_move_to_the_right_place_is_reviewed(job: Job) -> None:
    files = {**CHANGE, MISPLACED[0]: (HIDES[0], None), REPOSITORY_FILE: (None, HIDES[0])}
    job.github.add_pull(NUMBER, files)
    finished = job.run()
    assert finished.code == 0
    assert "this pull request repairs it" in job.github.bodies[0]


@pytest.mark.parametrize("path", MISPLACED)
def test_a_pull_request_that_adds_one_gets_a_finding(job: Job, path: str) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, path: (None, "max-files: 3\n")})
    assert job.run().code == 0
    assert "no pull request can be reviewed" in job.github.bodies[0]
    assert f"git mv {path} {REPOSITORY_FILE}" in job.github.bodies[0]


def test_one_in_the_root_beside_the_right_file_is_no_finding(job: Job) -> None:
    files = {**CHANGE, IN_ROOT[0]: (None, "a: 1\n"), REPOSITORY_FILE: ("max-files: 9\n",) * 2}
    job.github.add_pull(NUMBER, files)
    assert job.run().code == 0
    assert "no pull request can be reviewed" not in job.github.bodies[0]


@pytest.mark.parametrize("path", ["src/code-review.yml", ".github/workflows/code-review.yml"])
def test_other_files_of_that_name_are_nobodys_business(job: Job, path: str) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, path: ("on: push\n",) * 2})
    assert job.run().code == 0


@faults("CF15")
def test_places_that_graphql_does_not_show_are_read_one_at_a_time(job: Job) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, MISPLACED[-1]: HIDES})
    job.github.site.hides_files = True
    name_commits(job)
    finished = job.run()
    assert finished.code == 2
    assert_reported_everywhere(job, finished, MISPLACED[-1])


@faults("CF15")
def test_a_place_that_cannot_be_read_does_not_mean_that_it_is_empty(job: Job) -> None:
    job.github.add_pull(NUMBER, {**CHANGE})
    job.github.site.hides_files = True
    job.github.fail(f"GET .*/contents/{MISPLACED[0]}", failures.status(502), forever=True)
    finished = job.run()
    assert finished.code == 1
    assert job.model.requests == []


def test_a_pattern_that_matches_nothing_is_noted_in_the_job_summary(job: Job) -> None:
    """It is true of every pull request, so no comment says it."""
    job.github.add_pull(NUMBER, {**CHANGE, "docs/a.md": ("a\n",) * 2, "old.txt": ("a\n", None)})
    finished = job.run(exclude="docs/**, *.txt, dist/**", guidelines="AGENTS.md", tools="auto")
    note = "1 pattern matches no file of the repository: `dist/**` (exclude of the workflow)"
    assert finished.code == 0
    assert note in finished.summary
    assert "no file of the repository" not in job.github.bodies[0]
