"""A request that found its route, and the errors that GitHub answers with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.loopback.messages import Request, Response, as_json
from tests.loopback.state import Pull, Repository, Site, Token

_DOCS = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that got past the door, and what its path names."""

    site: Site
    request: Request
    token: Token
    repository: Repository
    path: str
    parts: Mapping[str, str]

    @property
    def pull(self) -> Pull | None:
        """The pull request of the path, if it exists."""
        return self.repository.pulls.get(int(self.parts["number"]))


def error(
    status: int,
    message: str,
    *,
    errors: Sequence[dict[str, str] | str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error in GitHub's form."""
    value: dict[str, object] = {"message": message}
    if errors is not None:
        value["errors"] = list(errors)
    value |= {"documentation_url": _DOCS, "status": str(status)}
    return as_json(status, value, headers)
