"""Starts the built image as the Actions runner starts a container action."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests import run_result
from tests.invariants import Invariants
from tests.run_result import RunResult

EVENTS = Path(__file__).parents[1] / "data" / "events"
REPOSITORY = "Codertocat/Hello-World"

# ContainerActionHandler.cs: what the runner mounts, and where.
_MOUNTS = {
    "home": "/github/home",
    "workflow": "/github/workflow",
    "commands": "/github/file_commands",
    "temp": "/github/runner_temp",
    "workspace": "/github/workspace",
}
_COMMAND_FILES = {
    "GITHUB_OUTPUT": "set_output",
    "GITHUB_ENV": "set_env",
    "GITHUB_PATH": "add_path",
    "GITHUB_STATE": "save_state",
    "GITHUB_STEP_SUMMARY": "step_summary",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """A runner's folders below `root`; the workspace may be filled before the start.

    Each container is checked against the invariants, unless it is only measured.
    """

    root: Path
    invariants: Invariants | None = None

    def __post_init__(self) -> None:
        """Make the folders and the empty command files."""
        for name in _MOUNTS:
            (self.root / name).mkdir(parents=True, exist_ok=True)
        for name in _COMMAND_FILES.values():
            (self.root / "commands" / name).touch()

    @property
    def workspace(self) -> Path:
        """The checkout, which is the container's working directory."""
        return self.root / "workspace"

    @property
    def home(self) -> Path:
        """The home folder that all steps of a job share."""
        return self.root / "home"

    def run(
        self,
        image: str,
        *arguments: str,
        event: str = "pull_request.closed",
        env: Mapping[str, str] | None = None,
        network: str = "host",
        options: Sequence[str] = (),
        read_only: Sequence[str] = (),
        timeout: float = 60,
    ) -> RunResult:
        """Start the image on one of GitHub's example events and wait until it ends.

        On the host's network the container reaches loopback servers. `options` are docker's own,
        `read_only` names folders of the machine, and `arguments` follow the image. Raises
        TimeoutExpired after `timeout` seconds.
        """
        payload = (EVENTS / f"{event}.json").read_bytes()
        (self.root / "workflow" / "event.json").write_bytes(payload)
        commands = self.root / "commands"
        if self.invariants:
            self.invariants.begin(commands / "step_summary")
        began = time.monotonic()
        started = subprocess.run(
            [
                *("docker", "run", "--rm", "--network", network, "--workdir", "/github/workspace"),
                *_flags("--env", self._environment(event) | dict(env or {}), "="),
                *self._volumes(read_only),
                *options,
                image,
                *arguments,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        left = RunResult(
            started.returncode,
            started.stdout,
            run_result.parse_outputs((commands / "set_output").read_text("utf-8")),
            (commands / "step_summary").read_text("utf-8"),
            time.monotonic() - began,
        )
        if self.invariants:
            self.invariants.check(left)
        for name in ("set_env", "add_path", "save_state"):
            assert (commands / name).read_text("utf-8") == "", "I6: later steps are left alone"
        return left

    def _environment(self, event: str) -> dict[str, str]:
        return {
            "HOME": "/github/home",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": "/github/workspace",
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_EVENT_NAME": event.partition(".")[0],
            "GITHUB_REPOSITORY": REPOSITORY,
            "RUNNER_TEMP": "/github/runner_temp",
        } | {name: f"/github/file_commands/{file}" for name, file in _COMMAND_FILES.items()}

    def _volumes(self, read_only: Sequence[str]) -> list[str]:
        places = {
            str(self.root / name): place + (":ro" if name in read_only else "")
            for name, place in _MOUNTS.items()
        }
        return _flags("--volume", places, ":")


def _flags(flag: str, pairs: Mapping[str, str], between: str) -> list[str]:
    return [word for name, value in pairs.items() for word in (flag, f"{name}{between}{value}")]
