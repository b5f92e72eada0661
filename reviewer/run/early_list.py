"""The list of changed files that is asked for before it is known what the run will do."""

from concurrent.futures import Future
from dataclasses import dataclass

from reviewer.pull_request import ListedFile, PullRequest


@dataclass(slots=True)
class EarlyList:
    """The first page of the list of changed files, asked for beside the first query.

    `page` is its future. The list belongs to the commits that the event names, if the pull request
    still has them after it was read: it had them before, when the event came.
    """

    base_sha: str
    head_sha: str
    page: Future[tuple[ListedFile, ...]] | None

    def take_for(self, pull: PullRequest) -> tuple[ListedFile, ...] | None:
        """Return the page, None if the pull request has other commits than the event named.

        It is forgotten here: beside what is made of it, it would take memory for nothing.
        """
        page, self.page = self.page, None
        same = (self.base_sha, self.head_sha) == (pull.base_sha, pull.head_sha)
        return page.result() if page and same else None
