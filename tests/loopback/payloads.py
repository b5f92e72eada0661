"""The REST forms of what the loopback GitHub remembers, made after GitHub's own examples."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import quote

from reviewer.pull_request import PullState
from tests.loopback.state import FileRow, IssueComment, Pull, Repository, Site

_EXAMPLE = Path(__file__).parents[1] / "data" / "events" / "pull_request.opened.json"
_START = datetime(2026, 11, 1, tzinfo=UTC)
_WEB = "https://github.com"


def stamp(seconds: int = 0) -> str:
    """A time some seconds after the pull request was opened, as GitHub writes it."""
    return (_START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _example() -> str:
    event = json.loads(_EXAMPLE.read_text("utf-8"))
    return json.dumps(event["pull_request"])


def user(site: Site, login: str | None) -> dict[str, object] | None:
    """An account, or null where it is gone."""
    if login is None:
        return None
    text = json.dumps(json.loads(_example())["user"]).replace("Codertocat", login)
    kind = "Bot" if login.endswith("[bot]") else "User"
    number = int(hashlib.sha256(login.encode()).hexdigest()[:7], 16)
    value: dict[str, object] = json.loads(_local(site, text))
    return value | {"type": kind, "id": number, "login": login}


def repository(site: Site, full_name: str) -> dict[str, object]:
    """A repository, public and not a fork."""
    owner, name = full_name.split("/")
    text = json.dumps(json.loads(_example())["base"]["repo"])
    text = text.replace("Codertocat/Hello-World", full_name)
    value: dict[str, object] = json.loads(_local(site, text))
    number = Repository(full_name).id
    return value | {"id": number, "name": name, "full_name": full_name, "owner": user(site, owner)}


def pull_request(site: Site, repo: Repository, pull: Pull) -> dict[str, object]:
    """A pull request with all of its numbers."""
    text = _example().replace("Codertocat/Hello-World", repo.full_name)
    for kind in ("pulls", "issues", "pull"):
        text = text.replace(f"/{kind}/2", f"/{kind}/{pull.number}")
    value: dict[str, object] = json.loads(_local(site, text))
    merged = pull.state is PullState.MERGED
    over = None if pull.state is PullState.OPEN else stamp(60)
    return value | {
        "number": pull.number,
        "title": pull.title,
        "body": pull.body,
        "user": user(site, pull.author),
        "state": "open" if pull.state is PullState.OPEN else "closed",
        "merged": merged,
        "merged_at": over if merged else None,
        "closed_at": over,
        "draft": pull.draft,
        "locked": pull.locked,
        "labels": [_label(site, repo, name) for name in pull.labels],
        "assignees": [],
        "requested_reviewers": [],
        "head": _side(site, pull.head_repository, pull.head_ref, pull.head_sha),
        "base": _side(site, repo.full_name, pull.base_ref, pull.base_sha),
        "changed_files": pull.counted_files,
        "additions": sum(row.additions for row in pull.files),
        "deletions": sum(row.deletions for row in pull.files),
        "comments": len(repo.conversation(pull.number)),
    }


def _side(site: Site, full_name: str | None, ref: str, sha: str) -> dict[str, object]:
    owner = full_name.split("/")[0] if full_name else None
    return {
        "label": f"{owner or 'unknown'}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(site, owner),
        "repo": repository(site, full_name) if full_name else None,
    }


def _label(site: Site, repo: Repository, name: str) -> dict[str, object]:
    url = f"{site.api_url}/repos/{repo.full_name}/labels/{quote(name)}"
    number = int(hashlib.sha256(name.encode()).hexdigest()[:7], 16)
    value = {"id": number, "node_id": f"LA_{number}", "url": url, "name": name}
    return value | {"color": "d73a4a", "default": False, "description": None}


def changed_file(site: Site, repo: Repository, pull: Pull, row: FileRow) -> dict[str, object]:
    """A row of the list of changed files; absent patches are absent, not null."""
    path = quote(row.path)
    value: dict[str, object] = {
        "sha": row.sha,
        "filename": row.path,
        "status": row.status,
        "additions": row.additions,
        "deletions": row.deletions,
        "changes": row.additions + row.deletions,
        "blob_url": f"{_WEB}/{repo.full_name}/blob/{pull.head_sha}/{path}",
        "raw_url": f"{_WEB}/{repo.full_name}/raw/{pull.head_sha}/{path}",
        "contents_url": f"{site.api_url}/repos/{repo.full_name}/contents/{path}"
        f"?ref={pull.head_sha}",
    }
    if row.patch is not None:
        value["patch"] = row.patch
    if row.previous_path is not None:
        value["previous_filename"] = row.previous_path
    return value


def comment_url(repo: Repository, comment: IssueComment) -> str:
    """Where people see a comment."""
    return f"{_WEB}/{repo.full_name}/pull/{comment.number}#issuecomment-{comment.id}"


def issue_comment(site: Site, repo: Repository, comment: IssueComment) -> dict[str, object]:
    """A comment of the conversation."""
    api = f"{site.api_url}/repos/{repo.full_name}/issues"
    return {
        "url": f"{api}/comments/{comment.id}",
        "html_url": comment_url(repo, comment),
        "issue_url": f"{api}/{comment.number}",
        "id": comment.id,
        "node_id": comment.node_id,
        "user": user(site, comment.author),
        "created_at": stamp(),
        "updated_at": stamp(comment.edits),
        "author_association": "NONE",
        "body": comment.body,
        "performed_via_github_app": None,
    }


def _local(site: Site, text: str) -> str:
    """Point the links of an example at this server: PyGithub follows no others."""
    return text.replace("https://api.github.com", site.api_url)
