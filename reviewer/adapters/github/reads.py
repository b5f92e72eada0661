"""What is read of GitHub after the first request: files, diffs, trees, history, rights, lists."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar
from urllib.parse import quote, urlsplit

from reviewer.adapters.github import blob_texts, pull_lists, rest_json
from reviewer.adapters.github.pull_lists import PullListPage
from reviewer.adapters.github.queries import FileQuery, PageSize
from reviewer.adapters.github.rest_json import LargeFile
from reviewer.adapters.github.transport.http import Repository, Request
from reviewer.adapters.github.transport.refusals import TooMuchError
from reviewer.adapters.http.retry import PUBLISHING_SECONDS, Deadline, DeadlineError
from reviewer.errors import ForgeError
from reviewer.ports import Archive, Blob, CommitFiles
from reviewer.pull_request import ListedPull, PullRequest, TreeListing

T = TypeVar("T")
DIFF = "application/vnd.github.diff"
# Shows directories, links and submodules for what they are.
CONTENT = "application/vnd.github.object+json"
# "alphanumeric characters or single hyphens"; an app's ends in [bot], an enterprise's has a "_".
_LOGIN = re.compile(r"[A-Za-z0-9_-]{1,100}(\[bot\])?")
LARGEST_BLOB = 10 * 1024 * 1024
"""Bytes of a file that is read to identify its format; few pictures are larger."""
_FEWEST_TEXTS = 10
"""Files of a query that GitHub can answer, if it can answer any."""
_FOUND = 302
# No user, no backslash, no character outside of ASCII: libraries differ about who the host is then.
_PLAIN_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?)/[!$-;=?-Z_a-z~]{0,4000}"
)


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads of one repository; each method is that of `ports.Forge` of the same name."""

    repository: Repository

    def changed_since(self, moment: datetime) -> tuple[ListedPull, ...]:
        """Read the list of pull requests, the latest change first, as far back as the moment."""
        size = PageSize()

        def ask(after: str | None) -> PullListPage:
            try:
                query = self.repository.ask(pull_lists.CHANGED, {"size": size.rows, "after": after})
                return pull_lists.read(self.repository.send(query))
            except TooMuchError:
                size.shrink()
                raise

        return pull_lists.changed_since(
            lambda after: self.repository.retry("Listing pull requests", partial(ask, after)),
            moment,
        )

    def raw_diff(self, pull: PullRequest) -> str | None:
        """Read the diff, or None above GitHub's 300 files or 20,000 lines (status 406)."""
        asked = Request(
            "GET", self.repository.url(f"pulls/{pull.number}"), accept=DIFF, also=(406,)
        )

        def ask() -> str | None:
            response = self.repository.send(asked)
            return response.text_of("diff") if response.ok else None

        return self.repository.retry("Reading the diff", ask)

    def content(self, path: str, sha: str, *, optional: bool = False) -> bytes | None:
        """Read a file of at most 1 MiB, above which GitHub's JSON form has no content."""
        found = self._contents(path, sha, optional=optional)
        if isinstance(found, LargeFile):
            raise rest_json.too_large_error(_name(path, sha), rest_json.LARGEST_CONTENT)
        return found

    def find_existing(self, paths: Sequence[str], sha: str) -> tuple[str, ...]:
        """Ask for all paths in one query; if GitHub cannot answer that, read them one by one."""
        asked = FileQuery("", sha, tuple(paths))
        query = self.repository.ask(asked.places_only, asked.place_variables)
        try:
            found = self.repository.retry(
                f"Looking for {len(paths)} files at {sha[:7]}",
                lambda: blob_texts.read_places(self.repository.send(query), asked),
            )
        except ForgeError:
            return tuple(path for path in paths if self._contents(path, sha) is not None)
        return tuple(path for path in paths if found[path])

    def large_content(self, path: str, sha: str) -> bytes | None:
        """Read a file of at most LARGEST_BLOB; one that has no JSON form is read as a blob."""
        found = self._contents(path, sha)
        if not isinstance(found, LargeFile):
            return found
        name = _name(path, sha)
        if found.size > LARGEST_BLOB:
            raise rest_json.too_large_error(name, LARGEST_BLOB)
        asked = Request("GET", self.repository.url(f"git/blobs/{found.sha}"))
        return self.repository.retry(
            f"Reading {name}", lambda: self.repository.send(asked).read(rest_json.blob)
        )

    def _contents(self, path: str, sha: str, *, optional: bool = False) -> bytes | LargeFile | None:
        """Read a file, or size and hash of one that is too large for GitHub's JSON form."""
        if not {"", ".", ".."}.isdisjoint(path.split("/")):
            # No path of git's; on its way to GitHub it would turn into another one.
            return None
        name = _name(path, sha)
        url = self.repository.url(f"contents/{quote(path, errors='replace')}")
        asked = Request(
            "GET", url, parameters={"ref": sha}, accept=CONTENT, also=(404,), optional=optional
        )

        def ask() -> bytes | LargeFile | None:
            response = self.repository.send(asked)
            return response.read(partial(rest_json.content, name)) if response.ok else None

        retry = self.repository.retry_optional if optional else self.repository.retry
        return retry(f"Reading {name}", ask)

    def text_contents(self, paths: Sequence[str], sha: str) -> Mapping[str, bytes]:
        """Read several files in one query, which GitHub counts as one point.

        What is too much for one is asked for in halves, down to a few files.
        """
        what = f"Reading {len(paths)} files at {sha[:7]}"
        return self.repository.retry_optional(
            what, lambda: self._read_texts(paths, sha), attempts=2
        )

    def _read_texts(self, paths: Sequence[str], sha: str) -> Mapping[str, bytes]:
        query = replace(blob_texts.ask(self.repository, paths, sha), optional=True)
        try:
            return blob_texts.read(self.repository.send(query), paths)
        except TooMuchError:
            if len(paths) < _FEWEST_TEXTS:
                raise
            half = len(paths) // 2
            return {**self._read_texts(paths[:half], sha), **self._read_texts(paths[half:], sha)}

    def archive(self, sha: str) -> Archive:
        """Ask for the address of the archive; what is returned unpacks it while it comes."""
        most = self.repository.transport.pace.per_archive
        end = self.repository.deadline.earlier_by(PUBLISHING_SECONDS).within(most)
        found = [self._read_in_time(sha, end, lambda: self._find_archive(sha))]

        def read(files: Mapping[str, Blob]) -> CommitFiles:
            # tarfile, imported here, is not needed by a run that asks no model.
            from reviewer.adapters.files import archive

            def ask() -> CommitFiles:
                # The address is good for some minutes: another attempt asks for another one.
                url = found.pop() if found else self._find_archive(sha)
                own = is_own_server(self.repository.transport.api_url, url)
                pieces = self.repository.transport.download(url, with_token=own)
                return archive.unpack(_stop_after(end, pieces), files)

            return self._read_in_time(sha, end, ask)

        return read

    def _find_archive(self, sha: str) -> str:
        """Return the address to which GitHub redirects; it may hold a secret."""
        asked = Request("GET", self.repository.url(f"tarball/{sha}"), also=(_FOUND,), optional=True)
        return self.repository.send(asked).headers.get("location", "")

    def _read_in_time(self, sha: str, end: Deadline, ask: Callable[[], T]) -> T:
        """Try at most twice, and no longer than until `end`."""
        most = self.repository.transport.pace.per_archive
        in_time = partial(end.call, ask, at_most=most)
        try:
            return self.repository.retry_optional(f"Reading {sha[:7]}", in_time, attempts=2)
        except DeadlineError as late:
            raise ForgeError(
                f"The archive of {sha[:7]} did not come in time.",
                cause=f"It takes more than {most:g} seconds, or the run has none left.",
            ) from late

    def blobs(self, sha: str, *, optional: bool = False) -> Mapping[str, Blob]:
        """Read the whole tree of a commit in one request."""
        asked = self._tree(sha, optional=optional)
        retry = self.repository.retry_optional if optional else self.repository.retry
        return retry(
            f"Reading the tree of {sha[:7]}",
            lambda: self.repository.send(asked).read(rest_json.blobs),
        )

    def list_tree(self, sha: str) -> TreeListing:
        """Read the whole tree of a commit in one request that the run can do without."""
        asked = self._tree(sha, optional=True)
        return self.repository.retry_optional(
            f"Listing the files of {sha[:7]}",
            lambda: self.repository.send(asked).read(rest_json.listing),
        )

    def _tree(self, sha: str, *, optional: bool) -> Request:
        url = self.repository.url(f"git/trees/{sha}")
        return Request("GET", url, parameters={"recursive": 1}, optional=optional)

    def merge_base(self, base_sha: str, head_sha: str) -> str:
        """Compare two commits; GitHub lists the changed files from the commit that they share."""
        url = self.repository.url(f"compare/{base_sha}...{head_sha}")
        # Of a page that nobody reads, one row is enough.
        asked = Request("GET", url, parameters={"per_page": 1})
        return self.repository.retry(
            "Comparing two commits",
            lambda: self.repository.send(asked).read(rest_json.merge_base),
        )

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


