"""All branching on events: one pure function from an event to what the run does."""

import re
from typing import TYPE_CHECKING, TypeAlias

from reviewer.errors import EventError
from reviewer.events import commands
from reviewer.events.payload import (
    PULL_REQUEST_EVENTS,
    CommentEvent,
    Event,
    Head,
    OtherEvent,
    PullRequestEvent,
    ReviewCommentEvent,
    WorkflowRunEvent,
)
from reviewer.record import record

if TYPE_CHECKING:
    # Costs what the nothing-to-do path saves.
    from reviewer.operations import Subject

REVIEWED_ACTIONS = ("opened", "synchronize", "reopened", "ready_for_review")
MARKER_NAMESPACE = "<!-- code-review-action"

# No leading zeros; GitHub's numbers end at 2**31 - 1.
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_LARGEST_NUMBER = 2**31 - 1


@record
class Asker:
    """Who asked for something, and in which comment."""

    login: str
    subject: "Subject"
    comment_id: int


@record
class ReviewPullRequest:
    """Review this pull request.

    `full` ignores what an earlier run remembered, `anew` only its words about the whole change.
    `asked` means that a person wants it, so a draft is no obstacle; `asker` is who did so in a
    comment. `title` and `body` are what stood there when the run was triggered, None where the
    event does not say. `ignore` and `resume` change what is remembered first. `settled` means
    that another run has looked at it and ended well.
    """

    number: int
    full: bool = False
    asked: bool = False
    title: str | None = None
    body: str | None = None
    ignore: commands.Ignore | None = None
    resume: bool = False
    anew: bool = False
    asker: Asker | None = None
    settled: bool = False


@record
class ReviewHead:
    """Review the open pull request that ends in this head, of which no more is known yet.

    `settled` means that the run which should have reviewed it ended well.
    """

    head: Head
    full: bool
    settled: bool


@record
class Answer:
    """Answer a question.

    `thread` is the comment that began the review thread in which it was asked; an answer is given
    only if we began it. None means a comment on the pull request as a whole.
    """

    number: int
    question: str
    asker: Asker
    thread: int | None = None


@record
class Pause:
    """Review no further pushes until somebody resumes."""

    number: int
    asker: Asker


@record
class Help:
    """List the commands; `unknown` is what was not understood, empty when help was asked for."""

    number: int
    asker: Asker
    unknown: str = ""


@record
class Skip:
    """Do nothing, and say why."""

    reason: str


Errand: TypeAlias = Answer | Pause | Help
Activity: TypeAlias = ReviewPullRequest | ReviewHead | Errand | Skip


@record
class Gate:
    """What the workflow's inputs say about which events count."""

    trigger: str
    allowed_associations: tuple[str, ...]
    review_drafts: bool
    pr_number: int | None
    full: bool
    key_missing: bool
    publishes: bool = False


def decide(event: Event, gate: Gate) -> Activity:
    """Say what to do about an event.

    Raises EventError when a manual run names something that is no pull request number.
    """
    match event:
        case PullRequestEvent():
            return _on_pull_request(event, gate)
        case CommentEvent() | ReviewCommentEvent() if gate.publishes:
            return Skip("`mode: publish` publishes reports and obeys no comments")
        case CommentEvent():
            return _on_comment(event, gate)
        case ReviewCommentEvent():
            return _on_reply(event, gate)
        case WorkflowRunEvent():
            return _on_workflow_run(event, gate)
        case OtherEvent():
            return _on_other(event, gate)


def _on_pull_request(event: PullRequestEvent, gate: Gate) -> Activity:
    if event.action not in REVIEWED_ACTIONS:
        return Skip(f"a pull request that was {event.action} is not reviewed anew")
    if event.draft and not gate.review_drafts:
        return Skip("the pull request is a draft; `review-drafts: true` reviews drafts too")
    if gate.key_missing and (event.from_fork or event.author_is_bot):
        return Skip(
            "there is no api-key; GitHub gives no secrets to pull requests from forks and from "
            "bots such as Dependabot, but a maintainer can have it reviewed by a manual run"
        )
    return ReviewPullRequest(event.number, full=gate.full, title=event.title, body=event.body)


