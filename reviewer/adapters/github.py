"""The forge over GitHub's API: what the reviewer asks of it, and how a comment is written once."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar
from urllib.parse import quote, urlsplit

from reviewer.adapters import graphql, listing, rest
from reviewer.adapters.deadline import Deadline
from reviewer.adapters.retrying import Policy, patiently
from reviewer.adapters.transport import Pace, Request, Transport
from reviewer.errors import ForgeError
from reviewer.ports import CreateComment, Operation, UpdateComment
from reviewer.pull_request import Comment, Conversation, ListedFile, PullRequest, Snapshot

T = TypeVar("T")

DIFF = "application/vnd.github.diff"
# Shows directories, links and submodules for what they are.
CONTENT = "application/vnd.github.object+json"
MOST_POSTS = 3


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
        self._repository = repository
        self._graphql_url = graphql_url
        self._deadline = deadline
        self._policy = policy or Policy()
        self._transport = Transport(
            token=token, api_url=api_url, deadline=deadline, pace=pace or Pace()
        )

    def snapshot(self, number: int) -> Snapshot:
        """Read the pull request and the conversation, in as many requests as it has pages."""
        ask = partial(self._page, number)
        pages = tuple(graphql.pages(ask))
        comments = tuple(comment for page in pages for comment in page.comments)
        threads = tuple(thread for page in pages for thread in page.threads)
        return Snapshot(pages[0].pull, Conversation(comments, threads))

    def _page(self, number: int, after: graphql.Cursors) -> graphql.Page:
        owner, _, name = self._repository.partition("/")
        comments, threads = after
        variables = {
            "owner": owner,
            "name": name,
            "number": number,
            "comments": comments,
            "threads": threads,
        }
        body = {"query": graphql.QUERY, "variables": variables}
        query = Request("POST", self._graphql_url, body=body)
        return self._patiently(
            f"Reading pull request {number}", lambda: graphql.read(self._transport.send(query))
        )

    def changed_files(self, pull: PullRequest) -> tuple[ListedFile, ...]:
        """Read the list of changed files, of which GitHub shows the first 3,000."""
        url = self._url(f"pulls/{pull.number}/files")

        def read_page(number: int, size: int) -> tuple[ListedFile, ...]:
            # By number: a link in an answer could lead anywhere, and on for ever.
            asked = Request("GET", url, parameters={"per_page": size, "page": number})
            return self._patiently(
                f"Reading page {number} of the changed files",
                lambda: self._transport.send(asked).read(rest.changed_files),
            )

        return listing.changed_files(read_page)

    def raw_diff(self, pull: PullRequest) -> str | None:
        """Read the diff as git prints it, or None above GitHub's 300 files or 20,000 lines."""
        asked = Request("GET", self._url(f"pulls/{pull.number}"), accept=DIFF, also=(406,))

        def ask() -> str | None:
            answer = self._transport.send(asked)
            return answer.text_of("diff") if answer.ok else None

        return self._patiently("Reading the diff", ask)

    def content(self, path: str, sha: str) -> bytes | None:
        """Read a file of at most 1 MiB at a commit, or None when nothing is there.

        Raises NotFoundError where a directory, a submodule or a link out of the repository stands.
        """
        if not {"", ".", ".."}.isdisjoint(path.split("/")):
            # No path of git's; on its way to GitHub it would turn into another one.
            return None
        url = self._url(f"contents/{quote(path, errors='replace')}")
        asked = Request("GET", url, parameters={"ref": sha}, accept=CONTENT, also=(404,))
        name = f"{path} at {sha[:7]}"

        def ask() -> bytes | None:
            answer = self._transport.send(asked)
            return answer.read(partial(rest.content, name)) if answer.ok else None

        return self._patiently(f"Reading {name}", ask)

    def apply(self, operation: Operation) -> Comment:
        """Carry out one write and return the comment as it stands now.

        Raises NotFoundError when the comment to update is gone.
        """
        match operation:
            case CreateComment():
                return self._create(operation)
            case UpdateComment():
                return self._update(operation)

    def _create(self, wanted: CreateComment) -> Comment:
        """Post a comment, and never a second one: what failed may have been carried out."""
        url = self._url(f"issues/{wanted.number}/comments")
        post = Request("POST", url, body={"body": wanted.body}, writes=True)
        posted = False

        def ask() -> Comment:
            nonlocal posted
            if posted and (found := self._posted(wanted)):
                return found
            posted = True
            return self._transport.send(post).read(rest.comment)

        return self._patiently("Posting the comment", ask, attempts=MOST_POSTS)

    def _posted(self, wanted: CreateComment) -> Comment | None:
        """Find the comment whose answer was lost, with the wanted body; the newest of several."""
        comments = self.snapshot(wanted.number).conversation.comments
        ours = [comment for comment in comments if _first_line(comment.body) == wanted.marker]
        if not ours:
            return None
        found = max(ours, key=lambda comment: comment.id)
        same = _normal(found.body) == _normal(wanted.body)
        return found if same else self._update(UpdateComment(found.id, wanted.body))

    def _update(self, wanted: UpdateComment) -> Comment:
        """Replace a comment's body, which may be repeated."""
        url = self._url(f"issues/comments/{wanted.id}")
        patch = Request("PATCH", url, body={"body": wanted.body}, writes=True)
        return self._patiently(
            "Updating the comment", lambda: self._transport.send(patch).read(rest.comment)
        )

    def close(self) -> None:
        """Close the connections that are not in use; a process that ends need not."""
        self._transport.close()

    def _url(self, path: str) -> str:
        return f"/repos/{self._repository}/{path}"

    def _patiently(self, what: str, call: Callable[[], T], *, attempts: int | None = None) -> T:
        policy = replace(self._policy, attempts=attempts) if attempts else self._policy
        return patiently(call, what=what, deadline=self._deadline, policy=policy)


def _first_line(body: str) -> str:
    return body.partition("\n")[0].rstrip()


def _normal(body: str) -> str:
    """Undo what forms and servers do to the ends of lines and of texts."""
    return body.replace("\r\n", "\n").strip()
