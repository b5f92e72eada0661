"""The main job in the built image, on the host's network, where the loopback servers are."""

import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from tests.e2e.process import NUMBER, Step
from tests.e2e.runner import Machine
from tests.faults import faults
from tests.loopback.failures import Around, Pass
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import LoopbackModel
from tests.run_result import RunResult
from tests.runs.model_scripts import CHAT, finds_a_problem

pytestmark = pytest.mark.image


@dataclass(frozen=True, slots=True)
class ContainerJob:
    """A step in a container of this name, with the inputs and addresses that the process has."""

    image: str
    machine: Machine
    step: Step
    name: str

    def with_inputs(self, **inputs: str) -> "ContainerJob":
        """Return the same job with other inputs."""
        return replace(self, step=self.step.with_inputs(**inputs))

    def run(
        self,
        *,
        concurrency: int = 8,
        options: tuple[str, ...] = (),
        read_only: tuple[str, ...] = (),
    ) -> RunResult:
        """Start the container and wait until it ends; `options` are docker's own."""
        given = self.step.with_inputs(concurrency=str(concurrency))
        return self.machine.run(
            self.image,
            event=given.event,
            env=given.variables | dict(given.environ),
            options=("--name", self.name, *options),
            read_only=read_only,
            timeout=300,
        )

    def docker(self, *command: str) -> None:
        """Do something to the container."""
        subprocess.run(["docker", *command, self.name], capture_output=True, check=False)


@pytest.fixture
def job(image: str, machine: Machine, step: Step) -> Iterator[ContainerJob]:
    """A job whose container is gone when the test ends."""
    made = ContainerJob(image, machine, step, f"code-review-{uuid.uuid4().hex}")
    yield made
    made.docker("rm", "--force")


def test_a_pull_request_gets_one_comment_outputs_and_a_summary(
    job: ContainerJob, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    finished = job.run()
    (comment,) = github.repository.comments
    assert finished.code == 0, finished.log
    assert "## Code review · 1 high" in comment.body
    assert "Sets the wrong value" in finished.summary
    assert finished.outputs["verdict"] == "findings"
    assert finished.outputs["comment-id"] == str(comment.id)


@faults("CC9")
def test_the_same_event_again_asks_no_model_and_edits_nothing(
    job: ContainerJob, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    first = job.run()
    asked, writes = len(model_server.requests), len(github.writes)
    again = job.run()
    assert (first.code, again.code) == (0, 0), again.log
    assert (len(model_server.requests), len(github.writes)) == (asked, writes)
    assert again.outputs["comment-id"] == first.outputs["comment-id"]


@faults("CC5", "CC6")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        # What the runner sends first, and what it or anybody else sends then.
        (("kill", "--signal", "INT"), 130),
        (("kill", "--signal", "TERM"), 143),
        (("stop",), 143),
    ],
    ids=["CC5 SIGINT", "CC6 SIGTERM", "CC6 docker stop"],
)
def test_a_signal_to_the_first_process_leaves_what_is_known(
    job: ContainerJob,
    github: LoopbackGitHub,
    model_server: LoopbackModel,
    command: tuple[str, ...],
    code: int,
) -> None:
    github.add_pull(NUMBER, {f"{name}.py": ("old = 1\n", "new = 2\n") for name in "abc"})

    def interrupt() -> None:
        job.docker(*command)
        model_server.released.wait(20)

    model_server.script = finds_a_problem
    model_server.fail(CHAT, Pass(), Around(before=interrupt))
    finished = job.with_inputs(batching="file").run(concurrency=1)
    model_server.release()
    (body,) = github.bodies
    assert finished.code == code, finished.log
    for text in (body, finished.summary):
        assert "1 high finding · incomplete" in text
        assert "Reviewed 1 of 3 changed files" in text
        assert "cancelled" in text
    assert "under way" not in body


@faults("CO1")
def test_a_machine_that_cannot_be_written_gets_its_review_and_no_reports(
    job: ContainerJob, github: LoopbackGitHub, model_server: LoopbackModel
) -> None:
    model_server.script = finds_a_problem
    full = ("--read-only", "--tmpfs", "/tmp:size=4k,nr_inodes=1")
    finished = job.run(options=full, read_only=("workspace", "home", "temp"))
    assert finished.code == 0, finished.log
    assert "Sets the wrong value" in github.bodies[0]
    assert "Sets the wrong value" in finished.summary
    assert "were not written to the workspace: Read-only file system" in finished.log
    assert finished.outputs["report-path"] == ""


LINES = "".join(f"value_{n} = compute(first, second, number={n})\n" for n in range(120))


@faults("CO3")
@pytest.mark.parametrize("shape", ["many files", "large files"])
def test_the_largest_change_fits_into_256_megabytes(
    job: ContainerJob, github: LoopbackGitHub, model_server: LoopbackModel, shape: str
) -> None:
    """As many files as GitHub lists, or as many lines as the limits of a run let through."""
    count, text = (3_000, LINES) if shape == "many files" else (300, LINES * 25)
    github.add_pull(NUMBER, {f"src/f{number}.py": (None, text) for number in range(count)})
    limited = ("--memory", "256m", "--memory-swap", "256m")
    finished = job.with_inputs(max_files=str(count)).run(options=limited)
    assert finished.code == 0, finished.log[-2_000:]
    # Of the large ones GitHub shows a part; the others are named.
    assert f" of {count} changed files" in finished.summary
