"""A whole run against the loopback servers, in this process, with waits made short."""

import io
import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.github.transport.http import Pace
from reviewer.adapters.http.retry import Deadline, Policy
from reviewer.adapters.openai.capacity import Capacity
from reviewer.adapters.openai.model_server import ModelServer
from reviewer.adapters.openai.wire import Options
from reviewer.adapters.runner.actions import Runner, install_logging
from reviewer.config.workflow.inputs import Inputs
from reviewer.config.workflow.triggers import takes_comments
from reviewer.errors import ReviewerError
from reviewer.events.activity import CommandRequest, ReviewOpenPulls, ReviewPullRequest
from reviewer.llm.budget import Budget
from reviewer.memory.seal import Seal, choose_secret
from reviewer.redaction.run_secrets import Secrets
from reviewer.review.job_identity import find_workflow
from reviewer.run import first_requests, start
from reviewer.run.first_requests import EarlyList
from reviewer.run.open_pulls import OpenPullsReview
from reviewer.run.review import review_pull_request
from reviewer.run.run import Run
from tests import run_result
from tests.invariants import Invariants
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.model import KEY, MODEL, Body, LoopbackModel, shown_files
from tests.run_result import RunResult

QUICK = Policy(attempts=3, first_wait=0.001, longest_wait=0.002, limit_wait=0.001, jitter=0.0)
NUMBER = 7


@dataclass
class Clock:
    """The time of a run: it passes by itself, and at once where somebody sleeps."""

    slept: float = 0.0

    def now(self) -> float:
        """Return seconds since no moment in particular."""
        return time.monotonic() + self.slept

    def pause(self, seconds: float) -> None:
        """Let seconds pass that nobody waits for."""
        self.slept += seconds


