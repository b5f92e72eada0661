"""Shows how far a review is while it goes on: findings in the log, a line in the comment."""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from reviewer.comments import summary
from reviewer.comments.upsert import Moment, NextStep, OwnComment, next_step
from reviewer.config.settings import Settings
from reviewer.errors import ForgeError
from reviewer.finding import Dismissal, Finding
from reviewer.findings import ranking
from reviewer.operations import UpdateComment
from reviewer.pipeline.progress import Interim
from reviewer.pipeline.worker_pool import start_in_thread
from reviewer.run.publishing.announcement import Announcement
from reviewer.text.truncate import shorten_name

log = logging.getLogger(__name__)

SECONDS_BETWEEN_EDITS = 30.0
_LEAST_SHARE = 20
"""A twentieth of the files must be new for an edit, unless the number of findings is."""
_MOST_FAILURES = 2
_SO_FAR = " so far."


@dataclass(slots=True)
class LiveProgress:
    """Shows the progress of one review; `show` is called in one thread and returns at once.

    An edit of the comment is a read and a write that the run can do without: there is none while
    the rest of the requests is kept for publishing, and one that fails is not repeated. Edits end
    when the head has moved, or somebody else wrote into the comment.
    """

    announcement: Announcement
    settings: Settings
    dismissed: Sequence[Dismissal]
    _logged: set[tuple[str, int, str]] = field(default_factory=set)
    _edited_at: float = field(init=False)
    _shown: tuple[int, int] = (0, 0)
    _lines: set[str] = field(default_factory=set)
    _edit: Future[None] | None = None
    _failures: int = 0

    def __post_init__(self) -> None:
        """Start to wait: the announcement was just written."""
        self._edited_at = self._now()

    def show(self, interim: Interim) -> None:
        """Log new findings; edit the comment if its line is old and there is something to say."""
        self._log_new(interim.new)
        if self.announcement.writing is None or self._failures >= _MOST_FAILURES:
            return
        waits = self._edit is not None and not self._edit.done()
        if waits or self._now() - self._edited_at < SECONDS_BETWEEN_EDITS:
            return
        count = len(self._choose(interim.findings))
        if self._says_something(interim, count):
            self._edited_at, self._shown = self._now(), (interim.read, count)
            findings = "1 finding" if count == 1 else f"{count:,} findings"
            text = f"{interim.read:,} of {interim.files:,} files, {findings}{_SO_FAR}"
            self._edit = start_in_thread(partial(self._try_to_edit, text))

    def _now(self) -> float:
        return self.announcement.reporter.run.deadline.now()

    def _says_something(self, interim: Interim, count: int) -> bool:
        read, found = self._shown
        return count != found or (interim.read - read) * _LEAST_SHARE >= interim.files

    def _choose(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return the findings that the review would show, the worst first."""
        return ranking.rank(findings, self.settings, self.dismissed)[0]

    def _log_new(self, findings: Iterable[Finding]) -> None:
        """Log what was not logged yet; the runner neutralises the model's words."""
        keyed = {(each.path, each.start_line, each.title): each for each in findings}
        new = [finding for key, finding in keyed.items() if key not in self._logged]
        self._logged |= keyed.keys()
        secrets = self.announcement.reporter.run.runner.secrets
        for each in self._choose(new):
            # A secret in one form may come in others, as in what is published.
            title = "withheld" if secrets.leaked_in(each.title) else each.title
            place = f"{shorten_name(each.path)}:{each.start_line}"
            log.info("Found: %s, %s: %s", each.severity.label, place, title)

    def _try_to_edit(self, text: str) -> None:
        try:
            self._edit_comment(text)
        except ForgeError as problem:
            self._failures += 1
            log.info("The comment does not show how far the review is: %s", problem.what)

    def _is_ours(self, line: str) -> bool:
        """Return True for the announcement and for lines of this run, not those of a twin of it."""
        announced = line.startswith(self.announcement.reporter.announcement)
        return line in self._lines or (announced and _SO_FAR not in line)

    def _edit_comment(self, text: str) -> None:
        reporter, writing = self.announcement.reporter, self.announcement.writing
        forge, pull = reporter.run.forge, reporter.pull
        snapshot = forge.snapshot(pull.number, optional=True)
        own = OwnComment.find(snapshot, reporter.run.seal)
        moved = next_step(Moment.BEFORE_WRITE, pull.head_sha, snapshot) is not NextStep.GO_ON
        kept = own.kept
        if moved or not kept or not self._is_ours(summary.status(kept.body)):
            self._failures = _MOST_FAILURES
            return
        body = self.announcement.compose_progress(text)(own)
        # It may arrive although no response comes.
        self._lines.add(summary.status(body or ""))
        # Once the review has ended, nobody gets the lock: its own write comes next.
        if not (body and writing and writing.acquire(blocking=False)):
            return
        try:
            forge.apply(UpdateComment(kept.id, body, pull.number, kept.body, optional=True))
        finally:
            writing.release()
