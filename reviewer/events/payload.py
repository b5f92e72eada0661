"""Reads the event that started the run: the only module that knows GitHub's payloads."""

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

    `title` and `body` are those of that moment: untrusted text. `login` is the author's.
    `base_changed` means that an edit gave the pull request another base branch, `base_sha` is the
    commit of the present one. `head_sha` is the head commit of that moment.
    """

    number: int
    action: str
    draft: bool
    from_fork: bool
    author_is_bot: bool
    title: str
    body: str
    login: str = ""
    base_changed: bool = False
    base_sha: str = ""
    head_sha: str = ""


@record
class CommentEvent:
    """Someone commented on an issue or a pull request; `body` is untrusted text.

    `association` is GitHub's `author_association` of the commenter.
    """

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

    `in_reply_to` is the comment that started the thread, None when this one did. `base_sha` is the
    base commit of the pull request.
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
    base_sha: str = ""


@record
class WorkflowRunEvent:
    """The run of another workflow; `action` and `conclusion` are GitHub's words for its state.

    `started_by` is the name of the event that started that run. `head` is the commit it ran on; it
    comes from GitHub, so the run cannot have forged it.
    """

    action: str
    conclusion: str
    started_by: str
    head: Head


@record
class OtherEvent:
    """Any other event; `number` is the pr-number given to a manual run: untrusted text, or ""."""

    name: str
    number: str = ""


Event: TypeAlias = (
    PullRequestEvent | CommentEvent | ReviewCommentEvent | WorkflowRunEvent | OtherEvent
)

# GitHub shows this login for a deleted account.
GHOST = "ghost"
PULL_REQUEST_EVENTS = ("pull_request", "pull_request_target")
COMMENT = "issue_comment"
LINE_COMMENT = "pull_request_review_comment"


def parse(name: str, raw: bytes, *, repository: str, ref: str) -> Event:
    """Read the payload of the event called `name`.

    `repository` (owner/name) and `ref` are GITHUB_REPOSITORY and GITHUB_REF. Raises EventError for
    a payload that is not JSON, lacks a field, or is about another repository or pull request.
    """
    payload = _decode(raw)
    try:
        _require_same_repository(payload, repository)
        if name in PULL_REQUEST_EVENTS:
            return _parse_pull_request(payload, ref)
        if name == COMMENT:
            return _parse_comment(payload)
        if name == LINE_COMMENT:
            return _parse_review_comment(payload, ref)
        if name == "workflow_run":
            return _parse_workflow_run(payload)
        return OtherEvent(name, _find_pr_number(payload))
    except (KeyError, TypeError, AttributeError) as missing:
        raise EventError(
            f"The {name} event lacks a field that GitHub always sends: {missing}.",
            cause="The file at GITHUB_EVENT_PATH was not written by GitHub, or is cut.",
            remedy="Start the run from a GitHub event.",
        ) from missing


def _decode(raw: bytes) -> Mapping[str, Any]:
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


def _parse_pull_request(payload: Mapping[str, Any], ref: str) -> PullRequestEvent:
    pull = payload["pull_request"]
    return PullRequestEvent(
        number=_check_number(pull, ref),
        action=str(payload["action"]),
        draft=pull.get("draft") is True,
        from_fork=_is_from_fork(pull),
        author_is_bot=_is_bot(pull["user"]),
        title=str(pull["title"]),
        body=str(pull["body"] or ""),
        login=_login_of(pull["user"]),
        base_changed=_has_new_base(payload),
        base_sha=str(pull["base"]["sha"]),
        head_sha=str(pull["head"]["sha"]),
    )


def _has_new_base(payload: Mapping[str, Any]) -> bool:
    # Only an edit has changes, and only those of what was edited.
    changes = payload.get("changes")
    return isinstance(changes, dict) and bool(changes.get("base"))


def _check_number(pull: Mapping[str, Any], ref: str) -> int:
    number = _require_positive(pull["number"], "a pull request number")
    # pull_request_target runs on the base branch, so only a pull ref can contradict the payload.
    if ref.startswith("refs/pull/") and ref.split("/")[2] != str(number):
        raise EventError(
            f"The event is about pull request {number}, but the workflow runs on another one.",
            cause="GITHUB_REF and the event payload differ.",
            remedy="Don't set GITHUB_REF or GITHUB_EVENT_PATH in the workflow.",
        )
    return number


def _is_from_fork(pull: Mapping[str, Any]) -> bool:
    head = pull["head"]["repo"]
    return head is None or head["full_name"] != pull["base"]["repo"]["full_name"]


def _parse_comment(payload: Mapping[str, Any]) -> CommentEvent:
    comment, issue = payload["comment"], payload["issue"]
    return CommentEvent(
        number=_require_positive(issue["number"], "a pull request number"),
        action=str(payload["action"]),
        on_pull_request=bool(issue.get("pull_request")),
        body=str(comment["body"] or ""),
        association=str(comment["author_association"]),
        author_is_bot=_is_bot(comment["user"]),
        comment_id=_require_positive(comment["id"], "the id of a comment"),
        login=_login_of(comment["user"]),
    )


def _parse_review_comment(payload: Mapping[str, Any], ref: str) -> ReviewCommentEvent:
    comment, pull = payload["comment"], payload["pull_request"]
    started = comment.get("in_reply_to_id")
    return ReviewCommentEvent(
        number=_check_number(pull, ref),
        action=str(payload["action"]),
        comment_id=_require_positive(comment["id"], "the id of a comment"),
        in_reply_to=None if started is None else _require_positive(started, "the id of a comment"),
        body=str(comment["body"] or ""),
        association=str(comment["author_association"]),
        login=_login_of(comment["user"]),
        author_is_bot=_is_bot(comment["user"]),
        from_fork=_is_from_fork(pull),
        base_sha=str(pull["base"]["sha"]),
    )


def _parse_workflow_run(payload: Mapping[str, Any]) -> WorkflowRunEvent:
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
    # A deleted account has no user. GitHub's `type` decides, never a "[bot]" in the name.
    return user is not None and user["type"] == "Bot"


def _login_of(user: Mapping[str, Any] | None) -> str:
    return GHOST if user is None else str(user["login"])


def _require_positive(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise TypeError(what)
    return value


def _find_pr_number(payload: Mapping[str, Any]) -> str:
    for source in ("inputs", "client_payload"):
        given = payload.get(source)
        if isinstance(given, dict) and given.get("pr-number"):
            return str(given["pr-number"]).strip()
    return ""
