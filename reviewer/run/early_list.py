"""The list of changed files that is asked for before it is known what the run will do."""

from concurrent.futures import Future
from dataclasses import dataclass

from reviewer.pull_request import ListedFile, PullRequest


class OtherCommitsError(Exception):
    """The pull request has other commits than the event named, so its list is read again."""


@dataclass(slots=True)
class EarlyList:
    """The list of changed files, asked for beside the first query; `rows` is its future.

    It belongs to the commits that the event names, if the pull request still has them after it was
    read: it had them before, when the event came.
    """

    base_sha: str
    head_sha: str
    rows: Future[tuple[ListedFile, ...]] | None = None

    def count(self, pull: PullRequest) -> int:
        """Return the number of rows; raise OtherCommitsError where reading on is of no use."""
        if not self._belongs_to(pull):
            raise OtherCommitsError
        return pull.changed_files

    def take_for(self, pull: PullRequest) -> tuple[ListedFile, ...] | None:
        """Return the rows, None if the pull request has other commits than the event named.

        They are forgotten here: beside what is made of them, they would take memory for nothing.
        """
        rows, self.rows = self.rows, None
        same = self._belongs_to(pull)
        return rows.result() if rows and same else None

    def _belongs_to(self, pull: PullRequest) -> bool:
        return (self.base_sha, self.head_sha) == (pull.base_sha, pull.head_sha)
