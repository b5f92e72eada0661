"""Every write to a pull request as a value: planned by the core, applied by the forge."""

import enum
from dataclasses import dataclass
from typing import TypeAlias

from reviewer.errors import ForgeError
from reviewer.finding import Side


class BranchTakenError(ForgeError):
    """A branch for a file exists, and its file is another one."""


@dataclass(frozen=True, slots=True)
class CreateComment:
    """Post the summary comment; `marker` is its first line, by which it is found again."""

    number: int
    body: str
    marker: str


@dataclass(frozen=True, slots=True)
class UpdateComment:
    """Replace the whole body of one of our comments on the pull request `number`.

    `was` is the body as it was read. After a lost response, the edit is repeated only over that
    body. None repeats it over any. An `optional` edit is one that the run can do without: it is
    tried once, and not while the rest of the requests is kept for publishing.
    """

    id: int
    body: str
    number: int = 0
    was: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class InlineComment:
    """A comment on lines of one hunk; `marker` is its last line, by which it is found again."""

    path: str
    start_line: int
    end_line: int
    side: Side
    body: str
    marker: str


@dataclass(frozen=True, slots=True)
class CreateReview:
    """Post inline comments as one review, which neither approves nor requests changes."""

    number: int
    commit_sha: str
    comments: tuple[InlineComment, ...]


@dataclass(frozen=True, slots=True)
class ResolveThread:
    """Resolve a review thread; `id` is that of GraphQL."""

    id: str


@dataclass(frozen=True, slots=True)
class ReplyToThread:
    """Reply in the review thread of `comment_id`; `marker` is the last line of the reply."""

    number: int
    comment_id: int
    body: str
    marker: str


class Subject(enum.Enum):
    """The kind of comment that a reaction is on, as a part of the path of GitHub's REST API."""

    COMMENT = "issues"
    REVIEW_COMMENT = "pulls"


class Reaction(enum.Enum):
    """GitHub's names of the reactions that the action uses."""

    SEEN = "eyes"
    DONE = "rocket"
    CONFUSED = "confused"


@dataclass(frozen=True, slots=True)
class React:
    """Add a reaction to a comment; GitHub keeps one of each kind for each user."""

    subject: Subject
    comment_id: int
    reaction: Reaction


class CheckConclusion(enum.Enum):
    """GitHub's names of the results of a check run."""

    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class CheckAnnotation:
    """An annotation of a check run on lines of the new file.

    `level` is notice, warning or failure.
    """

    path: str
    start_line: int
    end_line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class CreateCheckRun:
    """Post a completed check run on a commit, with any number of annotations."""

    name: str
    head_sha: str
    conclusion: CheckConclusion
    title: str
    summary: str
    annotations: tuple[CheckAnnotation, ...] = ()


@dataclass(frozen=True, slots=True)
class PushFile:
    """Commit a file to the new branch `branch`, which begins at the tip of `base_ref`.

    `was` is the content that `content` was made of, None for a file that does not exist: a base
    branch that has another one by now gets no branch. Nothing is done if the branch has `content`,
    or if there is, or was, a pull request from it. A branch that has neither raises
    BranchTakenError.
    """

    base_ref: str
    branch: str
    path: str
    was: bytes | None
    content: bytes
    headline: str


@dataclass(frozen=True, slots=True)
class OpenPull:
    """Open a pull request from a branch of the repository, if there never was one."""

    base_ref: str
    branch: str
    title: str
    body: str


Operation: TypeAlias = (
    CreateComment
    | UpdateComment
    | CreateReview
    | ResolveThread
    | ReplyToThread
    | React
    | CreateCheckRun
    | PushFile
    | OpenPull
)
