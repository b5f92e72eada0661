"""Measures what is promised of speed and size, as ratios within one run."""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.process import NUMBER, REPOSITORY, Finished, Step
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.model import LoopbackModel

RUNS = 9
SIX = "import github, openai, unidiff, jinja2, tenacity, yaml"
FILES, CONCURRENCY, MODEL_SECONDS = 100, 16, 2.0
ROUNDS = -(-FILES // CONCURRENCY)


@dataclass(frozen=True, slots=True)
class Row:
    """One measured ratio; `bar` is what product and readers may hold us to."""

    what: str
    ours: str
    other: str
    ratio: float
    bar: str


def main() -> None:
    """Print the table."""
    rows = [*_starts(), *_reviews(), *_image()]
    print(f"Measured {datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}, medians.\n")
    print("| what | ours | compared with | ratio | bar |")
    print("|---|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.ours} | {row.other} | {row.ratio:.2f} | {row.bar} |")


def _starts() -> Iterator[Row]:
    python = [sys.executable, "-I", "-X", "utf8", "-c"]
    with _workflow(files=1) as (github, step):
        skip = Step(step(0).root, {"api-key": "k" * 20}, {}, event="pull_request.closed")
        bare, nothing = _paired(
            lambda: subprocess.run([*python, "pass"], check=True), lambda: _ended(skip.run(), 0)
        )
        yield Row(
            "nothing to do", _ms(nothing), f"`python -c pass`, {_ms(bare)}", nothing / bare, "6"
        )
        counter = iter(range(1, 1000))
        imports, first = _paired(
            lambda: subprocess.run([*python, SIX], check=True),
            lambda: _first_request(github, step(next(counter))),
        )
        yield Row(
            "start to first request to GitHub",
            _ms(first),
            f"importing the six libraries, {_ms(imports)}",
            first / imports,
            "1",
        )


def _first_request(github: LoopbackGitHub, step: Step) -> float:
    before = len(github.requests)
    start = time.perf_counter()
    process = step.start()
    while len(github.requests) == before:
        time.sleep(0.001)
    seconds = time.perf_counter() - start
    process.kill()
    process.communicate()
    return seconds


def _reviews() -> Iterator[Row]:
    with _workflow(files=FILES, latency=MODEL_SECONDS) as (github, step):
        ideal = ROUNDS * MODEL_SECONDS
        start = time.perf_counter()
        _ended(step(0, concurrency=str(CONCURRENCY)).run(timeout=120), 0)
        seconds = time.perf_counter() - start
        yield Row(
            f"{FILES} files, model of {MODEL_SECONDS:.0f} s, concurrency {CONCURRENCY}",
            f"{seconds:.1f} s",
            f"{ROUNDS} rounds, {ideal:.0f} s",
            seconds / ideal,
            "1.15",
        )
        asked, sent = len(step.model.requests), len(github.requests)
        edits = len(github.writes)
        _ended(step(1).run(), 0)
        calls, requests = len(step.model.requests) - asked, len(github.requests) - sent
        yield Row("same head again: model calls", str(calls), f"first run, {asked}", calls / asked, "0")
        yield Row(
            "same head again: requests to GitHub",
            f"{requests}, {len(github.writes) - edits} edits",
            f"first run, {sent}",
            requests / sent,
            "at most 6",
        )


def _image() -> Iterator[Row]:
    if not shutil.which("docker") or subprocess.run(["docker", "version"], capture_output=True).returncode:
        print("No Docker engine answers: the image was not measured.\n")
        return
    ours = _size("Dockerfile", "code-review-action:bench")
    plain = _size("bench/plain.Dockerfile", "code-review-action:plain")
    yield Row(
        "image size", f"{ours / 1e6:.1f} MB", f"plain two-stage build, {plain / 1e6:.1f} MB", ours / plain, "0.40"
    )


def _size(dockerfile: str, tag: str) -> int:
    build = ["docker", "build", "--quiet", "--network", "host", "--file", dockerfile, "--tag", tag, "."]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    shown = subprocess.run(
        ["docker", "image", "inspect", tag], check=True, capture_output=True, text=True
    )
    size: int = json.loads(shown.stdout)[0]["Size"]
    return size
