"""Makes the texts of a review that is ready to publish: files, job summary and comment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reviewer import __version__
from reviewer.adapters.files import report_files
from reviewer.changes.diff import ChangedFile
from reviewer.comments import inline, summary, threads
from reviewer.comments.layout import RunDetails
from reviewer.comments.own_layout import OwnLayout
from reviewer.comments.places import Blobs
from reviewer.comments.upsert import OwnComment
from reviewer.config.enums import WhenClean
from reviewer.config.settings import Settings
from reviewer.findings import ranking
from reviewer.memory import state, state_line
from reviewer.memory.state import State
from reviewer.operations import InlineComment
from reviewer.outputs import (
    flowchart,
    request_table,
    review_report,
    sarif,
    step_outputs,
)
from reviewer.pull_request import PullRequest
from reviewer.review.result import Review
from reviewer.review.spending import Ledger
from reviewer.run.publishing.conclusion import render_verdict
from reviewer.run.run import SECONDS_AFTER_CANCEL, Run


@dataclass(frozen=True, slots=True)
class Draft:
    """A review that is ready to publish; no text in it contains a secret of the run.

    `comments` are the inline comments. `body` is the Markdown of the summary comment, `report` that
    of the job summary. `files` maps the name of each report file to its path.
    """

    review: Review
    comments: tuple[InlineComment, ...]
    body: str
    report: str
    files: Mapping[str, str]


def make_draft(
    run: Run, review: Review, own: OwnComment, changed: Sequence[ChangedFile], settings: Settings
) -> Draft:
    """Write the report files and the job summary, and return the texts for the pull request.

    Raises ReviewerError if the review contains a secret of the run.
    """
    if review.cancelled:
        run.deadline.shorten(SECONDS_AFTER_CANCEL)
    secrets = run.runner.secrets
    secrets.withhold(review.model_texts)
    review = replace(
        review,
        notes=(*review.notes, *_make_edit_note(run, own)),
        job_summary_notes=(*review.job_summary_notes, *filter(None, (own.key_note,))),
        # The clock may be behind that of the last run.
        moment=max(int(datetime.now(UTC).timestamp()), own.memory.moment + 1),
    )
    # Mask first: fingerprints are made of these texts, so they must not change afterwards.
    review = secrets.conceal(_add_costs(run, review, own.memory))
    comments = _make_comments(run, review, changed, settings)
    shown = threads.find_explained(review.findings, comments, own.snapshot.conversation, run.seal)
    review = replace(review, inline=shown)
    files = _write_files(run, review)
    pull = own.snapshot.pull
    body = render_comment(run, review, pull, settings)
    report = _render_report(run, review, pull, settings)
    # Rendering may have joined the parts of a secret.
    secrets.withhold((body, report))
    run.runner.summary(report)
    return Draft(review, comments, body, report, files)


def _make_edit_note(run: Run, own: OwnComment) -> tuple[str, ...]:
    """Return a note if a person edited our comment, because the review replaces their text."""
    by = own.kept.edited_by if own.kept else ""
    noted = by and not run.inputs.silent
    return (f"{by} had edited this comment; the review replaced that text",) if noted else ()


def _add_costs(run: Run, review: Review, before: State) -> Review:
    """Return the review with the bills of its runs, and what all runs on the pull request cost."""
    bills = (run.bill,) if review.bills is None else review.bills
    ledger = before.ledger.merge((review.ledger or Ledger(),))
    for bill in bills:
        ledger = ledger.charge(bill)
    return replace(review, bills=bills, ledger=ledger)


def _make_comments(
    run: Run, review: Review, changed: Sequence[ChangedFile], settings: Settings
) -> tuple[InlineComment, ...]:
    layout = _find_layout(settings)
    if run.inputs.silent or review.cancelled:
        return ()
    return inline.make_comments(
        review.findings,
        changed,
        wanted=settings.inline,
        seal=run.seal,
        suggestions=settings.suggestions,
        # Rendering may have joined the parts of a secret.
        conceal=run.runner.secrets.conceal,
        layout=layout,
    )


def _write_files(run: Run, review: Review) -> Mapping[str, str]:
    """Write the JSON and the SARIF report; return their paths by file name."""
    memory = state_line.encode_for_report(state.from_review(review), run.seal)
    texts = (
        review_report.render(review, name=run.inputs.name, run_url=run.run_url, memory=memory),
        sarif.render(review, version=__version__),
    )
    json_text, sarif_text = run.runner.secrets.conceal(texts)
    files = {step_outputs.REPORT: json_text, step_outputs.SARIF: sarif_text}
    return report_files.write(run.output_folder, files)


def _run_details(run: Run, review: Review, pull: PullRequest, settings: Settings) -> RunDetails:
    return RunDetails(
        run.inputs.name,
        run.run_url,
        round(run.runner.elapsed),
        run.seal,
        Blobs.of(run.repository_url, pull, review.head_sha),
        _find_layout(settings),
    )


def _find_layout(settings: Settings) -> OwnLayout | None:
    return OwnLayout.of(settings.comment_parts) if settings.comment_parts else None


def render_comment(run: Run, review: Review, pull: PullRequest, settings: Settings) -> str:
    """Return the summary comment of a review."""
    return summary.render(
        review,
        ranking.choose_visible(review.findings, settings),
        _run_details(run, review, pull, settings),
        state.from_review(review),
        sections=settings.sections,
        one_line=review.clean and settings.when_clean is not WhenClean.FULL,
    )


def _render_report(run: Run, review: Review, pull: PullRequest, settings: Settings) -> str:
    verdict = render_verdict(run, state.from_review(review), settings)
    whole = summary.render_report(review, _run_details(run, review, pull, settings))
    more = filter(None, (request_table.render_outcomes(review.requests), flowchart.render(review)))
    return "\n".join((f"{verdict}\n", whole, *(f"{each}\n" for each in more)))
