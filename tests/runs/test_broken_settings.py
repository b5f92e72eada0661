"""A broken settings file: noticed before it is merged, and never in the way of its repair."""

from dataclasses import replace

import pytest

from reviewer.config.repository.strict_yaml import PATH
from reviewer.events.activity import Commenter, PauseReviews, ReviewPullRequest
from reviewer.operations import Subject
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.runner_log import commands
from tests.loopback.state import Submodule, Symlink
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job
from tests.runs.model_scripts import finds_a_problem
from tests.runs.run_checks import assert_reported_everywhere

CHANGE = {"src/app.py": ("old = 1\n", "new = 2\n")}
VALID = "max-findings: 5\n"
BROKEN = "max-findings: 5\nmax-finding: 3\n"
ERROR = f"{PATH} on the base branch main, line 2, column 1: there is no key 'max-finding'."
TITLE = "no pull request can be reviewed"
REPAIRS = "this pull request repairs it"


def open_pull(job: Job, base: str | None, head: str | None, *, fork: bool = False) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, PATH: (base, head)}, fork=fork)
    job.model.script = finds_a_problem


def assert_refused(job: Job, finished: RunResult, *words: str) -> None:
    assert finished.code == 2
    for text in (ERROR, *words):
        assert_reported_everywhere(job, finished, text)
    assert job.model.requests == []


@faults("CF10")
@pytest.mark.parametrize(
    ("head", "line", "reason"),
    [
        (BROKEN, 2, "Line 2, column 1: there is no key 'max-finding'. Did you mean"),
        ("max-findings: [5\n", 2, "Line 2, column 1: this is not YAML"),
        (f"{VALID}exclude: ['./x']\n", 2, "which is no path of a repository"),
        (f"{VALID}instructions: Note: cents\n", 2, 'Write <code>instructions: "Note: cents"'),
    ],
)
def test_a_file_that_a_pull_request_breaks_is_a_finding(
    job: Job, head: str, line: int, reason: str
) -> None:
    open_pull(job, VALID, head)
    finished = job.run(min_severity="critical")
    assert finished.code == 0
    assert finished.outputs["critical"] == "1"
    (body,) = job.github.bodies
    assert TITLE in body
    assert f"{PATH}:{line}" in body
    assert reason.partition("<code>")[0].rstrip() in body
    # It is still the base commit's file that applies.
    assert "takes effect after merging" in body


def test_each_error_that_a_pull_request_adds_is_a_finding_at_its_line(job: Job) -> None:
    open_pull(job, VALID, "max-finding: 3\nlanguage: French\nmax-files: many\n")
    finished = job.run(min_severity="critical")
    assert (finished.code, finished.outputs["critical"]) == (0, "2")
    (body,) = job.github.bodies
    assert f"{PATH}:1" in body
    assert f"{PATH}:3" in body


def test_each_error_of_the_base_is_an_annotation_at_its_line(job: Job) -> None:
    open_pull(job, f"{BROKEN}fail-on: sometimes\n", VALID.replace("5", "5\nfail: 1"))
    finished = job.run()
    assert_refused(job, finished)
    errors = [each for each in commands(finished.log) if each.name == "error"]
    assert [each.properties["line"] for each in errors] == ["2", "3"]
    assert all("on the base branch main" in each.message for each in errors)


def test_the_comment_and_the_job_summary_name_several_errors_of_the_base(job: Job) -> None:
    lines = "".join(f"max-{number}: 1\n" for number in range(8))
    open_pull(job, lines, lines)
    finished = job.run()
    (body,) = job.github.bodies
    for text in (body, finished.summary):
        assert "there is no key 'max-0'" in text
        assert f"Also {PATH}, line 5, column 1: there is no key 'max-4'" in text
        assert "And 3 more, in the log." in text
    assert "there is no key 'max-7'" in finished.log


@faults("CF10")
def test_the_merge_of_a_broken_file_fails_a_gate(job: Job) -> None:
    open_pull(job, VALID, BROKEN)
    assert job.run(fail_on="critical").code == 3


@pytest.mark.parametrize("head", [VALID, "", "# nothing\n", None])
def test_a_valid_file_is_no_finding(job: Job, head: str | None) -> None:
    open_pull(job, "max-findings: 6\n", head)
    assert job.run().code == 0
    assert TITLE not in job.github.bodies[0]


def test_an_error_in_a_line_that_the_change_does_not_show_is_a_finding_too(job: Job) -> None:
    many = "\n".join(f"# {number}" for number in range(40))
    open_pull(job, f"{many}\nlanguage: French\n", f"language: German\n{many}\nlanguage: French\n")
    assert job.run().code == 0
    assert "already in line 1" in job.github.bodies[0]
    assert f"{PATH}:42" in job.github.bodies[0]


def test_a_rename_that_makes_another_file_the_settings_is_checked(job: Job) -> None:
    files = {**CHANGE, "old.yml": (BROKEN, None), PATH: (None, BROKEN)}
    job.github.add_pull(NUMBER, files)
    assert job.run().code == 0
    assert TITLE in job.github.bodies[0]


