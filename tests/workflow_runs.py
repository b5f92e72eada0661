"""What GitHub makes of a workflow and an event: which jobs run, under which name, in which group.

GitHub's own library reads the expressions (tests/contracts/actions-expressions, in Node.js).
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

_EVALUATOR = Path(__file__).with_name("evaluate_expressions.mjs")
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_OURS = re.compile(r"\./|[\w-]+/code-review-action@")
_SECRETS = {"OPENAI_API_KEY": "key", "CODE_REVIEW_MEMORY_KEY": "memory"}


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happens: the name of the event and its payload."""

    event: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """A job of a run: its name, the result of its `if:`, and the inputs of our steps."""

    key: str
    name: str
    runs: bool
    inputs: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """What GitHub starts for an event; without a group, a run is by itself."""

    group: str
    cancels: bool
    jobs: tuple[PlannedJob, ...]

    def stops(self, earlier: "PlannedRun") -> bool:
        """Return True if this run ends the earlier one while that is running."""
        return self.cancels and self.displaces(earlier)

    def displaces(self, earlier: "PlannedRun") -> bool:
        """Return True if this run ends the earlier one while that waits, or waits for it."""
        return bool(self.group) and self.group == earlier.group


def plan(text: str, occasions: Sequence[Occasion]) -> tuple[PlannedRun | None, ...]:
    """Return what each occasion starts, None where `on:` does not name it; one process for all."""
    workflow = yaml.safe_load(text)
    tasks = _Tasks()
    read = [
        _Reading(workflow, _contexts(number, each), tasks) if _listens(workflow, each) else None
        for number, each in enumerate(occasions, 1)
    ]
    drafts = [None if each is None else each.draft() for each in read]
    values = tasks.evaluate()
    return tuple(None if draft is None else _make_run(draft, values) for draft in drafts)


def _listens(workflow: Mapping[Any, Any], occasion: Occasion) -> bool:
    triggers = workflow[True]  # YAML reads `on` as true
    if occasion.event not in triggers:
        return False
    types = (triggers[occasion.event] or {}) if isinstance(triggers, dict) else {}
    wanted = types.get("types") if isinstance(types, dict) else None
    return not wanted or occasion.payload["action"] in wanted


def _contexts(number: int, occasion: Occasion) -> dict[str, object]:
    github = {
        "event_name": occasion.event,
        "event": occasion.payload,
        "run_id": str(900_000 + number),
        "run_attempt": "1",
        "token": "token",
        "repository": "octo/shop",
        "workflow": "Workflow",
        "ref": f"refs/pull/{number}/merge",
    }
    none: dict[str, object] = {}
    return {
        "github": github,
        "secrets": _SECRETS,
        "inputs": occasion.payload.get("inputs") or none,
        **dict.fromkeys(("matrix", "needs", "steps", "vars"), none),
    }


class _Tasks:
    """Expressions that wait for their values."""

    def __init__(self) -> None:
        self._tasks: list[dict[str, object]] = []

    def add(self, expression: str, contexts: Mapping[str, object]) -> int:
        self._tasks.append({"expression": expression.strip(), "contexts": contexts})
        return len(self._tasks) - 1

    def evaluate(self) -> list[dict[str, Any]]:
        node = shutil.which("node") or "node"
        done = subprocess.run(
            [node, str(_EVALUATOR)],
            input=json.dumps(self._tasks),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        values: list[dict[str, Any]] = json.loads(done.stdout)
        return values


_Text: TypeAlias = tuple[str | int, ...]
_Job: TypeAlias = tuple[str, _Text, int, list[dict[str, _Text]]]
_Draft: TypeAlias = tuple[_Text, _Text, list[_Job]]


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads a workflow for one event; a text is its plain parts and the numbers of expressions."""

    workflow: Mapping[Any, Any]
    contexts: Mapping[str, object]
    tasks: _Tasks

    def draft(self) -> _Draft:
        shared = self.workflow.get("concurrency", {})
        jobs = [self._draft_job(key, job) for key, job in self.workflow["jobs"].items()]
        return (
            self._text(shared.get("group", "")),
            self._text(str(shared.get("cancel-in-progress", False)).lower()),
            jobs,
        )

    def _draft_job(self, key: str, job: Mapping[str, Any]) -> _Job:
        matrix = {
            name: values[0] for name, values in job.get("strategy", {}).get("matrix", {}).items()
        }
        contexts = {**self.contexts, "matrix": matrix}
        steps = [step for step in job["steps"] if _OURS.match(step.get("uses", ""))]
        condition = _EXPRESSION.sub(r"\1", str(job.get("if", "true")))
        return (
            key,
            self._text(job.get("name", key), contexts),
            self.tasks.add(condition, contexts),
            [
                {name: self._text(value, contexts) for name, value in step.get("with", {}).items()}
                for step in steps
            ],
        )

    def _text(self, value: object, contexts: Mapping[str, object] | None = None) -> _Text:
        pieces = _EXPRESSION.split(str(value).lower() if isinstance(value, bool) else str(value))
        return tuple(
            self.tasks.add(piece, contexts or self.contexts) if number % 2 else piece
            for number, piece in enumerate(pieces)
        )


def _make_run(draft: _Draft, values: Sequence[Mapping[str, Any]]) -> PlannedRun:
    def text(pieces: _Text) -> str:
        return "".join(
            str(values[each]["text"]) if isinstance(each, int) else each for each in pieces
        )

    group, cancels, jobs = draft
    return PlannedRun(
        group=text(group),
        cancels=text(cancels) == "true",
        jobs=tuple(
            PlannedJob(
                key,
                text(name),
                bool(values[condition]["truthy"]),
                tuple({name: text(value) for name, value in each.items()} for each in inputs),
            )
            for key, name, condition, inputs in jobs
        ),
    )


def jobs_that_run(run: PlannedRun | None) -> Iterator[PlannedJob]:
    """Yield the jobs that run, none where no run is started."""
    return (job for job in (run.jobs if run else ()) if job.runs)
