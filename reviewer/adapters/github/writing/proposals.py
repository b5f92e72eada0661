"""Puts a file on a branch of its own, and opens a pull request from it, each of them once."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.adapters.github import graphql_json
from reviewer.adapters.github.graphql_json import FirstPage, Node
from reviewer.adapters.github.transport.http import Repository
from reviewer.adapters.github.transport.refusals import GitHubResponse
from reviewer.errors import ForgeError, NotFoundError
from reviewer.operations import BranchTakenError, OpenPull, PushFile
from reviewer.pull_request import OpenedPull
from reviewer.text.digest import hash_as_git

_MOST_ATTEMPTS = 3
# A fork may have a branch of the same name.
_KNOWN = """
query Known(
  $owner: String!, $name: String!, $head: String!
  $base: String!, $branch: String!, $before: String!, $after: String!, $files: Boolean!
) {
  repository(owner: $owner, name: $name) {
    id nameWithOwner
    base: ref(qualifiedName: $base) { target { oid } }
    branch: ref(qualifiedName: $branch) { target { oid } }
    before: object(expression: $before) @include(if: $files) { oid }
    after: object(expression: $after) @include(if: $files) { oid }
    pullRequests(headRefName: $head, first: 20) {
      nodes { number headRepository { nameWithOwner } }
    }
  }
}
"""
_CREATE_BRANCH = """
mutation CreateBranch($repository: ID!, $name: String!, $oid: GitObjectID!) {
  createRef(input: {repositoryId: $repository, name: $name, oid: $oid}) { ref { name } }
}
"""
_COMMIT = """
mutation Commit(
  $repository: String!, $branch: String!, $oid: GitObjectID!
  $headline: String!, $path: String!, $contents: Base64String!
) {
  createCommitOnBranch(input: {
    branch: {repositoryNameWithOwner: $repository, branchName: $branch}
    expectedHeadOid: $oid
    message: {headline: $headline}
    fileChanges: {additions: [{path: $path, contents: $contents}]}
  }) { commit { oid } }
}
"""
_OPEN = """
mutation Open(
  $repository: ID!, $base: String!, $head: String!, $title: String!, $body: String!
) {
  createPullRequest(input: {
    repositoryId: $repository, baseRefName: $base, headRefName: $head, title: $title, body: $body
  }) { pullRequest { number } }
}
"""


class _Object(Node):
    """A commit or a file by git's hash."""

    oid: str


class _Ref(Node):
    """A branch, and the commit at its tip."""

    target: _Object


class _Owner(Node):
    """The repository that a branch is in."""

    name_with_owner: str


class _Pull(Node):
    """A pull request in any state; the repository of a deleted fork is null."""

    number: int
    head_repository: _Owner | None


class _Known(Node):
    """What earlier attempts left: a branch, a commit on it, a pull request."""

    id: str
    name_with_owner: str
    base: _Ref | None
    branch: _Ref | None
    before: _Object | None = None
    after: _Object | None = None
    pull_requests: FirstPage[_Pull]

    @property
    def pull(self) -> OpenedPull | None:
        """The pull request from the branch, if there is one, even a closed one."""
        own = self.name_with_owner
        mine = (
            row.number
            for row in self.pull_requests.rows
            if row.head_repository and row.head_repository.name_with_owner == own
        )
        return next(map(OpenedPull, mine), None)


class _KnownData(Node):
    """The data of _KNOWN."""

    wrong = "it holds no repository"

    repository: _Known


class _Number(Node):
    """The new pull request."""

    number: int


class _Opened(Node):
    """What _OPEN leaves."""

    pull_request: _Number


class _OpenData(Node):
    """The data of _OPEN."""

    wrong = "it holds no pull request"

    create_pull_request: _Opened


@dataclass(frozen=True, slots=True)
class Proposals:
    """Proposes files to one repository.

    Each attempt reads first what is there. So what an earlier one did is not done again, even if
    its response was lost, and neither is what an earlier run did.
    """

    repository: Repository

    def apply(self, wanted: PushFile | OpenPull) -> OpenedPull | None:
        """Carry out one write; raises what ports.Forge.apply raises."""
        match wanted:
            case PushFile():
                what = "Committing to a branch"
                self.repository.retry(what, lambda: self._push(wanted), attempts=_MOST_ATTEMPTS)
                return None
            case OpenPull():
                what = "Opening a pull request"
                return self.repository.retry(
                    what, lambda: self._open(wanted), attempts=_MOST_ATTEMPTS
                )

    def _push(self, wanted: PushFile) -> None:
        known = self._read(wanted.base_ref, wanted.branch, wanted.path)
        if known.pull:
            return
        if known.branch is None:
            tip = _check_base(known, wanted)
            branch = {"name": f"refs/heads/{wanted.branch}", "oid": tip}
            self._write(_CREATE_BRANCH, {"repository": known.id, **branch}, "create a branch")
        elif _is_same(known.after, wanted.content):
            return
        elif _is_same(known.after, wanted.was):
            tip = known.branch.target.oid
        else:
            raise BranchTakenError(f"The branch {wanted.branch} exists with other content.")
        commit = {
            "repository": known.name_with_owner,
            "branch": wanted.branch,
            "oid": tip,
            "headline": wanted.headline,
            "path": wanted.path,
            "contents": b64encode(wanted.content).decode(),
        }
        self._write(_COMMIT, commit, "commit to a branch")

    def _open(self, wanted: OpenPull) -> OpenedPull:
        known = self._read(wanted.base_ref, wanted.branch, "")
        if known.pull:
            return known.pull
        texts = {"title": wanted.title, "body": wanted.body}
        refs = {"base": wanted.base_ref, "head": wanted.branch}
        asked = self.repository.graphql(
            _OPEN, {"repository": known.id, **refs, **texts}, writes=True
        )
        response = self.repository.send(asked)

        def decode(value: object) -> OpenedPull:
            data = graphql_json.data(response, value, "open a pull request")
            return OpenedPull(_OpenData.parse(data).create_pull_request.pull_request.number)

        return response.read(decode)

    def _read(self, base_ref: str, branch: str, path: str) -> _Known:
        variables = {
            "head": branch,
            "base": f"refs/heads/{base_ref}",
            "branch": f"refs/heads/{branch}",
            "before": f"refs/heads/{base_ref}:{path}",
            "after": f"refs/heads/{branch}:{path}",
            "files": bool(path),
        }
        response = self.repository.send(self.repository.ask(_KNOWN, variables))

        def decode(value: object) -> _Known:
            data = graphql_json.data(response, value, "look for a branch")
            return _KnownData.parse(data).repository

        return response.read(decode)

    def _write(self, mutation: str, variables: Mapping[str, object], aim: str) -> None:
        asked = self.repository.graphql(mutation, variables, writes=True)
        _check_done(self.repository.send(asked), aim)


def _check_done(response: GitHubResponse, aim: str) -> None:
    response.read(lambda value: graphql_json.data(response, value, aim))


def _check_base(known: _Known, wanted: PushFile) -> str:
    """Return the tip of the base branch; raises ForgeError if the file there is another by now."""
    if known.base is None:
        raise NotFoundError(f"The branch {wanted.base_ref} does not exist any more.")
    if not _is_same(known.before, wanted.was):
        raise ForgeError(f"{wanted.path} has changed on {wanted.base_ref} in the meantime.")
    return known.base.target.oid


def _is_same(found: _Object | None, content: bytes | None) -> bool:
    if found is None or content is None:
        return found is None and content is None
    return hash_as_git(content, len(found.oid)) == found.oid
