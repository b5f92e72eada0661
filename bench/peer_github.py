"""The loopback GitHub with what PR-Agent asks for besides: the repository, commits, labels, edits.

Their fields are those that PR-Agent reads. They are not checked against GitHub's descriptions,
because nothing of this project asks for them.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus

from bench.workflow import ReadyGitHub
from tests.loopback import dispatch, payloads
from tests.loopback.messages import Request, Response, as_json
from tests.loopback.state import Pull

_ROUTE = re.compile(
    r"/repos/(?P<repo>[^/]+/[^/]+)"
    r"(?P<rest>|/languages|/labels|/commits/[\w-]+|/branches/[\w-]+|/pulls/\d+(?:/commits|/comments|/reviews)?"
    r"|/issues/\d+(?:/labels|/reactions)?|/compare/.+)"
)


# Lists that nothing here fills, and the languages, by which PR-Agent sorts the files.
_FIXED: Mapping[str, object] = {
    "languages": {"Python": 1_000_000},
    "labels": [],
    "comments": [],
    "reviews": [],
}


class PeerGitHub(ReadyGitHub):
    """A GitHub Enterprise Server, whose addresses PR-Agent takes for GitHub's on any host."""

    def __init__(self, repository: str) -> None:
        """Bind a port and make one empty repository."""
        super().__init__(repository, enterprise=True)

    def respond(self, request: Request) -> Response:
        """Answer as the loopback GitHub does, and what it does not know as far as it is needed."""
        response = super().respond(request)
        path = dispatch.rest_path(self.site, request)
        found = _ROUTE.fullmatch(path)
        if response.status != HTTPStatus.NOT_FOUND or found is None:
            return response
        parts = tuple(found["rest"].strip("/").split("/"))
        if request.method == "PATCH" and parts[0] == "pulls":
            value: object = payloads.pull_request(self.site, self.repository, self._pull)
        elif parts[-1] in _FIXED:
            value = _FIXED[parts[-1]]
        elif request.method == "GET":
            value = self._read(parts)
        else:
            return response
        return as_json(HTTPStatus.OK, value)

    @property
    def _pull(self) -> Pull:
        return next(iter(self.repository.pulls.values()))

    def _read(self, parts: tuple[str, ...]) -> object:
        match parts:
            case ("commits", sha):
                return self._commit(self.repository.refs.get(sha, sha))
            case ("branches", name):
                commit = self._commit(self._pull.base_sha)
                return {"name": name, "commit": commit, "protected": False}
            case ("issues", _):
                return payloads.pull_request(self.site, self.repository, self._pull)
            case ("pulls", _, "commits"):
                return [self._commit(self._pull.head_sha)]
            case ("compare", *_):
                return self._comparison()
            case _:
                return payloads.repository(self.site, self.full_name)

    def _commit(self, sha: str) -> Mapping[str, object]:
        url = f"{self.api_url}/repos/{self.full_name}/commits/{sha}"
        who = {"name": "dev", "email": "dev@example.com", "date": "2026-11-01T00:00:00Z"}
        commit: dict[str, object] = {"message": "Change things", "author": who, "committer": who}
        tree = {"sha": sha, "url": f"{self.api_url}/repos/{self.full_name}/git/trees/{sha}"}
        commit |= {"tree": tree}
        page = f"https://github.com/{self.full_name}/commit/{sha}"
        kept = {"sha": sha, "url": url, "html_url": page, "commit": commit}
        return {**kept, "parents": [], "files": []}

    def _comparison(self) -> Mapping[str, object]:
        base, head = self._commit(self._pull.base_sha), self._commit(self._pull.head_sha)
        return {"merge_base_commit": base, "base_commit": base, "commits": [head], "files": []}
