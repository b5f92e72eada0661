"""A loopback GitHub that remembers the order of pushes and what every write left to read."""

from collections.abc import Mapping
from dataclasses import dataclass

from reviewer import state
from tests.e2e.process import NUMBER, REPOSITORY
from tests.e2e.standing import MARKER
from tests.loopback.github import LoopbackGitHub
from tests.loopback.messages import Request, Response
from tests.loopback.state import Entry, Pull


@dataclass(frozen=True, slots=True)
class Writing:
    """One write: which head the comment was about before and after, as its place in the pushes.

    -1 stands for a comment without a review.
    """

    request: str
    before: int
    after: int


class ChroniclingGitHub(LoopbackGitHub):
    """Knows the heads in the order in which they were pushed."""

    def __init__(self) -> None:
        """Bind a port; what the exchanges look like is held against the contracts elsewhere."""
        super().__init__(repository=REPOSITORY, checked=False)
        self.heads: list[str] = []
        self.writings: list[Writing] = []

    def add_pull(self, number: int = NUMBER, *given: object, **named: object) -> Pull:
        """Open a pull request and remember its head."""
        pull = super().add_pull(number, *given, **named)  # type: ignore[arg-type]
        self.heads = [pull.head_sha]
        return pull

    def push(
        self, number: int, files: Mapping[str, str | Entry | None], *, force: bool = False
    ) -> str:
        """Move the head between two answers."""
        with self._lock:
            self.heads.append(super().push(number, files, force=force))
        return self.heads[-1]

    def respond(self, request: Request) -> Response:
        """Answer, and remember what became of the newest review."""
        before = self.told
        response = super().respond(request)
        if request.method != "GET" and self.told != before:
            self.writings.append(Writing(request.line, before, self.told))
        return response

    @property
    def told(self) -> int:
        """The newest head that a comment of the instance is about."""
        known = [state.decode(body) for body in self.bodies if body.startswith(MARKER)]
        return max((self.heads.index(each.head_sha) for each in known if each), default=-1)
