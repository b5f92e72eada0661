"""The forge over GitHub's API, light enough to send the first request of a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reviewer.adapters.github import changed_files, queries
from reviewer.adapters.github.queries import Cursors, FileQuery, PageSize, SnapshotPage
from reviewer.adapters.github.transport import refusals
from reviewer.adapters.github.transport.http import Pace, Repository, Transport
from reviewer.adapters.http.retry import Deadline, Policy
from reviewer.errors import ForgeError
from reviewer.operations import Operation
from reviewer.ports import Archive, Blob
from reviewer.pull_request import (
    Comment,
    Conversation,
    ListedFile,
    ListedPull,
    OpenedPull,
    OpenPulls,
    PullRequest,
    Snapshot,
    TreeListing,
)

if TYPE_CHECKING:
    from reviewer.adapters.github.reads import Reads
    from reviewer.adapters.github.writing.writes import Writes

API = "https://api.github.com"

# 10,000 comments: a longer list is more likely a fault than a conversation.
MOST_PAGES = 100


class GitHub:
    """One repository on github.com or on a GitHub Enterprise Server; usable from any thread.

    Requests are repeated as `policy` allows and end by the deadline. Methods do what `ports.Forge`
    says and raise nothing but ForgeError.
    """

    def __init__(
        self,
        *,
        token: str,
        repository: str,
        api_url: str,
        graphql_url: str,
        deadline: Deadline,
        policy: Policy | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Keep the addresses; nothing is sent yet. `repository` is "owner/name".

        Raises ForgeError for addresses that are not those of one server, and UnauthorizedError
        for an empty token.
        """
        origins = {urlsplit(url)[:2] for url in (api_url, graphql_url)}
        if len(origins) > 1 or not api_url.startswith(("https://", "http://")):
            raise ForgeError(
                "GITHUB_API_URL and GITHUB_GRAPHQL_URL are not addresses of one server.",
                cause="The workflow sets one of them to another value.",
                remedy="Remove it from the workflow: the runner sets both.",
            )
        transport = Transport(token=token, api_url=api_url, deadline=deadline, pace=pace or Pace())
        self._repository = Repository(
            repository, graphql_url, transport, deadline, policy or Policy()
        )
        # Of files at commits, which never change: what the first query brought.
        self._contents: dict[tuple[str, str], bytes | None] = {}
        self._places: dict[tuple[str, str], bool] = {}
        # The text of the workflow that the first query asked for, "" as long as it is not known.
        self.workflow = ""

    @classmethod
    def of(
        cls, environ: Mapping[str, str], *, repository: str, token: str, deadline: Deadline
    ) -> "GitHub":
        """Return the client of the server that the runner's variables name, or of github.com."""
        api_url = environ.get("GITHUB_API_URL") or API
        # GitHub Enterprise Server has /api/v3 and /api/graphql, github.com has one root for both.
        beside = f"{api_url.removesuffix('/v3')}/graphql"
        return cls(
            token=token,
            repository=repository,
            api_url=api_url,
            graphql_url=environ.get("GITHUB_GRAPHQL_URL") or beside,
            deadline=deadline,
        )

    def snapshot(
        self, number: int, file: FileQuery | None = None, *, optional: bool = False
    ) -> Snapshot:
        """Read the pull request and the conversation, in as many requests as it has pages.

        The first of them also reads `file`: `content` and `find_existing` then need no requests of
        their own for it.
        """
        page = partial(self._page, number, file, PageSize(), optional=optional)
        pages = _read_pages(page)
        comments = tuple(comment for page in pages for comment in page.comments)
        threads = tuple(thread for page in pages for thread in page.threads)
        others = tuple(line for page in pages for line in page.others)
        return Snapshot(pages[0].pull, Conversation(comments, threads, others))

    def _page(
        self,
        number: int,
        file: FileQuery | None,
        size: PageSize,
        after: Cursors,
        *,
        optional: bool,
    ) -> SnapshotPage:
        comments, threads = after
        variables: Mapping[str, object] = {
            "number": number,
            "comments": comments,
            "threads": threads,
        }
        queue: list[FileQuery | None] = [None]
        if file and after == (None, None):
            queue.append(file)

        def ask() -> SnapshotPage:
            # What GitHub cannot answer with the file, it may answer without.
            with_file = queue.pop() if len(queue) > 1 else queue[0]
            text = with_file.snapshot if with_file else queries.SNAPSHOT
            more = with_file.variables if with_file else {}
            try:
                asked = self._repository.ask(text, {**variables, **more, "size": size.rows})
                response = self._repository.send(replace(asked, optional=optional))
                # pydantic, imported here, is not needed to send what may be the first request.
                from reviewer.adapters.github import snapshot_json

                return response.read(partial(snapshot_json.page, response, asked=with_file))
            except refusals.TooMuchError:
                size.shrink()
                raise

        what = f"Reading pull request {number}"
        page = (
            self._repository.retry_optional(what, ask, attempts=1)
            if optional
            else self._repository.retry(what, ask)
        )
        if file:
            self._contents |= {(path, file.sha): found for path, found in page.files.items()}
            self._places |= {(path, file.sha): found for path, found in page.places.items()}
            self.workflow = page.workflow or self.workflow
        return page

    def pulls_of(self, sha: str, branch: str, repository: str) -> tuple[int, ...]:
        """Look for the commit among the open pull requests of the branch."""
        query = self._repository.ask(queries.OF_BRANCH, {"branch": branch})

        def ask() -> tuple[int, ...]:
            response = self._repository.send(query)
            # As for a snapshot.
            from reviewer.adapters.github import pull_lists

            return pull_lists.of_head(response, sha, repository)

        return self._repository.retry(f"Looking for the pull request of {sha[:7]}", ask)

    def changed_since(self, moment: datetime) -> tuple[ListedPull, ...]:
        """See `Reads.changed_since`."""
        return self._reads.changed_since(moment)

    def open_pulls(self) -> OpenPulls:
        """See `open_pulls.read_all`."""
        from reviewer.adapters.github import open_pulls

        return open_pulls.read_all(self._repository)

    def check_reserve(self) -> None:
        """See `Transport.check_reserve`."""
        self._repository.transport.check_reserve()

    def first_changed_files(self, number: int) -> tuple[ListedFile, ...]:
        """Return the first page of the changed files, for `changed_files`."""
        return changed_files.Pages(self._repository, number).read(1, changed_files.LARGE_PAGE)

    def changed_files(
        self, number: int, count: int, first: tuple[ListedFile, ...] | None = None
    ) -> tuple[ListedFile, ...]:
        """See `changed_files.read_all_rows`."""
        pages = changed_files.Pages(self._repository, number)
        return changed_files.read_all_rows(pages.read, count, first)

    def raw_diff(self, pull: PullRequest) -> str | None:
        """See `Reads.raw_diff`."""
        return self._reads.raw_diff(pull)

    def content(self, path: str, sha: str, *, optional: bool = False) -> bytes | None:
        """See `Reads.content`; sends nothing for a file that the first query brought."""
        if (path, sha) in self._contents:
            return self._contents[path, sha]
        return self._reads.content(path, sha, optional=optional)

    def find_existing(self, paths: Sequence[str], sha: str) -> tuple[str, ...]:
        """See `Reads.find_existing`; sends nothing if the first query asked for the same."""
        if all((path, sha) in self._places for path in paths):
            return tuple(path for path in paths if self._places[path, sha])
        return self._reads.find_existing(paths, sha)

    def large_content(self, path: str, sha: str) -> bytes | None:
        """See `Reads.large_content`."""
        return self._reads.large_content(path, sha)

    def text_contents(self, paths: Sequence[str], sha: str) -> Mapping[str, bytes]:
        """See `Reads.text_contents`."""
        return self._reads.text_contents(paths, sha)

    def archive(self, sha: str) -> Archive:
        """See `Reads.archive`."""
        return self._reads.archive(sha)

    def blobs(self, sha: str, *, optional: bool = False) -> Mapping[str, Blob]:
        """See `Reads.blobs`."""
        return self._reads.blobs(sha, optional=optional)

    def list_tree(self, sha: str) -> TreeListing:
        """See `Reads.list_tree`."""
        return self._reads.list_tree(sha)

    def merge_base(self, base_sha: str, head_sha: str) -> str:
        """See `Reads.merge_base`."""
        return self._reads.merge_base(base_sha, head_sha)

    def may_write(self, login: str) -> bool:
        """See `Reads.may_write`."""
        return self._reads.may_write(login)

    def apply(self, operation: Operation) -> Comment | OpenedPull | None:
        """See `Writes.apply`."""
        return self._writes.apply(operation)

    def close(self) -> None:
        """Close the connections that are not in use; a process that ends does not need to."""
        self._repository.transport.close()

    @cached_property
    def _reads(self) -> "Reads":
        # No read of these is the first request, and they import pydantic.
        from reviewer.adapters.github.reads import Reads

        return Reads(self._repository)

    @cached_property
    def _writes(self) -> "Writes":
        from reviewer.adapters.github.writing.writes import Writes

        return Writes(self._repository, self.snapshot)


def _read_pages(ask: Callable[[Cursors], SnapshotPage]) -> list[SnapshotPage]:
    """Read page after page until both lists have ended; `ask` reads the page after the cursors.

    Raises ForgeError when the cursors repeat or there are more than MOST_PAGES.
    """
    after: Cursors = (None, None)
    seen = {after}
    pages: list[SnapshotPage] = []
    while len(pages) < MOST_PAGES:
        page = ask(after)
        pages.append(page)
        if not page.more:
            return pages
        # A page past the end of one list is empty and has no cursor for it.
        after = (page.ends[0] or after[0], page.ends[1] or after[1])
        if after in seen:
            raise refusals.repeated_pages_error("the conversation")
        seen.add(after)
    raise ForgeError(
        f"The conversation has more than {MOST_PAGES} pages of comments.",
        cause="A bot comments again and again, or GitHub's pages never end.",
        remedy="Review the change in a new pull request.",
    )
