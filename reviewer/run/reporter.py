"""Tells people what a run does and found: in the job summary always, in the comment if it may."""

import enum
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from reviewer.adapters.runner.actions import Runner
from reviewer.comments import summary, upsert
from reviewer.comments.summary import Run
from reviewer.config.enums import Mode
from reviewer.config.inputs import Inputs
from reviewer.config.strict_yaml import PATH
from reviewer.errors import (
    ConfigError,
    ConversationClosedError,
    ForbiddenError,
    ForgeError,
    ReviewerError,
)
from reviewer.memory.state import State
from reviewer.outputs import annotations, flowchart
from reviewer.outputs.annotations import Level
from reviewer.ports import Forge
from reviewer.pull_request import Comment, PullRequest, Snapshot
from reviewer.review import Review, Status
from reviewer.text import markdown

log = logging.getLogger(__name__)

TITLE = "Code review"
# GitHub gives the token of these pull requests no right to write, whatever the workflow says.
DEPENDABOT = ("dependabot", "dependabot[bot]")


class Voice(enum.Enum):
    """How far a run's words reach beyond the log and the job summary."""

    COMMENT = enum.auto()
    ANNOTATIONS = enum.auto()
    SUMMARY = enum.auto()

    @classmethod
    def of(cls, inputs: Inputs) -> "Voice":
        """Say how far the workflow lets them; whoever publishes a report speaks for it."""
        if inputs.mode is Mode.REVIEW:
            return cls.SUMMARY
        return cls.ANNOTATIONS if inputs.dry_run else cls.COMMENT


