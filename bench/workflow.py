"""A workflow on loopback servers that answer at once, with a pull request of any size."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.change import Change
from bench.replies import Replies
from bench.timed_model import MODEL_NAME, TimedModel
from tests.e2e.process import EVENTS, NUMBER, Step
from tests.loopback import archives
from tests.loopback.github import EXAMPLE_REPOSITORY, TOKEN, LoopbackGitHub
from tests.loopback.messages import Request, Response
from tests.loopback.model import KEY, MODEL, LoopbackModel
from tests.loopback.state import Pull
from tests.run_result import RunResult

# So many lines of every file stay the same, and this one changes.
_LINES, _CHANGED = 40, 20
WORKFLOW = {".github/workflows/review.yml": "on: pull_request\n"}
"""A file at the base commit: wherever the action runs, there is one."""
SAME_WORKFLOW = {path: (text, text) for path, text in WORKFLOW.items()}
"""The same with both texts, as the loopback GitHub takes a file that does not change."""


class ReadyGitHub(LoopbackGitHub):
    """A GitHub that keeps the archives it made: what packing them takes is no client's time."""

    def __init__(self, repository: str, *, enterprise: bool = False) -> None:
        """Bind a port and make one empty repository."""
        super().__init__(enterprise=enterprise, repository=repository, checked=False)
        self._kept: dict[str, Response] = {}

    def keep_archives(self, pull: Pull) -> None:
        """Pack the head of a pull request."""
        path = archives.address(self.site, self.repository, pull.head_sha).removeprefix(self.url)
        request = Request("GET", path, {}, b"", 0.0)
        self._kept = {request.path: archives.answer(self.site, request)}

    def respond(self, request: Request) -> Response:
        """Answer with what was packed, else as GitHub does."""
        return self._kept.get(request.path) or super().respond(request)


@dataclass(frozen=True, slots=True)
class Workflow:
    """Two servers and a folder for the runner's files."""

    github: LoopbackGitHub
    model: LoopbackModel
    folder: Path
    model_name: str = MODEL

    def step(self, event: str = "pull_request.opened", **inputs: str) -> Step:
        """Make a step; inputs use underscores here."""
        given = {
            "github-token": TOKEN,
            "api-key": KEY,
            "base-url": self.model.base_url,
            "model": self.model_name,
            "fallback-model": "",
        } | {name.replace("_", "-"): value for name, value in inputs.items()}
        return Step(self.folder, given, self.addresses, event, self._name_commits(event))

    def _name_commits(self, event: str) -> dict[str, dict[str, object]]:
        """Return what the payload says of the commits: they are those of the pull request."""
        pull = self.github.repository.pulls.get(NUMBER)
        if pull is None:
            return {}
        sent = json.loads((EVENTS / f"{event}.json").read_text("utf-8"))["pull_request"]
        base, head = sent["base"] | {"sha": pull.base_sha}, sent["head"] | {"sha": pull.head_sha}
        return {"pull_request": {"base": base, "head": head}}

    @property
    def addresses(self) -> dict[str, str]:
        """What the runner says of GitHub's servers."""
        return {
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_GRAPHQL_URL": self.github.graphql_url,
        }


@contextmanager
def running(*, files: int) -> Iterator[Workflow]:
    """Start the servers with a pull request of so many files, each with one changed line."""
    with (
        LoopbackGitHub(repository=EXAMPLE_REPOSITORY, checked=False) as github,
        LoopbackModel(checked=False) as model,
        TemporaryDirectory() as folder,
    ):
        parts = {f"src/part_{n:04}.py": (_text(n, 1), _text(n, 2)) for n in range(files)}
        github.warm().add_pull(NUMBER, SAME_WORKFLOW | parts)
        yield Workflow(github, model, Path(folder))


@contextmanager
def reviewing(
    change: Change, *, scale: float, single: bool = False, least: float = 0.0
) -> Iterator[tuple[Workflow, TimedModel]]:
    """Start the servers with a real change in its repository, and a model that takes its time.

    `scale`, `single` and `least` are those of TimedModel.
    """
    with (
        ReadyGitHub(EXAMPLE_REPOSITORY) as github,
        TimedModel(Replies(change.defective), scale=scale, single=single, least=least) as model,
        TemporaryDirectory() as folder,
    ):
        github.keep_archives(github.warm().add_pull(NUMBER, SAME_WORKFLOW | change.everything))
        yield Workflow(github, model, Path(folder), MODEL_NAME), model


def ended(finished: RunResult, code: int) -> RunResult:
    """Return how a step ended; raises AssertionError when it is not the way it should."""
    if finished.code != code:
        raise AssertionError(f"The step ended with {finished.code}, not {code}:\n{finished.log}")
    return finished


def _text(number: int, version: int) -> str:
    lines = [f"value_{number}_{line} = {line}" for line in range(_LINES)]
    lines[_CHANGED] += f" * {version}"
    return "\n".join(lines) + "\n"
