"""What small files by the hundred take: requests, a second run of the same head, memory, time."""

import statistics
from collections.abc import Iterator

from bench.measuring import PeakMemory, Row, megabytes, seconds
from bench.workflow import Workflow, ended, running

FILES, CONCURRENCY = 100, 16
FEW, MANY = 30, 10 * FILES
RUNS = 3
MOST_MEMORY = 300e6
MOST_REQUESTS = 6
MOST_REQUESTS_OF_FEW, MOST_REQUESTS_OF_MANY = 20, 60


def rows() -> Iterator[Row]:
    """Measure whole reviews, each file with one changed line, a model that answers at once."""
    with running(files=FILES) as workflow:
        ended(workflow.step().run(timeout=120), 0)
        yield from _same_head_again(workflow)
    with running(files=FEW) as workflow:
        ended(workflow.step().run(timeout=120), 0)
        asked = len(workflow.model.requests)
        what = f"{FEW} files: requests to the model"
        yield Row(what, str(asked), f"one for each file, {FEW}", asked / FEW, "3 requests")
    yield from _many_files()


def _same_head_again(workflow: Workflow) -> Iterator[Row]:
    before = _counts(workflow)
    ended(workflow.step().run(), 0)
    names = ("requests to the model", "requests to GitHub", "edits")
    bars = ("0", f"{MOST_REQUESTS} requests", "0")
    for name, first, total, bar in zip(names, before, _counts(workflow), bars, strict=True):
        again = total - first
        yield Row(f"same head again: {name}", str(again), f"first run, {first}", again / first, bar)


def _counts(workflow: Workflow) -> tuple[int, int, int]:
    github, model = workflow.github, workflow.model
    return len(model.requests), len(github.requests), len(github.writes)


def _many_files() -> Iterator[Row]:
    with running(files=FILES) as workflow:
        few, few_memory = _review(workflow)
        yield _requests(workflow, FILES, MOST_REQUESTS_OF_FEW)
    with running(files=MANY) as workflow:
        many, many_memory = _review(workflow)
        yield _requests(workflow, MANY, MOST_REQUESTS_OF_MANY)
    yield Row(
        f"{MANY} files: memory at most",
        megabytes(many_memory),
        f"{FILES} files, {megabytes(few_memory)}",
        many_memory / few_memory,
        megabytes(MOST_MEMORY),
    )
    yield Row(
        f"{MANY} files: time, a model that answers at once",
        f"{many:.1f} s",
        f"{FILES} files, {few:.1f} s",
        many / few,
        f"{MANY // FILES}",
    )


def _requests(workflow: Workflow, files: int, bar: int) -> Row:
    """Count the requests of one of the full reviews."""
    count = len(workflow.github.requests) // RUNS
    what = f"{files} files: requests to GitHub for a full review"
    return Row(what, str(count), f"one for each file, {files}", count / files, f"{bar} requests")


def _review(workflow: Workflow) -> tuple[float, float]:
    """Return the medians of the seconds and the bytes that a full review takes."""
    times: list[float] = []
    sizes: list[int] = []
    step = workflow.step(max_files=str(MANY), full="true", concurrency=str(CONCURRENCY))
    for _ in range(RUNS):
        process = step.start()
        memory = PeakMemory(process.pid)
        times.append(seconds(lambda: ended(step.finish(process, timeout=120), 0)))  # noqa: B023
        sizes.append(memory.bytes)
    return statistics.median(times), statistics.median(sizes)
