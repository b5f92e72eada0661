"""Reports what a run does, finds and fails at: in the job summary, comment and annotations."""

import enum
import logging
from dataclasses import dataclass, replace

from reviewer import logins
from reviewer.comments import bills, layout, summary, upsert
from reviewer.comments.upsert import Moment, NextStep, OwnComment, next_step
from reviewer.config.config_error import ConfigError
from reviewer.config.enums import Mode, WhenClean
from reviewer.config.repository.strict_yaml import PATH
from reviewer.config.settings import Settings
from reviewer.errors import (
    ConversationClosedError,
    ForbiddenError,
    ForgeError,
    ReviewerError,
)
from reviewer.outputs import annotations
from reviewer.outputs.annotations import Level
from reviewer.pull_request import Comment, PullRequest
from reviewer.redaction.scan import mask_advice
from reviewer.review.result import Review, Status
from reviewer.run import other_jobs
from reviewer.run.run import TITLE, Run
from reviewer.severity import Severity
from reviewer.text import markdown

log = logging.getLogger(__name__)

_SIGNED = (
    "The comment has a signed review of this commit, and this run has no memory-key to sign one: "
    "it was kept. The review of this run is in the job summary."
)


class CommentForbiddenError(ForbiddenError):
    """The workflow lacks the permission to comment, so errors cannot be reported there either."""


class ReportTarget(enum.Enum):
    """Where a run reports, besides the log and the job summary."""

    COMMENT = enum.auto()
    ANNOTATIONS = enum.auto()
    SUMMARY = enum.auto()

    @classmethod
    def of(cls, run: Run) -> "ReportTarget":
        """Return SUMMARY for plans and `mode: review`, ANNOTATIONS for a dry run, else COMMENT."""
        if run.inputs.mode is Mode.REVIEW or run.inputs.plan_only:
            return cls.SUMMARY
        return cls.ANNOTATIONS if run.inputs.dry_run else cls.COMMENT


