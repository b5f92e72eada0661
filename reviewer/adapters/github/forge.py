"""The forge over GitHub's API: what the reviewer reads there, and the door to its writes."""

import re
from collections.abc import Mapping
from functools import partial
from urllib.parse import quote, urlsplit

from reviewer.adapters.github import changed_files as listing
from reviewer.adapters.github import pull_lists, queries, rest_json
from reviewer.adapters.github.http import Pace, Repository, Request, Transport
from reviewer.adapters.github.writes import Writes
from reviewer.adapters.http.deadline import Deadline
from reviewer.adapters.http.retry import Policy
from reviewer.errors import ForgeError
from reviewer.head import Head
from reviewer.ports import Operation
from reviewer.pull_request import (
    Comment,
    Conversation,
    ListedFile,
    Opened,
    PullRequest,
    Snapshot,
)

API = "https://api.github.com"
DIFF = "application/vnd.github.diff"
# Shows directories, links and submodules for what they are.
CONTENT = "application/vnd.github.object+json"
# "alphanumeric characters or single hyphens"; an app's ends in [bot], an enterprise's has a "_".
_LOGIN = re.compile(r"[A-Za-z0-9_-]{1,100}(\[bot\])?")


class GitHub:
    """One repository on github.com or on a GitHub Enterprise Server; usable from any thread.

    Everything is retried as `policy` says and is over by the deadline. A method raises ForgeError
    and nothing else.
    """

    def __init__(  # noqa: PLR0913  # what the runner and the workflow say, each by name
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
        """Bind the addresses of the runner's environment; nothing is sent yet.

        `repository` is "owner/name". Raises ForgeError for addresses that cannot be used.
        """
        origins = {urlsplit(url)[:2] for url in (api_url, graphql_url)}
        if len(origins) > 1 or not api_url.startswith(("https://", "http://")):
            raise ForgeError(
                "GITHUB_API_URL and GITHUB_GRAPHQL_URL are not addresses of one server.",
                cause="The workflow overwrites one of them.",
                remedy="Leave both as the runner sets them.",
            )
        transport = Transport(token=token, api_url=api_url, deadline=deadline, pace=pace or Pace())
        self._repository = Repository(
            repository, graphql_url, transport, deadline, policy or Policy()
        )
        self._writes = Writes(self._repository, self.snapshot)

    @classmethod
    def of(
        cls, environ: Mapping[str, str], *, repository: str, token: str, deadline: Deadline
    ) -> "GitHub":
        """Make the client of the server that the runner's variables name, or of github.com."""
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

    def snapshot(self, number: int) -> Snapshot:
        """Read the pull request and the conversation, in as many requests as it has pages."""
        ask = partial(self._page, number)
        pages = tuple(queries.pages(ask))
        comments = tuple(comment for page in pages for comment in page.comments)
        threads = tuple(thread for page in pages for thread in page.threads)
        return Snapshot(pages[0].pull, Conversation(comments, threads))

    def _page(self, number: int, after: queries.Cursors) -> queries.Page:
        owner, _, name = self._repository.full_name.partition("/")
        comments, threads = after
        variables = {
            "owner": owner,
            "name": name,
            "number": number,
            "comments": comments,
            "threads": threads,
        }
        query = self._repository.graphql(queries.QUERY, variables)
        return self._repository.patiently(
            f"Reading pull request {number}", lambda: queries.read(self._repository.send(query))
        )

    def pulls_of(self, head: Head) -> tuple[int, ...]:
        """Look for the head among the open pull requests of the branch."""
        owner, _, name = self._repository.full_name.partition("/")
        variables = {"owner": owner, "name": name, "branch": head.branch}
        query = self._repository.graphql(pull_lists.OF_BRANCH, variables)
        return self._repository.patiently(
            f"Looking for the pull request of {head.sha[:7]}",
            lambda: pull_lists.of_head(self._repository.send(query), head),
        )

    def opened_before(self, pull: PullRequest) -> tuple[Opened, ...]:
        """Read the list of pull requests, the newest first, as far back as a day goes."""

        def ask(after: str | None) -> pull_lists.Page:
            owner, _, name = self._repository.full_name.partition("/")
            variables = {"owner": owner, "name": name, "after": after}
            query = self._repository.graphql(pull_lists.OPENED, variables)
            return self._repository.patiently(
                "Listing pull requests", lambda: pull_lists.read(self._repository.send(query))
            )

        return pull_lists.opened_before(ask, pull.opened_at)

    def changed_files(self, pull: PullRequest) -> tuple[ListedFile, ...]:
        """Read the list of changed files, of which GitHub shows the first 3,000."""
        url = self._repository.url(f"pulls/{pull.number}/files")

        def read_page(number: int, size: int) -> tuple[ListedFile, ...]:
            # By number: a link in an answer could lead anywhere, and on for ever.
            asked = Request("GET", url, parameters={"per_page": size, "page": number})
            return self._repository.patiently(
                f"Reading page {number} of the changed files",
                lambda: self._repository.send(asked).read(rest_json.changed_files),
            )

        return listing.changed_files(read_page)

    def raw_diff(self, pull: PullRequest) -> str | None:
        """Read the diff as git prints it, or None above GitHub's 300 files or 20,000 lines."""
        asked = Request(
            "GET", self._repository.url(f"pulls/{pull.number}"), accept=DIFF, also=(406,)
        )

        def ask() -> str | None:
            answer = self._repository.send(asked)
            return answer.text_of("diff") if answer.ok else None

        return self._repository.patiently("Reading the diff", ask)

    def content(self, path: str, sha: str) -> bytes | None:
        """Read a file of at most 1 MiB at a commit, or None when nothing is there.

        Raises NotFoundError where a directory, a submodule or a link out of the repository stands.
        """
        if not {"", ".", ".."}.isdisjoint(path.split("/")):
            # No path of git's; on its way to GitHub it would turn into another one.
            return None
        url = self._repository.url(f"contents/{quote(path, errors='replace')}")
        asked = Request("GET", url, parameters={"ref": sha}, accept=CONTENT, also=(404,))
        name = f"{path} at {sha[:7]}"

        def ask() -> bytes | None:
            answer = self._repository.send(asked)
            return answer.read(partial(rest_json.content, name)) if answer.ok else None

        return self._repository.patiently(f"Reading {name}", ask)

    def blobs(self, sha: str) -> Mapping[str, str]:
        """Read the whole tree of a commit, of which GitHub shows the first 100,000 entries."""
        asked = Request(
            "GET", self._repository.url(f"git/trees/{sha}"), parameters={"recursive": 1}
        )
        return self._repository.patiently(
            f"Reading the tree of {sha[:7]}",
            lambda: self._repository.send(asked).read(rest_json.blobs),
        )

    def descends(self, head_sha: str, ancestor_sha: str) -> bool:
        """Compare two commits; a force-push leaves one that GitHub may have forgotten."""
        url = self._repository.url(f"compare/{ancestor_sha}...{head_sha}")
        # Of a page that nobody reads, one row is enough.
        asked = Request("GET", url, parameters={"per_page": 1}, also=(404,))

        def ask() -> bool:
            answer = self._repository.send(asked)
            return answer.ok and answer.read(rest_json.descends)

        return self._repository.patiently("Comparing two commits", ask)

    def may_write(self, login: str) -> bool:
        """Read somebody's permission; of people outside GitHub says nothing."""
        if not _LOGIN.fullmatch(login):
            return False
        asked = Request(
            "GET", self._repository.url(f"collaborators/{login}/permission"), also=(403, 404)
        )

        def ask() -> bool:
            answer = self._repository.send(asked)
            return answer.ok and answer.read(rest_json.may_write)

        return self._repository.patiently("Reading a permission", ask)

    def apply(self, operation: Operation) -> Comment | None:
        """Carry out one write; raises what ports.Forge.apply raises."""
        return self._writes.apply(operation)

    def close(self) -> None:
        """Close the connections that are not in use; a process that ends need not."""
        self._repository.transport.close()
