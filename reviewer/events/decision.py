"""Decides what a run does about an event: one pure function with all branching on events."""

import re
from collections.abc import Sequence

from reviewer.config.enums import PullRequests
from reviewer.errors import EventError
from reviewer.events import commands
from reviewer.events.activity import (
    Activity,
    AnswerQuestion,
    Commenter,
    PauseReviews,
    ProposeLearning,
    ReviewHead,
    ReviewOpenPulls,
    ReviewPullRequest,
    ShowHelp,
    Skip,
    TriggerRules,
)
from reviewer.events.payload import (
    PULL_REQUEST_EVENTS,
    CommentEvent,
    Event,
    OtherEvent,
    PullRequestEvent,
    ReviewCommentEvent,
    WorkflowRunEvent,
)

REVIEWED_ACTIONS = ("opened", "synchronize", "reopened", "ready_for_review", "converted_to_draft")
MARKER_NAMESPACE = "<!-- code-review-action"

# No leading zeros; GitHub's numbers end at 2**31 - 1.
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_LARGEST_NUMBER = 2**31 - 1

# GitHub shows the run of such an event beside that of the pull request, if both are about one
# commit: of the two, it must not be the green one.
_OTHER_EVENT = (
    "The workflow runs on more events than those of pull requests. Remove this event from `on:`, "
    "add `if: github.event_name == 'pull_request'` to the job, or set the input pr-number."
)
_OBEYS_NOTHING = Skip("`mode: publish` publishes reports and obeys no comments")


def decide(event: Event, rules: TriggerRules) -> Activity:
    """Return what the run does about an event.

    Raises EventError if the pr-number of a manual run is not the number of a pull request.
    """
    match event:
        case PullRequestEvent():
            return _on_pull_request(event, rules)
        case CommentEvent():
            return _on_comment(event, rules)
        case ReviewCommentEvent():
            return _keep_gate(_on_reply(event, rules), event, rules)
        case WorkflowRunEvent():
            return _on_workflow_run(event, rules)
        case OtherEvent():
            return _on_other(event, rules)


def _on_pull_request(event: PullRequestEvent, rules: TriggerRules) -> Activity:
    # Its run cancels the review of the last push, which is in its group. So it reviews the head if
    # drafts are reviewed. Else the comment is to name its commit, which no later push changes.
    drafted = event.action == "converted_to_draft"
    new_base = event.action == "edited" and event.base_changed
    # Of several runs on a commit GitHub shows the newest: at a gate, it must not be a green one
    # about a title, above a red one about the code.
    repeats = rules.gated and event.action != "closed"
    if not (event.action in REVIEWED_ACTIONS or new_base or repeats):
        return Skip(f"the pull request was {event.action}, which starts no review")
    waits = rules.gated and not _is_skipped(event.login, rules.skip_authors)
    if event.draft and not rules.review_drafts and not drafted:
        # At a gate, it would be open in the moment in which the draft becomes ready.
        return Skip(
            "the pull request is a draft; `review-drafts: true` reviews drafts too", waits=waits
        )
    if rules.key_missing and (event.from_fork or event.author_is_bot):
        return Skip(
            "there is no api-key; GitHub gives no secrets to pull requests from forks and from "
            "bots such as Dependabot, but a maintainer can have it reviewed by a manual run",
            waits=waits,
        )
    return ReviewPullRequest(
        event.number,
        full=rules.full,
        title=event.title,
        body=event.body,
        base_sha=event.base_sha,
        head_sha=event.head_sha,
    )


def _is_skipped(login: str, skip_authors: Sequence[str]) -> bool:
    if not skip_authors:
        return False
    from reviewer import logins

    return logins.is_named(login, skip_authors)


def _on_comment(event: CommentEvent, rules: TriggerRules) -> Activity:
    if rules.publishes:
        return _OBEYS_NOTHING
    if event.action == "created" and not event.on_pull_request:
        return Skip("the comment is on an issue, not on a pull request")
    if skip := _skip_comment(event):
        return skip
    command = commands.parse(event.body, rules.trigger)
    if command is None:
        return Skip("the comment contains no command")
    return _skip_outside_contributor(event, rules) or _obey(command, event, rules)


def _on_reply(event: ReviewCommentEvent, rules: TriggerRules) -> Activity:
    if rules.publishes:
        return _OBEYS_NOTHING
    if skip := _skip_comment(event):
        return skip
    if event.in_reply_to is None:
        return Skip("the comment starts a thread of its own; only replies to ours are answered")
    if rules.key_missing and event.from_fork:
        return Skip("there is no api-key; GitHub gives no secrets to pull requests from forks")
    question = commands.read_question(event.body)
    command = commands.parse(event.body, rules.trigger) or commands.AskCommand(question)
    if command == commands.AskCommand(""):
        return Skip("the reply has no words of its own")
    return _skip_outside_contributor(event, rules) or _obey(command, event, rules)


