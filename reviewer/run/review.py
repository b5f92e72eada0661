"""One delivery: from the pull request as it stands to the comment, outputs and exit code."""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TypeVar

from reviewer.changes import sharding
from reviewer.changes.selection import Selection
from reviewer.comments import upsert
from reviewer.config import settings as config
from reviewer.config.settings import Settings
from reviewer.config.strict_yaml import PATH
from reviewer.context import guidelines as conventions
from reviewer.context.collect import HeadFiles, Surroundings
from reviewer.llm import model_catalog
from reviewer.llm.ask import Asking, refuse
from reviewer.llm.budget import Budget
from reviewer.llm.prompts import Prompts
from reviewer.llm.tools import OFFERED, Tools
from reviewer.memory import cache_key
from reviewer.memory.previous_review import Basis
from reviewer.memory.state import State
from reviewer.pipeline import review_changes, review_file
from reviewer.pipeline.file_result import Merger
from reviewer.pipeline.review_file import BatchReviewer
from reviewer.ports import Model
from reviewer.pull_request import PullRequest, Snapshot
from reviewer.redaction.masking import Masking
from reviewer.run import eligibility, error_boundary, premises, run
from reviewer.run.publish import Conclusion, Remembering
from reviewer.run.reporter import Reporting
from reviewer.run.run import Trip

log = logging.getLogger(__name__)

T = TypeVar("T")

DAMAGED = "what was remembered could not be read"


def deliver(trip: Trip, snapshot: Snapshot) -> int:
    """Review the pull request of `snapshot`, keep its comment, and return the exit code."""
    return error_boundary.attempt(trip, snapshot, _deliver)


def _deliver(trip: Trip, snapshot: Snapshot, reporting: Reporting) -> int:
    wanted, name = trip.wanted, trip.inputs.name
    eligibility.require_means(trip.inputs)
    known, damaged = upsert.recall(snapshot, name)
    pull = premises.as_triggered(snapshot.pull, wanted)
    whole = premises.whole(known, snapshot, wanted, name)
    models = None if whole else _early(trip.models)
    settings = config.load(trip.inputs, trip.forge.content(PATH, pull.base_sha))
    if reason := eligibility.objection(pull, settings, known, asked=wanted.asked):
        return error_boundary.skip(trip.runner, reason)
    if not wanted.asked and (reason := _stranger(trip, pull)):
        return error_boundary.skip(trip.runner, reason)
    grounds = _Grounds(
        settings,
        cache_key.key(trip.inputs, settings),
        premises.amended(known, wanted),
        damaged,
        models,
    )
    if whole and (grounds.key, grounds.known) == (known.key, known):
        reporting.stands(snapshot)
        return error_boundary.repeat(trip, snapshot, known, settings)
    return _review(trip, replace(snapshot, pull=pull), reporting, grounds)


def _stranger(trip: Trip, pull: PullRequest) -> str:
    return eligibility.must_wait(pull, trip.inputs, lambda: trip.forge.opened_before(pull))


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What is settled before the changes are read."""

    settings: Settings
    key: str
    known: State
    damaged: bool
    models: Future[tuple[Model, ...]] | None


@dataclass(frozen=True, slots=True)
class _Material:
    """What was read before a model is asked; `guidelines` are paths and texts."""

    snapshot: Snapshot
    settings: Settings
    selection: Selection
    basis: Basis
    guidelines: tuple[tuple[str, str], ...]


def _review(trip: Trip, snapshot: Snapshot, reporting: Reporting, grounds: _Grounds) -> int:
    pull, settings = snapshot.pull, grounds.settings
    with trip.runner.group("Read the changes"):
        selection = review_changes.read_changes(trip.forge, pull, settings)
        basis = premises.basis(grounds.known, pull, grounds.key, trip.wanted, trip.forge.descends)
        basis = replace(basis, reason=DAMAGED) if grounds.damaged else basis
        guidelines = conventions.read(trip.forge, settings.guidelines, pull.base_sha)
        fresh = trip.forge.snapshot(pull.number)
    if fresh.pull.head_sha != pull.head_sha:
        return _again(trip, fresh)
    if selection.files:
        reporting.under_way(fresh)
    with trip.runner.group("Review"):
        models = grounds.models.result() if grounds.models else trip.models()
        material = _Material(snapshot, settings, selection, basis, guidelines)
        reviewer = _reviewer(trip, material, models)
        asks = any(reviewer.merger.unchanged(file) is None for file in selection.files)
        ending = _early(models[0].shutdown_date) if asks else None
        dismissed = premises.dismissed(trip.forge, fresh, grounds.known, trip.inputs.name)
        share = sharding.share(selection, trip.inputs.shard)
        made, following = review_changes.review(reviewer, share, dismissed)
    made = replace(made, shard=trip.inputs.shard)
    made = replace(made, notes=(*made.notes, *_ending(models[0], ending)))
    remembering = Remembering(grounds.key, following, grounds.known)
    again = None if trip.restarted else partial(_again, trip)
    return Conclusion(
        trip, reporting, fresh, settings, selection.files, remembering, again=again
    ).draw(made)


def _again(trip: Trip, fresh: Snapshot) -> int:
    """Start over with the head that came meanwhile, once."""
    if trip.restarted:
        return error_boundary.skip(
            trip.runner, "the head keeps moving; the run for the newest one reviews it"
        )
    log.info("The head moved to %s meanwhile; starting again", fresh.pull.head_sha[:7])
    return deliver(replace(trip, restarted=True), fresh)


def _ending(model: Model, ending: Future[date | None] | None) -> tuple[str, ...]:
    """Warn of a model that ends, if the server has said so by now."""
    ends = ending.result() if ending and ending.done() else None
    return tuple(filter(None, (model_catalog.warning(model.name, ends, datetime.now(UTC).date()),)))


def _early(call: Callable[[], T]) -> Future[T]:
    """Begin something whose result is wanted later."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="models")
    made = pool.submit(call)
    pool.shutdown(wait=False)
    return made


def _reviewer(trip: Trip, material: _Material, models: tuple[Model, ...]) -> BatchReviewer:
    pull, selection = material.snapshot.pull, material.selection
    masking = Masking.of(trip.runner.secrets, selection.files)
    workspace = run.workspace(trip, pull)
    prompts = Prompts(
        pull,
        nonce=secrets.token_hex(8),
        language=material.settings.language,
        mask=masking,
        tools=OFFERED if workspace else (),
    )
    answer = Tools(workspace, prompts.fenced).answer if workspace else refuse
    budget = Budget(trip.inputs.max_tokens_total, trip.inputs.max_cost)
    return BatchReviewer(
        surroundings=Surroundings(HeadFiles(trip.forge, pull.head_sha), selection.files),
        snapshot=material.snapshot,
        config=material.settings,
        prompts=prompts,
        asking=Asking(models, budget, answer, prompts.shown),
        merger=Merger(prompts.shown, material.basis, masking.redaction),
        window=review_file.window(trip.inputs.model, trip.inputs.context_window),
        concurrency=trip.inputs.concurrency,
        paths=selection.paths,
        guidelines=material.guidelines,
        anew=trip.wanted.anew,
    )
