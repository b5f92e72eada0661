"""Decides what the review that the comment has already is worth to this run."""

from concurrent.futures import Future
from dataclasses import replace
from decimal import Decimal

from reviewer.comments import threads
from reviewer.comments.upsert import OwnComment
from reviewer.config.settings import Settings
from reviewer.events.activity import ReviewPullRequest
from reviewer.finding import Dismissal
from reviewer.findings import ranking
from reviewer.llm.budget import PullLimit
from reviewer.memory import previous_review
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.state import State
from reviewer.review.spending import Spent
from reviewer.run import other_jobs
from reviewer.run.admission.rights import Rights
from reviewer.run.publishing.conclusion import conclude, log_result, render_verdict
from reviewer.run.publishing.reporter import Reporter
from reviewer.run.reports import restored_reports
from reviewer.run.run import TITLE, Run


def is_up_to_date(wanted: ReviewPullRequest, own: OwnComment) -> bool:
    """Return True if a finished review of this head and base exists and no new one was requested.

    Its inline comments must exist too: a run that was killed while it published leaves findings
    without their threads. A run that only repeats a verdict repeats that of an incomplete one too.
    """
    known, pull = own.state, own.snapshot.pull
    same = (known.head_sha, known.base_sha) == (pull.head_sha, pull.base_sha)
    finished = known.is_finished and not (wanted.full or wanted.refresh_overview)
    # Without a key, anybody could have written the state; and anybody can have changed the text.
    proven = same and bool(own.seal.key) and not own.changed
    if wanted.only_repeat:
        return proven
    return (
        proven
        and finished
        and threads.exist_for(known.posted_findings, own.snapshot.conversation, own.seal)
    )


def apply_command(known: State, wanted: ReviewPullRequest, rights: Rights) -> State:
    """Return the remembered state after the command that started the run: /resume or /ignore.

    At a gate, remembered dismissals of people who may not dismiss are forgotten. Raises
    CommandRefusedError for a command of somebody who may not give it.
    """
    if wanted.ignore or wanted.resume:
        rights.require_for(wanted)
    if known.dismissed:
        known = replace(known, dismissed=rights.filter_dismissals(known.dismissed))
    known = replace(known, paused="") if wanted.resume else known
    if wanted.ignore is None:
        return known
    by = wanted.commenter.login if wanted.commenter else ""
    ignored = [
        Dismissal(finding, by, wanted.ignore.reason)
        for finding in known.findings
        if finding.number == wanted.ignore.number
    ]
    return replace(known, dismissed=ranking.merge_dismissals(known.dismissed, ignored))


def keep(reporter: Reporter, own: OwnComment, settings: Settings) -> int:
    """Keep the review of an earlier run, repeat its verdict as outputs, return the exit code.

    A notice above the review is removed, unless this run only repeats what another one wrote.
    """
    run, known = reporter.run, own.state
    if not run.wanted.only_repeat:
        reporter.clear_status(own)
    short, url = known.head_sha[:7], own.kept.url if own.kept else ""
    run.runner.notice(f"{short} was reviewed before; its review is up to date.", title=TITLE)
    if other_jobs.is_taken(run, own, known.head_sha):
        other_jobs.warn(run, known.job, known.head_sha, stays=True)
    verdict = render_verdict(run, known, settings)
    run.runner.summary(f"{verdict}\n\nCode review: {short} was reviewed before: {url}\n")
    shown, _ = ranking.rank(known.findings, settings, known.dismissed)
    code = conclude(run, known, own.kept, Spent(), settings, findings=shown)
    log_result(known, own.kept, Spent())
    return code


def compare(rights: Rights, own: OwnComment, known: State, key: str) -> PreviousReview:
    """Return the remembered review with what applies to this run, whose review key is `key`."""
    run = rights.run
    if own.doubt or run.wanted.full:
        asked = "it was asked for" if known.head_sha else ""
        found = PreviousReview(known, reason=own.doubt or asked)
    elif not run.seal.key:
        found = PreviousReview(known)
    else:
        found = previous_review.compare(known, rights.pull, key)
    if run.inputs.restores and not run.wanted.full:
        return restored_reports.restore(rights, found, key)
    return found


def collect_dismissals(
    rights: Rights, own: OwnComment, comparing: Future[PreviousReview]
) -> tuple[Dismissal, ...]:
    """Return the remembered dismissals and those that maintainers made in our threads since.

    Without a key, a remembered one applies only if its author may write.
    """
    known = comparing.result().state
    before, may_dismiss = known.dismissed, rights.may_dismiss
    if not own.seal.key:
        before = threads.keep_permitted(before, may_dismiss)
    fresh = threads.find_dismissals(
        known.findings, own.snapshot.conversation, own.seal, may_dismiss
    )
    return ranking.merge_dismissals(before, fresh)


def limit_pull(run: Run, known: State) -> None:
    """Keep this run within what earlier ones, which `known` remembers, left of the pull request.

    Several shards run at the same time and do not see each other: each has its share of the rest.
    """
    limit, shard = run.inputs.max_cost_pull_request, run.inputs.shard
    if limit is not None:
        share = Decimal(1) / (shard.count if shard else 1)
        run.budget.limit_pull(PullLimit(limit, known.ledger.before(run.key), share))
