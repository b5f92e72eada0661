"""Branches, commits and pull requests that a client makes by GraphQL."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from graphql import GraphQLError

from tests.loopback.state import Pull, Repository, Site, Token

Fields: TypeAlias = dict[str, object]
Input: TypeAlias = Mapping[str, Any]
_HEADS = "refs/heads/"


def mutations(site: Site, token: Token) -> dict[str, Callable[..., Fields]]:
    """The mutations that propose a change."""
    return {
        "createRef": partial(_create_ref, site, token),
        "createCommitOnBranch": partial(_commit, site, token),
        "createPullRequest": partial(_open, site, token),
    }


def _create_ref(site: Site, token: Token, input: Input) -> Fields:  # noqa: A002  # GitHub's name
    repo = _find(site, lambda repo: node_id(repo) == input["repositoryId"])
    _check(token.pushes)
    name = str(input["name"]).removeprefix(_HEADS)
    if name in repo.refs:
        raise _unprocessable(f'A ref named "{input["name"]}" already exists in the repository.')
    if input["oid"] not in repo.trees:
        raise _unprocessable("The commit does not exist.")
    repo.refs[name] = input["oid"]
    return {"ref": {"name": name}}


def _commit(site: Site, token: Token, input: Input) -> Fields:  # noqa: A002  # GitHub's name
    branch = input["branch"]
    repo = _find(site, lambda repo: repo.full_name == branch["repositoryNameWithOwner"])
    _check(token.pushes)
    name, before = branch["branchName"], input["expectedHeadOid"]
    if repo.refs.get(name) != before:
        raise _unprocessable(f'Expected branch to point to "{before}" but it did not.')
    rows = input["fileChanges"]["additions"]
    added = {each["path"]: base64.b64decode(each["contents"]) for each in rows}
    text = repr((before, sorted(added.items()), input["message"]["headline"]))
    sha = hashlib.sha1(text.encode()).hexdigest()
    repo.trees[sha] = {**repo.trees[before], **added}
    repo.parents[sha], repo.refs[name] = before, sha
    return {"commit": {"oid": sha}}


def _open(site: Site, token: Token, input: Input) -> Fields:  # noqa: A002  # GitHub's name
    repo = _find(site, lambda repo: node_id(repo) == input["repositoryId"])
    if not (token.pushes and token.opens):
        text = "GitHub Actions is not permitted to create or approve pull requests"
        raise GraphQLError(text, extensions={"type": "FORBIDDEN"})
    base, head = input["baseRefName"], input["headRefName"]
    if any(pull.head_ref == head for pull in repo.pulls.values()):
        raise _unprocessable(f"A pull request already exists for octo:{head}.")
    pull = _make(repo, token, max(repo.pulls, default=0) + 1, base, head)
    pull.title, pull.body = input["title"], input["body"]
    repo.pulls[pull.number] = pull
    return {"pullRequest": {"number": pull.number}}


def find_ref(repo: Repository, name: str) -> Fields | None:
    """A branch by its qualified name."""
    sha = repo.refs.get(name.removeprefix(_HEADS))
    return {"target": {"__typename": "Commit", "oid": sha}} if sha else None


def node_id(repo: Repository) -> str:
    """GraphQL's id of a repository."""
    return f"R_{repo.id}"


def _make(repo: Repository, token: Token, number: int, base: str, head: str) -> Pull:
    base_sha, head_sha = repo.refs[base], repo.refs[head]
    return Pull(
        number=number,
        title="",
        body="",
        author=token.login,
        base_ref=base,
        base_sha=base_sha,
        head_ref=head,
        head_sha=head_sha,
        head_repository=repo.full_name,
        base_tree=repo.trees[base_sha],
        head_tree=repo.trees[head_sha],
        files=[],
        raw_diff="",
        fork=False,
    )


def _find(site: Site, wanted: Callable[[Repository], bool]) -> Repository:
    return next(filter(wanted, site.repositories.values()))


def _check(allowed: bool) -> None:  # noqa: FBT001
    if not allowed:
        raise GraphQLError(
            "Resource not accessible by integration", extensions={"type": "FORBIDDEN"}
        )


def _unprocessable(text: str) -> GraphQLError:
    return GraphQLError(text, extensions={"type": "UNPROCESSABLE"})
