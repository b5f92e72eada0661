"""The event that started the run, reduced to what is used; nothing else reads a payload."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from reviewer.errors import EventError
from reviewer.record import record


@record
class Head:
    """The commit at the end of a branch; `repository` is "owner/name", of a fork perhaps."""

    sha: str
    branch: str
    repository: str


@record
class PullRequestEvent:
    """Something happened to a pull request; `action` is GitHub's word for it.

    `title` and `body` are what stood there then: untrusted text.
    """

    number: int
    action: str
    draft: bool
    from_fork: bool
    author_is_bot: bool
    title: str
    body: str


@record
class CommentEvent:
    """Someone commented on an issue or a pull request; `body` is untrusted text."""

    number: int
    action: str
    on_pull_request: bool
    body: str
    association: str
    author_is_bot: bool
    comment_id: int
    login: str


@record
class ReviewCommentEvent:
    """Someone commented on lines of a pull request; `body` is untrusted text.

    `in_reply_to` is the comment that started the thread, None when this one did.
    """

    number: int
    action: str
    comment_id: int
    in_reply_to: int | None
    body: str
    association: str
    login: str
    author_is_bot: bool
    from_fork: bool


@record
class WorkflowRunEvent:
    """Another workflow's run ended as `conclusion` says; `started_by` is the event that began it.

    `head` is what it ran on: GitHub's word, whatever the run itself has done.
    """

    action: str
    conclusion: str
    started_by: str
    head: Head


@record
class OtherEvent:
    """Any other event; `number` is the pr-number that a manual run was given."""

    name: str
    number: str = ""


Event: TypeAlias = (
    PullRequestEvent | CommentEvent | ReviewCommentEvent | WorkflowRunEvent | OtherEvent
)

# GitHub's name for the author of what a deleted account left behind.
GHOST = "ghost"
PULL_REQUEST_EVENTS = ("pull_request", "pull_request_target")


def parse(name: str, raw: bytes, *, repository: str, ref: str) -> Event:
    """Read the payload of the event called `name`.

    `repository` (owner/name) and `ref` are the runner's own word; a payload that speaks of
    another repository or pull request is refused with EventError, as is one that is not JSON.
    """
    payload = _payload(raw)
    try:
        _require_same_repository(payload, repository)
        if name in PULL_REQUEST_EVENTS:
            return _pull_request(payload, ref)
        if name == "issue_comment":
            return _comment(payload)
        if name == "pull_request_review_comment":
            return _review_comment(payload, ref)
        if name == "workflow_run":
            return _workflow_run(payload)
        return OtherEvent(name, _manual_number(payload))
    except (KeyError, TypeError, AttributeError) as missing:
        raise EventError(
            f"The {name} event lacks a field that GitHub always sends: {missing}.",
            cause="The file at GITHUB_EVENT_PATH was not written by GitHub, or is cut.",
            remedy="Start the run from a GitHub event.",
        ) from missing


def _payload(raw: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(raw.decode())
    except (ValueError, RecursionError) as broken:
        raise EventError(
            "The event file is unreadable: it is not JSON in UTF-8.",
            cause="The file at GITHUB_EVENT_PATH is cut or was not written by GitHub.",
            remedy="Start the run from a GitHub event.",
        ) from broken
    if not isinstance(payload, dict):
        raise EventError(
            "The event file is unreadable: it holds no JSON object.",
            cause="The file at GITHUB_EVENT_PATH was not written by GitHub.",
            remedy="Start the run from a GitHub event.",
        )
    return payload


def _require_same_repository(payload: Mapping[str, Any], repository: str) -> None:
    about = payload.get("repository")
    named = about["full_name"] if about else repository
    if named.lower() != repository.lower():
        raise EventError(
            "The event is about another repository than the one that this workflow runs in.",
            cause="GITHUB_REPOSITORY and the event payload differ.",
            remedy="Don't set GITHUB_REPOSITORY or GITHUB_EVENT_PATH in the workflow.",
        )


def _pull_request(payload: Mapping[str, Any], ref: str) -> PullRequestEvent:
    pull = payload["pull_request"]
    return PullRequestEvent(
        number=_own_number(pull, ref),
        action=str(payload["action"]),
        draft=pull.get("draft") is True,
        from_fork=_from_fork(pull),
        author_is_bot=_is_bot(pull["user"]),
        title=str(pull["title"]),
        body=str(pull["body"] or ""),
    )


def _own_number(pull: Mapping[str, Any], ref: str) -> int:
    number = _whole(pull["number"], "a pull request number")
    # pull_request_target runs on the base branch, so only a pull ref can contradict the payload.
    if ref.startswith("refs/pull/") and ref.split("/")[2] != str(number):
        raise EventError(
            f"The event is about pull request {number}, but the workflow runs on another one.",
            cause="GITHUB_REF and the event payload differ.",
            remedy="Don't set GITHUB_REF or GITHUB_EVENT_PATH in the workflow.",
        )
    return number


def _from_fork(pull: Mapping[str, Any]) -> bool:
    head = pull["head"]["repo"]
    return head is None or head["full_name"] != pull["base"]["repo"]["full_name"]


def _comment(payload: Mapping[str, Any]) -> CommentEvent:
    comment, issue = payload["comment"], payload["issue"]
    return CommentEvent(
        number=_whole(issue["number"], "a pull request number"),
        action=str(payload["action"]),
        on_pull_request=bool(issue.get("pull_request")),
        body=str(comment["body"] or ""),
        association=str(comment["author_association"]),
        author_is_bot=_is_bot(comment["user"]),
        comment_id=_whole(comment["id"], "the id of a comment"),
        login=_login(comment["user"]),
    )


def _review_comment(payload: Mapping[str, Any], ref: str) -> ReviewCommentEvent:
    comment, pull = payload["comment"], payload["pull_request"]
    started = comment.get("in_reply_to_id")
    return ReviewCommentEvent(
        number=_own_number(pull, ref),
        action=str(payload["action"]),
        comment_id=_whole(comment["id"], "the id of a comment"),
        in_reply_to=None if started is None else _whole(started, "the id of a comment"),
        body=str(comment["body"] or ""),
        association=str(comment["author_association"]),
        login=_login(comment["user"]),
        author_is_bot=_is_bot(comment["user"]),
        from_fork=_from_fork(pull),
    )


def _workflow_run(payload: Mapping[str, Any]) -> WorkflowRunEvent:
    run = payload["workflow_run"]
    # A fork that was deleted meanwhile has left nothing that could be reviewed.
    repository = run["head_repository"] or {"full_name": ""}
    return WorkflowRunEvent(
        action=str(payload["action"]),
        conclusion=str(run["conclusion"]),
        started_by=str(run["event"]),
        head=Head(str(run["head_sha"]), str(run["head_branch"]), str(repository["full_name"])),
    )


def _is_bot(user: Mapping[str, Any] | None) -> bool:
    # A deleted account has no user; GitHub's `type` counts, never a "[bot]" in the name.
    return user is not None and user["type"] == "Bot"


def _login(user: Mapping[str, Any] | None) -> str:
    return GHOST if user is None else str(user["login"])


def _whole(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise TypeError(what)
    return value


def _manual_number(payload: Mapping[str, Any]) -> str:
    for source in ("inputs", "client_payload"):
        given = payload.get(source)
        if isinstance(given, dict) and given.get("pr-number"):
            return str(given["pr-number"]).strip()
    return ""
