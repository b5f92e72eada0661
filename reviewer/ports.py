"""The ports of the core: the forge, the model, the workspace, and the values that pass through."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from reviewer.operations import Operation
from reviewer.prompt import ListedModel, Prompt, Reply
from reviewer.pull_request import (
    Comment,
    ListedFile,
    ListedPull,
    OpenedPull,
    PullRequest,
    Snapshot,
    TreeListing,
)

MOST_LISTED = 1_000
"""Pull requests that changed lately, twice the largest `daily-limit`."""
LARGEST_FILE = 1 << 20
"""Bytes of one file of a commit that is read; GitHub's contents API returns no larger ones."""


@dataclass(frozen=True, slots=True)
class Blob:
    """What a commit's tree says of a plain file: git's hash of its content, and its bytes."""

    sha: str
    size: int


class CommitFiles(Protocol):
    """Contents of plain files of one commit that are at hand; usable from any thread."""

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, None where they are not at hand.

        They have the hash that the commit's tree gives the file.
        """
        ...


Archive: TypeAlias = Callable[[Mapping[str, Blob]], CommitFiles]
"""Downloads the archive of a commit and returns the contents of the given files."""


class Forge(Protocol):
    """Where pull requests live; usable from any thread.

    Every method may take as long as the run has time: it repeats what may pass by itself. It
    raises ForgeError, or one of its subclasses, and nothing else. UnauthorizedError,
    ForbiddenError and RateLimitedError can come from any of them.
    """

    def snapshot(self, number: int, *, optional: bool = False) -> Snapshot:
        """Read the pull request and its conversation at one moment.

        The conversation holds the comments that the token's own user wrote, oldest first, the
        first lines of all others, and all review threads with the first 20 comments of each; at
        most 100 pages of 100 are read. The pull request has the first 100 labels, the first 50
        commits and the first 10 issues that it closes. Raises NotFoundError when there is no such
        pull request, or the token may not see it. An `optional` read is that of `content`, and is
        tried once.
        """
        ...

    def pulls_of(self, sha: str, branch: str, repository: str) -> tuple[int, ...]:
        """Return the numbers of the open pull requests whose head is this commit of this branch.

        `repository` is "owner/name" of the branch, a fork perhaps. The newest comes first; empty
        when the branch has moved on. 100 are looked through.
        """
        ...

    def changed_since(self, moment: datetime) -> tuple[ListedPull, ...]:
        """Return the pull requests that changed after a moment, the latest change first.

        Pushes and comments change them. At most MOST_LISTED are looked through.
        """
        ...

    def changed_files(
        self, number: int, count: int, first: tuple[ListedFile, ...] | None = None
    ) -> tuple[ListedFile, ...]:
        """Return the rows of the list of changed files, in the forge's order.

        `count` is their number as far as it is known: the pages of so many are read side by side,
        not one by one. `first` is the first page if it was read already.
        GitHub lists at most 3,000 files ("List pull requests files"). A row has no patch when the
        file is binary or its diff is too large. The list is that of the head at the moment of
        reading, which may move before or after.
        """
        ...

    def raw_diff(self, pull: PullRequest) -> str | None:
        """Return the whole diff as git prints it, or None when the forge calls it too large.

        GitHub's limits are 300 files and 20,000 lines ("Repository limits"). The diff is that of
        the head at the moment of reading.
        """
        ...

    def content(self, path: str, sha: str, *, optional: bool = False) -> bytes | None:
        """Return the bytes of one file at a commit, or None when no file has that path there.

        `path` is relative to the root of the repository, with "/". GitHub returns files of at most
        1 MiB ("Get repository content"). Raises NotFoundError for a larger file, and for a
        directory, a submodule, or a symbolic link that leads to no file of the repository; and
        MissingContentError where a partial clone on this machine lacks the file.

        An `optional` read is one that the review can do without. It raises RequestReserveError
        while the requests that are left are kept for publishing, and does not wait for a limit.
        """
        ...

    def find_existing(self, paths: Sequence[str], sha: str) -> tuple[str, ...]:
        """Return those of the paths at which the commit has anything: a file, a link, a folder."""
        ...

    def large_content(self, path: str, sha: str) -> bytes | None:
        """Return what `content` does, for a file of at most 10 MiB.

        A file above 1 MiB takes a second request. GitHub returns blobs of up to 100 MB ("Get a
        blob").
        """
        ...

    def text_contents(self, paths: Sequence[str], sha: str) -> Mapping[str, bytes]:
        """Return the bytes of several files at a commit, read in one request.

        At most 40 paths, which should be those of plain files. What does not exist, is binary, or
        was cut or changed on its way is left out. The read is optional, as for `content`.
        """
        ...

    def archive(self, sha: str) -> Archive:
        """Find the archive of a commit, and return what downloads it.

        That takes what `blobs` returned, and returns the contents of these plain files, all of
        them read at once. Contents with another hash are left out, and so are files of more than
        LARGEST_FILE. Both reads are optional, as for `content`. Both raise ForgeError when there
        is no archive; the second also when it exceeds a limit of size, number of files or time.
        """
        ...

    def blobs(self, sha: str, *, optional: bool = False) -> Mapping[str, Blob]:
        """Return the plain files of a commit by path.

        Links, submodules and directories are left out. GitHub lists at most 100,000 entries of a
        tree, up to 7 MB ("Get a tree"). `optional` is that of `content`.
        """
        ...

    def list_tree(self, sha: str) -> TreeListing:
        """List the files of a commit, with the links, which lead to files perhaps.

        The limits are those of `blobs`. The read is optional, as those of `content` can be.
        """
        ...

    def merge_base(self, base_sha: str, head_sha: str) -> str:
        """Return the commit from which the history of the head left that of the base.

        The changed files are those between it and the head. Raises NotFoundError when the two
        histories have no commit in common, or one of the commits does not exist.
        """
        ...

    def may_write(self, login: str) -> bool:
        """Return True when the person may write to the repository.

        The result is False for a login that cannot exist, and when the forge does not say.
        """
        ...

    def apply(self, operation: Operation) -> Comment | OpenedPull | None:
        """Carry out one planned write, and return the summary comment when it wrote one.

        `OpenPull` returns the pull request.

        The write happens once: after a lost response the forge is searched for its result before
        another attempt. Raises NotFoundError when what is to be changed is gone,
        UnprocessableError when the forge refuses the write and has carried out nothing of it,
        ConversationClosedError when nobody may comment, and OvertakenError when another run wrote
        into the comment after a lost response.
        """
        ...


class Model(Protocol):
    """A language model; usable from any thread."""

    @property
    def name(self) -> str:
        """The model's name, as the workflow wrote it."""
        ...

    @property
    def capacity(self) -> int:
        """The requests that its server takes at a time, as far as is known now; at least 1."""
        ...

    def complete(self, prompt: Prompt) -> Reply:
        """Send one prompt and return the reply, which has text or tool calls.

        What may pass by itself is repeated while the run has time, and a parameter that the server
        does not take is left out, tools included. The reply need not follow the schema. Raises
        ModelError and nothing else: ModelRefusedError and ModelNotFoundError when no later request
        can succeed, ModelUnreachableError without a connection, ContextTooLongError when the prompt
        is larger than the model's context window, and ReplyError when a response came that cannot
        be used.
        """
        ...

    def read_list(self) -> ListedModel:
        """Return what the server's list of models says of this one.

        Sends one request at most, takes at most ten seconds and raises nothing: without the list,
        nothing but a warning and a better guess is missing.
        """
        ...


class Workspace(Protocol):
    """The plain files at the reviewed commit; usable from any thread.

    Paths are relative to the root of the repository, with "/". Every method raises WorkspaceError
    for what is no plain file of the commit, and nothing else.
    """

    def paths(self) -> tuple[str, ...]:
        """Return the paths of the plain files, sorted."""
        ...

    def read(self, path: str) -> str:
        """Return the text of a file of at most LARGEST_FILE; bytes that are no UTF-8 are U+FFFD.

        Sends a request when the file is not at hand. Also raises WorkspaceError for a file that
        cannot be read.
        """
        ...

    def near(self, path: str) -> str | None:
        """Return the text of a file, as `read` does, if that needs no request, else None."""
        ...

    def texts(self, largest: int) -> Iterator[tuple[str, str]]:
        """Yield path and text of every file at hand of at most `largest` bytes, sorted by path.

        Binary files, which have a NUL among their first 8,000 bytes, are left out. No request is
        sent. One text is in memory at a time: 50 MB of text take about a tenth of a second.
        """
        ...
