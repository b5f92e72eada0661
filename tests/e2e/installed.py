"""The package as people install it: a wheel in an environment that has what it declares."""

import importlib.metadata
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from tests.loopback.model import KEY, MODEL, LoopbackModel

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).parent / "uv"


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment with the wheel, and no way to the source."""

    folder: Path

    def run(
        self, folder: Path, *command: str, server: LoopbackModel | None = None, home: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command line in a folder, as a person's shell does."""
        server_variables = {
            "CODE_REVIEW_API_KEY": KEY,
            "CODE_REVIEW_BASE_URL": server.base_url if server else "",
            "CODE_REVIEW_MODEL": MODEL,
        }
        return subprocess.run(
            command,
            cwd=folder,
            env={
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "HOME": home or str(folder),
                **(server_variables if server else {}),
            },
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )


def build(folder: Path) -> Path:
    """Build the wheel from the source; needs no network, because uv is its own build backend."""
    command = [str(UV), "build", "--wheel", "--offline", "--quiet", "--out-dir", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Installed:
    """Install the wheel into a new environment, beside the locked packages that it declares.

    Those are linked from this environment, which was made from the lock: nothing is downloaded.
    What the wheel does not declare, directly or through others, is not there.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    command = [str(UV), "pip", "install", "--offline", "--no-deps", "--quiet"]
    subprocess.run(
        [*command, "--python", str(folder / "bin" / "python"), str(wheel)],
        check=True,
        capture_output=True,
    )
    (site,) = (folder / "lib").glob("python3*/site-packages")
    (metadata,) = site.glob("code_review_action-*.dist-info")
    own = importlib.metadata.Distribution.at(metadata)
    for name in sorted({*_closure(own)}):
        for part in _top_level(importlib.metadata.distribution(name)):
            place = site / part.name
            if not place.exists():
                place.symlink_to(part)
    return Installed(folder)


def _closure(root: importlib.metadata.Distribution) -> Iterator[str]:
    """Yield the names of what a distribution needs here; extras are left out, as in our locks."""
    waiting, seen = [root], set[str]()
    while waiting:
        for text in waiting.pop().requires or ():
            needed = Requirement(text)
            wanted = needed.marker is None or needed.marker.evaluate({"extra": ""})
            if wanted and needed.name not in seen:
                seen.add(needed.name)
                waiting.append(importlib.metadata.distribution(needed.name))
                yield needed.name


def _top_level(found: importlib.metadata.Distribution) -> Iterator[Path]:
    names = {file.parts[0] for file in found.files or () if file.parts[0] not in {"..", "/"}}
    for name in sorted(names - {"__pycache__"}):
        yield Path(str(found.locate_file(name)))
