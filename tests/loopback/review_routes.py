"""The REST routes around the lines of a diff: reviews, replies, reactions, rights, check runs."""

import re
from collections.abc import Iterator

from tests.loopback import review_payloads
from tests.loopback.calls import Call, error
from tests.loopback.comment_routes import refused
from tests.loopback.messages import Response, as_json
from tests.loopback.state import Access, FileRow, Repository, ReviewComment, Thread

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def review(call: Call) -> Response:
    """Post a review: all of its comments, or none when one of them is in no hunk."""
    if call.pull is None:
        return error(404, "Not Found")
    if no := refused(call):
        return no
    asked = call.request.json_object()
    if asked.get("commit_id") not in call.repository.trees:
        return error(422, "Unprocessable Entity", errors=["commit_id is unknown"])
    comments = asked.get("comments")
    rows = comments if isinstance(comments, list) else []
    if not all(_has_a_place(call, row) for row in rows):
        return error(422, "Unprocessable Entity", errors=["Line could not be resolved"])
    for row in rows:
        said = ReviewComment(next(call.site.comment_ids), call.token.login, row["body"])
        name = f"PRRT_{call.pull.number}_{len(call.pull.threads)}"
        call.pull.threads.append(Thread(name, row["path"], row["line"], [said]))
    number = next(call.site.comment_ids)
    return as_json(200, review_payloads.review(call.site, call.repository, call.pull, number))


def _has_a_place(call: Call, row: dict[str, object]) -> bool:
    assert call.pull
    if (row.get("path"), row.get("line")) in call.site.outside:
        return False
    wanted = {row.get("line"), row.get("start_line", row.get("line"))}
    side = row.get("side", "RIGHT")
    files = (file for file in call.pull.files if file.path == row.get("path"))
    return any(wanted <= shown for file in files for shown in _hunks(file, str(side)))


def _hunks(file: FileRow, side: str) -> Iterator[set[object]]:
    for match in _HUNK.finditer(file.patch or ""):
        start, count = (match[3], match[4]) if side == "RIGHT" else (match[1], match[2])
        yield set(range(int(start), int(start) + int(count or 1)))


def reply(call: Call) -> Response:
    """Answer in a thread."""
    if call.pull is None:
        return error(404, "Not Found")
    if no := refused(call):
        return no
    wanted = int(call.parts["comment"])
    for thread in call.pull.threads:
        if thread.comments[0].id == wanted:
            body = str(call.request.json_object()["body"])
            said = ReviewComment(next(call.site.comment_ids), call.token.login, body)
            thread.comments.append(said)
            value = review_payloads.review_comment(
                call.site, call.repository, call.pull, thread, said
            )
            return as_json(201, value)
    return error(404, "Not Found")


def react(call: Call) -> Response:
    """Put a reaction; GitHub answers 200 to a second equal one."""
    if no := refused(call):
        return no
    key = (int(call.parts["comment"]), str(call.request.json_object()["content"]))
    status = 200 if key in call.repository.reactions else 201
    if status == 201:
        call.repository.reactions.append(key)
    return as_json(status, review_payloads.reaction(call.site, call.token.login, *key))


def compare(call: Call) -> Response:
    """Say how two commits are related."""
    base, _, head = call.parts["basehead"].partition("...")
    if not {base, head} <= call.repository.trees.keys():
        return error(404, "Not Found")
    above: list[str] = [head]
    while above[-1] in call.repository.parents:
        above.append(call.repository.parents[above[-1]])
    status = "identical" if base == head else "ahead" if base in above else "diverged"
    shared = _merge_base(call.repository, base, head)
    found = review_payloads.comparison(
        call.site, call.repository, base, head, status=status, shared=shared
    )
    return as_json(200, found)


def _merge_base(repository: Repository, base: str, head: str) -> str:
    """Return the commit at which a head left its base branch, which may have moved since."""
    for pull in repository.pulls.values():
        if pull.tip_tree is not None and (pull.base_sha, pull.head_sha) == (base, head):
            return next(sha for sha, tree in repository.trees.items() if tree == pull.base_tree)
    return base


def permission(call: Call) -> Response:
    """Say what somebody may do."""
    if call.token.access is Access.NONE:
        return error(403, "Resource not accessible by integration")
    login = call.parts["login"]
    owner = call.repository.full_name.split("/")[0]
    word = "write" if login in call.repository.writers | {owner} else "read"
    return as_json(200, review_payloads.permission(call.site, login, word))


def check_run(call: Call) -> Response:
    """Post a check run, or add to one."""
    if no := refused(call, needed="checks=write"):
        return no
    asked = call.request.json_object()
    output = asked.get("output")
    rows = output.get("annotations", []) if isinstance(output, dict) else []
    if len(rows) > 50:
        return error(422, "No more than 50 annotations at a time.")
    if call.request.method == "POST":
        call.repository.check_runs.append(asked)
        call.repository.annotations.extend(rows)
        number = len(call.repository.check_runs)
        return as_json(201, review_payloads.check_run(call.site, call.repository, number, asked))
    number = int(call.parts["run"])
    call.repository.annotations.extend(rows)
    known = call.repository.check_runs[number - 1]
    return as_json(200, review_payloads.check_run(call.site, call.repository, number, known))
