"""Does what people ask for beside reviews: answers, pauses, and tells what there is to ask for."""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from reviewer.changes.selection import Selection
from reviewer.comments import answer as answer_comment
from reviewer.comments import summary as summary_comment
from reviewer.comments import upsert
from reviewer.comments.answer import Told
from reviewer.comments.summary import Run
from reviewer.config import settings as config
from reviewer.config.strict_yaml import PATH
from reviewer.context import for_questions
from reviewer.errors import ContextTooLongError, ConversationClosedError
from reviewer.events.activity import MARKER_NAMESPACE, Answer, Errand, Help, Pause
from reviewer.finding import Finding
from reviewer.llm import replies
from reviewer.llm.ask import ModelClient
from reviewer.llm.budget import Budget
from reviewer.llm.prompts import Prompts
from reviewer.memory import state
from reviewer.memory.state import State
from reviewer.pipeline import review_changes, review_file
from reviewer.ports import CreateComment, Operation, ReplyToThread
from reviewer.pull_request import ReviewThread, Snapshot
from reviewer.redaction.masking import SecretMask
from reviewer.run import eligibility
from reviewer.run.reactions import acknowledged
from reviewer.run.reporter import TITLE, Reporting, Voice
from reviewer.run.run import Trip
from reviewer.text import markdown

log = logging.getLogger(__name__)

# A model that finds the changes too long is shown a third of them, once.
_SMALLER = 3
# The worst of them; more would take the room of the change.
_MOST_FINDINGS = 50


def carry_out(trip: Trip, wanted: Errand, snapshot: Snapshot) -> int:
    """Do what was asked for on the pull request of `snapshot`, and return the exit code.

    Raises ReviewerError when it could not be done.
    """
    match wanted:
        case Answer():
            return _Reply(trip, wanted, snapshot).give()
        case Pause():
            return _heard(trip, wanted, lambda: _pause(trip, wanted, snapshot))
        case Help():
            return _heard(trip, wanted, lambda: _help(trip, wanted, snapshot))


def _heard(trip: Trip, wanted: Errand, run: Callable[[], int]) -> int:
    asker = None if trip.inputs.silent else wanted.asker
    understood = not (isinstance(wanted, Help) and wanted.unknown)
    return acknowledged(trip.forge, asker, run, understood=understood)


def _nothing(trip: Trip, reason: str) -> int:
    trip.runner.notice(f"Nothing to do: {reason}.", title=TITLE)
    return _done(trip, f"Code review: nothing to do: {reason}.")


def _done(trip: Trip, summary: str) -> int:
    trip.runner.summary(f"{summary}\n")
    trip.runner.output("verdict", "skipped")
    return 0


def _pause(trip: Trip, wanted: Pause, snapshot: Snapshot) -> int:
    name, login = trip.inputs.name, wanted.asker.login
    who = markdown.line(login)
    status = f"Reviews are paused by {who}; `/resume` starts them again."

    def compose(body: str | None) -> str:
        known = state.decode(body or "") or State()
        told = summary_comment.with_status(body or summary_comment.placeholder(name, ""), status)
        return summary_comment.with_state(told, replace(known, paused=login))

    if not trip.inputs.silent:
        upsert.publish(trip.forge, snapshot, name, compose)
    return _done(trip, f"Code review: {status}")


def _help(trip: Trip, wanted: Help, snapshot: Snapshot) -> int:
    marker = answer_comment.help_marker(trip.inputs.name)
    text = answer_comment.render_help(trip.inputs.trigger, wanted.unknown)
    said = any(c.mine and c.body.startswith(marker) for c in snapshot.conversation.comments)
    if not (said or trip.inputs.silent):
        body = f"{marker}\n{trip.runner.secrets.mask(text)}\n"
        trip.forge.apply(CreateComment(wanted.number, body, marker))
    return _done(trip, text)


