"""The words that settings choose from."""

import enum

ASSOCIATIONS = (
    "OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR",
    "FIRST_TIME_CONTRIBUTOR", "FIRST_TIMER", "MANNEQUIN", "NONE",
)  # fmt: skip
"""GitHub's words for how a person belongs to a repository (CommentAuthorAssociation)."""


class FailOn(enum.Enum):
    """What makes the step fail: a finding this severe, or a review with gaps."""

    NEVER = "never"
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INCOMPLETE = "incomplete"


class OnError(enum.Enum):
    """What a review that could not be delivered does to the step."""

    FAIL = "fail"
    WARN = "warn"


class Inline(enum.Enum):
    """Which findings are told at their lines too; `high` means high and critical ones."""

    OFF = "off"
    HIGH = "high"
    ALL = "all"


class Verify(enum.Enum):
    """Whether each finding is put to a second, sceptical request."""

    OFF = "off"
    ON = "on"


class Mode(enum.Enum):
    """Which halves of the work a run does: making the review, publishing it."""

    BOTH = "both"
    REVIEW = "review"
    PUBLISH = "publish"


class ToolsMode(enum.Enum):
    """Whether the model may read files of the checkout; `always` has no exception."""

    OFF = "off"
    ON = "on"
    ALWAYS = "always"