class Reporting:
    """The reports of one run on one pull request.

    `voice` says how far they reach.
    """

    def __init__(
        self, forge: Forge, runner: Runner, pull: PullRequest, run: Run, *, voice: Voice
    ) -> None:
        """Bind what all reports of the run share."""
        self._forge = forge
        self._runner = runner
        self._pull = pull
        self._run = run
        self._writable = voice is Voice.COMMENT
        self._annotates = voice is not Voice.SUMMARY
        self._wanted: str | None = None
        self._rendered: Callable[[Review], str] = lambda _review: ""
        self._head = pull.head_sha[:7]
        link = f" ([run]({run.url}))" if run.url else ""
        self._under_way = f"The review of {self._head} is under way{link}."

    def under_way(self, snapshot: Snapshot) -> None:
        """Say on the pull request that its review has begun; `snapshot` must be fresh.

        Raises ForbiddenError when the workflow forgot the permission; a token that cannot write
        for another reason, or a GitHub that fails, does not keep the review from being made.
        """
        try:
            self._write(snapshot, lambda body: self._with_status(body, self._under_way))
        except (ForbiddenError, ConversationClosedError) as refused:
            self._give_up_writing(refused)
        except ForgeError as problem:
            log.warning("The review goes on although it could not be announced: %s", problem)

    def problem(self, problem: ReviewerError) -> None:
        """Say why there is no review; a review that already stands is kept under the notice."""
        text = self.masked(str(problem))
        match problem:
            case ConfigError(line=line, column=column):
                self._runner.error(text, title=TITLE, file=PATH, line=line, column=column)
            case _:
                self._runner.error(text, title=TITLE)
        status = f"**{self._head} could not be reviewed.** {markdown.line(text)}"
        self._runner.summary(f"## Code review\n\n{status}\n")
        try:
            fresh = self._fresh()
            if fresh:
                self._write(fresh, lambda body: self._with_status(body, status))
        except ForgeError as unwritten:
            log.warning("The pull request was not told: %s", unwritten)

    def review(
        self, review: Review, remember: Callable[[Review], State], elapsed: int
    ) -> Comment | None:
        """Write the review down, then publish it; return the comment if there is one.

        `remember` makes the state of the review as it is published.

        Raises ForgeError when the comment could not be written; the job summary holds the review
        by then. A review in which Markdown has put a secret together is withheld before that.
        """
        self._run = run = replace(self._run, elapsed=elapsed)
        self._rendered = lambda each: summary.render(each, run, remember(each))
        # Before Markdown spells a secret otherwise; what it puts together is looked for after it.
        review = review.reworded(self.masked)
        body, report = self._rendered(review), self._report(review)
        self.withhold((body, report))
        self._runner.summary(report)
        self._wanted = body
        self._warn_of_gaps(review)
        if not self._writable:
            self._annotate(review)
            return None
        fresh = self._fresh()
        if not fresh:
            return None
        # "Nothing to review" is no news on a pull request that never had a review.
        silent = review.complete and not review.having(Status.REVIEWED)
        try:
            return self._write(fresh, lambda old: None if silent and old is None else body)
        except (ForbiddenError, ConversationClosedError) as refused:
            self._give_up_writing(refused)
            self._annotate(review)
            return None

    @property
    def written_down(self) -> bool:
        """Whether the job summary holds the review."""
        return self._wanted is not None

    def report(self, review: Review) -> str:
        """Render the whole review without the secrets of the run."""
        return self.masked(self._report(review))

    def _report(self, review: Review) -> str:
        drawn = flowchart.render(review)
        whole = summary.report(review, self._run)
        return f"{whole}\n{drawn}\n" if drawn else whole

    def revise(self, review: Review) -> None:
        """Publish the review that stands again, for what turned out on publishing."""
        review = review.reworded(self.masked)
        self._wanted = self.masked(self._rendered(review))
        if fresh := self._fresh():
            self._write(fresh, lambda old: old and self._wanted)

    def finish(self) -> None:
        """Put the review where a signal came between, if there is a comment to put it in.

        Whether the write that was broken off arrived does not matter: the text is the same.
        """
        try:
            if fresh := self._fresh():
                self._write(fresh, lambda old: old and self._wanted)
        except ForgeError as problem:
            log.warning("The comment could not be finished: %s", problem)

    def stands(self, snapshot: Snapshot) -> None:
        """Take away what was written over the review meanwhile; it is the latest word again."""
        try:
            self._write(snapshot, lambda body: body and summary.with_status(body, ""))
        except ForgeError as problem:
            log.warning("An old notice stays over the review: %s", problem)

    def _fresh(self) -> Snapshot | None:
        """Read the head again; when it moved, step back: the run for the newer head speaks."""
        if not self._writable:
            return None
        fresh = self._forge.snapshot(self._pull.number)
        newer = fresh.pull.head_sha
        if newer == self._pull.head_sha:
            return fresh
        self._runner.notice(
            f"The head moved to {newer[:7]} meanwhile; the comment is left to its run.", title=TITLE
        )
        moved = f"The head moved to {newer[:7]} while {self._head} was under review."
        self._write(fresh, lambda body: self._stepped_back(body, moved))
        return None

    def _stepped_back(self, body: str | None, moved: str) -> str | None:
        # Only our own announcement is taken back; whatever else stands there is newer than we are.
        if body and summary.status(body) == self._under_way:
            return summary.with_status(body, moved)
        return None

    def _with_status(self, body: str | None, status: str) -> str:
        if body is None:
            return summary.placeholder(self._run.name, status)
        return summary.with_status(body, status)

    def _write(
        self, snapshot: Snapshot, compose: Callable[[str | None], str | None]
    ) -> Comment | None:
        if not self._writable:
            return None
        return upsert.publish(self._forge, snapshot, self._run.name, compose)

    def _give_up_writing(self, refused: ForbiddenError | ConversationClosedError) -> None:
        """Go on without the comment where nobody could write it; raise where a permission lacks."""
        self._writable = False
        why = refused.what.rstrip(".")
        if isinstance(refused, ForbiddenError):
            if not (self._pull.from_fork or self._pull.author in DEPENDABOT):
                raise refused
            why = "GitHub lets no run for a fork or Dependabot comment on its pull request"
        self._runner.notice(
            f"{why}: the review stands in the job summary and as annotations.", title=TITLE
        )

    def _warn_of_gaps(self, review: Review) -> None:
        if review.complete:
            return
        gaps = [
            f"{row.path}: {'; '.join(filter(None, (row.reason, *row.cuts)))}"
            for row in review.files
            if row.status is Status.FAILED or row.cuts
        ]
        told = "\n".join([f"The review is incomplete. {summary.coverage(review)}", *gaps])
        self._runner.warning(told, title=TITLE)

    def _annotate(self, review: Review) -> None:
        if not self._annotates:
            return
        write = {Level.WARNING: self._runner.warning, Level.NOTICE: self._runner.notice}
        for remark in annotations.render(review):
            write[remark.level](
                remark.message, title=remark.title, file=remark.path, line=remark.line
            )

    def masked(self, text: str) -> str:
        """Hide the secrets of the run; raises ReviewerError when a part of one still shows."""
        masked = self._runner.secrets.mask(text)
        self.withhold((masked,))
        return masked

    def withhold(self, texts: Iterable[str]) -> None:
        """Raise ReviewerError when a secret of the run stands in one of the texts.

        Of a model that says it in one form nobody knows in which others it does, so masking what
        is known would not be enough.
        """
        if any(map(self._runner.secrets.leaked_in, texts)):
            raise ReviewerError(
                "The model's answer is withheld: it holds a secret of this run, whole or in part.",
                cause="What the model was shown or where it runs has the secret.",
                remedy="Replace the secret, and look at what the pull request adds.",
            )