@dataclass(frozen=True, slots=True)
class Reporter:
    """Reports for one run on one head of a pull request.

    Before each write the pull request is read again. If its head has moved, nothing is written.
    """

    run: Run
    pull: PullRequest
    target: ReportTarget

    @classmethod
    def of(cls, run: Run, pull: PullRequest) -> "Reporter":
        """Return the reporter of a run; the inputs `mode` and `dry-run` decide where it reports."""
        return cls(run, pull, ReportTarget.of(run))

    def report_problem(self, problem: ReviewerError) -> None:
        """Report why there is no review: in log, job summary and comment.

        An earlier review in the comment is kept below the notice.
        """
        runner = self.run.runner
        text = runner.secrets.conceal(str(problem))
        message = problem.with_address(text)
        match problem:
            case ConfigError(path=path, line=line, column=column):
                text = mask_advice(text, runner.secrets)
                message = problem.with_address(text)
                runner.error(message, title=TITLE, file=path or PATH, line=line, column=column)
                self._annotate_others(problem.more)
                further = mask_advice(runner.secrets.conceal(problem.further), runner.secrets)
                text = f"{text} {further}".rstrip()
            case _:
                runner.error(message, title=TITLE)
        status = f"**{self._short_sha} could not be reviewed.**"
        why = f"{markdown.line(text)} [How to fix this]({problem.help_address})"
        runner.summary(f"## Code review\n\n{status} {why}\n")
        if isinstance(problem, CommentForbiddenError):
            return
        try:
            if own := self._read_current():
                compose = self.compose_status(status, why)
                upsert.publish(
                    self.run.forge,
                    own,
                    lambda now: bills.add(self.run.bill, now, compose(now) or ""),
                )
        except ForgeError as unwritten:
            log.warning("The notice could not be written to the comment: %s", unwritten)

    def _annotate_others(self, problems: tuple[ConfigError, ...]) -> None:
        """Write the errors about further files, each at its own place."""
        for each in problems:
            text = mask_advice(self.run.runner.secrets.conceal(str(each)), self.run.runner.secrets)
            self.run.runner.error(
                each.with_address(text),
                title=TITLE,
                file=each.path,
                line=each.line,
                column=each.column,
            )

    def needs_no_comment(self, own: OwnComment, settings: Settings) -> bool:
        """Return True if a clean review makes no comment, and there is none yet.

        Limits over several runs are kept by what the comment remembers, so they need one.
        """
        if settings.when_clean is not WhenClean.NOTHING or own.kept is not None:
            return False
        inputs = self.run.inputs
        limits = (inputs.daily_limit, inputs.daily_limit_per_author, inputs.max_cost_pull_request)
        remembers = (
            settings.gated
            or self.run.wanted.unselected
            or any(limit is not None for limit in limits)
        )
        return self.target is ReportTarget.COMMENT and not remembers

    def publish(
        self, review: Review, body: str, *, gate: Severity | None = None, quiet: bool = False
    ) -> Comment | None:
        """Write the review `body` into the comment and return it.

        Findings from the severity `gate` on fail the step, which annotates them itself.
        Returns None if nothing was written: the token may not comment (the lines are annotated
        instead), the head has moved, there is no comment yet and nothing was reviewed or the review
        is to be `quiet`, the comment has a signed review and `mode: publish` has no key, or another
        job has just reviewed the same head. Raises ForgeError if the comment could not be written.
        """
        self._warn_of_gaps(review)
        if self.target is not ReportTarget.COMMENT:
            self.annotate(review, gate)
            return None
        own = self._read_current()
        if own is None:
            return None
        if self.run.inputs.mode is Mode.PUBLISH and own.holds_signed_review(self.pull.head_sha):
            self.run.runner.notice(_SIGNED, title=TITLE)
            return None
        head_sha = self.pull.head_sha
        if other_jobs.is_taken(self.run, own, head_sha):
            other_jobs.warn(self.run, own.state.job, head_sha, stays=True)
            # The other job has kept the notice of this run above its review.
            self.clear_status(own)
            return None
        if other := other_jobs.find_unproven(self.run, own, head_sha):
            other_jobs.warn(self.run, other, head_sha, stays=False)
        silent = quiet or (review.complete and not review.says_something)
        try:
            return upsert.publish(
                self.run.forge,
                own,
                lambda now: (
                    None if silent and not now.kept else bills.add_others(now, review, body)
                ),
            )
        except (ForbiddenError, ConversationClosedError) as refused:
            self.fall_back(refused).annotate(review, gate)
            return None

    def update(self, review: Review, body: str) -> None:
        """Replace the text of the comment, if there is one, by the review `body`.

        Raises ForgeError if the comment could not be written.
        """
        own = self._read_current()
        if own and not other_jobs.is_taken(self.run, own, self.pull.head_sha):
            upsert.publish(
                self.run.forge,
                own,
                lambda now: bills.add_others(now, review, body) if now.kept else None,
            )

    def finish(self, review: Review, body: str) -> None:
        """Write the review again after a signal interrupted its writing; errors are logged.

        It does not matter if the interrupted write arrived: the text is the same.
        """
        try:
            self.update(review, body)
        except ForgeError as problem:
            log.warning("The comment could not be finished: %s", problem)

    def clear_status(self, own: OwnComment) -> None:
        """Remove the notice above the review in the comment; errors are logged."""
        if self.target is not ReportTarget.COMMENT:
            return
        try:
            upsert.publish(
                self.run.forge, own, lambda now: now.body and summary.with_status(now.body, "")
            )
        except ForgeError as problem:
            log.warning("An old notice could not be removed from the comment: %s", problem)

    def annotate(self, review: Review, gate: Severity | None) -> None:
        """Annotate the lines of the findings below `gate`, for tokens that may not comment."""
        if self.target is ReportTarget.SUMMARY:
            return
        runner = self.run.runner
        write = {
            Level.ERROR: runner.error,
            Level.WARNING: runner.warning,
            Level.NOTICE: runner.notice,
        }
        for each in annotations.render(review, gate):
            write[each.level](each.message, title=each.title, file=each.path, line=each.line)

    @property
    def _short_sha(self) -> str:
        return self.pull.head_sha[:7]

    @property
    def announcement(self) -> str:
        """The sentence by which the comment says that the review is under way."""
        link = f" ([run]({self.run.run_url}))" if self.run.run_url else ""
        return f"The review of {self._short_sha} is under way{link}."

    def _read_current(self) -> OwnComment | None:
        """Read our comment again; return None if this run must not write to it.

        That is so if the head has moved, as the run for the new head reports. Our announcement is
        then replaced by a note.
        """
        if self.target is not ReportTarget.COMMENT:
            return None
        own = OwnComment.find(self.run.forge.snapshot(self.pull.number), self.run.seal)
        if next_step(Moment.BEFORE_WRITE, self.pull.head_sha, own.snapshot) is NextStep.GO_ON:
            return own
        newer = own.snapshot.pull.head_sha[:7]
        self.run.runner.notice(
            f"The head moved to {newer}; the run for that head writes the comment.", title=TITLE
        )
        moved = f"The head moved to {newer} while {self._short_sha} was being reviewed."
        upsert.publish(self.run.forge, own, lambda now: self._replace_announcement(now, moved))
        return None

    def _replace_announcement(self, own: OwnComment, moved: str) -> str | None:
        if own.body and summary.status(own.body).startswith(self.announcement):
            text = summary.with_status(own.body, f"{moved} {own.shown_review}")
            return bills.add(self.run.bill, own, text)
        # Any other text was written by a newer run: it stays, with the bill if a limit needs it.
        limited = self.run.inputs.max_cost_pull_request is not None
        return bills.add(self.run.bill, own, own.body) if own.body and limited else None

    def compose_status(self, status: str, more: str = "") -> upsert.Compose:
        """Compose a notice that also says which review the comment shows.

        The run can be killed after any write: the notice is then the last one.
        """

        def compose(own: OwnComment) -> str:
            text = " ".join(filter(None, (status, own.shown_review, more)))
            if own.body is None:
                return summary.placeholder(own.name, text)
            return summary.with_status(own.body, text)

        return compose

    def fall_back(self, refused: ForbiddenError | ConversationClosedError) -> "Reporter":
        """Return a reporter that annotates; raise if the workflow only lacks a permission."""
        why = refused.what.rstrip(".")
        if isinstance(refused, ForbiddenError):
            # Their GitHub token is read-only, whatever the workflow's permissions.
            if not (self.pull.from_fork or logins.is_same(self.pull.author, logins.DEPENDABOT)):
                raise CommentForbiddenError(
                    refused.what, cause=refused.cause, remedy=refused.remedy
                ) from refused
            why = "runs for forks and Dependabot may not comment on their pull requests"
        self.run.runner.notice(
            f"{why}: the review is in the job summary and in annotations.", title=TITLE
        )
        return replace(self, target=ReportTarget.ANNOTATIONS)

    def _warn_of_gaps(self, review: Review) -> None:
        if review.complete:
            return
        gaps = [
            f"{row.path}: {'; '.join(filter(None, (row.reason, *row.cuts)))}"
            for row in review.files
            if row.status is Status.FAILED or row.cuts
        ]
        coverage = layout.coverage(review, "the reasons are below")
        text = "\n".join([f"The review is incomplete. {coverage}", *gaps])
        self.run.runner.warning(text, title=TITLE)
