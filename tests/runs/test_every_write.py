"""GitHub fails at every single write of a run, with and without a gate; the next run repairs it."""

from collections.abc import Mapping

import pytest

from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Failure, Pass, Reset
from tests.run_result import RunResult
from tests.runs.job import NUMBER, Job
from tests.runs.model_scripts import finds_a_problem

WRITES = "(POST|PATCH) .*/(comments|reviews|check-runs)"
# The announcement, the review, the inline comments and the check run.
MOST_WRITES = 4
FAILURES: Mapping[str, Failure] = {
    "500": failures.status(500),
    "403": failures.status(403, {"message": "Resource not accessible by integration"}),
    "422": failures.status(422, {"message": "Validation Failed"}),
    "429": failures.rate_limited(code=429, retry_after=0),
    "dropped before": Reset(),
    "dropped after": Reset(processed=True),
}
each_failure = pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)


@pytest.fixture
def job(job: Job) -> Job:
    job.model.script = finds_a_problem
    job.inputs |= {"inline": "all", "check-run": "true", "fail-on": "high"}
    return job


def assert_nothing_is_lost(job: Job, finished: RunResult) -> None:
    """The review is red, and in the job summary; the comment has it, or does not claim to."""
    assert finished.code in (1, 2, 3), finished.log
    assert len(job.github.bodies) <= 1
    assert len(job.github.repository.pulls[NUMBER].threads) <= 1
    assert not any("no problems found" in body for body in job.github.bodies)


def assert_mended(job: Job) -> None:
    """The next run shows the finding once in each place, or explains it in the comment."""
    job.github.heal()
    finished = job.run()
    assert finished.code == 3, finished.log
    (body,) = job.github.bodies
    assert "1 high" in body
    assert "under way" not in body
    assert "could not be reviewed" not in body
    threads = job.github.repository.pulls[NUMBER].threads
    assert len(threads) == 1 or (not threads and "With old = 1 the sum is 3." in body)


@faults("GH1", "GH3", "GH7")
@each_failure
@pytest.mark.parametrize("index", range(MOST_WRITES))
def test_whatever_write_fails_once_nothing_is_lost_doubled_or_green(
    job: Job, failure: Failure, index: int
) -> None:
    job.github.checked = False
    job.github.fail(WRITES, *[Pass()] * index, failure)
    assert_nothing_is_lost(job, job.run())
    assert_mended(job)


@faults("GH1", "GH3", "GH7")
@pytest.mark.parametrize("failure", [FAILURES["500"], FAILURES["403"]], ids=["500", "403"])
@pytest.mark.parametrize("index", range(MOST_WRITES))
def test_whatever_writes_fail_from_then_on_nothing_is_lost_doubled_or_green(
    job: Job, failure: Failure, index: int
) -> None:
    job.github.checked = False
    job.github.fail(WRITES, *[Pass()] * index, *[failure] * 99)
    finished = job.run(fail_on="never", on_error="fail")
    assert finished.code != 0 or "1 high" in job.github.bodies[0], finished.log
    assert "no problems found" not in finished.summary
    assert_mended(job)


REFUSED: Mapping[str, Failure] = {
    "limit": failures.limit_used_up(reset=4_000_000_000),
    "dropped": Reset(),
}


@faults("GH7", "RM8")
@pytest.mark.parametrize("failure", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("index", range(0, 18, 3))
def test_whenever_github_stops_to_answer_no_gate_is_passed(
    job: Job, failure: Failure, index: int
) -> None:
    job.github.checked = False
    job.github.fail(".*", *[Pass()] * index, *[failure] * 999)
    finished = job.run()
    assert finished.code in (1, 3), finished.log
    assert finished.outputs.get("verdict") != "clean"
    assert_mended(job)
