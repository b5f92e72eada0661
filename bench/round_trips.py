"""Shows which requests a review waits for before it asks the model, one round trip after another.

`python -m bench.round_trips` reviews a pull request of ten files on loopback servers, whose answers
take 0.3 seconds, and prints each request to GitHub and to the model with its start and its end. A
request is in the round after the last one that had ended when it was sent, so the rounds count what
had to wait for something else. The runs are in this process, after one that imports everything: the
seconds are those of waiting.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.workflow import WORKFLOW
from reviewer.events.activity import ReviewPullRequest
from tests.invariants import Invariants
from tests.loopback.github import LoopbackGitHub
from tests.loopback.messages import Request, Response
from tests.loopback.model import Body, LoopbackModel
from tests.runs.job import NUMBER, Job, change_reply, prompted_paths, section

FILES, DELAY = 10, 0.3
_CONFIGURATION = {".github/code-review.yml": "max-findings: 20\n"}
_GUIDELINES = {"AGENTS.md": "Write tests.\n", "src/AGENTS.md": "Count in cents.\n"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its moments in seconds, and the number of its round, from 1."""

    what: str
    start: float
    end: float
    number: int = 0


@dataclass
class _Times:
    """What was sent to a server and when its answer left."""

    exchanges: list[Exchange] = field(default_factory=list)

    def note(self, where: str, request: Request) -> None:
        what = request.line.partition("?")[0]
        if "graphql" in what:
            query = str(request.json_object()["query"]).split()
            what = f"query {query[1].partition('(')[0]}"
        self.exchanges.append(Exchange(f"{where}: {what}", request.at, time.monotonic()))


class _GitHub(LoopbackGitHub):
    """A GitHub that notes when its answers leave."""

    def __init__(self) -> None:
        super().__init__(checked=False)
        self.times = _Times()

    def answer(self, request: Request) -> Response:
        response = super().answer(request)
        self.times.note("GitHub", request)
        return response


class _Model(LoopbackModel):
    """A model that does the same, and finds nothing."""

    def __init__(self) -> None:
        super().__init__(_reply, checked=False)
        self.times = _Times()

    def answer(self, request: Request) -> Response:
        response = super().answer(request)
        self.times.note("model", request)
        return response


def _reply(body: Body) -> str:
    return change_reply(*map(section, prompted_paths(body)))


@dataclass(frozen=True, slots=True)
class Case:
    """A pull request to review: what its base has besides the files, who wrote it, how often."""

    name: str
    files: Mapping[str, str] = field(default_factory=dict)
    fork: bool = False
    pushes: int = 0
    again: bool = False
    names_commits: bool = True
    inputs: Mapping[str, str] = field(default_factory=dict)


CASES = (
    Case("first review"),
    Case("first review, configuration and guidelines", _CONFIGURATION | _GUIDELINES),
    Case("first review, fork with a thread of somebody", _GUIDELINES, fork=True),
    Case("review after a push", _CONFIGURATION | _GUIDELINES, pushes=1),
    Case("the same commit again", _CONFIGURATION | _GUIDELINES, again=True),
    Case("a label that skips it", _CONFIGURATION, inputs={"skip-labels": "later"}),
    Case(
        "manual run, whose event names no commits",
        _CONFIGURATION | _GUIDELINES,
        names_commits=False,
    ),
)


def measure(case: Case) -> list[Exchange]:
    """Run a case; return its requests in the order of their starts."""
    with _GitHub() as github, _Model() as model, TemporaryDirectory() as folder:
        pull = github.warm().add_pull(NUMBER, _pairs(case, 2), fork=case.fork, labels=["later"])
        if case.fork:
            github.thread("src/part_00.py", 21, "Why?", author="somebody")
        job = Job(github, model, Path(folder), Invariants(github, model))
        job.inputs |= {"guidelines": "AGENTS.md", "tools": "auto", "batching": "change"}
        job.inputs |= {"context-window": "128000", **case.inputs}
        if case.pushes or case.again:
            _run(job)
        for version in range(case.pushes):
            github.push(NUMBER, {path: new for path, (_, new) in _pairs(case, 3 + version).items()})
        if case.names_commits:
            job.wanted = ReviewPullRequest(NUMBER, base_sha=pull.base_sha, head_sha=pull.head_sha)
        github.delay = model.delay = DELAY
        github.times, model.times = _Times(), _Times()
        _run(job)
        found = (*github.times.exchanges, *model.times.exchanges)
        return list(_number(sorted(found, key=lambda each: each.start)))


def _run(job: Job) -> None:
    finished = job.run()
    if finished.code:
        raise AssertionError(f"The run ended with {finished.code}:\n{finished.log}")


def _number(found: list[Exchange]) -> Iterator[Exchange]:
    """Yield the exchanges with the numbers of their rounds; `found` is in the order of starts."""
    done: list[Exchange] = []
    for each in found:
        before = max((one.number for one in done if one.end <= each.start), default=0)
        done.append(Exchange(each.what, each.start, each.end, before + 1))
        yield done[-1]


def _pairs(case: Case, version: int) -> dict[str, tuple[str, str]]:
    changed = {f"src/part_{n:02}.py": (_text(n, 1), _text(n, version)) for n in range(FILES)}
    return changed | {path: (text, text) for path, text in (WORKFLOW | dict(case.files)).items()}


def _text(number: int, version: int) -> str:
    lines = [f"value_{number}_{line} = {line}" for line in range(40)]
    lines[20] += f" * {version}"
    return "\n".join(lines) + "\n"


def show(case: Case) -> None:
    """Print the requests of a case and, at last, the seconds and the rounds before the model."""
    found = measure(case)
    began = found[0].start
    asked = next((each for each in found if each.what.startswith("model: POST")), None)
    print(f"\n## {case.name}")
    for each in found:
        start, end = each.start - began, each.end - began
        print(f"  round {each.number:2}  {start:5.2f} to {end:5.2f} s  {each.what}")
    if asked:
        # What is sent once the announcement is answered, the model does not wait for.
        announced = next(
            each for each in found if " /repos" in each.what and "GET" not in each.what
        )
        before = max(each.number for each in found if each.start < announced.end)
        print(
            f"  first request to the model: after {before} round trips to GitHub, "
            f"{asked.start - began:.2f} s after the first request"
        )
    print(f"  {sum(each.what.startswith('GitHub') for each in found)} requests to GitHub")


def main() -> int:
    """Print all cases, or those whose names contain the argument."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    measure(CASES[0])
    print(f"{FILES} files, {DELAY} s for each answer")
    for case in CASES:
        if wanted in case.name:
            show(case)
    return 0


if __name__ == "__main__":
    sys.exit(main())
