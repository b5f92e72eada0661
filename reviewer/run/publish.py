"""What follows from a review: it is published, discussed at its lines, and counted."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from reviewer import __version__
from reviewer.adapters.files import report_files
from reviewer.changes.diff import ChangedFile
from reviewer.comments import inline, threads, upsert
from reviewer.config.enums import FailOn, Mode
from reviewer.config.settings import Settings
from reviewer.errors import CancelledError, ForbiddenError, ForgeError
from reviewer.memory import state
from reviewer.memory.state import State
from reviewer.outputs import check_run, json_report, sarif, step_outputs
from reviewer.ports import InlineComment
from reviewer.pull_request import Comment, Conversation, Snapshot
from reviewer.review import Review, Spent
from reviewer.run.reporter import TITLE, Reporting
from reviewer.run.run import SECONDS_AFTER_CANCEL, Trip

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Remembering:
    """What the next run has to know beside the review itself."""

    key: str
    next_number: int
    before: State

    def __call__(self, review: Review) -> State:
        """Make the state of a review."""
        return replace(state.of(review, self.key, self.next_number), paused=self.before.paused)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Publishes one review; `snapshot` was read just before the model was asked.

    `again` reviews the head that has come meanwhile; None where that is left to another run.
    """

    trip: Trip
    reporting: Reporting
    snapshot: Snapshot
    settings: Settings
    files: tuple[ChangedFile, ...]
    remember: Remembering
    again: Callable[[Snapshot], int] | None = None

    def draw(self, review: Review) -> int:
        """Write the review down, publish it and return what it means for the workflow."""
        try:
            return self._draw(review)
        except CancelledError as cancelled:
            if not self.reporting.written_down:
                # The signal came between the last answer and the job summary.
                return self._draw(replace(review, cancelled=cancelled))
            self.trip.deadline.shorten(SECONDS_AFTER_CANCEL)
            self.reporting.finish()
            return cancelled.exit_code

    def _draw(self, review: Review) -> int:
        trip = self.trip
        if review.cancelled:
            trip.deadline.shorten(SECONDS_AFTER_CANCEL)
        self.reporting.withhold(review.said)
        review = replace(review, notes=(*review.notes, *self._replaced()))
        # Before anything is made of it: what a fingerprint is taken of must not change any more.
        review = review.reworded(self.reporting.masked)
        review = replace(review, total=_total(review.spent, self.remember.before))
        comments = self._comments(review)
        review = replace(review, inline=_numbers(review, comments, trip.inputs.name))
        known = self.remember(review)
        files = self._write(review)
        try:
            comment = self.reporting.review(review, self.remember, round(trip.runner.elapsed))
            after = self._look_again() if comment and not review.cancelled else None
            if comment and after and self.again and self._last_word(comment, after):
                return self.again(after)
            code = conclude(trip, known, comment, review.spent, self.settings, files=files)
            if after and not self._moved(after):
                self._discuss(review, comments, after.conversation)
            if comment and not review.cancelled:
                self._check(review, failed=bool(code))
        except ForgeError as problem:
            trip.runner.error(
                f"The review was made but could not be published: {problem} "
                "It stands in the job summary.",
                title=TITLE,
            )
            conclude(trip, known, None, review.spent, self.settings, files=files)
            return ForgeError.exit_code
        return review.cancelled.exit_code if review.cancelled else code

    def _replaced(self) -> tuple[str, ...]:
        """Tell somebody who edited our comment where those words have gone."""
        by = upsert.edited_by(self.snapshot, self.trip.inputs.name)
        wanted = by and not self.trip.inputs.silent
        return (f"{by} had edited this comment; the review took its place",) if wanted else ()

    def _look_again(self) -> Snapshot:
        """Read what stands there now: GitHub writes even if the head moved since it was read."""
        try:
            after = self.trip.forge.snapshot(self.snapshot.pull.number)
        except ForgeError as problem:
            log.warning("What became of the comment could not be read: %s", problem)
            return self.snapshot
        if self._moved(after):
            newer = after.pull.head_sha[:7]
            self.trip.runner.notice(
                f"The head moved to {newer} while the review was published.", title=TITLE
            )
        return after

    def _moved(self, after: Snapshot) -> bool:
        return after.pull.head_sha != self.snapshot.pull.head_sha

    def _last_word(self, comment: Comment, after: Snapshot) -> bool:
        """Whether our review stands although its head moved: perhaps over that of a newer one."""
        kept = upsert.own(after, self.trip.inputs.name)
        about = [state.decode(each.body) for each in kept if each.id == comment.id]
        head_sha = self.snapshot.pull.head_sha
        return self._moved(after) and any(each and each.head_sha == head_sha for each in about)

    def _write(self, review: Review) -> Mapping[str, str]:
        """Write the reports for programs; they survive what may go wrong with the comment."""
        trip = self.trip
        report = json_report.render(review, name=trip.inputs.name, run_url=trip.run_url)
        found = sarif.render(review, version=__version__)
        masked = self.reporting.masked
        texts = {step_outputs.REPORT: masked(report), step_outputs.SARIF: masked(found)}
        return report_files.write(trip.workspace, texts)

    def _check(self, review: Review, *, failed: bool) -> None:
        """Post a check run where the workflow wants one; a token that may not is told how."""
        if not self.trip.inputs.check_run:
            return
        report = self.reporting.report(review)
        wanted = check_run.render(review, self.trip.inputs.name, report, failed=failed)
        try:
            self.trip.forge.apply(wanted)
        except ForbiddenError:
            self.trip.runner.notice(
                "No check run was posted: `check-run: true` needs the permission `checks: write`.",
                title=TITLE,
            )
        except ForgeError as problem:
            self.trip.runner.warning(f"No check run was posted: {problem}", title=TITLE)

    def _comments(self, review: Review) -> tuple[InlineComment, ...]:
        if self.trip.inputs.silent or review.cancelled:
            return ()
        comments = inline.comments(
            review.findings,
            self.files,
            wanted=self.settings.inline,
            name=self.trip.inputs.name,
            suggestions=self.settings.suggestions,
        )
        # Markdown may have put a secret together that was in parts before.
        return tuple(replace(each, body=self.reporting.masked(each.body)) for each in comments)

    def _discuss(
        self, review: Review, comments: tuple[InlineComment, ...], conversation: Conversation
    ) -> None:
        """Bring the threads up to date; what cannot be put at its lines goes to the summary."""
        trip, name, pull = self.trip, self.trip.inputs.name, self.snapshot.pull
        unsaid = threads.unsaid(comments, conversation, name)
        unplaced = threads.post(trip.forge, pull.number, pull.head_sha, unsaid)
        if unplaced:
            left = tuple(comment for comment in comments if comment not in unplaced)
            self.reporting.revise(replace(review, inline=_numbers(review, left, name)))
        gone = threads.to_resolve(review.fixed, conversation, name)
        if not threads.resolve(trip.forge, gone):
            trip.runner.notice(
                "Threads whose finding is gone were left open: resolving them needs the "
                "permission `contents: write`.",
                title=TITLE,
            )


