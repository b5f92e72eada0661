"""The words of settings that take one of several words."""

import enum
from collections.abc import Iterable

from reviewer.severity import Severity

ASSOCIATIONS = (
    "OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR",
    "FIRST_TIME_CONTRIBUTOR", "FIRST_TIMER", "MANNEQUIN", "NONE",
)  # fmt: skip
"""How a person belongs to a repository: the values of GitHub's CommentAuthorAssociation."""


class FailOn(enum.Enum):
    """What fails the step: a finding of this severity or higher, or files that were not reviewed.

    INCOMPLETE is about files that should have been reviewed, EXCLUDED about those that one of our
    default rules left out.
    """

    NEVER = "never"
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INCOMPLETE = "incomplete"
    EXCLUDED = "excluded"


_SEVERITIES = {FailOn(severity.label): severity for severity in Severity}


def lowest_severity(limits: Iterable[FailOn]) -> Severity | None:
    """Return the lowest severity that fails the step, None if none does."""
    return min((_SEVERITIES[each] for each in limits if each in _SEVERITIES), default=None)


class OnError(enum.Enum):
    """What happens to the step if the review could not be made or published."""

    FAIL = "fail"
    WARN = "warn"


class Inline(enum.Enum):
    """Which findings get an inline comment too; `high` means high and critical severity."""

    OFF = "off"
    HIGH = "high"
    ALL = "all"


class Section(enum.Enum):
    """A part of the comment that can be left out; NONE leaves out all of them."""

    NONE = "none"
    OVERVIEW = "overview"
    MAJOR_CHANGES = "major-changes"
    FILES = "files"


class WhenClean(enum.Enum):
    """What the comment is if there is nothing to report and nothing was left out."""

    FULL = "full"
    ONE_LINE = "one-line"
    NOTHING = "nothing"


class Verify(enum.Enum):
    """If each finding is checked by a second, sceptical request."""

    OFF = "off"
    ON = "on"


class LinkedIssues(enum.Enum):
    """If the change is compared with what the issues that it closes ask for."""

    OFF = "off"
    ON = "on"


class Batching(enum.Enum):
    """What one request to the model holds: as much of the change as fits, or one file."""

    CHANGE = "change"
    FILE = "file"


class Effort(enum.Enum):
    """How often the model reads each change, and which model verifies."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Mode(enum.Enum):
    """What a run does: make a review, publish reviews, or both."""

    BOTH = "both"
    REVIEW = "review"
    PUBLISH = "publish"


class Api(enum.Enum):
    """Which of OpenAI's two APIs requests use; `auto` depends on the address."""

    AUTO = "auto"
    CHAT = "chat"
    RESPONSES = "responses"


class ReasoningEffort(enum.Enum):
    """How much a reasoning model thinks before it replies, in OpenAI's words."""

    NONE = "none"
    MINIMAL = "minimal"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"


class PullRequests(enum.Enum):
    """The word that names more than one pull request: all that are open."""

    OPEN = "open"


class NoLimit(enum.Enum):
    """The word that switches off a limit which an empty input leaves at its default."""

    NONE = "none"


class ToolsMode(enum.Enum):
    """If the model may read files of the reviewed commit.

    `auto` and `on` have exceptions, of which `on` warns; `always` has none.
    """

    AUTO = "auto"
    OFF = "off"
    ON = "on"
    ALWAYS = "always"