@dataclass
class Job:
    """A workflow's job; `inputs` are those of the step, without the prefix.

    Each run is checked against the invariants.
    """

    github: LoopbackGitHub
    model: LoopbackModel
    root: Path
    invariants: Invariants
    inputs: dict[str, str] = field(default_factory=dict)
    token: str = TOKEN
    # Seconds that all questions to the model may take; longer than any run unless a test says so.
    patience: float = 60.0
    # Where GitHub is said to be, if not where it is.
    api_url: str = ""
    # Seconds that one request to GitHub, one archive, and one request to the model may take.
    per_request: float = 5.0
    per_archive: float = 30.0
    per_question: float = 300.0
    policy: Policy = QUICK
    clock: Clock = field(default_factory=Clock)
    # The job's folder, where reports are left and found; empty without one.
    workspace: str = ""
    checkout: str = ""
    event: str = "pull_request"
    runner: type[Runner] = Runner
    # The runner's variables about the job.
    environ: Mapping[str, str] = field(default_factory=dict)
    runs: int = 0
    # When runs begin: some hours after the first pull request of the examples was opened.
    now: datetime = datetime(2026, 11, 1, 6, tzinfo=UTC)
    wanted: ReviewPullRequest = field(default_factory=lambda: ReviewPullRequest(NUMBER))

    def run(self, *, full: bool = False, requested: bool = False, **inputs: str) -> RunResult:
        """Review the pull request; inputs use underscores here."""
        return self.carry_out(replace(self.wanted, full=full, requested=requested), **inputs)

    def run_open(self, *, full: bool = False, **inputs: str) -> RunResult:
        """Review all open pull requests whose head is new; inputs use underscores here."""
        self.event = "schedule"
        return self.carry_out(ReviewOpenPulls(full=full), **inputs)

    def carry_out(
        self, wanted: ReviewPullRequest | ReviewOpenPulls | CommandRequest, **inputs: str
    ) -> RunResult:
        """Do what an event asked for; inputs use underscores here."""
        self.runs += 1
        folder = self.root / str(self.runs)
        folder.mkdir()
        environ = self._environ(folder) | {
            f"INPUT_{name.upper().replace('_', '-')}": value for name, value in inputs.items()
        }
        stream = io.StringIO()
        runner = self.runner(environ, stream)
        self.invariants.begin(folder / "summary")
        began = self.clock.now()
        with _logging(runner):
            code = self._deliver(runner, Inputs.load(environ), wanted)
        left = RunResult(
            code=code,
            log=stream.getvalue(),
            outputs=run_result.parse_outputs((folder / "output").read_text("utf-8")),
            summary=(folder / "summary").read_text("utf-8"),
            seconds=self.clock.now() - began,
        )
        self.invariants.check(
            left,
            timeout=inputs.get("timeout", ""),
            told=left.reports(Path(self.workspace)),
            secrets=(self.inputs.get("api-key") or KEY, self.token),
        )
        return left

    def _deliver(
        self,
        runner: Runner,
        inputs: Inputs,
        wanted: ReviewPullRequest | ReviewOpenPulls | CommandRequest,
    ) -> int:
        runner.secrets = Secrets(inputs.secrets)
        deadline = Deadline(inputs.timeout, clock=self.clock.now, pause=self.clock.pause)
        forge = GitHub(
            token=inputs.github_token,
            repository=self.github.full_name,
            api_url=self.api_url or self.github.api_url,
            graphql_url=f"{self.api_url}/graphql" if self.api_url else self.github.graphql_url,
            deadline=deadline,
            policy=self.policy,
            pace=Pace(self.per_request, between_writes=0.0, per_archive=self.per_archive),
        )
        made: list[ModelServer] = []
        making = threading.Lock()

        def models() -> tuple[ModelServer, ...]:
            # A run that starts again asks for them in two threads at once.
            with making:
                if not made:
                    made.extend(self._models(inputs, deadline.within(self.patience)))
            return tuple(made)

        secret = choose_secret(inputs.memory_key, inputs.api_key)

        def make_run(
            wanted: ReviewPullRequest, budget: Budget, early_list: EarlyList | None
        ) -> Run:
            seal = Seal.of(secret, self.github.full_name, wanted.number, inputs.name)
            self.invariants.seals += [seal] if seal.key else []
            return Run(
                forge=forge,
                models=models,
                runner=runner,
                inputs=inputs,
                deadline=deadline,
                wanted=wanted,
                run_url="https://github.com/octo/shop/actions/runs/1",
                seal=seal,
                budget=budget,
                workspace=self.workspace,
                output_folder=self.workspace,
                checkout=self.checkout,
                repository=self.github.full_name,
                event=self.event,
                now=self.now,
                early_list=early_list,
                environ=self.environ,
                listens=bool(forge.workflow) and takes_comments(forge.workflow),
                repository_url="https://github.com/octo/shop",
            )

        try:
            if isinstance(wanted, ReviewOpenPulls):
                seal = Seal.of(secret, self.github.full_name, 0, inputs.name)
                review = OpenPullsReview(forge, inputs, runner, deadline, seal, make_run)
                return review.review_all(wanted)
            here = {"GITHUB_REPOSITORY": self.github.full_name}
            workflow = find_workflow(here | {**self.environ}) if self.environ else ""
            first, early_list = first_requests.send(forge, wanted, inputs, workflow)
            snapshot = first.result()
            assert snapshot
            request = (
                wanted
                if isinstance(wanted, ReviewPullRequest)
                else ReviewPullRequest(wanted.number)
            )
            run = make_run(request, Budget.of(inputs), early_list)
            if isinstance(wanted, ReviewPullRequest) and wanted.commenter is None:
                return review_pull_request(run, snapshot)
            return start.carry_out(run, wanted, snapshot)
        except ReviewerError as problem:
            runner.error(str(problem))
            return problem.exit_code
        finally:
            forge.close()

    def _models(self, inputs: Inputs, deadline: Deadline) -> tuple[ModelServer, ...]:
        names = dict.fromkeys((inputs.model, inputs.fallback_model, inputs.small_model))
        effort = inputs.reasoning_effort
        capacity = Capacity(inputs.concurrency, self.per_question)
        return tuple(
            ModelServer(
                model=name,
                api_key=inputs.api_key,
                base_url=inputs.base_url,
                deadline=deadline,
                capacity=capacity,
                policy=self.policy,
                options=Options(
                    inputs.temperature, inputs.max_output_tokens, effort.value if effort else None
                ),
                responses=inputs.uses_responses,
            )
            for name in [*filter(None, names)] or [""]
        )

    def _environ(self, folder: Path) -> dict[str, str]:
        for name in ("output", "summary"):
            (folder / name).touch()
        given = {
            "github-token": self.token,
            "api-key": KEY,
            "base-url": self.model.base_url,
            "model": MODEL,
            "fallback-model": "",
            # One request for a file, unless a test is about batches or the verification.
            "batching": "file",
            "tools": "off",
            "verify": "off",
            "guidelines": "",
        } | self.inputs
        return {
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        } | {f"INPUT_{name.upper()}": value for name, value in given.items()}


@contextmanager
def _logging(runner: Runner) -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    # Installing ours closes what it replaces; pytest still needs its own.
    root.handlers[:] = []
    install_logging(runner)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = before
        root.setLevel(level)


def prompted_path(body: Body) -> str:
    """Return the path that a prompt about one file is about, "" for any other prompt."""
    paths = shown_files(body)
    return paths[0] if len(paths) == 1 else ""


def prompted_paths(body: Body) -> list[str]:
    """Return the paths that a review prompt is about."""
    return shown_files(body)


def review_reply(path: str, *findings: Mapping[str, object], summary: str = "Changes it.") -> str:
    """Word a review reply; each finding needs only what differs from the default."""
    return json.dumps(section(path, *findings, summary=summary))


def change_reply(*sections: Mapping[str, object], overview: str = "Sets values.") -> str:
    """Word a reply about several files."""
    return json.dumps({"overview": overview, "major_changes": [], "files": list(sections)})


def section(
    path: str, *findings: Mapping[str, object], summary: str = "Changes it."
) -> dict[str, object]:
    """Word what a reply says about one file."""
    defaults: dict[str, object] = {
        "path": path,
        "start_line": 1,
        "end_line": 1,
        "quote": "new = 2",
        "severity": "high",
        "confidence": "high",
        "category": "logic",
        "title": "Sets the wrong value",
        "body": "With old = 1 the sum is 3.",
        "suggestion": None,
    }
    full = [defaults | dict(finding) for finding in findings]
    return {"path": path, "summary": summary, "findings": full}
