"""What reviews of a small, a medium and a large change would cost, as `review --plan` says it.

No model is asked: tokens of prompts are characters divided by three, and each reply is taken for
1,000 tokens, as in every plan. `python -m bench.example_costs` writes example_costs.json, from
which README's table is made.
"""

import difflib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import change
from bench.change import Change
from reviewer.config.workflow.inputs import Inputs

ROOT = Path(__file__).parent.parent
PATH = Path(__file__).with_suffix(".json")
SIZES = {"small": 1, "medium": 7, "large": 100}
# How much more the prompts of reviews with tools take: five reviews of docs/review-quality.md.
TOOLS_FACTOR = 6.6
_QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_TOTAL = re.compile(
    r"would take (?P<requests>[\d,]+) requests?(?: and at most (?P<verifications>[\d,]+) "
    r"verifications?)?, with about (?P<prompts>[\d,]+(?: to [\d,]+)?) tokens in prompts and "
    r"(?P<replies>[\d,]+(?: to [\d,]+)?)\s+in\s+replies"
)
_PRICE = re.compile(r"That costs about (?P<least>[\d.]+)(?: to (?P<most>[\d.]+))? USD")


@dataclass(frozen=True, slots=True)
class ExampleCost:
    """The plan of one change; `prices` are the least and the highest by model, in US dollars."""

    size: str
    files: int
    lines: int
    requests: str
    verifications: str
    prompts: str
    replies: str
    prices: dict[str, tuple[float, float]]


def load() -> tuple[str, tuple[ExampleCost, ...]]:
    """Return the day of the measurement, and what was measured."""
    kept = json.loads(PATH.read_text("utf-8"))
    return kept["date"], tuple(ExampleCost(**each) for each in kept["changes"])


def measure() -> Iterator[ExampleCost]:
    """Plan a review of each change by each of the two default models."""
    inputs = Inputs()
    for size, count in SIZES.items():
        chosen = change.choose(count)
        with TemporaryDirectory() as folder:
            _commit_both(Path(folder), chosen)
            plans = {model: _plan(Path(folder), model) for model in inputs.models}
        total = _find(_TOTAL, plans[inputs.model])
        yield ExampleCost(
            size,
            count,
            _count_lines(chosen),
            total["requests"],
            total["verifications"] or "0",
            total["prompts"],
            total["replies"],
            {model: _read_prices(plan) for model, plan in plans.items()},
        )


def _count_lines(chosen: Change) -> int:
    """Return the added and removed lines."""
    return sum(
        line[:1] in "+-"
        for old, new in chosen.files.values()
        for line in list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0))[2:]
    )


def _commit_both(folder: Path, chosen: Change) -> None:
    _git(folder, "init", "--quiet", "--initial-branch", "main")
    for number in (0, 1):
        for path, texts in chosen.everything.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(texts[number], "utf-8")
        _git(folder, "add", ".")
        _git(folder, "commit", "--quiet", "-m", f"Version {number}")


def _git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Dev", "-c", "user.email=dev@example.com")
    environ = {**_QUIET, "PATH": os.environ["PATH"]}
    subprocess.run(["git", *who, *arguments], cwd=folder, env=environ, check=True)


def _plan(folder: Path, model: str) -> str:
    """Return the plan that the command prints."""
    command = ("review", "HEAD~1..HEAD", "--plan")
    inputs = ("--input", f"model={model}", "--input", "fallback-model=")
    done = subprocess.run(
        [sys.executable, "-m", "reviewer", *command, *inputs],
        cwd=folder,
        env={**_QUIET, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return " ".join(done.stdout.split())


def _read_prices(plan: str) -> tuple[float, float]:
    found = _find(_PRICE, plan)
    return float(found["least"]), float(found["most"] or found["least"])


def _find(pattern: re.Pattern[str], plan: str) -> re.Match[str]:
    found = pattern.search(plan)
    if not found:
        raise RuntimeError(f"the plan is worded in another way: {plan[:300]}")
    return found


def table() -> Iterator[str]:
    """Yield the lines of README's table."""
    day, measured = load()
    models = list(measured[0].prices)
    usual = next(each for each in measured if each.size == "medium")
    least, most = usual.prices[models[0]]
    price, with_tools = _word_price(least, most), _cents(most * TOOLS_FACTOR)
    yield (
        f"**A review of {usual.files} changed files costs about {price} without tools, and up to "
        f"{TOOLS_FACTOR} times as much (${with_tools}) with them.** Tools are on by default for "
        "branches of your own repository. That factor was measured in [five reviews]"
        "(docs/review-quality.md#twelve-changes-with-known-defects) only."
    )
    yield ""
    yield f"| change | requests | tokens | {' | '.join(f'`{model}`' for model in models)} |"
    yield f"|---|---|---|{'---|' * len(models)}"
    for each in measured:
        files = f"{each.files} file{'s' * (each.files != 1)}, {each.lines:,} lines"
        prices = " | ".join(_word_price(*each.prices[model]) for model in models)
        most = int(each.requests) + int(each.verifications)
        tokens = f"{_word_tokens(each.prompts)} in, {_word_tokens(each.replies)} out"
        yield f"| {each.size}: {files} | {each.requests} to {most} | {tokens} | {prices} |"
    yield ""
    yield f"Calculated on {day} for the two default models. The lines are changed lines."


def _word_tokens(counts: str) -> str:
    """Round both ends of a range to thousands."""
    low, _, high = counts.replace(",", "").partition(" to ")
    return f"{round(int(low) / 1000)}k to {round(int(high or low) / 1000)}k"


def _word_price(least: float, most: float) -> str:
    low, high = _cents(least), _cents(most)
    return f"${low}" if low == high else f"${low} to ${high}"


def _cents(dollars: float) -> str:
    """Round to two digits that mean something."""
    return f"{dollars:.2f}" if dollars >= 0.1 else f"{dollars:.3f}"  # noqa: PLR2004 - ten cents


if __name__ == "__main__":
    changes = [asdict(each) for each in measure()]
    day = datetime.now(UTC).date().isoformat()
    PATH.write_text(json.dumps({"date": day, "changes": changes}, indent=1) + "\n", "utf-8")
