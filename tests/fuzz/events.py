"""Whatever an event's payload holds, the run decides, and obeys nobody whom it should not."""

from reviewer.config.enums import PullRequests
from reviewer.errors import EventError
from reviewer.events import activity, commands, decision
from reviewer.events import payload as events
from reviewer.events.activity import Activity, AnswerQuestion, ReviewPullRequest, Skip, TriggerRules
from reviewer.events.payload import CommentEvent, Event, PullRequestEvent, ReviewCommentEvent

REPOSITORY = "Codertocat/Hello-World"
OPEN = TriggerRules("/review", ("OWNER", "NONE"), review_drafts=True, pr_number=None, full=False,
            key_missing=False)  # fmt: skip
SHUT = TriggerRules("flows review", ("OWNER",), review_drafts=False, pr_number=None, full=True,
            key_missing=True)  # fmt: skip
ALL = TriggerRules("/review", ("OWNER",), review_drafts=False, pr_number=PullRequests.OPEN,
    full=False, key_missing=False)  # fmt: skip
MANUAL = TriggerRules("/review", ("OWNER",), review_drafts=False, pr_number=7, full=False,
              key_missing=False, publishes=True)  # fmt: skip


def event(data: bytes) -> None:
    """Read a line with the event's name and the ref, and the payload that follows."""
    heading, _, payload = data.partition(b"\n")
    name, _, ref = heading.decode(errors="replace").partition(" ")
    try:
        happened = events.parse(name, payload, repository=REPOSITORY, ref=ref)
    except EventError:
        return
    for rules in (OPEN, SHUT, MANUAL, ALL):
        try:
            decided = decision.decide(happened, rules)
        except EventError:
            continue
        if isinstance(decided, Skip):
            assert decided.reason
        else:
            _assert_in_range(decided)
            assert not _unheard(happened, rules)


def _assert_in_range(decided: Activity) -> None:
    if not isinstance(decided, activity.ReviewHead | activity.ReviewOpenPulls | Skip):
        assert decided.number >= 1
    if isinstance(decided, AnswerQuestion):
        assert len(decided.question) <= commands.LONGEST_QUESTION
    if isinstance(decided, ReviewPullRequest) and decided.ignore:
        assert 1 <= decided.ignore.number <= 999_999
        assert len(decided.ignore.reason) <= commands.LONGEST_REASON


def _unheard(happened: Event, rules: TriggerRules) -> bool:
    """Say who has to be left alone, in other words than the product's."""
    match happened:
        case PullRequestEvent():
            secretless = rules.key_missing and (happened.from_fork or happened.author_is_bot)
            # Somebody has to look at the comment of a new draft.
            pushed = happened.action != "converted_to_draft"
            return secretless or (happened.draft and not rules.review_drafts and pushed)
        case CommentEvent() | ReviewCommentEvent():
            allowed = happened.association in rules.allowed_associations
            ours = "<!-- code-review-action" in happened.body
            return rules.publishes or happened.author_is_bot or ours or not allowed
        case _:
            return False
