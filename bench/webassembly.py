"""What a WebAssembly module takes to start, beside our start.

The module prints one line. It reads no event, knows no HTTP and no TLS, and asks nobody: it is the
floor of what any program in WebAssembly takes, not a reviewer. Our figure beside it is a whole
process that reads the event and its inputs and decides that there is nothing to do.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measuring import Row, paired, seconds, seconds_of
from bench.workflow import ended, running

RUNS = 15
MODULE = Path(__file__).with_name("hello.wat")
SCRIPT = Path(__file__).with_name("wasm_start.py")
_WHAT = "an event that asks for nothing, beside a WebAssembly module"
"""The beginning of each row's name."""


@dataclass(frozen=True, slots=True)
class _Module:
    """The module, started by an interpreter that has wasmtime; `cache` is its machine code."""

    python: Path
    cache: Path

    def command(self, mode: str) -> tuple[str, ...]:
        """Return the command that runs it; `mode` is "compile" or "cached"."""
        return (str(self.python), "-I", str(SCRIPT), mode, str(MODULE), str(self.cache))

    def told(self, mode: str) -> dict[str, float]:
        """Run it and return what it prints: its seconds inside of the process, and its bytes."""
        done = subprocess.run(self.command(mode), check=True, capture_output=True, text=True)
        told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return told


def rows(python: Path) -> Iterator[Row]:
    """Measure with an interpreter that has wasmtime; processes take turns with ours."""
    with TemporaryDirectory() as folder, running(files=1) as workflow:
        module = _Module(python, Path(folder) / "hello.cwasm")
        size = module.told("compile")["bytes"]
        step = workflow.step("pull_request.closed", base_url="", model="")

        def ours() -> float:
            return seconds(lambda: ended(step.run(), 0))

        for name, other in (
            ("from its cache, in a running wasmtime", lambda: module.told("cached")["seconds"]),
            (
                "that is compiled first, in a running wasmtime",
                lambda: module.told("compile")["seconds"],
            ),
            ("in a process of Python and wasmtime", lambda: seconds_of(module.command("cached"))),
        ):
            mine, theirs, ratio = paired(RUNS, ours, other)
            yield Row(f"{_WHAT} {name}", _ms(mine), f"{size:.0f} bytes, {_ms(theirs)}", ratio, "")


def _ms(duration: float) -> str:
    return f"{duration * 1000:.1f} ms"
