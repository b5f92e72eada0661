"""The REST half of the loopback GitHub: the routes, and pull requests with their files."""

import re
import time
from collections.abc import Callable
from typing import TypeAlias

from tests.loopback import archives, comment_routes, contents, payloads, review_routes
from tests.loopback.calls import Call, error
from tests.loopback.messages import Request, Response, as_json
from tests.loopback.pages import page
from tests.loopback.state import Access, Site, Token

Answer: TypeAlias = Callable[[Call], Response]


def read_pull(call: Call) -> Response:
    """The pull request, or its diff where the client accepts nothing else."""
    if call.pull is None:
        return error(404, "Not Found")
    if ".diff" not in call.request.headers.get("accept", ""):
        return as_json(200, payloads.pull_request(call.site, call.repository, call.pull))
    files, lines = call.site.largest_diff_files, call.site.largest_diff_lines
    if call.pull.counted_files > files:
        return _too_large(f"files ({files})")
    if call.pull.raw_diff.count("\n") > lines:
        return _too_large(f"lines ({lines})")
    body = call.pull.raw_diff.encode(errors="surrogateescape")
    return Response(200, body, "application/vnd.github.diff; charset=utf-8")


def _too_large(limit: str) -> Response:
    message = (
        f"Sorry, the diff exceeded the maximum number of {limit}. Consider using 'List pull "
        "requests files' API or locally cloning the repository instead."
    )
    detail = {"resource": "PullRequest", "field": "diff", "code": "too_large"}
    return error(406, message, errors=[detail])


def list_files(call: Call) -> Response:
    """One page of the changed files, with GitHub's silent zeros past the patch limit."""
    if call.pull is None:
        return error(404, "Not Found")
    rows = call.pull.files[: call.site.most_listed_files]
    chosen, headers = page(call, rows)
    left = call.site.patch_lines_per_answer
    values = []
    for row in chosen:
        value = payloads.changed_file(call.site, call.repository, call.pull, row)
        left -= len(row.patch.split("\n")) if row.patch else 0
        if row.patch and left < 0:
            value |= {"additions": 0, "deletions": 0, "changes": 0}
            del value["patch"]
        values.append(value)
    return as_json(200, values, headers)


def read_contents(call: Call) -> Response:
    """A file, a directory, a link or a submodule at a commit."""
    asked = contents.ContentRequest(
        path=call.parts["path"].strip("/"),
        ref=call.request.query.get("ref", call.repository.default_branch),
        raw=".raw" in call.request.headers.get("accept", ""),
    )
    return contents.answer(call.site, call.repository, asked) or error(404, "Not Found")


def read_tree(call: Call) -> Response:
    """The whole tree of a commit; the loopback knows no other form."""
    tree = contents.tree(call.repository, call.parts["sha"])
    return as_json(200, tree) if tree else error(404, "Not Found")


def read_blob(call: Call) -> Response:
    """One file by git's hash of it."""
    blob = contents.blob(call.repository, call.parts["sha"])
    return as_json(200, blob) if blob else error(404, "Not Found")


def redirect_to_archive(call: Call) -> Response:
    """The way to the archive of a commit, which is on another server at github.com."""
    address = archives.address(call.site, call.repository, call.parts["sha"])
    return Response(302, headers={"Location": address}) if address else error(404, "Not Found")


_REPO = r"/repos/(?P<repo>[^/]+/[^/]+)"
_ROUTES: list[tuple[str, re.Pattern[str], Answer]] = [
    (method, re.compile(_REPO + path), answer)
    for method, path, answer in (
        ("GET", r"/pulls/(?P<number>\d+)", read_pull),
        ("GET", r"/pulls/(?P<number>\d+)/files", list_files),
        ("GET", r"/issues/(?P<number>\d+)/comments", comment_routes.listed),
        ("POST", r"/issues/(?P<number>\d+)/comments", comment_routes.create),
        ("GET", r"/issues/comments/(?P<comment>\d+)", comment_routes.read),
        ("PATCH", r"/issues/comments/(?P<comment>\d+)", comment_routes.update),
        ("POST", r"/pulls/(?P<number>\d+)/reviews", review_routes.review),
        ("POST", r"/pulls/(?P<number>\d+)/comments/(?P<comment>\d+)/replies", review_routes.reply),
        ("POST", r"/(?:issues|pulls)/comments/(?P<comment>\d+)/reactions", review_routes.react),
        ("GET", r"/compare/(?P<basehead>[^/]+)", review_routes.compare),
        ("GET", r"/collaborators/(?P<login>[^/]+)/permission", review_routes.permission),
        ("POST", r"/check-runs", review_routes.check_run),
        ("PATCH", r"/check-runs/(?P<run>\d+)", review_routes.check_run),
        ("GET", r"/contents/(?P<path>.*)", read_contents),
        ("GET", r"/git/trees/(?P<sha>[^/]+)", read_tree),
        ("GET", r"/git/blobs/(?P<sha>[^/]+)", read_blob),
        ("GET", r"/tarball/(?P<sha>[^/]+)", redirect_to_archive),
    )
]


def respond(site: Site, request: Request, path: str, token: Token) -> Response:
    """Answer a request whose token is good; `path` is without the prefix of the API."""
    if (request.method, path) == ("GET", "/rate_limit"):
        left = rate(site)
        kinds = {"core": left, "search": left, "graphql": left}
        return as_json(200, {"resources": kinds, "rate": left})
    for method, pattern, answer in _ROUTES:
        found = pattern.fullmatch(path)
        if found is None or method != request.method:
            continue
        repository = site.repository(found["repo"])
        if repository is None or token.access is Access.NONE:
            break
        return answer(Call(site, request, token, repository, path, found.groupdict()))
    return error(404, "Not Found")


def rate(site: Site, resource: str = "core") -> dict[str, int]:
    """What is left of the hour."""
    used = site.used_graphql if resource == "graphql" else site.used
    now = int(time.time() + site.clock_ahead)
    return {
        "limit": site.rate_limit,
        "remaining": max(0, site.rate_limit - used),
        "reset": now - now % 3600 + 3600,
        "used": used,
    }
