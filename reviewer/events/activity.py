"""What a run can be asked to do, and the rules that decide about it."""

from typing import TYPE_CHECKING, TypeAlias

from reviewer.config.enums import PullRequests
from reviewer.events import commands
from reviewer.events.payload import Head
from reviewer.record import record

if TYPE_CHECKING:
    # Costs what the nothing-to-do path saves.
    from reviewer.operations import Subject


@record
class Commenter:
    """The author of a comment with a command; `login` is untrusted text.

    `subject` and `comment_id` name the comment, so that it can get a reaction.
    """

    login: str
    subject: "Subject"
    comment_id: int


@record
class ReviewPullRequest:
    """Review this pull request.

    `full` ignores everything that an earlier run remembered, `refresh_overview` only its overview.
    `requested` means that a person started the run, so a draft is reviewed too; `commenter` is set
    if the person did so by a comment. `title` and `body` are those of the moment when the run was
    triggered, None if the event does not contain them. `ignore` and `resume` change what is
    remembered, before the review. `upstream_succeeded` means that the run which should have
    reviewed this pull request ended with success. `only_repeat` asks for the verdict of the review
    that is there; no model is asked. `base_sha` and `head_sha` are the commits that the event
    names, "" if it names none; the pull request may have others by now. `unselected` means that
    nobody chose this pull request: the run is about all open ones.
    """

    number: int
    full: bool = False
    requested: bool = False
    title: str | None = None
    body: str | None = None
    ignore: commands.IgnoreCommand | None = None
    resume: bool = False
    refresh_overview: bool = False
    commenter: Commenter | None = None
    upstream_succeeded: bool = False
    only_repeat: bool = False
    base_sha: str = ""
    head_sha: str = ""
    unselected: bool = False


@record
class ReviewOpenPulls:
    """Review every open pull request whose head has no review yet; `full` reviews all of them."""

    full: bool


@record
class ReviewHead:
    """Review the open pull request that has this head; its number is not known yet.

    `upstream_succeeded` means that the run which should have reviewed it ended with success.
    """

    head: Head
    full: bool
    upstream_succeeded: bool


@record
class AnswerQuestion:
    """Answer a question.

    `thread` is the id of the first comment of the review thread with the question; the question is
    answered only if we started that thread. None means a comment on the pull request as a whole.
    """

    number: int
    question: str
    commenter: Commenter
    thread: int | None = None


@record
class PauseReviews:
    """Stop reviewing pushes until somebody comments `/resume`."""

    number: int
    commenter: Commenter


@record
class ProposeLearning:
    """Propose a learning to the repository; `text` is untrusted.

    It is about the file of the finding with the number `finding`, or of the review thread with the
    first comment `thread`, or else about every file. `whole` is the text if there is no such
    finding; "" if the command is wrong then.
    """

    number: int
    text: str
    commenter: Commenter
    finding: int = 0
    thread: int | None = None
    whole: str = ""


@record
class ShowHelp:
    """List the commands; `unknown` is the command that does not exist, empty after `/help`."""

    number: int
    commenter: Commenter
    unknown: str = ""


@record
class Skip:
    """Do nothing; `reason` is shown to users as "nothing to do: {reason}".

    `waits` means that the run must not pass as a gate, because a change may be unreviewed; `remedy`
    says what to do then. It is never set without a gate.
    """

    reason: str
    waits: bool = False
    remedy: str = ""


CommandRequest: TypeAlias = AnswerQuestion | ProposeLearning | PauseReviews | ShowHelp
ReviewRequest: TypeAlias = ReviewPullRequest | ReviewHead | ReviewOpenPulls
Activity: TypeAlias = ReviewRequest | CommandRequest | Skip


@record
class TriggerRules:
    """The inputs that decide which events start something.

    `key_missing` means that the model cannot be asked for want of an API key. `publishes` means
    `mode: publish`. `gated` means that `fail-on` is set. `skip_authors` are logins.
    """

    trigger: str
    allowed_associations: tuple[str, ...]
    review_drafts: bool
    pr_number: int | PullRequests | None
    full: bool
    key_missing: bool
    publishes: bool = False
    gated: bool = False
    skip_authors: tuple[str, ...] = ()