def is_own_server(api_url: str, location: str) -> bool:
    """Return True if a redirect to an archive leads to the API's own server, False if beside it.

    The archives of api.github.com are on codeload.github.com, and those of an Enterprise Server,
    whose API ends in /api/v3, on itself or on codeload before its name. Scheme and port stay those
    of the API. Raises ForgeError for any other address, and for one that two programs could read
    in two ways.
    """
    api = urlsplit(api_url)
    name = api.netloc if api.path.endswith("/v3") else api.netloc.removeprefix("api.")
    plain = _PLAIN_URL.fullmatch(location)
    origin = (plain["scheme"], plain["host"].lower()) if plain else ("", "")
    if origin == (api.scheme, api.netloc.lower()):
        return True
    if origin == (api.scheme, f"codeload.{name}".lower()):
        return False
    raise ForgeError(
        "GitHub redirects to an archive that is not on its own server.",
        cause="A proxy answers in GitHub's place, or GITHUB_API_URL is not the API's own address.",
    )


def _stop_after(end: Deadline, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces until the deadline; then raise DeadlineError."""
    for piece in pieces:
        if not end.remaining():
            raise DeadlineError("the archive is late")
        yield piece


def _name(path: str, sha: str) -> str:
    return f"{path} at {sha[:7]}"
