"""Runs the tools that check the repository's files."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
"""Where pip installed them."""


def expect_clean(tool: str, *arguments: str) -> None:
    """Run a tool in the repository; it must find nothing."""
    finished = subprocess.run(
        [TOOLS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
