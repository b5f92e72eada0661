"""The REST forms of reviews, replies, reactions, comparisons, rights and check runs."""

from collections.abc import Mapping

from tests.loopback.payloads import stamp, user
from tests.loopback.state import Pull, Repository, ReviewComment, Site, Thread

_WEB = "https://github.com"


def review(site: Site, repo: Repository, pull: Pull, number: int) -> dict[str, object]:
    """A review of our own."""
    page = f"{_WEB}/{repo.full_name}/pull/{pull.number}"
    api = f"{site.api_url}/repos/{repo.full_name}/pulls/{pull.number}"
    return {
        "id": number,
        "node_id": f"PRR_{number}",
        "user": user(site, "github-actions[bot]"),
        "body": "",
        "state": "COMMENTED",
        "commit_id": pull.head_sha,
        "html_url": f"{page}#pullrequestreview-{number}",
        "pull_request_url": api,
        "_links": {"html": {"href": page}, "pull_request": {"href": api}},
        "author_association": "NONE",
    }


def review_comment(
    site: Site, repo: Repository, pull: Pull, thread: Thread, said: ReviewComment
) -> dict[str, object]:
    """A comment at a line."""
    api = f"{site.api_url}/repos/{repo.full_name}/pulls"
    page = f"{_WEB}/{repo.full_name}/pull/{pull.number}#discussion_r{said.id}"
    return {
        "url": f"{api}/comments/{said.id}",
        "id": said.id,
        "node_id": f"PRRC_{said.id}",
        "pull_request_review_id": None,
        "diff_hunk": "@@ -1 +1 @@",
        "path": thread.path,
        "commit_id": pull.head_sha,
        "original_commit_id": pull.head_sha,
        "user": user(site, said.author),
        "body": said.body,
        "created_at": stamp(),
        "updated_at": stamp(),
        "html_url": page,
        "pull_request_url": f"{api}/{pull.number}",
        "author_association": "NONE",
        "_links": {
            "self": {"href": f"{api}/comments/{said.id}"},
            "html": {"href": page},
            "pull_request": {"href": f"{api}/{pull.number}"},
        },
    }


def reaction(site: Site, login: str, comment_id: int, content: str) -> dict[str, object]:
    """A reaction under a comment."""
    return {
        "id": comment_id,
        "node_id": f"REA_{comment_id}",
        "user": user(site, login),
        "content": content,
        "created_at": stamp(),
    }


def comparison(
    site: Site, repo: Repository, base: str, head: str, *, status: str, shared: str
) -> dict[str, object]:
    """How two commits are related."""
    page = f"{_WEB}/{repo.full_name}/compare/{base}...{head}"
    return {
        "url": f"{site.api_url}/repos/{repo.full_name}/compare/{base}...{head}",
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": _commit(site, repo, base),
        "merge_base_commit": _commit(site, repo, shared),
        "status": status,
        "ahead_by": int(status == "ahead"),
        "behind_by": 0,
        "total_commits": int(status == "ahead"),
        "commits": [],
    }


def _commit(site: Site, repo: Repository, sha: str) -> dict[str, object]:
    api = f"{site.api_url}/repos/{repo.full_name}/commits/{sha}"
    who = {"name": "Dev", "email": "dev@example.com", "date": stamp()}
    return {
        "url": api,
        "sha": sha,
        "node_id": f"C_{sha}",
        "html_url": f"{_WEB}/{repo.full_name}/commit/{sha}",
        "comments_url": f"{api}/comments",
        "commit": {
            "url": api,
            "author": who,
            "committer": who,
            "message": "Change things",
            "comment_count": 0,
            "tree": {"sha": sha, "url": api},
        },
        "author": user(site, "dev"),
        "committer": user(site, "dev"),
        "parents": [],
    }


def permission(site: Site, login: str, word: str) -> dict[str, object]:
    """What somebody may do."""
    who = user(site, login)
    return {
        "permission": word,
        "role_name": word,
        "user": {**who, "role_name": word} if who else None,
    }


def check_run(
    site: Site, repo: Repository, number: int, asked: Mapping[str, object]
) -> dict[str, object]:
    """A finished check run."""
    return {
        "id": number,
        "node_id": f"CR_{number}",
        "head_sha": asked["head_sha"],
        "name": asked["name"],
        "url": f"{site.api_url}/repos/{repo.full_name}/check-runs/{number}",
        "html_url": None,
        "details_url": None,
        "status": "completed",
        "conclusion": asked["conclusion"],
        "started_at": stamp(),
        "completed_at": stamp(),
        "external_id": None,
        "check_suite": None,
        "output": {
            "title": None,
            "summary": None,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{site.api_url}/annotations",
        },
        "app": None,
        "pull_requests": [],
    }
