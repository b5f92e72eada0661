"""Lets the model review the files of one run, with all that its requests need."""

import secrets
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from reviewer.changes import unmatched_patterns
from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection, find_excluded, select_share
from reviewer.comments import threads
from reviewer.config.enums import Batching, LinkedIssues, Verify
from reviewer.config.settings import Settings
from reviewer.context import guideline_files, learnings
from reviewer.context.collect import ContextCollector
from reviewer.context.discussion import Speakers
from reviewer.context.guidelines import Guidelines
from reviewer.context.promises import Promises
from reviewer.context.repository.head_files import HeadFiles
from reviewer.finding import Dismissal, Finding
from reviewer.findings.other_tools.tool_findings import NO_TOOLS
from reviewer.llm import model_catalog
from reviewer.llm.context_window import ContextWindow
from reviewer.llm.own_wording import OwnWording
from reviewer.llm.prompts import Prompts
from reviewer.llm.tools import OFFERED
from reviewer.memory import recall
from reviewer.memory.file_key import FileKeys
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.recall import Recalled
from reviewer.memory.state import State
from reviewer.pipeline import file_result, review_changes
from reviewer.pipeline.batch_requests import BatchRequests
from reviewer.pipeline.progress import Interim
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.pipeline.worker_pool import start_in_thread
from reviewer.ports import Model
from reviewer.prompt import ListedModel
from reviewer.pull_request import PullRequest, Snapshot, TreeListing
from reviewer.redaction.scan import SecretMask
from reviewer.review.result import Review
from reviewer.run import known_review
from reviewer.run.asking import model_client, model_tools
from reviewer.run.reports import tool_reports
from reviewer.run.run import Run

# For the list of models, where nobody else says how large the window is: a guess is as good.
_SECONDS_FOR_WINDOW = 5.0


def review_share(
    run: Run,
    reviewer: BatchReviewer,
    selection: Selection,
    dismissed: tuple[Dismissal, ...],
    on_progress: Callable[[Interim], None],
) -> Review:
    """Let the model review this run's shard of the files; `on_progress` gets what there is so far.

    A note warns if the provider will soon shut the model down.
    """
    model, window = reviewer.client.preferred, reviewer.client.window
    listed = start_in_thread(partial(_read_list, model, window)) if reviewer.asks else None
    if listed and not window.is_known:
        wait((listed,), _SECONDS_FOR_WINDOW)
    share = select_share(selection, run.inputs.shard)
    review = review_changes.review(reviewer, share, dismissed, on_progress)
    # Not worth waiting for: without the date there is no warning.
    ends = listed.result().ends if listed and listed.done() else None
    warning = model_catalog.shutdown_warning(model.name, ends, datetime.now(UTC).date())
    followed, recalled = reviewer.requests.guidelines, reviewer.recalled
    refusal = run.budget.refusal
    stopped = (str(refusal),) if refusal else ()
    warnings = (*stopped, *filter(None, (warning,)))
    notes = (*review.notes, *recalled.notes, *followed.notes, *warnings)
    missing = tuple(_note_missing(reviewer.requests.context.files))
    learned = (*recalled.details, *filter(None, (window.note,)))
    unmatched = _note_unmatched(reviewer, selection)
    details = (*review.job_summary_notes, *unmatched, *missing, *followed.details, *learned)
    return replace(
        review,
        shard=run.inputs.shard,
        notes=notes,
        job_summary_notes=details,
        foot_notes=model_client.make_notes(reviewer.client),
    )


def _read_list(model: Model, window: ContextWindow) -> ListedModel:
    """Return what the server lists of the model; the window is used as soon as it is there."""
    listed = model.read_list()
    window.state(listed.context_window)
    return listed


def _note_unmatched(reviewer: BatchReviewer, selection: Selection) -> tuple[str, ...]:
    """Return a note about patterns that match nothing, if the files of the head are listed."""
    listed = reviewer.requests.context.files.listed
    gone = (file.previous_path for file in selection.with_lines if file.previous_path)
    paths = {*listed, *selection.paths, *gone} if listed else set()
    return unmatched_patterns.find(reviewer.config, paths)


def _note_missing(head: HeadFiles) -> Iterator[str]:
    """Yield notes for the job summary about files that were not read for context."""
    if head.missing:
        why = head.missing.rstrip(".")
        yield f"the head commit was not read as a whole, only changed files were: {why}"
    if head.unread:
        names = "file was" if len(head.unread) == 1 else "files were"
        why = "GitHub's limit of requests was nearly used up, and the rest was kept for publishing"
        yield f"{len(head.unread)} {names} not read for context: {why}"


@dataclass(frozen=True, slots=True)
class CommitReads:
    """The reads that the head and the base commit are known for, each in a thread of its own.

    With `offers_tools`, the model gets tools, for which the files of the head are listed.
    `guidelines` lists the files of the base; it is None where nothing is looked for.
    """

    head: HeadFiles
    offers_tools: Future[bool]
    guidelines: Future[TreeListing] | None


def start_reading(
    run: Run,
    pull: PullRequest,
    settings: Settings,
    selection: Selection,
    known: State,
    head: HeadFiles,
) -> CommitReads:
    """Start the reads that depend on nothing but the two commits; their errors change no verdict.

    With those that the caller sends meanwhile, five requests are under way at a time. GitHub
    allows 100 ("Rate limits for the REST API"), and asks for writes one after the other.
    """
    head.want(file.path for file in selection.files)
    offered = start_in_thread(partial(model_tools.offers_tools, run, pull, head))
    wanted = None
    if selection.files:
        # Nobody knows yet if a model is asked, but after a push it nearly always is.
        if not known.units or model_tools.wants_tools(run, pull):
            if not head.has_checkout:
                start_in_thread(head.find_archive)
            start_in_thread(lambda: offered.result() or head.list_files(optional=True))
        if settings.guidelines:
            wanted = start_in_thread(partial(run.forge.list_tree, pull.base_sha))
    return CommitReads(head, offered, wanted)


