"""All branching on events: one pure function from an event to what the run does."""

import re
from dataclasses import dataclass
from typing import TypeAlias

from reviewer.errors import EventError
from reviewer.events import CommentEvent, Event, OtherEvent, PullRequestEvent

REVIEWED_ACTIONS = ("opened", "synchronize", "reopened", "ready_for_review")
REVIEW_COMMAND = "/review"
MARKER_NAMESPACE = "<!-- code-review-action"

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
# No leading zeros; GitHub's numbers end at 2**31 - 1.
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ReviewPullRequest:
    """Review this pull request.

    `full` ignores what an earlier run remembered; `asked` means that a person wants it, so a
    draft is no obstacle.
    """

    number: int
    full: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """Do nothing, and say why."""

    reason: str


Activity: TypeAlias = ReviewPullRequest | Skip


@dataclass(frozen=True, slots=True)
class Gate:
    """What the workflow's inputs say about which events count."""

    trigger: str
    allowed_associations: tuple[str, ...]
    review_drafts: bool
    pr_number: int | None
    full: bool
    key_missing: bool


def decide(event: Event, gate: Gate) -> Activity:
    """Say what to do about an event.

    Raises EventError when a manual run names something that is no pull request number.
    """
    match event:
        case PullRequestEvent():
            return _on_pull_request(event, gate)
        case CommentEvent():
            return _on_comment(event, gate)
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
    return ReviewPullRequest(event.number, full=gate.full)


def _on_comment(event: CommentEvent, gate: Gate) -> Activity:
    if event.action != "created":
        return Skip("only new comments are read, not edited or deleted ones")
    if not event.on_pull_request:
        return Skip("the comment is on an issue, not on a pull request")
    if event.author_is_bot or MARKER_NAMESPACE in event.body:
        return Skip("comments of bots, this one's own included, are not commands")
    command = _command(event.body, gate.trigger)
    if command is None:
        return Skip("the comment holds no command")
    if event.association not in gate.allowed_associations:
        return Skip(
            f"the commenter is {event.association}; commands are taken from "
            f"{', '.join(gate.allowed_associations)} (input allowed-associations)"
        )
    return ReviewPullRequest(event.number, full=gate.full or command == "full", asked=True)


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


def _command(body: str, trigger: str) -> str | None:
    """Return what follows the first command that stands alone on a line, or None.

    Quoted lines never match because they start with ">", fenced ones because of the fence.
    """
    words = "|".join(re.escape(word) for word in {REVIEW_COMMAND, trigger.strip()})
    pattern = re.compile(rf"(?:{words})(?:[ \t]+(full))?[ \t]*", re.IGNORECASE)
    fence = ""
    # Only line feeds end a line here, as on GitHub; U+2028 in a quote must not start a new one.
    for line in body.replace("\r\n", "\n").split("\n"):
        mark = _FENCE.match(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not line[mark.end() :].strip()
            fence = "" if closes else fence
        elif mark:
            fence = mark[1]
        elif found := pattern.fullmatch(line):
            return (found[1] or "").lower()
    return None
