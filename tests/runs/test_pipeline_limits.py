"""What ends the asking early, and what it costs."""

from tests.faults import faults
from tests.loopback.failures import Instead
from tests.loopback.model import error
from tests.runs.job import NUMBER, Job


@faults("LL1")
def test_a_model_that_does_not_exist_is_asked_for_once_not_for_every_file(job: Job) -> None:
    job.github.push(NUMBER, {f"f{n}.py": "x = 1\n" for n in range(9)})
    job.model.models = ()
    finished = job.run(concurrency="1")
    assert finished.code == 2
    assert len(job.model.bodies) == 1
    assert "could not be reviewed" in job.github.bodies[0]


@faults("LL3")
def test_a_quota_that_is_used_up_ends_the_asking(job: Job) -> None:
    job.github.push(NUMBER, {f"f{n}.py": "x = 1\n" for n in range(9)})
    spent = Instead(error(429, "You exceeded your quota.", name="insufficient_quota"))
    job.model.fail("POST", spent, forever=True)
    assert job.run(concurrency="1").code == 2
    assert len(job.model.bodies) == 1
