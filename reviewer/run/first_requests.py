"""Sends the first requests to GitHub, before it is known what the run will do."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from reviewer.adapters.github.forge import GitHub
from reviewer.adapters.github.queries import FileQuery
from reviewer.config.enums import Mode
from reviewer.config.repository.file_places import LEARNINGS_FILE, LOOKED_FOR, REPOSITORY_FILE
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import EventError
from reviewer.events.activity import CommandRequest, ReviewHead, ReviewPullRequest
from reviewer.pull_request import ListedFile, PullRequest, Snapshot


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


def send(
    forge: GitHub,
    wanted: ReviewPullRequest | ReviewHead | CommandRequest,
    inputs: Inputs,
    workflow: str = "",
) -> tuple[Future[Snapshot | None], EarlyList | None]:
    """Send the first query and, if the event names the commits, list changed files beside it.

    A run that reviews nothing lists them for nothing. But its first query brings the repository's
    file too, so it sends no more requests than one that lists nothing and reads the file alone:
    for that reason, only the first page is read so early.
    With `mode: publish`, the reports decide if there is anything to read. `workflow` is the path of
    the workflow of this run, whose text the query brings too.
    """
    pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="first")
    first = pool.submit(_read_pull_request, forge, wanted, workflow)

    early_list = None
    reads = inputs.mode is not Mode.PUBLISH
    if isinstance(wanted, ReviewPullRequest) and wanted.head_sha and reads:
        page = pool.submit(forge.first_changed_files, wanted.number)
        early_list = EarlyList(wanted.base_sha, wanted.head_sha, page)
    pool.shutdown(wait=False)
    return first, early_list


def _read_pull_request(
    forge: GitHub, wanted: ReviewPullRequest | ReviewHead | CommandRequest, workflow: str
) -> Snapshot | None:
    """Read the pull request; return None if the commit is no longer the head of an open one.

    Raises EventError if it is the head of several.
    """
    if isinstance(wanted, ReviewPullRequest):
        sha = wanted.base_sha
        file = (
            FileQuery(REPOSITORY_FILE, sha, LOOKED_FOR, LEARNINGS_FILE, workflow) if sha else None
        )
        return forge.snapshot(wanted.number, file)
    if not isinstance(wanted, ReviewHead):
        return forge.snapshot(wanted.number)
    head = wanted.head
    numbers = forge.pulls_of(head.sha, head.branch, head.repository)
    if len(numbers) > 1:
        listed = ", ".join(map(str, numbers))
        raise EventError(
            f"Several open pull requests have the head {wanted.head.sha[:7]}: {listed}.",
            cause="They were opened from one branch, into different base branches.",
            remedy="Set the input pr-number to the one to review.",
        )
    return forge.snapshot(numbers[0]) if numbers else None
