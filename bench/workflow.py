"""A workflow on loopback servers that answer at once, with a pull request of any size."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.process import NUMBER, Step
from tests.loopback.github import EXAMPLE_REPOSITORY, TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, MODEL, LoopbackModel
from tests.run_result import RunResult

# So many lines of every file stand still, and this one changes.
_LINES, _CHANGED = 40, 20


@dataclass(frozen=True, slots=True)
class Workflow:
    """Two servers and a folder for the runner's files."""

    github: LoopbackGitHub
    model: LoopbackModel
    folder: Path

    def step(self, event: str = "pull_request.opened", **inputs: str) -> Step:
        """Make a step; inputs use underscores here."""
        given = {
            "github-token": TOKEN,
            "api-key": KEY,
            "base-url": self.model.base_url,
            "model": MODEL,
            "fallback-model": "",
        } | {name.replace("_", "-"): value for name, value in inputs.items()}
        return Step(self.folder, given, self.addresses, event)

    @property
    def addresses(self) -> dict[str, str]:
        """What the runner says of GitHub's servers."""
        return {
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_GRAPHQL_URL": self.github.graphql_url,
        }


@contextmanager
def running(*, files: int, model_seconds: float = 0.0) -> Iterator[Workflow]:
    """Start the servers with a pull request of so many files, each with one changed line."""
    with (
        LoopbackGitHub(repository=EXAMPLE_REPOSITORY, checked=False) as github,
        LoopbackModel(latency=model_seconds, checked=False) as model,
        TemporaryDirectory() as folder,
    ):
        github.warm().add_pull(
            NUMBER, {f"src/part_{n:04}.py": (_text(n, 1), _text(n, 2)) for n in range(files)}
        )
        yield Workflow(github, model, Path(folder))


def ended(finished: RunResult, code: int) -> RunResult:
    """Return how a step ended; raises AssertionError when it is not the way it should."""
    if finished.code != code:
        raise AssertionError(f"The step ended with {finished.code}, not {code}:\n{finished.log}")
    return finished


def _text(number: int, version: int) -> str:
    lines = [f"value_{number}_{line} = {line}" for line in range(_LINES)]
    lines[_CHANGED] += f" * {version}"
    return "\n".join(lines) + "\n"
