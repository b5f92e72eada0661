"""What a run leaves behind, however it was started."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunResult:
    """An exit code, what the runner saw of both streams, outputs, job summary, and seconds."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str
    seconds: float = 0.0

    def reports(self, workspace: Path) -> list[str]:
        """Read what was left for later steps."""
        names = [self.outputs.get(name, "") for name in ("report-path", "sarif-path")]
        paths = [workspace / name for name in names if name]
        return [path.read_text("utf-8") for path in paths if path.exists()]


def parse_outputs(text: str) -> dict[str, str]:
    """Read a file of outputs as the runner does (FileCommandManager.cs, heredocs alone)."""
    found = re.findall(r"^([\w-]+)<<(\S+)\n(.*?)\n\2$", text, re.MULTILINE | re.DOTALL)
    return {name: value for name, _, value in found}
