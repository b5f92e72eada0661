"""Starts entrypoint.py as a process, as the container does, against the loopback servers."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests import run_result
from tests.invariants import Invariants
from tests.loopback.github import EXAMPLE_REPOSITORY
from tests.run_result import RunResult

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "tests" / "data" / "events"
NUMBER = 2
OPTIONS = ("-I", "-X", "utf8")
"""Those of the container's ENTRYPOINT."""
VARIABLES = {"MALLOC_ARENA_MAX": "2"}
"""Those of the container's ENV."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a workflow: its folder below `root`, its inputs and its environment.

    Each run is checked against the invariants, unless it is only measured or shown.
    """

    root: Path
    inputs: Mapping[str, str]
    environ: Mapping[str, str]
    event: str = "pull_request.opened"
    # Put over the objects of the payload: another title of its pull request, say.
    payload: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    options: tuple[str, ...] = OPTIONS
    entrypoint: Path = ROOT / "entrypoint.py"
    invariants: Invariants | None = None

    def with_inputs(self, **inputs: str) -> "Step":
        """Return the same step with other inputs, which use underscores here."""
        named = {name.replace("_", "-"): value for name, value in inputs.items()}
        return replace(self, inputs={**self.inputs, **named})

    def with_environ(self, environ: Mapping[str, str]) -> "Step":
        """Return the same step with other variables."""
        return replace(self, environ={**self.environ, **environ})

    def start(self) -> "subprocess.Popen[str]":
        """Start the process in an empty workspace and return at once."""
        workspace = self.root / "workspace"
        workspace.mkdir(parents=True, exist_ok=True)
        for name in ("output", "summary"):
            (self.root / name).touch()
        if self.invariants:
            self.invariants.begin(self._summary)
        return subprocess.Popen(
            [sys.executable, *self.options, str(self.entrypoint)],
            cwd=workspace,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def finish(self, process: "subprocess.Popen[str]", timeout: float = 60) -> RunResult:
        """Wait for the end; raises TimeoutExpired after `timeout` seconds."""
        began = time.monotonic()
        try:
            log, _ = process.communicate(timeout=timeout)
        finally:
            process.kill()
        left = RunResult(
            code=process.returncode,
            log=log,
            outputs=run_result.parse_outputs((self.root / "output").read_text("utf-8")),
            summary=(self.root / "summary").read_text("utf-8"),
            seconds=time.monotonic() - began,
        )
        if self.invariants:
            told = left.reports(self.root / "workspace")
            self.invariants.check(left, timeout=self.inputs.get("timeout", ""), told=told)
        return left

    def run(self, timeout: float = 60) -> RunResult:
        """Start the process and wait for its end."""
        return self.finish(self.start(), timeout)

    @property
    def variables(self) -> dict[str, str]:
        """The inputs as the runner passes them on."""
        return {f"INPUT_{name.upper()}": value for name, value in self.inputs.items()}

    @property
    def _summary(self) -> Path:
        return Path(self.environ.get("GITHUB_STEP_SUMMARY", self.root / "summary"))

    def _event(self) -> Path:
        given = EVENTS / f"{self.event}.json"
        if not self.payload:
            return given
        event = json.loads(given.read_text("utf-8"))
        for name, members in self.payload.items():
            event[name] |= members
        changed = self.root / "event.json"
        changed.write_text(json.dumps(event), "utf-8")
        return changed

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            **VARIABLES,
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": self.event.partition(".")[0],
            "GITHUB_EVENT_PATH": str(self._event()),
            "GITHUB_REPOSITORY": EXAMPLE_REPOSITORY,
            "GITHUB_REF": f"refs/pull/{NUMBER}/merge",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_RUN_ID": "1",
            "GITHUB_OUTPUT": str(self.root / "output"),
            "GITHUB_STEP_SUMMARY": str(self.root / "summary"),
            **self.variables,
            **self.environ,
        }
