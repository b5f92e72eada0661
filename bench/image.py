"""The image's size on disk and in a pull, and how long a container takes until GitHub is asked."""

import json
import shutil
import subprocess
import tarfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measuring import Row, megabytes, milliseconds, paired, seconds_of
from bench.workflow import Workflow, running
from tests.e2e.runner import Machine

ROOT = Path(__file__).parent.parent
IMAGE, PLAIN = "code-review-action:bench", "code-review-action:plain"
BARE = ("docker", "run", "--rm", "--network", "host", "python:3.13-slim", "python", "-c", "pass")
RUNS = 9
# Releases are pushed as zstd of BuildKit's best level. That is Go's encoder: this level of the
# program `zstd` comes 0.1 % to 0.3 % near to it on the image's layers.
ZSTD = ("zstd", "--quiet", "--stdout", "-9")


def engine_answers() -> bool:
    """Say whether there is a Docker engine."""
    if not shutil.which("docker"):
        return False
    return not subprocess.run(["docker", "version"], check=False, capture_output=True).returncode


def rows() -> Iterator[Row]:
    """Build both images, then measure."""
    ours, plain = _size("Dockerfile", IMAGE), _size("bench/plain.Dockerfile", PLAIN)
    other = f"plain two-stage build, {megabytes(plain)}"
    yield Row("image", megabytes(ours), other, ours / plain, "0.4")
    yield _pull()
    with running(files=1) as workflow:
        yield _first_request(workflow)


def _size(dockerfile: str, tag: str) -> int:
    build = ("docker", "build", "--quiet", "--network", "host", "--file", dockerfile, "--tag", tag)
    subprocess.run([*build, "."], cwd=ROOT, check=True, capture_output=True)
    inspect = ("docker", "image", "inspect", "--format", "{{.Size}}", tag)
    return int(subprocess.run(inspect, check=True, capture_output=True, text=True).stdout)


def _pull() -> Row:
    """Compare what is pulled: ours as releases push it, the plain build as BuildKit's default."""
    ours, plain = sum(map(_zstd, _layers(IMAGE))), sum(map(_gzip, _layers(PLAIN)))
    other = f"plain two-stage build, in gzip, {plain / 1e6:.1f} MB"
    return Row("pull of the image, in zstd", f"{ours / 1e6:.1f} MB", other, ours / plain, "18.5 MB")


def _layers(tag: str) -> Iterator[bytes]:
    """Yield the layers of an image as tar archives, one at a time."""
    with TemporaryDirectory() as folder:
        saved = Path(folder, "image.tar")
        subprocess.run(["docker", "save", "--output", saved, tag], check=True)
        with tarfile.open(saved) as archive:
            (manifest,) = json.loads(_member(archive, "manifest.json"))
            for name in manifest["Layers"]:
                yield _member(archive, name)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise ValueError(f"{name} is no file")
    return file.read()


def _zstd(layer: bytes) -> int:
    return len(subprocess.run(ZSTD, input=layer, capture_output=True, check=True).stdout)


def _gzip(layer: bytes) -> int:
    return len(zlib.compress(layer, wbits=31))


def _first_request(workflow: Workflow) -> Row:
    # GitHub refuses the token, so that the container ends soon after.
    env = workflow.step(github_token="unknown").variables | workflow.addresses

    def ours() -> float:
        with TemporaryDirectory() as folder:
            machine = Machine(Path(folder))
            before, start = len(workflow.github.requests), time.monotonic()
            machine.run(IMAGE, event="pull_request.opened", env=env)
            return workflow.github.requests[before].at - start

    first, bare, ratio = paired(RUNS, ours, lambda: seconds_of(BARE))
    return Row(
        "container to first request to GitHub",
        milliseconds(first),
        f"`docker run python:3.13-slim python -c pass`, {milliseconds(bare)}",
        ratio,
        "2.5",
    )