def make_reviewer(
    run: Run,
    snapshot: Snapshot,
    settings: Settings,
    selection: Selection,
    comparing: Future[PreviousReview],
    models: Future[tuple[Model, ...]] | None,
    reads: CommitReads,
) -> BatchReviewer:
    """Return the reviewer of batches, with all that its requests need; waits for reads.

    `models` is None if they seemed not to be needed: their import begins now.
    """
    pull, inputs, previous = snapshot.pull, run.inputs, comparing.result()
    mask = SecretMask.of(run.runner.secrets, selection.with_lines)
    workspace = reads.head if reads.offers_tools.result() else None
    prompts = _make_prompts(run, pull, settings, mask, offers_tools=bool(workspace))
    run_tool = model_tools.make_runner(run, workspace, prompts.fence)
    share = select_share(selection, inputs.shard).files
    context = ContextCollector(reads.head, selection.files, find_excluded(settings), share)
    tools = NO_TOOLS
    if inputs.sarif:
        tools = tool_reports.find(run, pull, reads.head, selection, previous, mask.redaction)
    team, recalled = _recall(run, pull, settings, selection, context, prompts, previous, reads)
    speakers = _meet_speakers(run, snapshot, {f.path for f in share} - recalled.rows.keys())
    earlier = partial(
        file_result.earlier_findings,
        previous=recalled.previous,
        as_prompt_text=prompts.as_prompt_text,
    )
    known_review.limit_pull(run, previous.state)
    requests = _make_requests(run, snapshot, settings, selection, context, team, speakers, earlier)
    return BatchReviewer(
        requests=replace(requests, tools=tools),
        pull=pull,
        config=settings,
        prompts=prompts,
        client=model_client.make_client(run, models, run_tool, prompts, requests.context_window),
        previous=recalled.previous,
        recalled=recalled,
        redaction=mask.redaction,
        concurrency=inputs.concurrency,
        refresh_overview=run.wanted.refresh_overview,
        asks=previous.state.lacks_whole or not all(map(recalled.is_settled, share)),
        tools=tools,
    )


def _make_prompts(
    run: Run, pull: PullRequest, settings: Settings, mask: SecretMask, *, offers_tools: bool
) -> Prompts:
    return Prompts(
        pull,
        nonce=secrets.token_hex(8),
        language=settings.language,
        mask=mask,
        tools=OFFERED if offers_tools else (),
        verifies=settings.verify is not Verify.OFF,
        promises=find_promises(run, settings, pull),
        parts=OwnWording.of(settings.prompt_parts) if settings.prompt_parts else None,
    )


def find_promises(run: Run, settings: Settings, pull: PullRequest) -> Promises:
    """Return what a review is compared with: nothing where no request sees the whole change."""
    wanted = settings.linked_issues is LinkedIssues.ON
    whole = run.inputs.batching is not Batching.FILE and run.inputs.shard is None
    return Promises.of(pull, wanted=wanted and whole)


def _meet_speakers(run: Run, snapshot: Snapshot, asked: AbstractSet[str]) -> Speakers:
    """Return who speaks in the threads; the rights of those in files to ask about are read now."""
    ours = partial(threads.is_ours, seal=run.seal)
    speakers = Speakers(snapshot.pull.author, run.forge.may_write, ours)
    met = [thread for thread in snapshot.conversation.threads if thread.path in asked]
    start_in_thread(partial(speakers.meet, met))
    return speakers


def _recall(
    run: Run,
    pull: PullRequest,
    settings: Settings,
    selection: Selection,
    context: ContextCollector,
    prompts: Prompts,
    previous: PreviousReview,
    reads: CommitReads,
) -> tuple[Guidelines, Recalled]:
    """Return the guidelines, and which results of the last review apply to this run.

    The commit is read only if a file will be asked about, or if code of it decides that.
    """
    share, change = context.share, prompts.as_prompt_text
    keys = FileKeys(
        run.seal,
        find_shown=context.find_shown,
        small=run.inputs.small_model,
        find_text=context.read_near,
    )
    candidates = recall.find_candidates(share, previous, keys, change)
    if len(candidates) < len(share) or recall.needs_shown(candidates, previous):
        # Reads it while the guidelines are read and the models' client is imported.
        start_in_thread(context.files.load)
    listed = reads.guidelines.result if reads.guidelines else None
    team = guideline_files.find(run.forge, settings.guidelines, pull, selection, change, listed)

    def find_rules(path: str) -> tuple[str, ...] | None:
        own = settings.find_instructions(path)
        return None if team.unread else (*own, *team.identify_for(path))

    keys = replace(keys, find_rules=find_rules)
    if settings.learnings or settings.learnings_unread:
        keys = replace(keys, find_learnings=partial(learnings.find_rules, settings))
    return team, recall.recall(share, candidates, previous, keys, change)


def _make_requests(
    run: Run,
    snapshot: Snapshot,
    settings: Settings,
    selection: Selection,
    context: ContextCollector,
    team: Guidelines,
    speakers: Speakers,
    earlier: Callable[[ChangedFile], tuple[Finding, ...]],
) -> BatchRequests:
    """Return what chooses the contents of each request."""
    inputs = run.inputs
    return BatchRequests(
        context=context,
        config=settings,
        speakers=speakers,
        earlier=earlier,
        context_window=ContextWindow.of(inputs),
        batching=inputs.batching,
        effort=inputs.effort,
        threads=snapshot.conversation.threads,
        paths=selection.paths,
        guidelines=team,
    )
