"""The REST routes of the conversation: who may comment, and what a comment may hold."""

from tests.loopback import payloads
from tests.loopback.calls import Call, error
from tests.loopback.messages import Response, as_json
from tests.loopback.pages import page
from tests.loopback.state import Access, IssueComment

_LONGEST_BODY = 65_536


def listed(call: Call) -> Response:
    """One page of the conversation, oldest first."""
    if call.pull is None:
        return error(404, "Not Found")
    rows = call.repository.conversation(call.pull.number)
    chosen, headers = page(call, rows)
    values = [payloads.issue_comment(call.site, call.repository, comment) for comment in chosen]
    return as_json(200, values, headers)


def read(call: Call) -> Response:
    """One comment."""
    comment = _comment(call)
    if comment is None:
        return error(404, "Not Found")
    return as_json(200, payloads.issue_comment(call.site, call.repository, comment))


def create(call: Call) -> Response:
    """Add a comment to the conversation."""
    if call.pull is None:
        return error(404, "Not Found")
    if no := refused(call):
        return no
    if call.pull.locked:
        return error(403, "Unable to create comment because issue is locked.")
    if invalid := _invalid(call):
        return invalid
    identity = next(call.site.comment_ids)
    body = str(call.request.json_object()["body"])
    comment = IssueComment(identity, call.pull.number, call.token.login, body)
    call.repository.comments.append(comment)
    call.repository.written(comment)
    value = payloads.issue_comment(call.site, call.repository, comment)
    return as_json(201, value, {"Location": str(value["url"])})


def update(call: Call) -> Response:
    """Replace the text of a comment."""
    comment = _comment(call)
    if comment is None:
        return error(404, "Not Found")
    if no := refused(call) or _invalid(call):
        return no
    before, comment.body = comment.body, str(call.request.json_object()["body"])
    comment.edits += 1
    comment.editor = call.token.login
    call.repository.written(comment, before)
    return as_json(200, payloads.issue_comment(call.site, call.repository, comment))


def _comment(call: Call) -> IssueComment | None:
    wanted = int(call.parts["comment"])
    return next((row for row in call.repository.comments if row.id == wanted), None)


def refused(call: Call, needed: str = "issues=write; pull_requests=write") -> Response | None:
    """Refuse a write that the token may not do."""
    if call.repository.archived:
        return error(403, "Repository was archived so is read-only.")
    if call.token.access is not Access.WRITE:
        headers = {"X-Accepted-GitHub-Permissions": needed}
        return error(403, "Resource not accessible by integration", headers=headers)
    return None


def _invalid(call: Call) -> Response | None:
    try:
        value = call.request.json()
    except ValueError:
        return error(400, "Problems parsing JSON")
    body = value.get("body") if isinstance(value, dict) else None
    if not isinstance(body, str):
        return error(422, 'Invalid request.\n\n"body" wasn\'t supplied.')
    problem = "" if body.strip() else "body can't be blank"
    if len(body) > _LONGEST_BODY:
        problem = f"body is too long (maximum is {_LONGEST_BODY} characters)"
    if not problem:
        return None
    detail = {"resource": "IssueComment", "code": "unprocessable", "field": "data"}
    return error(422, "Validation Failed", errors=[{**detail, "message": problem}])
