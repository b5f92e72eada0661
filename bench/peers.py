"""Measures this action beside PR-Agent of the day: same change, same model, same GitHub.

`make bench-peers` installs the newest `pr-agent` of PyPI into a virtual environment of its own.
Both run as processes, without a container; PR-Agent as its GitHub Action starts it, with its
default settings: it describes, reviews and suggests improvements, one after the other. In its
favour, it has what it would otherwise download at every start: the table of prices that LiteLLM has
too, and its tokenizer's vocabulary.
"""

import hashlib
import json
import os
import statistics
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import change, costs, installed, registry, timed_model
from bench.change import Change
from bench.measuring import PeakMemory, Row, megabytes, seconds
from bench.peer_github import PeerGitHub
from bench.replies import Replies
from bench.timed_model import MODEL_NAME, Exchange, TimedModel
from bench.workflow import SAME_WORKFLOW, Workflow, ended
from tests.e2e.process import EVENTS, NUMBER, Step
from tests.loopback.github import EXAMPLE_REPOSITORY, TOKEN
from tests.loopback.model import KEY

ROOT = Path(__file__).parent.parent
VENV = ROOT / ".venv-peers"
PYTHON = VENV / "bin" / "python"
SIZES = (1, 7, 100)
RUNS = 3
SCALE = 1.0
"""A shorter model would flatter the program that starts faster."""
_BAR = "0.8"
_ENOUGH_TOKENS = "400000"
_VOCABULARY = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
_RANKS = (
    "js-tiktoken@1.0.21",
    "biOj/6M5qdgx5TKjDnFT1ymSpM5tbd3ylwDtrQvFQSu0Z7bBYko2dF+W/aUkXUPuk6IVpRxk/3Q2sHOzGlS36g==",
    "package/dist/ranks/o200k_base.js",
)
_LONGEST = 1200


@dataclass(frozen=True, slots=True)
class Tools:
    """What of PR-Agent runs; `settings` are variables over its defaults."""

    name: str
    settings: Mapping[str, str]


_ACTION = Tools("PR-Agent's action", {})
_ALL = Tools(
    "PR-Agent's action allowed 400,000 tokens", {"CONFIG__MAX_MODEL_TOKENS": _ENOUGH_TOKENS}
)
_REVIEW = Tools(
    "PR-Agent's review alone",
    {"GITHUB_ACTION_CONFIG__AUTO_DESCRIBE": "false", "GITHUB_ACTION_CONFIG__AUTO_IMPROVE": "false"},
)


@dataclass(frozen=True, slots=True)
class _Run:
    """One review by either side: seconds, bytes of memory, requests."""

    seconds: float
    memory: int
    exchanges: list[Exchange]
    to_github: int

    @property
    def shown(self) -> int:
        """How many files' changes some request showed."""
        return len({path for each in self.exchanges for path in timed_model.shown(each)})


def rows(sizes: tuple[int, ...] = SIZES, runs: int = RUNS) -> Iterator[Row]:
    """Measure both sides in turns with changes of these sizes."""
    for count in sizes:
        chosen = change.choose(count)
        others = (_ACTION, _REVIEW) if count < max(SIZES) else (_ACTION, _ALL, _REVIEW)
        ours: list[_Run] = []
        theirs: dict[str, list[_Run]] = {tools.name: [] for tools in others}
        for seed in range(runs):
            ours.append(_review(chosen, seed, None))
            for tools in others:
                theirs[tools.name].append(_review(chosen, seed, tools))
        for name, found in theirs.items():
            yield from _compare(count, ours, name, found)
    yield from installed.rows(PYTHON)


def version() -> str:
    """Return the version of PR-Agent that is installed."""
    command = (str(PYTHON), "-c", "import importlib.metadata as m; print(m.version('pr-agent'))")
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _compare(count: int, ours: list[_Run], name: str, theirs: list[_Run]) -> Iterator[Row]:
    start = f"{'1 real file' if count == 1 else f'{count} real files'}, {name}"
    same = ours[0].shown == theirs[0].shown and name != _REVIEW.name
    yield Row(
        f"{start}: time",
        _time(ours, count),
        _time(theirs, count),
        _ratio(ours, theirs),
        _BAR if same else "",
    )
    one, peer = costs.count(ours[0].exchanges), costs.count(theirs[0].exchanges)
    yield _count(f"{start}: requests to the model", one.requests, peer.requests)
    yield _count(f"{start}: tokens of prompts", one.prompt, peer.prompt)
    mine, other = one.dollars, peer.dollars
    yield Row(f"{start}: price", f"${mine:.3f}", f"${other:.3f}", mine / other, "")
    if name == _ACTION.name:
        yield _count(f"{start}: requests to GitHub", ours[0].to_github, theirs[0].to_github)
        most, theirs_most = (max(each.memory for each in side) for side in (ours, theirs))
        what = f"{start}: memory at most"
        yield Row(what, megabytes(most), megabytes(theirs_most), most / theirs_most, "")


