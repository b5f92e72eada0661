"""The image on amd64 and arm64: CI runs this file on both, against one record and one lock."""

import base64
import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.e2e.process import NUMBER, ROOT, Step
from tests.e2e.runner import Machine
from tests.faults import faults
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import LoopbackModel
from tests.runs.model_scripts import finds_a_problem
from tests.snapshots import Markdown

pytestmark = pytest.mark.image

ARCHITECTURES = ("x86_64", "aarch64")
# What differs from run to run on one machine too.
TIME, FOLDER = re.compile(r"\d+ s</sub>"), re.compile(r"code-review-[0-9a-f]{8}/")
STATE = re.compile(r"^<!-- code-review-action:state v=\d+ (\S+) \S+ -->$", re.MULTILINE)
# Something for each native library to do: patterns on RE2, strict models, YAML, other alphabets.
CONFIG = "exclude: ['docs/**/*.md', '!docs/keep.md']\nmin-confidence: low\n"
CHANGE = {
    ".github/code-review.yml": (CONFIG, CONFIG),
    "src/app.py": ("old = 1\n", "new = 2\n"),
    "src/größe.py": ("höhe = 1\n", "höhe = 2  # 高さ\n"),
    "src/key.py": (None, f"aws = '{'AKIA' + 'Z7Q2M4X8N5B3V6C1'}'\n"),
    "docs/guide.md": ("Text.\n", "Other text.\n"),
    "docs/keep.md": ("Text.\n", "Other text.\n"),
}


@pytest.fixture
def review(
    image: str, machine: Machine, step: Step, github: LoopbackGitHub, model_server: LoopbackModel
) -> str:
    """The comment and the outputs of a review that the image makes."""
    github.add_pull(NUMBER, CHANGE)
    model_server.script = finds_a_problem
    given = step.with_inputs(batching="file")
    environ = given.variables | dict(given.environ)
    finished = machine.run(image, event=given.event, env=environ)
    (comment,) = github.bodies
    assert finished.code == 0, finished.log
    return f"{comment}\n\n{json.dumps(finished.outputs, indent=1)}\n"


@faults("CO4")
def test_a_review_is_the_same_on_every_architecture(
    review: str, snapshot: SnapshotAssertion
) -> None:
    assert _lasting(review) == snapshot(extension_class=Markdown)


@faults("CO4")
@pytest.mark.no_run("compares what is installed, which happens before any run")
def test_the_lock_installs_the_same_releases_on_every_architecture(tmp_path: Path) -> None:
    names = {
        architecture: _resolved(architecture, tmp_path / architecture)
        for architecture in ARCHITECTURES
    }

    assert len(names["aarch64"]) > 20
    assert names["aarch64"] == names["x86_64"]


def _lasting(text: str) -> str:
    """Leave out what differs from run to run, and show what is remembered of each file."""
    shown = STATE.sub(lambda found: _unpacked(found[1]), text)
    return FOLDER.sub("code-review-…/", TIME.sub("… s</sub>", shown))


def _unpacked(state: str) -> str:
    # Two builds of zlib may pack the same in two ways. The rest of the state holds the server's
    # port and the version of the prompts.
    padded = state + "=" * (-len(state) % 4)
    units = json.loads(zlib.decompress(base64.urlsafe_b64decode(padded)))["units"]
    return json.dumps(units, indent=1, ensure_ascii=False)


def _resolved(architecture: str, folder: Path) -> dict[str, str]:
    """Let pip choose wheels as the Dockerfile does, for a machine that need not be this one."""
    report = folder / "report.json"
    folder.mkdir()
    tags = [f"manylinux_2_{minor}_{architecture}" for minor in range(17, 42)]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--dry-run", "--ignore-installed", "--report", str(report)),
            *("--no-deps", "--only-binary", ":all:", "--require-hashes"),
            *("--implementation", "cp", "--python-version", "3.13", "--target", str(folder)),
            *(word for tag in tags for word in ("--platform", tag)),
            *("--requirement", str(ROOT / "requirements.lock")),
        ],
        check=True,
    )
    chosen = [each["metadata"] for each in json.loads(report.read_text("utf-8"))["install"]]
    return {each["name"]: each["version"] for each in chosen}
