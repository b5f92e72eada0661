"""The errors of the reviewer, each with the exit code of the run that it ends.

ReviewerError                     1
├── SetupError                    2   something in the workflow or the repository must change
│   ├── EventError                2   the event payload cannot be used
│   ├── InputError                2   an input of the step has an invalid value
│   ├── ConfigError               2   a settings file or a template of the repository is invalid
│   └── ReportError               2   a saved report cannot be used
├── ForgeError                    1   a request to GitHub failed
│   ├── OvertakenError            1   another run wrote the comment before this one could retry
│   ├── UnauthorizedError         2   the token is not accepted
│   ├── ForbiddenError            2   the token lacks a permission
│   ├── ConversationClosedError   1   locked conversation or archived repository
│   ├── NotFoundError             2   does not exist, or the token may not see it
│   ├── MissingContentError       2   a clone on this machine lacks what its commits name
│   ├── UnprocessableError        1   GitHub refuses this write, e.g. for a line outside of the diff
│   └── RateLimitedError          1   GitHub asks for a longer wait than the run has time for
├── ModelError                    1   a request to the model failed
│   ├── ModelRefusedError         2   key, quota, proxy or address; later requests fail too
│   ├── ModelNotFoundError        2   the model is missing or not allowed; another one may do
│   ├── ModelUnreachableError     1   no connection; later requests will probably fail too
│   ├── ContextTooLongError       1   the prompt is larger than the model's context window
│   └── ReplyError                1   the reply cannot be used
├── WorkspaceError                1   a file of the workspace must not or cannot be read
├── CommandRefusedError           0   the person may not give this command
├── BudgetError                   1   the budget of money or tokens is used up
├── SecretRepeatedError           1   the model's reply contains a secret of the run
└── CancelledError          130/143   a signal ended the run

Each class has a section in docs/troubleshooting.md: `section`, or else that of its base.
ConfigError, which knows its place in a file, is in `reviewer/config/config_error.py`.
"""

from typing import ClassVar

from reviewer import project

_ANOTHER_MODEL = (
    "If it happens again, set the input model to another one: small models often fail to reply in "
    "the form that they are asked for."
)


class ReviewerError(Exception):
    """An error that users see: what happened, its usual cause, and what to do about it."""

    exit_code = 1
    section: ClassVar[str] = "unexpected"

    def __init__(self, what: str, *, cause: str = "", remedy: str = "") -> None:
        """Keep the three sentences apart, so that each place can show those it has room for."""
        super().__init__(what)
        self.what = what
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        """Return all sentences, one after the other."""
        return " ".join(end_sentence(part) for part in (self.what, self.cause, self.remedy) if part)

    @property
    def help_address(self) -> str:
        """The address of the section that explains errors of this class."""
        return project.help_address(self.section)

    def with_address(self, text: str = "") -> str:
        """Return `text`, or else all sentences, with the address where more is said."""
        return f"{end_sentence(text or str(self))} Help: {self.help_address}"


def end_sentence(text: str) -> str:
    """Return a sentence with a full stop: the text of a server may have none."""
    return text if text.endswith((".", "!", "?", ":", "…")) else f"{text}."


class SetupError(ReviewerError):
    """The workflow, an input or the repository's file must change."""

    exit_code = 2


class EventError(SetupError):
    """The event payload is missing, unreadable, or about another repository."""

    section = "event"


class InputError(SetupError):
    """An input of the step has an invalid value."""

    section = "input"


class ReportError(SetupError):
    """A saved report cannot be used."""

    section = "report"


class CommandRefusedError(ReviewerError):
    """The person may not give this command; nothing has failed, and nothing was changed."""

    exit_code = 0
    section = "command"


class ForgeError(ReviewerError):
    """A request to GitHub failed."""

    section = "github"


class UnauthorizedError(ForgeError):
    """The GitHub token is missing, wrong or expired."""

    exit_code = 2
    section = "github-token"


