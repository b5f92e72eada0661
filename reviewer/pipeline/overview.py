"""Gets the overview of the change where no reply of the reviews has given one."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reviewer.errors import ReviewerError
from reviewer.findings import promise_gaps
from reviewer.llm import replies
from reviewer.pipeline.plan import Plan
from reviewer.pipeline.review_batch import BatchReviewer
from reviewer.prompt import Usage
from reviewer.review.promise import PromiseGap
from reviewer.review.result import FileReport, Overview, Status

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summaries:
    """The rows of all files, of whose summaries the model makes the overview."""

    rows: tuple[FileReport, ...]

    @property
    def label(self) -> str:
        """Its name in the log."""
        return "the overview"


@dataclass(frozen=True, slots=True)
class OverviewResult:
    """The overview, or the error that prevented it."""

    overview: Overview = field(default_factory=Overview)
    problem: ReviewerError | None = None
    usage: Usage | None = None


def choose(reviewer: BatchReviewer, rows: Sequence[FileReport], asked: int) -> Overview | Summaries:
    """Return the overview that needs no request, or else what a request for it shows.

    `asked` counts the files that were asked about: if it is 0, a remembered overview is used. The
    summary of a single file is one, if no other file was changed.
    """
    reviewed = [row for row in rows if row.status is Status.REVIEWED]
    before = reviewer.previous.state
    remembered = Overview(before.overview, before.major_changes)
    if not reviewed:
        return Overview()
    if not asked and reviewer.previous.units and remembered.text and not reviewer.refresh_overview:
        return remembered
    if len(reviewed) == asked == 1 and not any(row.status is Status.SKIPPED for row in rows):
        return Overview(reviewed[0].summary)
    return Summaries(tuple(rows))


def add_gaps(
    reviewer: BatchReviewer, overview: Overview, plan: Plan, gaps: Sequence[PromiseGap] | None
) -> Overview:
    """Return the overview with the differences from linked issues whose quotes are there.

    `gaps` are those that a reply has reported, None if none compared the change. Then those of the
    last review stay if nothing but trivial changes was read; if the issues ask for something else
    by now, a later run compares again. So it does if the comparison failed.
    """
    promises, before = reviewer.prompts.promises, reviewer.previous.state
    if gaps is not None:
        as_prompt_text = reviewer.prompts.as_prompt_text
        found = promise_gaps.check(gaps, promises, plan.selection.files, as_prompt_text)
        return replace(overview, gaps=found, promises=promises.identity)
    if not promises.issues:
        return replace(overview, gaps=(), promises="")
    only_trivial = all(batch.proofs for batch in plan.batches)
    if only_trivial and before.promises and plan.whole is None:
        return replace(overview, gaps=before.gaps, promises=before.promises)
    failed = (plan.whole is not None and plan.whole.is_complete) or any(
        batch.whole and not batch.proofs for batch in plan.batches
    )
    return replace(overview, gaps=(), promises="" if failed else promises.identity)


def request(reviewer: BatchReviewer, summaries: Summaries) -> OverviewResult:
    """Ask for the overview."""
    try:
        prompt = reviewer.prompts.overview(summaries.rows)
        overview, usage = reviewer.client.ask(
            prompt, lambda reply: (replies.parse_overview(reply), reply.usage)
        )
        return OverviewResult(overview, usage=usage)
    except ReviewerError as problem:
        log.warning("The overview is missing: %s", problem)
        return OverviewResult(problem=problem)
