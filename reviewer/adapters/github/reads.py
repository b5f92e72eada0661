"""What is read of GitHub behind the first request: files, diffs, trees, history, rights, lists."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from reviewer.adapters.github import changed_files as listing
from reviewer.adapters.github import pull_lists, rest_json
from reviewer.adapters.github.http import Repository, Request
from reviewer.adapters.github.pull_lists import PullListPage
from reviewer.pull_request import ListedFile, ListedPull, PullRequest

DIFF = "application/vnd.github.diff"
# Shows directories, links and submodules for what they are.
CONTENT = "application/vnd.github.object+json"
# "alphanumeric characters or single hyphens"; an app's ends in [bot], an enterprise's has a "_".
_LOGIN = re.compile(r"[A-Za-z0-9_-]{1,100}(\[bot\])?")


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads of one repository; each method is that of `ports.Forge` of the same name."""

    repository: Repository

    def opened_before(self, pull: PullRequest) -> tuple[ListedPull, ...]:
        """Read the list of pull requests, the newest first, as far back as a day goes."""

        def ask(after: str | None) -> PullListPage:
            query = self.repository.graphql(
                pull_lists.OPENED, {**self.repository.variables, "after": after}
            )
            return self.repository.retry(
                "Listing pull requests", lambda: pull_lists.read(self.repository.send(query))
            )

        return pull_lists.opened_before(ask, pull.opened_at)

    def changed_files(self, pull: PullRequest) -> tuple[ListedFile, ...]:
        """Read the list of changed files, of which GitHub shows the first 3,000."""
        url = self.repository.url(f"pulls/{pull.number}/files")

        def read_page(number: int, size: int) -> tuple[ListedFile, ...]:
            # By number: a link in a response could lead anywhere, and on for ever.
            asked = Request("GET", url, parameters={"per_page": size, "page": number})
            return self.repository.retry(
                f"Reading page {number} of the changed files",
                lambda: self.repository.send(asked).read(rest_json.changed_files),
            )

        return listing.changed_files(read_page)

    def raw_diff(self, pull: PullRequest) -> str | None:
        """Read the diff, or None above GitHub's 300 files or 20,000 lines (status 406)."""
        asked = Request(
            "GET", self.repository.url(f"pulls/{pull.number}"), accept=DIFF, also=(406,)
        )

        def ask() -> str | None:
            response = self.repository.send(asked)
            return response.text_of("diff") if response.ok else None

        return self.repository.retry("Reading the diff", ask)

    def content(self, path: str, sha: str) -> bytes | None:
        """Read a file of at most 1 MiB, above which GitHub's JSON form has no content."""
        if not {"", ".", ".."}.isdisjoint(path.split("/")):
            # No path of git's; on its way to GitHub it would turn into another one.
            return None
        url = self.repository.url(f"contents/{quote(path, errors='replace')}")
        asked = Request("GET", url, parameters={"ref": sha}, accept=CONTENT, also=(404,))
        name = f"{path} at {sha[:7]}"

        def ask() -> bytes | None:
            response = self.repository.send(asked)
            return response.read(partial(rest_json.content, name)) if response.ok else None

        return self.repository.retry(f"Reading {name}", ask)

    def blobs(self, sha: str) -> Mapping[str, str]:
        """Read the whole tree of a commit, of which GitHub shows the first 100,000 entries."""
        asked = Request("GET", self.repository.url(f"git/trees/{sha}"), parameters={"recursive": 1})
        return self.repository.retry(
            f"Reading the tree of {sha[:7]}",
            lambda: self.repository.send(asked).read(rest_json.blobs),
        )

    def descends(self, head_sha: str, ancestor_sha: str) -> bool:
        """Compare two commits; a force-push leaves one that GitHub may have forgotten."""
        url = self.repository.url(f"compare/{ancestor_sha}...{head_sha}")
        # Of a page that nobody reads, one row is enough.
        asked = Request("GET", url, parameters={"per_page": 1}, also=(404,))

        def ask() -> bool:
            response = self.repository.send(asked)
            return response.ok and response.read(rest_json.descends)

        return self.repository.retry("Comparing two commits", ask)

    def may_write(self, login: str) -> bool:
        """Read the permission of a collaborator; about anybody else GitHub answers 403 or 404."""
        if not _LOGIN.fullmatch(login):
            return False
        asked = Request(
            "GET", self.repository.url(f"collaborators/{login}/permission"), also=(403, 404)
        )

        def ask() -> bool:
            response = self.repository.send(asked)
            return response.ok and response.read(rest_json.may_write)

        return self.repository.retry("Reading a permission", ask)
