"""Records the prompts of whole runs, and prints what the prompt caches of OpenAI serve of them.

`python -m bench.prompt_recording OLD NEW` takes two folders with versions of the same files. The
pull request is the difference, with findings in 40 % of its files; afterwards a fifth of them
changes again. Prompts are recorded as they go to OpenAI's own address.
"""

import argparse
import json
import re
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.prompt_cache import SentPrompt, price, serve, serve_marked
from reviewer.adapters.http.retry import Deadline
from reviewer.adapters.openai.capacity import Capacity
from reviewer.adapters.openai.model_server import ModelServer
from reviewer.adapters.openai.wire import Options
from reviewer.config.workflow.inputs import Inputs
from tests.invariants import Invariants
from tests.loopback.github import LoopbackGitHub
from tests.loopback.model import Body, LoopbackModel, shown_files
from tests.runs.job import NUMBER, Job, section

SIZES = (7, 30, 100)
# Changed characters of a file; with fewer or more, it is no example of what people review.
_LEAST, _MOST = 300, 4_000
# A reply takes eight seconds, which pass in less than half of one.
_MODEL = "gpt-6-luna"
_SECONDS, _SPEED = 8.0, 20.0
_BETWEEN_RUNS = 600.0
_CHANGED_LINE = re.compile(r"^ *\d+ \+ (.*\S.*)$", re.MULTILINE)


@dataclass
class Recording:
    """Answers prompts, and keeps them with their times, which begin at `start`."""

    prompts: list[SentPrompt] = field(default_factory=list)
    bytes: int = 0
    start: float = 0.0
    _zero: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: Body) -> str:
        """Report a problem in 40 % of the files, and keep it when it is verified."""
        began = self._now()
        time.sleep(_SECONDS / _SPEED)
        text, marks = serialise(body)
        ended = self._now()
        with self._lock:
            key = body.get("prompt_cache_key", "")
            self.prompts.append(SentPrompt(text, began, ended, key, marks))
            self.bytes += sum(len(each["content"].encode()) for each in body["messages"])
        return _reply(body)

    def _now(self) -> float:
        return self.start + (time.monotonic() - self._zero) * _SPEED

    def begin(self, start: float) -> None:
        """Let the times go on from `start`."""
        self.start, self._zero = start, time.monotonic()


def serialise(body: Body) -> tuple[str, tuple[int, ...]]:
    """Return a request as the one text that the model reads, and where its breakpoints are.

    Tools and the schema come first. Without `mode: explicit`, the end of the last message is one.
    """
    wanted = body.get("text", {}).get("format", {}).get("schema", {})
    text = json.dumps(body.get("tools", [])) + json.dumps(wanted)
    marks: list[int] = []
    for item in body["input"]:
        content = item.get("content", item)
        parts = content if isinstance(content, list) else [{"text": content}]
        text += f"\n<{item.get('role', '')}>\n"
        for part in parts:
            shown = part["text"]
            text += shown if isinstance(shown, str) else json.dumps(shown)
            if "prompt_cache_breakpoint" in part:
                marks.append(len(text))
    if body.get("prompt_cache_options", {}).get("mode") != "explicit":
        marks.append(len(text))
    return text, tuple(marks)


def _reply(body: Body) -> str:
    text: str = body["messages"][-1]["content"]
    if "argue against" in text:
        rows = [
            {"finding": int(n), "evidence": "It is so.", "verdict": "keep", "ground": "none"}
            for n in re.findall(r"^Finding (\d+),", text, re.MULTILINE)
        ]
        return json.dumps({"verdicts": rows})
    shown = re.split(r"\nFile \d+ of \d+, ", text)[1:]
    files = shown_files(body) if "review of the whole change" not in text else []
    sections = [_section(path, part) for path, part in zip(files, shown, strict=False)]
    return json.dumps({"overview": "Changes it.", "major_changes": [], "files": sections})


def _section(path: str, part: str) -> dict[str, object]:
    lines: list[str] = _CHANGED_LINE.findall(part)
    if not lines or sum(path.encode()) % 5 > 1:
        return section(path)
    return section(path, {"quote": max(lines, key=len), "title": f"Breaks {path}"})


class _Job(Job):
    """A job whose model server takes itself for OpenAI's."""

    def _models(self, inputs: Inputs, deadline: Deadline) -> tuple[ModelServer, ...]:
        return (
            ModelServer(
                model=inputs.model,
                api_key=inputs.api_key,
                base_url=inputs.base_url,
                deadline=deadline,
                capacity=Capacity(inputs.concurrency, inputs.request_timeout),
                responses=True,
                options=Options(caches=True),
            ),
        )


def record(files: Mapping[str, tuple[str, str]], batching: str) -> tuple[Recording, int]:
    """Record a run and a second one after a push; return them, and the prompts of the first."""
    seen = Recording()
    with (
        LoopbackGitHub(checked=False) as github,
        LoopbackModel(seen.answer, models=(_MODEL,), checked=False) as model,
        tempfile.TemporaryDirectory() as folder,
    ):
        github.warm().add_pull(NUMBER, files)
        job = _Job(github, model, Path(folder), Invariants(github, model))
        inputs = {"batching": batching, "verify": "on", "max-files": "1000", "model": _MODEL}
        job.inputs |= inputs
        _run(job)
        first = len(seen.prompts)
        seen.begin(max(each.ended for each in seen.prompts) + _BETWEEN_RUNS)
        pushed = list(files.items())[::5]
        github.push(NUMBER, {path: new + "\nPUSHED = True\n" for path, (_, new) in pushed})
        _run(job)
    return seen, first


def _run(job: Job) -> None:
    done = job.run()
    if done.code:
        raise AssertionError(f"The run ended with {done.code}:\n{done.log}")


def read_change(old: Path, new: Path, count: int) -> dict[str, tuple[str, str]]:
    """Return Python files that differ between two folders, spread over all, with both texts."""
    changed: dict[str, tuple[str, str]] = {}
    for path in sorted(new.rglob("*.py")):
        name = path.relative_to(new)
        if "site-packages" in name.parts or not (old / name).is_file():
            continue
        try:
            before, after = (old / name).read_text("utf-8"), path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        lines = set(before.splitlines()) ^ set(after.splitlines())
        if _LEAST <= sum(map(len, lines)) <= _MOST:
            changed[f"src/{name.as_posix()}"] = (before, after)
    step = max(1, len(changed) // count)
    return dict(list(changed.items())[::step][:count])


def main() -> None:
    """Print the prices of a first and a second run, for each size and way of batching."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = parser.parse_args()
    print("files | batching | run | prompts | bytes | tokens | longest prefix | at breakpoints")
    for count in given.sizes:
        change = read_change(given.old, given.new, count)
        for batching in ("change", "file"):
            seen, first = record(change, batching)
            prompts = sorted(seen.prompts, key=lambda each: each.began)
            longest, marked = serve(prompts), serve_marked(prompts)
            for run, span in (("first", slice(first)), ("second", slice(first, None))):
                tokens = sum(each.tokens for each in longest[span])
                row = (count, batching, run, len(longest[span]), seen.bytes, tokens)
                prices = price(longest[span]), price(marked[span])
                print(" | ".join(map(str, (*row, *prices))))


if __name__ == "__main__":
    main()
