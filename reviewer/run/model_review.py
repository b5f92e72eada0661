"""Lets the model review the files of one run, with all that its requests need."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from reviewer.changes.selection import Selection, find_excluded, select_share
from reviewer.comments import threads
from reviewer.config.enums import Verify
from reviewer.config.settings import Settings
from reviewer.context import guidelines
from reviewer.context.collect import ContextCollector
from reviewer.context.discussion import Speakers
from reviewer.context.head_files import HeadFiles
from reviewer.finding import Dismissal
from reviewer.llm import budget
from reviewer.llm.ask import ModelClient
from reviewer.llm.budget import Budget
from reviewer.llm.context_window import ContextWindow
from reviewer.llm.prompts import Prompts
from reviewer.llm.tools import OFFERED
from reviewer.memory.previous_review import PreviousReview
from reviewer.pipeline import file_result, review_changes
from reviewer.pipeline.batch_requests import BatchRequests
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.ports import Model
from reviewer.prompt import ListedModel
from reviewer.pull_request import Snapshot
from reviewer.redaction.scan import SecretMask
from reviewer.review import Review
from reviewer.run import model_tools
from reviewer.run.run import Run

T = TypeVar("T")

# For the list of models, where nobody else says how large the window is: a guess is as good.
_SECONDS_FOR_WINDOW = 5.0


def review_share(
    run: Run, reviewer: BatchReviewer, selection: Selection, dismissed: tuple[Dismissal, ...]
) -> Review:
    """Let the model review this run's shard of the files.

    A note warns if the provider will soon shut the model down.
    """
    model, window = reviewer.client.preferred, reviewer.client.window
    listed = start_in_thread(partial(_read_list, model, window)) if reviewer.asks else None
    if listed and not window.is_known:
        wait((listed,), _SECONDS_FOR_WINDOW)
    share = select_share(selection, run.inputs.shard)
    review = review_changes.review(reviewer, share, dismissed)
    # Not worth waiting for: without the date there is no warning.
    ends = listed.result().ends if listed and listed.done() else None
    warning = budget.shutdown_warning(model.name, ends, datetime.now(UTC).date())
    followed = reviewer.requests.guidelines
    notes = (*review.notes, *followed.notes, *filter(None, (warning,)))
    missing = tuple(_note_missing(reviewer.requests.context.files))
    learned = filter(None, (window.note,))
    details = (*review.job_summary_notes, *missing, *followed.details, *learned)
    return replace(
        review,
        shard=run.inputs.shard,
        notes=notes,
        job_summary_notes=details,
        foot_notes=_note_refused_tools(reviewer.client.tools_refusals),
    )


def _read_list(model: Model, window: ContextWindow) -> ListedModel:
    """Return what the server lists of the model; the window is used as soon as it is there."""
    listed = model.read_list()
    window.state(listed.context_window)
    return listed


def _note_refused_tools(refusals: Mapping[str, str]) -> tuple[str, ...]:
    """Return a note about the models that got no tools, with the words of the first refusal."""
    if not refusals:
        return ()
    words = next(iter(refusals.values()))
    return (f"{' and '.join(refusals)} got no tools, because the server refused them: {words}",)


def _note_missing(head: HeadFiles) -> Iterator[str]:
    """Yield notes for the job summary about files that were not read for context."""
    if head.missing:
        why = head.missing.rstrip(".")
        yield f"the head commit was not read as a whole, only changed files were: {why}"
    if head.unread:
        names = "file was" if len(head.unread) == 1 else "files were"
        why = "GitHub's limit of requests was nearly used up, and the rest was kept for publishing"
        yield f"{len(head.unread)} {names} not read for context: {why}"


def make_reviewer(
    run: Run,
    snapshot: Snapshot,
    settings: Settings,
    selection: Selection,
    previous: PreviousReview,
    models: Future[tuple[Model, ...]] | None,
) -> BatchReviewer:
    """Return the reviewer of batches, with all that its requests need.

    `models` is None if they seemed not to be needed: they are made now.
    """
    pull, inputs = snapshot.pull, run.inputs
    mask = SecretMask.of(run.runner.secrets, selection.with_lines)
    head = model_tools.open_head(run, pull, selection)
    workspace = head if model_tools.offers_tools(run, pull, head) else None
    prompts = Prompts(
        pull,
        nonce=secrets.token_hex(8),
        language=settings.language,
        mask=mask,
        tools=OFFERED if workspace else (),
        verifies=settings.verify is not Verify.OFF,
    )
    run_tool = model_tools.make_runner(run, workspace, prompts.fence)
    share = select_share(selection, inputs.shard).files
    known = (file_result.reuse(file, previous, prompts.as_prompt_text) for file in share)
    asks = any(result is None for result in known)
    if asks:
        # Reads the whole commit while the guidelines are read and the models' client is imported.
        start_in_thread(head.load)
    requests = _make_requests(run, snapshot, settings, selection, head, prompts, previous)
    return BatchReviewer(
        requests=requests,
        pull=pull,
        config=settings,
        prompts=prompts,
        client=ModelClient(
            models.result() if models else run.models(),
            Budget.of(inputs),
            run_tool,
            prompts.as_prompt_text,
            requests.context_window,
        ),
        previous=previous,
        redaction=mask.redaction,
        concurrency=inputs.concurrency,
        refresh_overview=run.wanted.refresh_overview,
        asks=asks,
    )


def _make_requests(
    run: Run,
    snapshot: Snapshot,
    settings: Settings,
    selection: Selection,
    head: HeadFiles,
    prompts: Prompts,
    previous: PreviousReview,
) -> BatchRequests:
    """Return what chooses the contents of each request; reads the guidelines."""
    pull, inputs = snapshot.pull, run.inputs
    return BatchRequests(
        context=ContextCollector(head, selection.files, find_excluded(settings)),
        config=settings,
        speakers=Speakers(
            pull.author, run.forge.may_write, partial(threads.is_ours, seal=run.seal)
        ),
        earlier=lambda file: file_result.earlier_findings(file, previous, prompts.as_prompt_text),
        context_window=ContextWindow.of(inputs),
        batching=inputs.batching,
        effort=inputs.effort,
        threads=snapshot.conversation.threads,
        paths=selection.paths,
        guidelines=guidelines.find(
            run.forge, settings.guidelines, pull, selection, prompts.as_prompt_text
        ),
    )


def start_in_thread(call: Callable[[], T]) -> Future[T]:
    """Start `call` in a thread of its own and return its future result."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="early")
    future = pool.submit(call)
    pool.shutdown(wait=False)
    return future