def _keep_gate(decided: Activity, event: ReviewCommentEvent, rules: TriggerRules) -> Activity:
    """Return what to do instead of nothing at a gate: end as the review does that is there.

    GitHub shows a run about a comment at lines as a check of the commit, beside that of the review.
    """
    if not (rules.gated and isinstance(decided, Skip)):
        return decided
    if rules.key_missing and event.from_fork:
        return Skip(f"{decided.reason}; without an api-key no review is believed", waits=True)
    return ReviewPullRequest(event.number, only_repeat=True)


def _skip_comment(event: CommentEvent | ReviewCommentEvent) -> Skip | None:
    if event.action != "created":
        return Skip("only new comments are read, not edited or deleted ones")
    if event.author_is_bot or MARKER_NAMESPACE in event.body:
        return Skip("comments by bots, including this one, are not commands")
    return None


def _skip_outside_contributor(
    event: CommentEvent | ReviewCommentEvent, rules: TriggerRules
) -> Skip | None:
    if event.association in rules.allowed_associations:
        return None
    return Skip(
        f"the association of the commenter is {event.association}; commands are accepted from "
        f"{', '.join(rules.allowed_associations)} (input allowed-associations)"
    )


def _obey(
    command: commands.Command, event: CommentEvent | ReviewCommentEvent, rules: TriggerRules
) -> Activity:
    from reviewer.operations import Subject

    thread = event.in_reply_to if isinstance(event, ReviewCommentEvent) else None
    subject = Subject.REVIEW_COMMENT if thread else Subject.COMMENT
    commenter = Commenter(event.login, subject, event.comment_id)
    match command:
        case commands.AskCommand(question=question):
            return AnswerQuestion(event.number, question, commenter, thread=thread)
        case commands.LearnCommand(text=text, number=finding, whole=whole):
            return ProposeLearning(event.number, text, commenter, finding, thread, whole)
        case commands.PauseCommand():
            return PauseReviews(event.number, commenter)
        case commands.HelpCommand():
            return ShowHelp(event.number, commenter)
        case commands.UnknownCommand(text=text):
            return ShowHelp(event.number, commenter, text)
        case (
            commands.ReviewCommand()
            | commands.SummaryCommand()
            | commands.IgnoreCommand()
            | commands.ResumeCommand()
        ):
            return ReviewPullRequest(
                event.number,
                full=rules.full or command == commands.ReviewCommand(full=True),
                requested=True,
                ignore=command if isinstance(command, commands.IgnoreCommand) else None,
                resume=isinstance(command, commands.ResumeCommand),
                refresh_overview=isinstance(command, commands.SummaryCommand),
                commenter=commenter,
            )


def _on_workflow_run(event: WorkflowRunEvent, rules: TriggerRules) -> Activity:
    upstream_succeeded = event.conclusion == "success"
    match rules.pr_number:
        case PullRequests.OPEN:
            return ReviewOpenPulls(full=rules.full)
        case int(number):
            return ReviewPullRequest(number, full=rules.full, upstream_succeeded=upstream_succeeded)
        case None:
            pass
    if event.action != "completed" or event.started_by not in PULL_REQUEST_EVENTS:
        return Skip(
            f"the other workflow's run ({event.action}) was started by {event.started_by}, not by "
            "a pull request, and there is no pr-number"
        )
    return ReviewHead(event.head, full=rules.full, upstream_succeeded=upstream_succeeded)


def _on_other(event: OtherEvent, rules: TriggerRules) -> Activity:
    number = rules.pr_number or _parse_number(event.number)
    if number is None and event.name == "merge_group":
        return Skip("there is nothing to review: a merge queue takes what passed its own check")
    if number is None:
        return Skip(
            f"there is nothing to review: {event.name} without a pr-number",
            waits=rules.gated,
            remedy=_OTHER_EVENT,
        )
    if isinstance(number, PullRequests):
        return ReviewOpenPulls(full=rules.full)
    return ReviewPullRequest(number, full=rules.full, requested=True)


def _parse_number(text: str) -> int | PullRequests | None:
    if not text:
        return None
    if text == PullRequests.OPEN.value:
        return PullRequests.OPEN
    if not _NUMBER.fullmatch(text) or int(text) > _LARGEST_NUMBER:
        raise EventError(
            "The pr-number of the event is not the number of a pull request.",
            cause="The run was started by hand with something else in its pr-number field.",
            remedy="Start it again with digits only, for example 7, or with `open`.",
        )
    return int(text)