def _numbers(review: Review, comments: tuple[InlineComment, ...], name: str) -> frozenset[int]:
    markers = {comment.marker for comment in comments}
    return frozenset(
        finding.number for finding in review.findings if inline.marker(name, finding) in markers
    )


def _total(spent: Spent, before: State) -> Spent:
    """Add what the pull request took in earlier runs; an unknown cost stays unknown."""
    known = before.cost or ("0" if not before.tokens else "")
    cost = None if spent.cost is None or not known else spent.cost + Decimal(known)
    return replace(spent, input_tokens=spent.input_tokens + before.tokens, cost=cost)


def conclude(  # noqa: PLR0913  # what the outputs are about, each by name
    trip: Trip,
    known: State,
    comment: Comment | None,
    spent: Spent,
    settings: Settings,
    *,
    files: Mapping[str, str] | None = None,
) -> int:
    """Set the outputs and return the exit code."""
    for name, value in step_outputs.outputs(known, comment, spent, files).items():
        trip.runner.output(name, value)
    # Where reviews are made apart from their publishing, that is where they are judged.
    reviews_only = trip.inputs.mode is Mode.REVIEW
    code = step_outputs.exit_code(known, FailOn.NEVER if reviews_only else settings.fail_on)
    if code:
        trip.runner.error(
            f"The review reached the limit that fail-on sets ({settings.fail_on.value}).",
            title=TITLE,
        )
    return code