def _time(runs: list[_Run], count: int) -> str:
    took = statistics.median(each.seconds for each in runs)
    return f"{took:.1f} s, {runs[0].shown} of {count} files shown"


def _ratio(ours: list[_Run], theirs: list[_Run]) -> float:
    pairs = zip(ours, theirs, strict=True)
    return statistics.median(one.seconds / peer.seconds for one, peer in pairs)


def _count(what: str, ours: int, theirs: int) -> Row:
    return Row(what, f"{ours:,}", f"{theirs:,}", ours / theirs, "")


def _review(chosen: Change, seed: int, tools: Tools | None) -> _Run:
    with (
        PeerGitHub(EXAMPLE_REPOSITORY) as github,
        TimedModel(Replies(chosen.defective), scale=SCALE) as model,
        TemporaryDirectory() as folder,
    ):
        github.keep_archives(github.warm().add_pull(NUMBER, SAME_WORKFLOW | chosen.everything))
        workflow = Workflow(github, model, Path(folder), MODEL_NAME)
        model.begin(seed)
        if tools is None:
            took, memory = _ours(workflow.step(full="true"))
        else:
            took, memory = _peer(workflow, tools)
        return _Run(took, memory, model.exchanges, len(github.requests))


def _ours(step: Step) -> tuple[float, int]:
    process = step.start()
    memory = PeakMemory(process.pid)
    took = seconds(lambda: ended(step.finish(process, timeout=_LONGEST), 0))
    return took, memory.bytes


def _peer(workflow: Workflow, tools: Tools) -> tuple[float, int]:
    github = workflow.github
    event = json.loads((EVENTS / "pull_request.opened.json").read_text("utf-8"))
    event["pull_request"]["url"] = f"{github.api_url}/repos/{github.full_name}/pulls/{NUMBER}"
    path = workflow.folder / "event.json"
    path.write_text(json.dumps(event), "utf-8")
    command = (str(PYTHON), "-m", "pr_agent.servers.github_action_runner")
    environment = {**_environment(workflow, path), **tools.settings}

    def run() -> None:
        with subprocess.Popen(
            command,
            cwd=workflow.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            peak.append(PeakMemory(process.pid))
            log, _ = process.communicate(timeout=_LONGEST)
        if process.returncode:
            raise AssertionError(f"PR-Agent ended with {process.returncode}:\n{log[-4000:]}")

    peak: list[PeakMemory] = []
    took = seconds(run)
    return took, peak[0].bytes


def _environment(workflow: Workflow, event: Path) -> dict[str, str]:
    vocabulary = str(_keep_vocabulary())
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(workflow.folder),
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REPOSITORY": EXAMPLE_REPOSITORY,
        "GITHUB_OUTPUT": str(workflow.folder / "output"),
        "GITHUB_TOKEN": TOKEN,
        "GITHUB__BASE_URL": workflow.github.api_url,
        "OPENAI_KEY": KEY,
        "OPENAI__KEY": KEY,
        "OPENAI__API_BASE": workflow.model.base_url,
        "CONFIG__MODEL": MODEL_NAME,
        "CONFIG__FALLBACK_MODELS": "[]",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "TIKTOKEN_CACHE_DIR": vocabulary,
        "CUSTOM_TIKTOKEN_CACHE_DIR": vocabulary,
    }


def _keep_vocabulary() -> Path:
    """Write the vocabulary where tiktoken looks for what it has downloaded before."""
    folder = registry.FOLDER / "tokenizers"
    path = folder / hashlib.sha1(_VOCABULARY.encode()).hexdigest()
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        text = registry.member(*_RANKS).decode()
        members = json.loads(text[text.index("{") : text.rindex("}") + 1])
        path.write_text("".join(_rank_lines(members["bpe_ranks"])), "utf-8")
    return folder


def _rank_lines(ranks: str) -> Iterator[str]:
    """Turn lines of a first rank and tokens into lines of one token and its rank."""
    for line in filter(None, ranks.split("\n")):
        _, first, *tokens = line.split(" ")
        for rank, token in enumerate(tokens, int(first)):
            yield f"{token} {rank}\n"