class ForbiddenError(ForgeError):
    """The GitHub token lacks a permission."""

    exit_code = 2
    section = "github-permission"


class ConversationClosedError(ForgeError):
    """Nobody can comment: the conversation is locked or the repository is archived."""

    section = "conversation-closed"


class NotFoundError(ForgeError):
    """The object does not exist, or the GitHub token cannot see it."""

    exit_code = 2
    section = "not-found"


class MissingContentError(ForgeError):
    """A clone on this machine lacks the content of a file that its commits have."""

    exit_code = 2
    section = "not-found"


class UnprocessableError(ForgeError):
    """GitHub refuses a write (422); it may accept another text or another line."""

    section = "github-refused-write"


class OvertakenError(ForgeError):
    """The comment changed between an attempt without an answer and its retry."""


class RateLimitedError(ForgeError):
    """GitHub asks for a longer wait than the run has time for."""

    section = "github-rate-limit"


class RequestReserveError(ForgeError):
    """An optional read would use requests that are kept for publishing."""

    section = "github-rate-limit"


class ModelError(ReviewerError):
    """A request to the model failed; for `lost` of its attempts, a reply may have been paid."""

    lost = 0
    section = "model"


class ModelRefusedError(ModelError):
    """Key, quota, proxy or address: later requests of this run fail too."""

    exit_code = 2
    section = "model-refused"


class ModelNotFoundError(ModelError):
    """The server has no model of this name, or not for this account; it may have another one."""

    exit_code = 2
    section = "model-name"


class ModelUnreachableError(ModelError):
    """No connection to the model server could be made."""

    section = "model-unreachable"


class ContextTooLongError(ModelError):
    """The prompt is larger than the model's context window.

    `limit` is the tokens that fit and `counted` those of the prompt, None if the server names none.
    """

    section = "prompt-too-long"

    def __init__(
        self, what: str, *, cause: str = "", limit: int | None = None, counted: int | None = None
    ) -> None:
        """Keep the numbers: the next prompts are made to fit."""
        remedy = "Set the input context-window to the tokens that the server takes in one request, "
        super().__init__(what, cause=cause, remedy=f"{remedy}or raise the limit of the server.")
        self.limit, self.counted = limit, counted


class ReplyError(ModelError):
    """The reply of the model cannot be used.

    `tokens` are the counts of its usage, in the order of `Usage`; None if the server does not
    report them.
    """

    section = "model-reply"

    def __init__(
        self, what: str, *, cause: str = "", remedy: str = "", tokens: tuple[int, ...] | None = None
    ) -> None:
        """Keep what the reply has cost."""
        super().__init__(what, cause=cause, remedy=remedy or _ANOTHER_MODEL)
        self.tokens = tokens


class WorkspaceError(ReviewerError):
    """A file of the workspace must not or cannot be read."""

    section = "file"


class MissingFileError(WorkspaceError):
    """There is no such file in the workspace."""


class BudgetError(ReviewerError):
    """The budget of money or tokens of the run is used up."""

    section = "budget"


class SecretRepeatedError(ReviewerError):
    """The model's reply contains all or part of a secret of the run."""

    section = "secret-repeated"


class PullLimitError(BudgetError):
    """The limit of one pull request is reached; others have theirs."""


class CancelledError(ReviewerError):
    """A signal ended the run."""

    section = "cancelled"

    def __init__(self, signal_number: int) -> None:
        """Use the exit code of a shell: 128 plus the number of the signal."""
        super().__init__(
            f"The run was cancelled (signal {signal_number}).",
            remedy="Run it again: it asks only for what is not yet in the review.",
        )
        self.exit_code = 128 + signal_number


def cancellation_behind(problem: BaseException) -> CancelledError | None:
    """Return the cancellation that caused `problem`, or None.

    If a signal arrives while Python acquires or releases a lock, `threading` raises another error
    ("release unlocked lock") with the cancellation as its context.
    """
    found: BaseException | None = problem
    while found:
        if isinstance(found, CancelledError):
            return found
        found = found.__context__
    return None
