"""The pull request and what was said on it, as the forge showed them at one moment."""

import enum
from dataclasses import dataclass
from datetime import UTC, datetime


class PullState(enum.Enum):
    """Whether a pull request can still change."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request at the moment of reading; every text in it is untrusted."""

    number: int
    title: str
    body: str
    author: str
    base_ref: str
    base_sha: str
    head_sha: str
    from_fork: bool
    draft: bool
    state: PullState
    changed_files: int
    labels: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    """Subject lines of the commits, oldest first."""
    issues: tuple[str, ...] = ()
    """Titles of the issues that the pull request would close."""
    association: str = "NONE"
    """How its author belongs to the repository, in GitHub's word."""
    opened_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ListedPull:
    """A row of the list of pull requests."""

    number: int
    author: str
    association: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of the conversation; `mine` is the forge's word, not the text's.

    `edited_by` is the login of who else has edited it last, empty for nobody.
    """

    id: int
    body: str
    url: str
    mine: bool
    edited_by: str = ""


@dataclass(frozen=True, slots=True)
class ReviewComment:
    """A comment in a review thread; `thumbs_down` lists the logins that rejected it."""

    id: int
    body: str
    mine: bool = False
    author: str = ""
    thumbs_down: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewThread:
    """A thread on lines of the diff; `line` is None once the line is outdated.

    `id` is GraphQL's. `resolved_by` is a login, empty while the thread is open or when GitHub does
    not tell; `resolved_by_me` says that it was us.
    """

    path: str
    line: int | None
    resolved: bool
    comments: tuple[ReviewComment, ...]
    id: str = ""
    resolved_by: str = ""
    resolved_by_me: bool = False

    @property
    def mine(self) -> bool:
        """Whether we started the thread."""
        return bool(self.comments) and self.comments[0].mine

    @property
    def answered(self) -> bool:
        """Whether anybody else has said something in the thread."""
        return any(not remark.mine for remark in self.comments)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything already said on the pull request that the reviewer needs.

    `comments` holds our own comments only, oldest first.
    """

    comments: tuple[Comment, ...] = ()
    threads: tuple[ReviewThread, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The pull request and its conversation, read in one round trip."""

    pull: PullRequest
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One row of the forge's list of changed files, as it stands there.

    `status` is GitHub's word: added, removed, modified, renamed, copied, changed, unchanged.
    `patch` holds hunks without file headers, or None where the forge gave none.
    """

    path: str
    status: str
    additions: int
    deletions: int
    patch: str | None
    previous_path: str | None = None