@dataclass(frozen=True, slots=True)
class _Reply:
    """One question and what is needed to answer it."""

    trip: Trip
    wanted: Answer
    snapshot: Snapshot

    def give(self) -> int:
        """Answer once, and in a thread only if it is ours."""
        thread = self._thread()
        if self.wanted.thread and thread is None:
            return _nothing(self.trip, "the reply is in a thread that this review did not start")
        if self._given(thread):
            return _nothing(self.trip, "the comment was answered before")
        return _heard(self.trip, self.wanted, lambda: self._give(thread))

    def _thread(self) -> ReviewThread | None:
        for thread in self.snapshot.conversation.threads:
            if self.wanted.thread in {remark.id for remark in thread.comments}:
                return thread if thread.mine and self._ours(thread.comments[0].body) else None
        return None

    def _ours(self, body: str) -> bool:
        """Whether this instance wrote it: other workflows comment as the same bot."""
        last = body.rstrip().rpartition("\n")[2]
        return last.startswith(MARKER_NAMESPACE) and f" name={self.trip.inputs.name} " in last

    @property
    def _marker(self) -> str:
        return answer_comment.answer_marker(self.trip.inputs.name, self.wanted.asker.comment_id)

    def _given(self, thread: ReviewThread | None) -> bool:
        said = thread.comments if thread else self.snapshot.conversation.comments
        ours = (each.body.strip() for each in said if each.mine)
        return any(body.startswith(self._marker) or body.endswith(self._marker) for body in ours)

    def _give(self, thread: ReviewThread | None) -> int:
        trip, pull = self.trip, self.snapshot.pull
        eligibility.require_means(trip.inputs)
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="models") as pool:
            # Slow, because it imports their client: done beside GitHub's answers.
            models = pool.submit(trip.models)
            with trip.runner.group("Read the changes"):
                settings = config.load(trip.inputs, trip.forge.content(PATH, pull.base_sha))
                selection = review_changes.read_changes(trip.forge, pull, settings)
        prompts = Prompts(
            pull,
            nonce=secrets.token_hex(8),
            language=settings.language,
            mask=SecretMask.of(trip.runner.secrets, selection.files),
        )
        budget = Budget(trip.inputs.max_tokens_total, trip.inputs.max_cost)
        client = ModelClient(models.result(), budget, as_prompt_text=prompts.as_prompt_text)
        with trip.runner.group("Answer"):
            answer = self._ask(client, prompts, selection, thread)
        asked = "" if thread else self.wanted.question
        return self._publish(Told(asked, answer, budget.spent(), trip.run_url), thread)

    def _ask(
        self,
        client: ModelClient,
        prompts: Prompts,
        selection: Selection,
        thread: ReviewThread | None,
    ) -> str:
        inputs = self.trip.inputs

        def ask(room: int) -> str:
            shown = for_questions.render_changes(
                selection, room, first=thread.path if thread else ""
            )
            said = (
                for_questions.earlier_comments(thread, self.wanted.asker.comment_id)
                if thread
                else ()
            )
            prompt = prompts.answer(
                self.wanted.question, shown.text, self._findings(), said, shown.cuts
            )
            return client.ask(prompt, replies.parse_answer)

        room = review_file.window(inputs.model, inputs.context_window)
        try:
            return ask(room)
        except ContextTooLongError as problem:
            log.warning("Asking with fewer files: %s", problem)
            return ask(room // _SMALLER)

    def _findings(self) -> tuple[Finding, ...]:
        known, _damaged = upsert.recall(self.snapshot, self.trip.inputs.name)
        return tuple(sorted(known.findings, key=lambda finding: -finding.severity)[:_MOST_FINDINGS])

    def _publish(self, told: Told, thread: ReviewThread | None) -> int:
        trip, wanted = self.trip, self.wanted
        run = Run(name=trip.inputs.name, url=trip.run_url, elapsed=0)
        reporting = Reporting(
            trip.forge, trip.runner, self.snapshot.pull, run, voice=Voice.of(trip.inputs)
        )
        # Before Markdown spells a secret otherwise, and after, in case a secret is put together.
        reporting.withhold((told.answer,))
        told = replace(told, question=reporting.masked(told.question))
        text = answer_comment.render_answer(told)
        reporting.withhold((text,))
        code = _done(trip, text)
        if trip.inputs.silent:
            return code
        try:
            trip.forge.apply(self._operation(text, thread))
        except ConversationClosedError as closed:
            why = closed.what.rstrip(".")
            trip.runner.notice(f"{why}: the answer stands in the job summary.", title=TITLE)
        log.info("Answered comment %d", wanted.asker.comment_id)
        return code

    def _operation(self, text: str, thread: ReviewThread | None) -> Operation:
        number, marker = self.wanted.number, self._marker
        if thread is None:
            return CreateComment(number, f"{marker}\n{text}\n", marker)
        # GitHub takes replies to the first comment of a thread only.
        return ReplyToThread(number, thread.comments[0].id, f"{text}\n\n{marker}", marker)