@pytest.mark.parametrize("entry", [Symlink("../nowhere"), Submodule("0" * 40)])
def test_settings_that_become_no_plain_file_are_a_finding(
    job: Job, entry: Symlink | Submodule
) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, PATH: (VALID, entry)})
    assert job.run().code == 0
    assert TITLE in job.github.bodies[0]


@faults("DF12")
def test_no_value_of_the_file_is_quoted(job: Job) -> None:
    secret = "ghp_" + "Ab3" * 12
    open_pull(job, VALID, f"instructions: The token: {secret}\n")
    job.run()
    assert TITLE in job.github.bodies[0]
    assert secret not in job.github.bodies[0]


def test_a_file_that_cannot_be_read_is_said_to_be_unchecked(job: Job) -> None:
    open_pull(job, VALID, BROKEN)
    sha = job.github.repository.pulls[NUMBER].head_sha
    job.github.fail(f"GET .*/contents/{PATH}.*{sha}.*", failures.status(502), forever=True)
    assert job.run().code == 0
    assert f"{PATH} at the head commit was not checked" in job.github.bodies[0]


@faults("CF4")
def test_a_broken_base_names_its_branch_and_who_did_not_cause_it(job: Job) -> None:
    open_pull(job, BROKEN, BROKEN)
    finished = job.run()
    assert_refused(job, finished, "This pull request did not cause the error.")
    (error,) = [command for command in commands(finished.log) if command.name == "error"]
    assert (error.properties["file"], error.properties["line"]) == (PATH, "2")


@pytest.mark.parametrize("head", [VALID, "", None])
def test_a_pull_request_that_repairs_the_file_is_reviewed(job: Job, head: str | None) -> None:
    open_pull(job, BROKEN, head)
    finished = job.run(exclude="docs/**")
    assert finished.code == 0
    for text in (job.github.bodies[0], finished.summary):
        assert REPAIRS in text
        assert "the workflow's settings alone apply" in text
        assert "line 2, column 1: there is no key" in text
        assert "takes effect after merging" not in text
    assert "Sets the wrong value" in job.github.bodies[0]


def test_the_repaired_file_is_not_obeyed(job: Job) -> None:
    open_pull(job, BROKEN, "skip-authors: [dev]\nexclude: ['src/**']\nmin-severity: critical\n")
    assert job.run().code == 0
    assert "Sets the wrong value" in job.github.bodies[0]


def test_the_gate_of_the_workflow_holds_for_the_repair(job: Job) -> None:
    open_pull(job, BROKEN, VALID)
    assert job.run(fail_on="high").code == 3


def test_a_broken_repair_gets_its_own_error(job: Job) -> None:
    open_pull(job, BROKEN, "max-findings: 5\nmax-files: many\n")
    own = f"In this pull request, {PATH} is not valid either: line 2, column 12: `max-files` is"
    assert_refused(job, job.run(), own)


@faults("CF10")
def test_a_repair_from_a_fork_waits_for_a_maintainer(job: Job) -> None:
    open_pull(job, BROKEN, VALID, fork=True)
    assert_refused(
        job, job.run(), "but it comes from a fork", "can start the review with a comment"
    )
    assert job.run(requested=True).code == 0
    assert REPAIRS in job.github.bodies[0]


@faults("CF10")
@pytest.mark.parametrize("head", [VALID, "max-findings: 4\n"])
def test_a_branch_from_before_the_error_repairs_nothing(job: Job, head: str) -> None:
    """Its file is valid, changed or not, and its merge has the broken one or a conflict."""
    open_pull(job, VALID, head)
    job.github.move_base(NUMBER, {PATH: BROKEN})
    assert_refused(job, job.run(), "merge the base branch into the branch first")


def test_what_is_no_plain_file_can_be_repaired(job: Job) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, PATH: (Submodule("0" * 40), VALID)})
    job.model.script = finds_a_problem
    assert job.run().code == 0
    assert REPAIRS in job.github.bodies[0]


def test_after_the_repair_the_review_is_not_made_again_for_nothing(job: Job) -> None:
    """The settings of the repair are those of a repository without a file."""
    open_pull(job, BROKEN, None)
    job.run()
    asked = len(job.model.bodies)
    job.run()
    assert len(job.model.bodies) == asked


def test_a_command_names_the_branch_too(job: Job) -> None:
    open_pull(job, BROKEN, BROKEN)
    commenter = Commenter("dev", Subject.COMMENT, 1)
    finished = job.carry_out(PauseReviews(NUMBER, commenter))
    assert finished.code == 2
    assert "on the base branch main" in finished.log


def test_an_event_that_names_the_commits_reports_the_same(job: Job) -> None:
    open_pull(job, BROKEN, BROKEN)
    pull = job.github.repository.pulls[NUMBER]
    job.wanted = ReviewPullRequest(NUMBER, base_sha=pull.base_sha, head_sha=pull.head_sha)
    assert_refused(job, job.run())
    job.wanted = replace(job.wanted, base_sha="a" * 40)
    assert_refused(job, job.run())
