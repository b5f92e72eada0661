"""Shows which requests a review waits for before it asks the model, one round trip after another.

`python -m bench.round_trips` reviews a pull request of ten files on loopback servers, whose answers
take 0.3 seconds, and prints each request to GitHub and to the model with its start and its end. A
request is in the round after the last one that had ended when it was sent, so the rounds count what
had to wait for something else. The seconds are those of a process, from its start to its first
request to the model.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from reviewer.adapters.github.queries import SNAPSHOT
from tests.e2e.process import EVENTS, NUMBER, Step
from tests.loopback.github import EXAMPLE_REPOSITORY, TOKEN, LoopbackGitHub
from tests.loopback.messages import Request, Response
from tests.loopback.model import KEY, MODEL, LoopbackModel

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

    times = _Times()

    def answer(self, request: Request) -> Response:
        response = super().answer(request)
        self.times.note("GitHub", request)
        return response


class _Model(LoopbackModel):
    """A model that does the same."""

    times = _Times()

    def answer(self, request: Request) -> Response:
        response = super().answer(request)
        self.times.note("model", request)
        return response


@dataclass(frozen=True, slots=True)
class Case:
    """A pull request to review: what its base has besides the files, who wrote it, how often."""

    name: str
    files: Mapping[str, str] = field(default_factory=dict)
    fork: bool = False
    pushes: int = 0
    again: bool = False
    event: str = "pull_request.opened"
    inputs: Mapping[str, str] = field(default_factory=dict)


CASES = (
    Case("first review"),
    Case("first review, configuration and guidelines", _CONFIGURATION | _GUIDELINES),
    Case("first review, fork with a thread of somebody", _GUIDELINES, fork=True),
    Case("review after a push", _CONFIGURATION | _GUIDELINES, pushes=1),
    Case("the same commit again", _CONFIGURATION | _GUIDELINES, again=True),
    Case("a label that skips it", _CONFIGURATION, inputs={"skip-labels": "later"}),
    Case("command in a comment", _CONFIGURATION | _GUIDELINES, event="issue_comment.created"),
)


def measure(case: Case) -> tuple[float, list[Exchange]]:
    """Run a case; return the seconds to the first request to the model, and all requests."""
    with (
        _GitHub(repository=EXAMPLE_REPOSITORY, checked=False) as github,
        _Model(checked=False) as model,
        TemporaryDirectory() as folder,
    ):
        github.warm().add_pull(NUMBER, _pairs(case, 2), fork=case.fork, labels=["later"])
        if case.fork:
            github.thread("src/part_00.py", 21, "Why?", number=NUMBER, author="somebody")
        for version in range(case.pushes):
            _run(github, model, Path(folder), case)
            github.push(NUMBER, {path: new for path, (_, new) in _pairs(case, 3 + version).items()})
        if case.again:
            _run(github, model, Path(folder), case)
        github.delay = model.delay = DELAY
        github.times, model.times = _Times(), _Times()
        began = time.monotonic()
        _run(github, model, Path(folder), case)
        found = sorted(
            (*github.times.exchanges, *model.times.exchanges), key=lambda each: each.start
        )
        return began, list(_number(found))


def _number(found: list[Exchange]) -> Iterator[Exchange]:
    """Yield the exchanges with the numbers of their rounds; `found` is in the order of starts."""
    done: list[Exchange] = []
    for each in found:
        before = max((one.number for one in done if one.end <= each.start), default=0)
        done.append(Exchange(each.what, each.start, each.end, before + 1))
        yield done[-1]


def _run(github: _GitHub, model: _Model, folder: Path, case: Case) -> None:
    inputs = {
        "github-token": TOKEN,
        "api-key": KEY,
        "base-url": model.base_url,
        "model": MODEL,
        "fallback-model": "",
    } | dict(case.inputs)
    addresses = {"GITHUB_API_URL": github.api_url, "GITHUB_GRAPHQL_URL": github.graphql_url}
    finished = Step(folder, inputs, addresses, case.event, _payload(github, case)).run()
    if finished.code:
        raise AssertionError(f"The step ended with {finished.code}:\n{finished.log}")


def _payload(github: _GitHub, case: Case) -> Mapping[str, Mapping[str, object]]:
    """Return what the event says of the pull request, as GitHub would at this moment."""
    if not case.event.startswith("pull_request"):
        issue = {"number": NUMBER, "pull_request": {"url": "https://api.github.com"}}
        return {"issue": issue, "comment": {"body": "/review", "author_association": "MEMBER"}}
    event = json.loads((EVENTS / f"{case.event}.json").read_text("utf-8"))["pull_request"]
    pull = github.repository.pulls[NUMBER]
    base, head = event["base"] | {"sha": pull.base_sha}, event["head"] | {"sha": pull.head_sha}
    return {"pull_request": {"base": base, "head": head}}


def _pairs(case: Case, version: int) -> dict[str, tuple[str, str]]:
    changed = {f"src/part_{n:02}.py": (_text(n, 1), _text(n, version)) for n in range(FILES)}
    return changed | {path: (text, text) for path, text in case.files.items()}


def _text(number: int, version: int) -> str:
    lines = [f"value_{number}_{line} = {line}" for line in range(40)]
    lines[20] += f" * {version}"
    return "\n".join(lines) + "\n"


def show(case: Case) -> None:
    """Print the requests of a case and, at last, the seconds and the rounds before the model."""
    began, found = measure(case)
    asked = next((each for each in found if "POST" in each.what and "model" in each.what), None)
    print(f"\n## {case.name}")
    for each in found:
        start, end = each.start - began, each.end - began
        print(f"  round {each.number:2}  {start:5.2f} to {end:5.2f} s  {each.what}")
    github = sum(each.what.startswith("GitHub") for each in found)
    if asked:
        first = min(each.start for each in found)
        print(
            f"  first request to the model: after {asked.number - 1} rounds, "
            f"{asked.start - began:.2f} s after the start of the process and "
            f"{asked.start - first:.2f} s after the first request"
        )
    print(f"  {github} requests to GitHub")


def main() -> int:
    """Print all cases, or those whose names contain the argument."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    print(f"{FILES} files, {DELAY} s for each answer; first query: {len(SNAPSHOT)} characters")
    for case in CASES:
        if wanted in case.name:
            show(case)
    return 0


if __name__ == "__main__":
    sys.exit(main())
