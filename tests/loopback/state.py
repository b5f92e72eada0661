"""What the loopback GitHub remembers: repositories, pull requests, comments, threads, tokens."""

import base64
import enum
import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from reviewer.pull_request import PullState

# Above what 32 bits hold, as GitHub's own ids have been since 2024.
FIRST_COMMENT_ID = 2_500_000_000


@dataclass(frozen=True, slots=True)
class Symlink:
    """A symbolic link in a tree."""

    target: str


@dataclass(frozen=True, slots=True)
class Submodule:
    """A commit of another repository in a tree."""

    sha: str
    url: str = "https://github.com/octo/other"


class Executable(bytes):
    """A file in a tree that may be run; not equal to the same bytes that may not."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        """Compare the mode too."""
        return isinstance(other, Executable) and super().__eq__(other)

    def __hash__(self) -> int:
        """Return the hash of the bytes."""
        return super().__hash__()


Entry: TypeAlias = bytes | Symlink | Submodule
Tree: TypeAlias = dict[str, Entry]


class Access(enum.Enum):
    """What a token may do with the repositories."""

    WRITE = "write"
    READ = "read"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Token:
    """Who a token speaks for; a login that ends in [bot] belongs to an app."""

    login: str
    access: Access = Access.WRITE
    # Resolving a thread takes `contents: write`, which not every token has.
    resolves: bool = True
    # The first takes it too; the second is also a setting of the repository.
    pushes: bool = True
    opens: bool = True


@dataclass(slots=True)
class FileRow:
    """A row of the list of changed files."""

    path: str
    status: str
    additions: int
    deletions: int
    patch: str | None
    sha: str | None
    previous_path: str | None = None


@dataclass(slots=True)
class IssueComment:
    """A comment of the conversation; without author where the account is gone."""

    id: int
    number: int
    author: str | None
    body: str
    minimized: bool = False
    edits: int = 0
    editor: str | None = None

    @property
    def node_id(self) -> str:
        """The name of the comment in GraphQL."""
        return "IC_" + base64.urlsafe_b64encode(str(self.id).encode()).decode()


@dataclass(frozen=True, slots=True)
class Edit:
    """A comment of a conversation that was written: by whom, and its text before and after."""

    id: int
    number: int
    author: str | None
    before: str
    after: str


@dataclass(slots=True)
class ReviewComment:
    """A comment in a review thread."""

    id: int
    author: str | None
    body: str
    thumbs_down: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Thread:
    """A review thread."""

    id: str
    path: str
    line: int | None
    comments: list["ReviewComment"]
    resolved: bool = False
    resolved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue that a pull request closes, perhaps one of another repository."""

    number: int
    title: str
    body: str = ""
    repository: str = "octo/shop"
    private: bool = False


@dataclass(slots=True)
class Pull:
    """A pull request as it is now."""

    number: int
    title: str
    body: str | None
    author: str | None
    base_ref: str
    base_sha: str
    head_ref: str
    head_sha: str
    head_repository: str | None
    base_tree: Tree
    head_tree: Tree
    files: list[FileRow]
    raw_diff: str
    fork: bool = False
    draft: bool = False
    state: PullState = PullState.OPEN
    locked: bool = False
    labels: list[str] = field(default_factory=list)
    # Subject lines of the commits, oldest first; titles of the issues it closes.
    commits: list[str] = field(default_factory=lambda: ["Change things"])
    issues: "list[str | Issue]" = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    changed_files: int | None = None
    association: str = "CONTRIBUTOR"
    # What the base branch holds, where it went on after the head left it at `base_tree`.
    tip_tree: Tree | None = None
    # Seconds after the first pull request of the examples.
    opened: int = 0
    # The same for the latest change, which may be long after.
    updated: int = 0

    @property
    def counted_files(self) -> int:
        """How many changed files the pull request claims to have."""
        return len(self.files) if self.changed_files is None else self.changed_files


@dataclass(slots=True)
class Repository:
    """A repository with its pull requests, comments and the trees of known commits."""

    full_name: str
    archived: bool = False
    default_branch: str = "main"
    pulls: dict[int, Pull] = field(default_factory=dict)
    comments: list[IssueComment] = field(default_factory=list)
    trees: dict[str, Tree] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    # Every head that a pull request has had, in the order of the pushes.
    heads: dict[int, list[str]] = field(default_factory=dict)
    # The parent of each commit.
    parents: dict[str, str] = field(default_factory=dict)
    # Who may write, beside the owner.
    writers: set[str] = field(default_factory=set)
    # Ids of comments and contents of the reactions to them.
    reactions: list[tuple[int, str]] = field(default_factory=list)
    check_runs: list[dict[str, object]] = field(default_factory=list)
    annotations: list[object] = field(default_factory=list)
    # Told of each comment that is written through the API, before anybody can read it.
    watchers: list[Callable[[Edit], None]] = field(default_factory=list)

    @property
    def id(self) -> int:
        """GitHub's number of the repository."""
        return int(hashlib.sha256(self.full_name.encode()).hexdigest()[:7], 16)

    def written(self, comment: IssueComment, before: str = "") -> None:
        """Tell who watches that a comment holds another text than before."""
        for watch in self.watchers:
            watch(Edit(comment.id, comment.number, comment.author, before, comment.body))

    def conversation(self, number: int) -> list[IssueComment]:
        """The comments of one pull request, oldest first."""
        return [comment for comment in self.comments if comment.number == number]


@dataclass(slots=True)
class Site:
    """All of the loopback GitHub's memory and settings; tests change them as they like."""

    url: str
    # Where archives are, if not on this server itself.
    archive_url: str = ""
    # GitHub Enterprise Server has other paths, and no rate limits unless its owner wants some.
    enterprise: bool = False
    repositories: dict[str, Repository] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    comment_ids: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_COMMENT_ID))
    rate_limit: int = 5000
    used: int = 0
    used_graphql: int = 0
    # Refuse requests past the limit, with this status: GitHub documents 403 and 429.
    limit_status: int = 0
    # Every list claims another page, for ever.
    endless_pages: bool = False
    # Past this many lines of patches in one answer, rows come back with zeros and no patch.
    patch_lines_per_answer: int = 20_000
    largest_diff_files: int = 300
    largest_diff_lines: int = 20_000
    most_listed_files: int = 3_000
    # Lines without a place for comments, whatever the hunks say.
    outside: set[tuple[str, int]] = field(default_factory=set)
    # GraphQL answers no question about files.
    hides_files: bool = False
    # Seconds by which the server's clock is ahead of ours.
    clock_ahead: float = 0.0

    @property
    def prefix(self) -> str:
        """What is before every path of the REST API."""
        return "/api/v3" if self.enterprise else ""

    @property
    def api_url(self) -> str:
        """Where the REST interface begins."""
        return self.url + self.prefix

    @property
    def graphql_path(self) -> str:
        """Where GraphQL queries go."""
        return "/api/graphql" if self.enterprise else "/graphql"

    def repository(self, full_name: str) -> Repository | None:
        """Find a repository; upper and lower case do not differ."""
        wanted = full_name.lower()
        for name, repository in self.repositories.items():
            if wanted in {name.lower(), f"#{repository.id}"}:
                return repository
        return None
