"""The pull request and its conversation, as the forge showed them at one moment."""

import enum
from dataclasses import dataclass
from datetime import UTC, datetime


class PullState(enum.Enum):
    """The state of a pull request, in GitHub's words."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request at the moment of reading; every text in it is untrusted.

    `changed_files` is their number, as GitHub counts them. `author` is a login as `logins.spell`
    returns it.
    """

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
    """Subject lines of the first 50 commits, oldest first."""
    issues: tuple[str, ...] = ()
    """Titles of the first 10 issues that the pull request closes when it is merged."""
    linked_issues: tuple["LinkedIssue", ...] = ()
    """Those of them that are issues of the same repository."""
    association: str = "NONE"
    """How the author belongs to the repository, as GitHub names it: OWNER, MEMBER, NONE, …"""
    opened_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    head_repository: str = ""
    """The repository with the head as "owner/name", a fork perhaps; "" after it was deleted."""
    subject: str = ""
    """What changes without a pull request are called, as in "main..HEAD"."""


@dataclass(frozen=True, slots=True)
class LinkedIssue:
    """An issue of the repository that the pull request closes; its texts are untrusted."""

    number: int
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class ListedPull:
    """A row of the list of pull requests; all but `number` as in PullRequest.

    `commented` means that somebody commented on the pull request as a whole, perhaps we.
    """

    number: int
    author: str
    association: str
    opened_at: datetime
    commented: bool = True


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of the conversation; `mine` comes from the forge, not from the text.

    `edited_by` is the login of the last other user who edited it, empty when nobody did.
    """

    id: int
    body: str
    url: str
    mine: bool
    edited_by: str = ""


@dataclass(frozen=True, slots=True)
class ReviewComment:
    """A comment in a review thread; `thumbs_down` holds the logins of who reacted with it."""

    id: int
    body: str
    mine: bool = False
    author: str = ""
    thumbs_down: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewThread:
    """A thread on lines of the diff; `line` is None once the thread is outdated.

    `id` is that of GraphQL. `resolved_by` is a login, empty while the thread is open or when
    GitHub does not say who resolved it; `resolved_by_me` means that the action did.
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
        """True when the action started the thread."""
        return bool(self.comments) and self.comments[0].mine

    @property
    def answered(self) -> bool:
        """True when anybody else has commented in the thread."""
        return any(not comment.mine for comment in self.comments)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What has been said on the pull request, as far as it is used.

    `comments` holds the action's own comments only, oldest first. `others` are the first lines of
    those of other accounts.
    """

    comments: tuple[Comment, ...] = ()
    threads: tuple[ReviewThread, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The pull request and its conversation, read together."""

    pull: PullRequest
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class OpenedPull:
    """A pull request that the action has opened."""

    number: int


@dataclass(frozen=True, slots=True)
class OpenPulls:
    """The open pull requests, that with the oldest change first.

    Each has what a list shows: no title, description or threads, and of our comments those among
    its first. `complete` is False if there are more than were listed.
    """

    rows: tuple[Snapshot, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One row of the forge's list of changed files, unchecked.

    `status` is added, removed, modified, renamed, copied, changed or unchanged. `additions` and
    `deletions` count lines. `patch` holds hunks without file headers, or None without any.
    """

    path: str
    status: str
    additions: int
    deletions: int
    patch: str | None
    previous_path: str | None = None


@dataclass(frozen=True, slots=True)
class TreeListing:
    """The files and links of a commit; `complete` is False if the forge listed only some."""

    paths: tuple[str, ...]
    complete: bool = True
