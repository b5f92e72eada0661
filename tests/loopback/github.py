"""A GitHub of one process: remembers comments, follows GitHub's rules, fails on order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from reviewer.pull_request import PullState
from tests.loopback import archives, dispatch, graphql, history
from tests.loopback.messages import Request, Response
from tests.loopback.server import LoopbackServer
from tests.loopback.state import (
    Access,
    Entry,
    IssueComment,
    Pull,
    Repository,
    ReviewComment,
    Site,
    Thread,
    Token,
    Tree,
)

TOKEN = "ghs_writes"
READ_TOKEN = "ghs_reads"
BLIND_TOKEN = "ghs_sees_nothing"
BOT = "github-actions[bot]"
EXAMPLE_REPOSITORY = "Codertocat/Hello-World"
"""The repository of the example events in GitHub's documentation."""


class LoopbackGitHub(LoopbackServer):
    """Use `with LoopbackGitHub() as github`; `enterprise` moves the API to where GHES has it.

    Without `checked` no exchange is checked against GitHub's descriptions, which is faster.
    """

    def __init__(
        self, *, enterprise: bool = False, repository: str = "octo/shop", checked: bool = True
    ) -> None:
        """Bind a port and make one empty repository."""
        super().__init__()
        self.full_name = repository
        self.checked = checked
        self.site = Site(self.url, enterprise=enterprise)
        self.site.repositories[repository] = Repository(repository)
        self.site.tokens |= {
            TOKEN: Token(BOT),
            READ_TOKEN: Token(BOT, Access.READ),
            BLIND_TOKEN: Token(BOT, Access.NONE),
        }

    @property
    def api_url(self) -> str:
        """What the runner calls GITHUB_API_URL."""
        return self.site.api_url

    @property
    def graphql_url(self) -> str:
        """What the runner calls GITHUB_GRAPHQL_URL."""
        return self.url + self.site.graphql_path

    @property
    def repository(self) -> Repository:
        """The repository that the server was started with."""
        return self.site.repositories[self.full_name]

    def warm(self) -> "LoopbackGitHub":
        """Build what would make the first request slow."""
        graphql.schema()
        return self

    def add_pull(
        self,
        number: int = 7,
        files: Mapping[str, tuple[str | Entry | None, str | Entry | None]] | None = None,
        *,
        title: str = "Change things",
        body: str | None = "Why and how.",
        author: str | None = "dev",
        fork: bool = False,
        draft: bool = False,
        state: PullState = PullState.OPEN,
        locked: bool = False,
        labels: Sequence[str] = (),
    ) -> Pull:
        """Open a pull request whose rows, patches, diff and contents git has made.

        `files` maps each path to its old and its new text; None where it did not or does not
        exist, the same text twice for a file that is there and does not change.
        """
        given = {"src/app.py": ("old = 1\n", "new = 2\n")} if files is None else files
        base = history.tree({path: pair[0] for path, pair in given.items()})
        head = history.tree({path: pair[1] for path, pair in given.items()})
        made = history.between(base, head, message=f"Pull request {number}")
        repository = self.repository
        pull = Pull(
            number=number,
            title=title,
            body=body,
            author=author,
            base_ref=repository.default_branch,
            base_sha=made.base_sha,
            head_ref=f"change-{number}",
            head_sha=made.head_sha,
            head_repository=f"{author}/shop" if fork else self.full_name,
            base_tree=base,
            head_tree=head,
            files=made.files,
            raw_diff=made.raw_diff,
            fork=fork,
            draft=draft,
            state=state,
            locked=locked,
            labels=list(labels),
        )
        repository.pulls[number] = pull
        self._publish(pull)
        return pull

    def push(
        self, number: int, files: Mapping[str, str | Entry | None], *, force: bool = False
    ) -> str:
        """Move the head of a pull request by one commit and return its id; None deletes a file.

        With `force` the commit is no child of the head before. Threads move with their lines.
        It happens between two answers, not within one.
        """
        with self._lock:
            return self._push(number, files, force=force)

    def _push(self, number: int, files: Mapping[str, str | Entry | None], *, force: bool) -> str:
        pull = self.repository.pulls[number]
        before_sha, before = pull.head_sha, pull.head_tree
        head = _changed(pull.head_tree, files)
        made = history.between(pull.base_tree, head, message=f"After {pull.head_sha}")
        pull.head_sha, pull.head_tree = made.head_sha, head
        pull.files, pull.raw_diff = made.files, made.raw_diff
        if not force:
            self.repository.parents[pull.head_sha] = before_sha
        for thread in pull.threads:
            thread.line = _moved(thread, before.get(thread.path), head.get(thread.path))
        self._publish(pull)
        return pull.head_sha

    def move_base(self, number: int, files: Mapping[str, str | Entry | None]) -> str:
        """Commit to the base branch and return its new tip; the head still leaves it before."""
        pull = self.repository.pulls[number]
        tip = pull.base_tree if pull.tip_tree is None else pull.tip_tree
        pull.tip_tree = _changed(tip, files)
        made = history.between(pull.tip_tree, pull.head_tree, message="Tip")
        pull.base_sha = made.base_sha
        self._publish(pull)
        return pull.base_sha

    def rebase(
        self, number: int, files: Mapping[str, str | Entry | None], *, merge: bool = False
    ) -> str:
        """Put the head on the tip of its base branch and return the new head.

        `files` are those of the head that git would have merged: what both sides changed. With
        `merge`, the tip is merged into the head instead, which keeps its history.
        """
        pull = self.repository.pulls[number]
        if pull.tip_tree is not None:
            old, tip = pull.base_tree, pull.tip_tree
            gone: dict[str, str | Entry | None] = dict.fromkeys(old.keys() - tip.keys())
            new = {path: entry for path, entry in tip.items() if old.get(path) != entry}
            pull.base_tree, pull.tip_tree = tip, None
            files = {**gone, **new, **files}
        return self.push(number, files, force=not merge)

    def retarget(self, number: int, ref: str, files: Mapping[str, str | Entry | None]) -> str:
        """Give a pull request another base branch, which differs in `files`; the head stays."""
        pull = self.repository.pulls[number]
        pull.base_ref, pull.base_tree = ref, _changed(pull.base_tree, files)
        made = history.between(pull.base_tree, pull.head_tree, message="Tip")
        pull.base_sha, pull.files, pull.raw_diff = made.base_sha, made.files, made.raw_diff
        self._publish(pull)
        return pull.base_sha

    def comment(self, body: str, *, number: int = 7, author: str | None = BOT) -> IssueComment:
        """Add a comment past the API."""
        made = IssueComment(next(self.site.comment_ids), number, author, body)
        self.repository.comments.append(made)
        return made

    def thread(
        self,
        path: str,
        line: int | None,
        *bodies: str,
        number: int = 7,
        resolved: bool = False,
        author: str = BOT,
    ) -> Thread:
        """Add a review thread past the API; it is our own unless `author` is somebody else."""
        threads = self.repository.pulls[number].threads
        said = [ReviewComment(next(self.site.comment_ids), author, body) for body in bodies]
        made = Thread(f"PRRT_{number}_{len(threads)}", path, line, said, resolved)
        threads.append(made)
        return made

    def answer_in(self, thread: Thread, author: str, body: str) -> ReviewComment:
        """Have somebody say something in a thread."""
        said = ReviewComment(next(self.site.comment_ids), author, body)
        thread.comments.append(said)
        return said

    def may_not_resolve(self) -> None:
        """Take from our token what resolving a thread needs."""
        self.site.tokens[TOKEN] = Token(BOT, resolves=False)

    @property
    def outside(self) -> set[tuple[str, int]]:
        """Lines at which comments are refused although a hunk shows them."""
        return self.site.outside

    @property
    def bodies(self) -> list[str]:
        """The texts of all comments of the repository, oldest first."""
        return [comment.body for comment in self.repository.comments]

    @property
    def writes(self) -> list[Request]:
        """The requests so far that asked for a change."""
        return [
            request
            for request in self.requests
            if request.method != "GET" and request.path != self.site.graphql_path
        ]

    def _publish(self, pull: Pull) -> None:
        trees, refs = self.repository.trees, self.repository.refs
        before = self.repository.heads.get(pull.number, [])
        kept = [sha for sha in before if sha != pull.head_sha]
        self.repository.heads[pull.number] = [*kept, pull.head_sha]
        tip = pull.base_tree if pull.tip_tree is None else pull.tip_tree
        trees[pull.base_sha], trees[pull.head_sha] = tip, pull.head_tree
        refs[pull.base_ref], refs[pull.head_ref] = pull.base_sha, pull.head_sha

    def respond(self, request: Request) -> Response:
        """Answer as GitHub would, and as its archive host."""
        if request.path.startswith(archives.PREFIX):
            return archives.answer(self.site, request)
        return dispatch.respond(self.site, request)

    def dress(self, request: Request, response: Response) -> Response:
        """Add date, request id and, on github.com, what is left of the rate limit."""
        headers = dispatch.headers(self.site, request, len(self.requests))
        return replace(response, headers={**headers, **response.headers})

    def check(self, request: Request, response: Response | None) -> list[str]:
        """Hold the exchange against GitHub's own descriptions."""
        if not self.checked:
            return []
        from tests.loopback import contract

        if request.path.startswith(archives.PREFIX):
            # Not a part of the API.
            return []
        if request.path == self.site.graphql_path:
            found = graphql.problems(request, response)
        else:
            found = contract.rest(request, dispatch.rest_path(self.site, request), response)
        return [f"{request.line}: {problem}" for problem in found]


def _changed(tree: Tree, files: Mapping[str, str | Entry | None]) -> Tree:
    kept = {path: entry for path, entry in tree.items() if path not in files}
    return kept | history.tree(files)


def _moved(thread: Thread, before: Entry | None, after: Entry | None) -> int | None:
    """Find the thread's line in the new file, as GitHub does for a line that stays the same."""
    if thread.line is None or not isinstance(before, bytes) or not isinstance(after, bytes):
        return None
    old, new = before.splitlines(), after.splitlines()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    for block in blocks:
        if block.a <= thread.line - 1 < block.a + block.size:
            return thread.line - block.a + block.b
    return None
