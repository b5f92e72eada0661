"""How long reviews of a real change take, and what they ask for: requests, tokens, dollars.

The model takes the time of a real one, shortened by SCALE, and finds something in 40 % of the
files, which is verified. What a run does between its first request and the last reply is not
shortened, so it weighs more here.
"""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from bench import before, change, costs, timed_model
from bench.costs import Costs
from bench.measuring import Row, seconds
from bench.prompt_cache import CHARACTERS_PER_TOKEN
from bench.timed_model import TimedModel
from bench.workflow import Workflow, ended, reviewing
from reviewer.config.workflow.inputs import DECLARATIONS

SIZES = (1, 7, 30, 100)
RUNS = 3
SCALE = 0.5
"""Seconds that a second of the model takes."""
# Times of the least that the latencies allow: the bars for changes of few files and of many.
_FEW, _BAR_OF_FEW, _BAR_OF_MANY = 10, "1.05", "1.25"
_PRICE_BAR = {7: "0.70", 30: "0.70", 100: "0.70"}


@dataclass(frozen=True, slots=True)
class _Run:
    """One review in the model's seconds: all of it, the part that waits, and its lower bound.

    What a run does before its first request and after the last reply is in true seconds.
    """

    whole: float
    waiting: float
    least: float
    costs: Costs


def rows(sizes: tuple[int, ...] = SIZES, runs: int = RUNS) -> Iterator[Row]:
    """Measure each size; the sizes take turns, so that what the machine does meets all alike."""
    measured: dict[int, list[_Run]] = {count: [] for count in sizes}
    requests: dict[int, int] = {}
    for seed in range(runs):
        for count in sizes:
            with reviewing(change.choose(count), scale=SCALE) as (workflow, model):
                measured[count].append(_review(workflow, model, seed))
                requests[count] = len(workflow.github.requests)
    for count, found in measured.items():
        yield from _times(_files(count), count, found)
        yield from _requests(_files(count), count, found[0].costs, requests[count])
        yield from _costs(_files(count), count, found[0].costs)


def _files(count: int) -> str:
    return "1 real file" if count == 1 else f"{count} real files"


def _review(workflow: Workflow, model: TimedModel, seed: int) -> _Run:
    model.begin(seed)
    step = workflow.step(full="true")
    took = seconds(lambda: ended(step.run(timeout=900), 0))
    asked = model.exchanges
    waiting = timed_model.wall_seconds(asked)
    least = timed_model.least_seconds(asked, _concurrency())
    return _Run(took - waiting * SCALE + waiting, waiting, least, costs.count(asked))


def _concurrency() -> int:
    return next(int(each.default) for each in DECLARATIONS if each.name == "concurrency")


def _times(files: str, count: int, runs: list[_Run]) -> Iterator[Row]:
    bar = _BAR_OF_FEW if count <= _FEW else _BAR_OF_MANY
    least = statistics.median(each.least for each in runs)
    other = f"least that its latencies allow, {least:.1f} s"
    waiting = statistics.median(each.waiting for each in runs)
    ratio = statistics.median(each.waiting / each.least for each in runs)
    what = f"{files}: first request to the model to its last reply"
    yield Row(what, f"{waiting:.1f} s", other, ratio, bar)
    whole = statistics.median(each.whole for each in runs)
    ratio = statistics.median(each.whole / each.least for each in runs)
    yield Row(f"{files}: the whole review", f"{whole:.1f} s", other, ratio, "")


def _requests(files: str, count: int, asked: Costs, to_github: int) -> Iterator[Row]:
    one_each = f"one for each file, {count}"
    what = f"{files}: requests to the model"
    yield Row(what, str(asked.requests), one_each, asked.requests / count, "")
    yield Row(f"{files}: requests to GitHub", str(to_github), one_each, to_github / count, "")


def _costs(files: str, count: int, asked: Costs) -> Iterator[Row]:
    earlier = before.COSTS[count]
    lines = [text for pair in change.choose(count).files.values() for text in pair]
    texts = sum(map(len, lines)) // CHARACTERS_PER_TOKEN
    what = f"{files}: tokens of prompts"
    yield Row(what, f"{asked.prompt:,}", f"both versions, {texts:,}", asked.prompt / texts, "")
    share = asked.cached / asked.prompt
    what = f"{files}: tokens that a cache serves"
    yield Row(what, f"{asked.cached:,}", f"all of prompts, {asked.prompt:,}", share, "")
    what, ratio = f"{files}: prompts at the full price", asked.full_price / earlier.full_price
    other = f"{before.COMMIT}, {earlier.full_price:,.0f} tokens"
    yield Row(what, f"{asked.full_price:,.0f} tokens", other, ratio, _PRICE_BAR.get(count, ""))
    other, ratio = f"{before.COMMIT}, ${earlier.dollars:.3f}", asked.dollars / earlier.dollars
    yield Row(f"{files}: price", f"${asked.dollars:.3f}", other, ratio, "1")
