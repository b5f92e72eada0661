"""Which .github/code-review.yml counts: the base commit's, and never a guess."""

import pytest

from reviewer.config.repository.strict_yaml import PATH
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Failure
from tests.loopback.runner_log import commands
from tests.loopback.state import Entry, Submodule, Symlink
from tests.runs.job import NUMBER, Job
from tests.runs.model_scripts import finds_a_problem
from tests.runs.run_checks import assert_reported_everywhere

CHANGE = {"src/app.py": ("old = 1\n", "new = 2\n")}
CONTENTS = "GET .*/contents/.github/code-review.yml"


def open_pull(job: Job, base: str | Entry | None, head: str | Entry | None) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, PATH: (base, head)})
    job.model.script = finds_a_problem


@faults("CF1")
@pytest.mark.parametrize(
    ("file", "note"),
    [
        (None, f"there is no {PATH} at the base commit"),
        ("", f"{PATH} sets nothing"),
        ("# max-files: 3\n", f"{PATH} sets nothing"),
    ],
)
def test_without_settings_the_defaults_apply_and_the_summary_says_so(
    job: Job, file: str | None, note: str
) -> None:
    open_pull(job, file, file)
    finished = job.run()
    assert finished.code == 0
    assert note in finished.summary
    # On the pull request it would be the same sentence in every comment.
    assert note not in job.github.bodies[0]


@faults("CF10")
@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("max-findings: 1\n", "skip-authors: [dev]\n"),
        ("max-findings: 1\n", None),
        (None, "skip-authors: [dev]\n"),
        ("max-findings: 2\n", "this: is: broken\n"),
    ],
)
def test_the_base_commits_file_applies_and_a_note_says_when_the_new_one_will(
    job: Job, base: str | None, head: str | None
) -> None:
    open_pull(job, base, head)
    finished = job.run()
    assert finished.code == 0
    note = f"the change of {PATH} takes effect after merging"
    assert note in finished.summary
    assert note in job.github.bodies[0]
    assert "Sets the wrong value" in job.github.bodies[0]


@faults("CF10")
def test_a_file_that_is_moved_away_still_counts(job: Job) -> None:
    text = "language: French\nmax-findings: 1\n"
    job.github.add_pull(NUMBER, {**CHANGE, PATH: (text, None), "old.yml": (None, text)})
    assert job.run().code == 0
    assert "takes effect after merging" in job.github.bodies[0]
    assert "French" in str(job.model.bodies)


@faults("CF10")
def test_an_untouched_file_is_not_mentioned(job: Job) -> None:
    open_pull(job, "max-findings: 1\n", "max-findings: 1\n")
    assert job.run().code == 0
    assert PATH not in job.github.bodies[0]


@faults("CF14")
@pytest.mark.parametrize("entry", [Symlink("../../../etc/passwd"), Submodule("0" * 40)])
def test_what_is_no_plain_file_is_refused(job: Job, entry: Entry) -> None:
    open_pull(job, entry, entry)
    finished = job.run()
    assert finished.code == 2
    assert_reported_everywhere(job, finished, "plain file")
    assert job.model.requests == []


@faults("CF14")
def test_a_directory_in_its_place_is_refused(job: Job) -> None:
    job.github.add_pull(NUMBER, {**CHANGE, f"{PATH}/x": ("1\n", "1\n")})
    finished = job.run()
    assert finished.code == 2
    assert_reported_everywhere(job, finished, "is a directory")


UNREAD: dict[str, tuple[Failure, int, str]] = {
    "5xx": (failures.status(502), 1, "with 502"),
    "limit": (failures.rate_limited(retry_after=3600), 1, "60 minutes"),
    "HTML": (failures.html(), 1, "cannot be used"),
    "malformed": (failures.malformed(), 1, "cannot be used"),
    # What must be corrected in the workflow is 2, as everywhere.
    "403": (
        failures.status(403, {"message": "Resource not accessible by integration"}),
        2,
        "permissions: {contents: read",
    ),
}


@faults("CF15")
@pytest.mark.parametrize(("fault", "code", "text"), UNREAD.values(), ids=UNREAD)
def test_a_file_that_cannot_be_read_does_not_mean_the_defaults(
    job: Job, fault: Failure, code: int, text: str
) -> None:
    job.github.fail(CONTENTS, fault, forever=True)
    finished = job.run()
    assert finished.code == code
    assert_reported_everywhere(job, finished, text)
    assert job.model.requests == []


@faults("CF15")
def test_a_failure_that_passes_changes_nothing(job: Job) -> None:
    open_pull(job, "max-findings: 1\n", "max-findings: 1\n")
    job.github.fail(CONTENTS, failures.status(502))
    finished = job.run()
    assert finished.code == 0
    assert [c for c in commands(finished.log) if c.name in {"error", "warning"}] == []


@faults("SE13")
def test_the_file_is_asked_for_at_the_base_commit_only(job: Job) -> None:
    open_pull(job, "max-findings: 1\n", "skip-authors: [dev]\n")
    pull = job.github.repository.pulls[NUMBER]
    assert job.run().code == 0
    asked = [request.query["ref"] for request in job.github.sent(CONTENTS)]
    # What comes later is the file's own review.
    assert asked[0] == pull.base_sha
    assert "Sets the wrong value" in job.github.bodies[0]
