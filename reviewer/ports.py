"""Every door of the core on one page: the forge, the model and their messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from reviewer.pull_request import Comment, ListedFile, PullRequest, Snapshot


@dataclass(frozen=True, slots=True)
class CreateComment:
    """Post the summary comment; `marker` is its first line, by which a lost answer is found."""

    number: int
    body: str
    marker: str


@dataclass(frozen=True, slots=True)
class UpdateComment:
    """Replace the whole body of one of our comments."""

    id: int
    body: str


Operation: TypeAlias = CreateComment | UpdateComment


class Forge(Protocol):
    """Where pull requests live; every method raises ForgeError and nothing else."""

    def snapshot(self, number: int) -> Snapshot:
        """Read the pull request and the conversation in one round trip."""
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

    def apply(self, operation: Operation) -> Comment:
        """Carry out one planned write and return the comment as it stands now.

        Raises NotFoundError when the comment to update is gone.
        """
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One message to the model; `role` is system or user."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request to the model; `schema` is the JSON Schema that the reply must follow."""

    purpose: str
    messages: tuple[Message, ...]
    schema_name: str
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request, as the model reported them."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said: untrusted text.

    `truncated` means that it stopped at a length limit; `usage` is None when the server reported
    none or an absurd one.
    """

    text: str
    model: str
    truncated: bool
    usage: Usage | None


class Model(Protocol):
    """A language model; `complete` raises ModelError and nothing else."""

    @property
    def name(self) -> str:
        """The model's name, as the workflow wrote it."""
        ...

    def complete(self, prompt: Prompt) -> Reply:
        """Ask once, retrying what passes by itself."""
        ...