def _on_comment(event: CommentEvent, gate: Gate) -> Activity:
    if event.action == "created" and not event.on_pull_request:
        return Skip("the comment is on an issue, not on a pull request")
    if unheard := _unheard(event):
        return unheard
    command = commands.parse(event.body, gate.trigger)
    if command is None:
        return Skip("the comment holds no command")
    return _stranger(event, gate) or _commanded(command, event, gate)


def _on_reply(event: ReviewCommentEvent, gate: Gate) -> Activity:
    if unheard := _unheard(event):
        return unheard
    if event.in_reply_to is None:
        return Skip("the comment starts a thread of its own; only replies to ours are answered")
    if gate.key_missing and event.from_fork:
        return Skip("there is no api-key; GitHub gives no secrets to pull requests from forks")
    question = event.body.strip()[: commands.LONGEST_QUESTION]
    command = commands.parse(event.body, gate.trigger) or commands.Ask(question)
    return _stranger(event, gate) or _commanded(command, event, gate)


def _unheard(event: CommentEvent | ReviewCommentEvent) -> Skip | None:
    if event.action != "created":
        return Skip("only new comments are read, not edited or deleted ones")
    if event.author_is_bot or MARKER_NAMESPACE in event.body:
        return Skip("comments of bots, this one's own included, are not commands")
    return None


def _stranger(event: CommentEvent | ReviewCommentEvent, gate: Gate) -> Skip | None:
    if event.association in gate.allowed_associations:
        return None
    return Skip(
        f"the commenter is {event.association}; commands are taken from "
        f"{', '.join(gate.allowed_associations)} (input allowed-associations)"
    )


def _commanded(
    command: commands.Command, event: CommentEvent | ReviewCommentEvent, gate: Gate
) -> Activity:
    from reviewer.operations import Subject

    thread = event.in_reply_to if isinstance(event, ReviewCommentEvent) else None
    subject = Subject.REVIEW_COMMENT if thread else Subject.COMMENT
    asker = Asker(event.login, subject, event.comment_id)
    match command:
        case commands.Ask(question=question):
            return Answer(event.number, question, asker, thread=thread)
        case commands.Pause():
            return Pause(event.number, asker)
        case commands.Help():
            return Help(event.number, asker)
        case commands.Unknown(text=text):
            return Help(event.number, asker, text)
        case commands.Review() | commands.Summary() | commands.Ignore() | commands.Resume():
            return ReviewPullRequest(
                event.number,
                full=gate.full or command == commands.Review(full=True),
                asked=True,
                ignore=command if isinstance(command, commands.Ignore) else None,
                resume=isinstance(command, commands.Resume),
                anew=isinstance(command, commands.Summary),
                asker=asker,
            )


def _on_workflow_run(event: WorkflowRunEvent, gate: Gate) -> Activity:
    settled = event.conclusion == "success"
    if gate.pr_number:
        return ReviewPullRequest(gate.pr_number, full=gate.full, settled=settled)
    if event.action != "completed" or event.started_by not in PULL_REQUEST_EVENTS:
        return Skip(
            f"the run that was {event.action} was started by {event.started_by}, not by a pull "
            "request, and there is no pr-number"
        )
    return ReviewHead(event.head, full=gate.full, settled=settled)


def _on_other(event: OtherEvent, gate: Gate) -> Activity:
    number = gate.pr_number or _given_number(event.number)
    if number is None:
        return Skip(f"there is nothing to review: {event.name} without a pr-number")
    return ReviewPullRequest(number, full=gate.full, asked=True)


def _given_number(text: str) -> int | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or int(text) > _LARGEST_NUMBER:
        raise EventError(
            "The event's pr-number is not the number of a pull request.",
            cause="A manual run was started with another text in its pr-number field.",
            remedy="Start it with digits only, for example 7.",
        )
    return int(text)
