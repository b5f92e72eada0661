"""Every failure the reviewer can name, with the exit code it earns.

ReviewerError                     1
├── SetupError                    2   what the workflow or repository must change
│   ├── EventError                2   the event payload cannot be used
│   ├── InputError                2   an input of the workflow step
│   ├── ConfigError               2   .github/code-review.yml
│   └── ReportError               2   a saved report that cannot be used
├── ForgeError                    1   GitHub did not do what was asked
│   ├── OvertakenError            1   another run wrote there before a repeated attempt
│   ├── UnauthorizedError         2   the token is not accepted
│   ├── ForbiddenError            2   the token lacks a permission
│   ├── ConversationClosedError   1   locked conversation or archived repository
│   ├── NotFoundError             2   does not exist, or the token may not see it
│   ├── UnprocessableError        1   the write is refused as it stands, such as an odd line
│   └── RateLimitedError          1   the wait asked for does not fit the deadline
├── ModelError                    1   the model did not answer
│   ├── ModelRefusedError         2   key, quota or redirect; no later request can succeed
│   ├── ModelNotFoundError        2   this model does not exist there; another one may
│   ├── ModelUnreachableError     1   no connection; the next request will hardly have one
│   ├── ContextTooLongError       1   the prompt is larger than the model's window
│   └── ReplyError                1   an answer came but cannot be used
├── WorkspaceError                1   a file of the workspace that is not read
├── BudgetError                   1   the money or token budget is spent
└── CancelledError          130/143   the run was told to stop
"""


class ReviewerError(Exception):
    """What happened, its usual cause and what to do about it."""

    exit_code = 1

    def __init__(self, what: str, *, cause: str = "", remedy: str = "") -> None:
        """Keep the three sentences apart, so that each place shows what it has room for."""
        super().__init__(what)
        self.what = what
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        """All that is known, one sentence after the other."""
        return " ".join(part for part in (self.what, self.cause, self.remedy) if part)


class SetupError(ReviewerError):
    """The workflow, an input or the repository's configuration must change."""

    exit_code = 2


class EventError(SetupError):
    """The event payload is missing, unreadable or about something else."""


class InputError(SetupError):
    """An input of the workflow step has a value that cannot be used."""


class ConfigError(SetupError):
    """The repository's file cannot be used; line and column count from 1, 0 means unknown."""

    def __init__(
        self, what: str, *, cause: str = "", remedy: str = "", line: int = 0, column: int = 0
    ) -> None:
        """Remember the place, for the annotation."""
        super().__init__(what, cause=cause, remedy=remedy)
        self.line = line
        self.column = column


class ReportError(SetupError):
    """A saved report cannot be used."""


class ForgeError(ReviewerError):
    """GitHub did not do what was asked."""


class UnauthorizedError(ForgeError):
    """The token is missing, wrong or expired."""

    exit_code = 2


class ForbiddenError(ForgeError):
    """The token lacks a permission."""

    exit_code = 2


class ConversationClosedError(ForgeError):
    """Nobody may comment here: locked conversation or archived repository."""


class NotFoundError(ForgeError):
    """Does not exist, or the token may not see it."""

    exit_code = 2


class UnprocessableError(ForgeError):
    """GitHub refuses a write as it stands (422): another text or place might do."""


class OvertakenError(ForgeError):
    """Somebody wrote there between an attempt without an answer and the next one."""


class RateLimitedError(ForgeError):
    """GitHub asks for a longer wait than the deadline allows."""


class ModelError(ReviewerError):
    """The model did not answer."""


class ModelRefusedError(ModelError):
    """Key, quota or redirect: no later request of this run can succeed."""

    exit_code = 2


class ModelNotFoundError(ModelError):
    """The named model does not exist on that server; another one may."""

    exit_code = 2


class ModelUnreachableError(ModelError):
    """No connection to the model server could be made."""


class ContextTooLongError(ModelError):
    """The prompt is larger than the model's window."""


class ReplyError(ModelError):
    """An answer came, but it cannot be used."""


class WorkspaceError(ReviewerError):
    """A file of the workspace is not read, because it should not or cannot be."""


class BudgetError(ReviewerError):
    """The money or token budget of the run is spent."""


class CancelledError(ReviewerError):
    """The run was told to stop by a signal."""

    def __init__(self, signal_number: int) -> None:
        """Keep the shell's convention: 128 plus the number of the signal."""
        super().__init__(f"The run was cancelled (signal {signal_number}).")
        self.exit_code = 128 + signal_number


def cancellation_behind(problem: BaseException) -> CancelledError | None:
    """Return the cancellation that `problem` came of, if it did.

    A signal that arrives while Python takes or gives back a lock comes out of `threading` as
    another error ("release unlocked lock"), with the cancellation as its context.
    """
    found: BaseException | None = problem
    while found:
        if isinstance(found, CancelledError):
            return found
        found = found.__context__
    return None
