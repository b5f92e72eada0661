"""Every door of the core on one page: the forge, the model and their messages."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias

from reviewer.finding import Side
from reviewer.pull_request import Comment, Head, ListedFile, ListedPull, PullRequest, Snapshot


@dataclass(frozen=True, slots=True)
class CreateComment:
    """Post the summary comment; `marker` is its first line, by which a lost answer is found."""

    number: int
    body: str
    marker: str


@dataclass(frozen=True, slots=True)
class UpdateComment:
    """Replace the whole body of one of our comments, which stands at the pull request `number`.

    `was` is its body as it was read: an attempt is not repeated over anything else.
    """

    id: int
    body: str
    number: int = 0
    was: str | None = None


@dataclass(frozen=True, slots=True)
class InlineComment:
    """A comment on lines of one hunk; `marker` is its last line, by which it is known again."""

    path: str
    start_line: int
    end_line: int
    side: Side
    body: str
    marker: str


@dataclass(frozen=True, slots=True)
class CreateReview:
    """Post inline comments as one review that neither approves nor asks for changes."""

    number: int
    commit_sha: str
    comments: tuple[InlineComment, ...]


@dataclass(frozen=True, slots=True)
class ResolveThread:
    """Mark a review thread as resolved; `id` is GraphQL's."""

    id: str


@dataclass(frozen=True, slots=True)
class ReplyToThread:
    """Answer in the review thread that holds `comment_id`; `marker` is the answer's last line."""

    number: int
    comment_id: int
    body: str
    marker: str


class Subject(enum.Enum):
    """What kind of comment a reaction belongs to."""

    COMMENT = "issues"
    REVIEW_COMMENT = "pulls"


class Reaction(enum.Enum):
    """GitHub's words for the reactions that we use."""

    SEEN = "eyes"
    DONE = "rocket"
    CONFUSED = "confused"


@dataclass(frozen=True, slots=True)
class React:
    """Put a reaction of ours under somebody's comment; a second equal one changes nothing."""

    subject: Subject
    comment_id: int
    reaction: Reaction


class CheckConclusion(enum.Enum):
    """GitHub's words for the result of a check run."""

    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class CheckAnnotation:
    """A remark of a check run on lines of the new file; `level` is notice, warning or failure."""

    path: str
    start_line: int
    end_line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class CreateCheckRun:
    """Post a finished check run on a commit."""

    name: str
    head_sha: str
    conclusion: CheckConclusion
    title: str
    summary: str
    annotations: tuple[CheckAnnotation, ...] = ()


Operation: TypeAlias = (
    CreateComment
    | UpdateComment
    | CreateReview
    | ResolveThread
    | ReplyToThread
    | React
    | CreateCheckRun
)


class Forge(Protocol):
    """Where pull requests live; every method raises ForgeError and nothing else."""

    def snapshot(self, number: int) -> Snapshot:
        """Read the pull request and the conversation in one round trip."""
        ...

    def pulls_of(self, head: Head) -> tuple[int, ...]:
        """List the numbers of the open pull requests that end in this commit of this branch."""
        ...

    def opened_before(self, pull: PullRequest) -> tuple[ListedPull, ...]:
        """List the pull requests that were opened in the 24 hours before this one."""
        ...

    def changed_files(self, pull: PullRequest) -> tuple[ListedFile, ...]:
        """Read the rows of all pages of the list of changed files."""
        ...

    def raw_diff(self, pull: PullRequest) -> str | None:
        """Read the whole diff as git prints it, or None when the forge calls it too large."""
        ...

    def content(self, path: str, sha: str) -> bytes | None:
        """Read one file at a commit, or None when there is none there."""
        ...

    def blobs(self, sha: str) -> Mapping[str, str]:
        """Map the paths of the plain files at a commit to git's names of their contents."""
        ...

    def descends(self, head_sha: str, ancestor_sha: str) -> bool:
        """Whether the history of one commit holds the other; False for one that is gone."""
        ...

    def may_write(self, login: str) -> bool:
        """Whether the person may write to the repository; False when the forge does not tell."""
        ...

    def apply(self, operation: Operation) -> Comment | None:
        """Carry out one planned write; return the summary comment when it was about one.

        Raises NotFoundError when what is to be changed is gone, and UnprocessableError when the
        forge refuses the write as it stands, of which nothing is carried out then.
        """
        ...


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What the model wants done: untrusted text; `arguments` should be JSON."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Tool:
    """What the model may call; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; `role` is system, user, assistant or tool.

    `calls` are those of an assistant's message, `call_id` the one that a tool's message answers.
    """

    role: str
    text: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request to the model; `schema` is the JSON Schema that the reply must follow.

    `tools` are those that it may call, `closing` says that it must not call any more of them.
    """

    purpose: str
    messages: tuple[Message, ...]
    schema_name: str
    schema: Mapping[str, object]
    tools: tuple[Tool, ...] = ()
    closing: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request, as the model reported them."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said, or what it calls for first: untrusted text.

    `truncated` means that it stopped at a length limit; `usage` is None when the server reported
    none or an absurd one.
    """

    text: str
    model: str
    truncated: bool
    usage: Usage | None
    calls: tuple[ToolCall, ...] = ()


class Model(Protocol):
    """A language model; `complete` raises ModelError and nothing else."""

    @property
    def name(self) -> str:
        """The model's name, as the workflow wrote it."""
        ...

    def complete(self, prompt: Prompt) -> Reply:
        """Ask once, retrying what passes by itself."""
        ...

    def shutdown_date(self) -> date | None:
        """Read the day on which the model ends; None when nobody says, and never an error."""
        ...


class Workspace(Protocol):
    """The files at the reviewed commit; every method raises WorkspaceError and nothing else."""

    def paths(self) -> tuple[str, ...]:
        """List the plain files, sorted."""
        ...

    def read(self, path: str) -> str:
        """Return the text of a file, wherever it has to be fetched from."""
        ...

    def near(self, path: str) -> str | None:
        """Return the text of a file if it can be had without a request, else None."""
        ...
