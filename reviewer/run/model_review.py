"""Lets the model review the files of one run, with all that its requests need."""

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from reviewer.adapters.files.checkout import Checkout
from reviewer.adapters.http.retry import PUBLISHING_SECONDS
from reviewer.changes.selection import Selection, select_share
from reviewer.config.enums import ToolsMode
from reviewer.config.settings import Settings
from reviewer.context import collect
from reviewer.context.collect import ContextCollector, HeadFiles
from reviewer.context.discussion import Speakers
from reviewer.errors import ForgeError
from reviewer.finding import Dismissal
from reviewer.llm import budget
from reviewer.llm.ask import ModelClient, refuse
from reviewer.llm.budget import Budget
from reviewer.llm.context_window import ContextWindow
from reviewer.llm.prompts import Prompts
from reviewer.llm.tools import OFFERED, WorkspaceTools
from reviewer.memory.previous_review import PreviousReview
from reviewer.pipeline import file_result, review_changes
from reviewer.pipeline.batch_requests import BatchRequests
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.ports import ListedModel, Model
from reviewer.pull_request import PullRequest, Snapshot
from reviewer.redaction.scan import SecretMask
from reviewer.review import Review
from reviewer.run.run import TITLE, Run

T = TypeVar("T")

# For the list of models, where nobody else says how large the window is: a guess is as good.
_SECONDS_FOR_WINDOW = 5.0
# Runs that have secrets although the commit of an outside contributor may be checked out.
_PRIVILEGED = ("pull_request_target", "workflow_run")


def review_share(
    run: Run, reviewer: BatchReviewer, selection: Selection, dismissed: tuple[Dismissal, ...]
) -> Review:
    """Let the model review this run's shard of the files.

    A note warns if the provider will soon shut the model down.
    """
    asks = any(reviewer.reuse(file) is None for file in selection.files)
    model, window = reviewer.client.preferred, reviewer.client.window
    listed = start_in_thread(partial(_read_list, model, window)) if asks else None
    if listed and not window.is_known:
        wait((listed,), _SECONDS_FOR_WINDOW)
    share = select_share(selection, run.inputs.shard)
    review = review_changes.review(reviewer, share, dismissed)
    # Not worth waiting for: without the date there is no warning.
    ends = listed.result().ends if listed and listed.done() else None
    warning = budget.shutdown_warning(model.name, ends, datetime.now(UTC).date())
    notes = (*review.notes, warning) if warning else review.notes
    details = (
        *review.job_summary_notes,
        *_note_unread(len(reviewer.requests.context.unread)),
        *filter(None, (window.note,)),
    )
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


def _note_unread(files: int) -> tuple[str, ...]:
    """Return a note for the job summary about files that were not read for context."""
    if not files:
        return ()
    why = "GitHub's limit of requests was nearly used up, and the rest was kept for publishing"
    return (f"{files} {'file was' if files == 1 else 'files were'} not read for context: {why}",)


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
    workspace = _open_workspace(run, pull)
    prompts = Prompts(
        pull,
        nonce=secrets.token_hex(8),
        language=settings.language,
        mask=mask,
        tools=OFFERED if workspace else (),
    )
    run_tool = refuse
    if workspace:
        until = run.deadline.earlier_by(PUBLISHING_SECONDS)
        run_tool = WorkspaceTools(workspace, prompts.fence, until.remaining).run
    budget, window = Budget.of(inputs), ContextWindow.of(inputs)
    requests = BatchRequests(
        context=ContextCollector(HeadFiles(run.forge, pull.head_sha), selection.files),
        config=settings,
        speakers=Speakers(pull.author, run.forge.may_write),
        earlier=lambda file: file_result.earlier_findings(file, previous, prompts.as_prompt_text),
        context_window=window,
        batching=inputs.batching,
        effort=inputs.effort,
        threads=snapshot.conversation.threads,
        paths=selection.paths,
        guidelines=collect.read_guidelines(run.forge, settings.guidelines, pull.base_sha),
    )
    return BatchReviewer(
        requests=requests,
        pull=pull,
        config=settings,
        prompts=prompts,
        client=ModelClient(
            models.result() if models else run.models(),
            budget,
            run_tool,
            prompts.as_prompt_text,
            window,
        ),
        previous=previous,
        redaction=mask.redaction,
        concurrency=inputs.concurrency,
        refresh_overview=run.wanted.refresh_overview,
    )


def _open_workspace(run: Run, pull: PullRequest) -> Checkout | None:
    """Open the reviewed commit for the model's tools, or return None where it is to have none.

    A warning says that tools are wanted and cannot be had; the run goes on without them.
    """
    choice = run.inputs.tools
    if choice is ToolsMode.OFF:
        return None
    if choice is ToolsMode.ON and run.event in _PRIVILEGED:
        run.runner.warning(
            f"`tools: on` does not apply to runs of {run.event}, which have secrets: the model "
            "gets none. `tools: always` offers them here too.",
            title=TITLE,
        )
        return None
    try:
        return Checkout(run.checkout, run.forge, pull.head_sha)
    except ForgeError as problem:
        run.runner.warning(f"The model gets no tools: {problem}", title=TITLE)
        return None


def start_in_thread(call: Callable[[], T]) -> Future[T]:
    """Start `call` in a thread of its own and return its future result."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="early")
    future = pool.submit(call)
    pool.shutdown(wait=False)
    return future
