"""Which events start a review: one table over GitHub's own example payloads."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reviewer.config.enums import PullRequests
from reviewer.errors import EventError
from reviewer.events import commands, decision
from reviewer.events import payload as events
from reviewer.events.activity import (
    Activity,
    AnswerQuestion,
    Commenter,
    PauseReviews,
    ProposeLearning,
    ReviewHead,
    ReviewOpenPulls,
    ReviewPullRequest,
    ShowHelp,
    Skip,
    TriggerRules,
)
from reviewer.events.payload import (
    CommentEvent,
    Head,
    OtherEvent,
    PullRequestEvent,
    ReviewCommentEvent,
)
from reviewer.operations import Subject
from tests.faults import faults

EXAMPLES = Path(__file__).parents[1] / "data" / "events"
REPOSITORY = "Codertocat/Hello-World"
RULES = TriggerRules(
    trigger="flows review",
    allowed_associations=("OWNER", "MEMBER", "COLLABORATOR"),
    review_drafts=False,
    pr_number=None,
    full=False,
    key_missing=False,
)


def example(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return payload


def decide(
    payload: dict[str, Any], name: str, *, rules: TriggerRules = RULES, ref: str = ""
) -> Activity:
    repository = payload.get("repository", {}).get("full_name", REPOSITORY)
    event = events.parse(name, json.dumps(payload).encode(), repository=repository, ref=ref)
    return decision.decide(event, rules)


def wanted(payload: dict[str, Any]) -> ReviewPullRequest:
    pull = payload["pull_request"]
    return ReviewPullRequest(
        payload["number"],
        title=pull["title"],
        body=pull["body"] or "",
        base_sha=pull["base"]["sha"],
        head_sha=pull["head"]["sha"],
    )


REVIEWED = {
    f"pull_request.{action}"
    # Where drafts are not reviewed, the run of the last one says so in the comment.
    for action in ("opened", "synchronize", "reopened", "ready_for_review", "converted_to_draft")
}


@faults("EV3", "EV4", "EV5", "EV11")
@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.json")))
def test_of_githubs_own_examples_only_five_start_a_review(name: str) -> None:
    decided = decide(example(name), name.partition(".")[0])
    assert isinstance(decided, ReviewPullRequest) == (name in REVIEWED), decided


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "ready_for_review"])
@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_a_pull_request_event_starts_a_review_of_its_number(name: str, action: str) -> None:
    payload = example(f"pull_request.{action}")
    assert decide(payload, name) == wanted(payload)


@faults("EV5")
@pytest.mark.parametrize("action", ["closed", "labeled", "edited", "assigned", "unlocked"])
def test_other_actions_are_skipped_with_the_action_as_reason(action: str) -> None:
    decided = decide(example("pull_request.opened") | {"action": action}, "pull_request")
    assert isinstance(decided, Skip)
    assert action in decided.reason


BASE = {"base": {"ref": {"from": "main"}, "sha": {"from": "a" * 40}}}


@faults("ST5")
@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
@pytest.mark.parametrize("more", [{}, {"title": {"from": "Old"}}, {"body": {"from": None}}])
def test_another_base_branch_is_reviewed_like_a_push(name: str, more: dict[str, Any]) -> None:
    edited = example("pull_request.opened") | {"action": "edited", "changes": {**more, **BASE}}
    assert decide(edited, name) == wanted(edited)
    edited["pull_request"]["draft"] = True
    assert isinstance(decide(edited, name), Skip)


@faults("ST5")
@pytest.mark.parametrize(
    "changes",
    [
        None,
        {},
        [],
        "base",
        7,
        {"title": {"from": "Old"}},
        {"body": {"from": "base"}},
        {"base": None},
    ],
)
def test_an_edit_of_anything_else_starts_nothing(changes: object) -> None:
    edited = example("pull_request.opened") | {"action": "edited", "changes": changes}
    assert isinstance(decide(edited, "pull_request"), Skip)


@faults("RM1")
@pytest.mark.parametrize("action", ["edited", "labeled", "assigned", "review_requested", "locked"])
def test_at_a_gate_no_event_about_words_ends_without_a_look_at_the_review(action: str) -> None:
    payload = example("pull_request.opened") | {"action": action}
    rules = replace(RULES, gated=True)
    assert decide(payload, "pull_request", rules=rules) == wanted(payload)
    assert isinstance(decide(payload | {"action": "closed"}, "pull_request", rules=rules), Skip)


@faults("ST5")
@pytest.mark.parametrize("action", ["closed", "labeled", "assigned", "unlocked", "locked"])
def test_only_an_edit_can_bring_another_base(action: str) -> None:
    event = example("pull_request.opened") | {"action": action, "changes": BASE}
    assert isinstance(decide(event, "pull_request"), Skip)


@faults("ST6")
def test_a_conversion_to_a_draft_is_looked_at_and_pushes_to_drafts_are_not() -> None:
    payload = as_draft(example("pull_request.converted_to_draft"))
    assert isinstance(decide(payload, "pull_request"), ReviewPullRequest)
    without = decide(from_fork(payload), "pull_request", rules=replace(RULES, key_missing=True))
    assert isinstance(without, Skip)
    assert isinstance(decide(payload | {"action": "synchronize"}, "pull_request"), Skip)


@faults("ST6")
@pytest.mark.parametrize("gated", [False, True])
def test_where_drafts_are_reviewed_a_conversion_to_one_is_a_review_like_a_push(
    *, gated: bool
) -> None:
    """It cancels the review of the push before it, so nobody else would review that head."""
    payload = as_draft(example("pull_request.converted_to_draft"))
    rules = replace(RULES, review_drafts=True, gated=gated)
    assert decide(payload, "pull_request", rules=rules) == wanted(payload)


@faults("EV6")
def test_a_draft_is_skipped_and_the_reason_names_the_input() -> None:
    payload = example("pull_request.opened")
    payload["pull_request"]["draft"] = True
    decided = decide(payload, "pull_request")
    assert isinstance(decided, Skip)
    assert "review-drafts" in decided.reason
    allowed = decide(payload, "pull_request", rules=replace(RULES, review_drafts=True))
    assert isinstance(allowed, ReviewPullRequest)


@faults("EV7")
def test_a_deleted_fork_is_treated_as_a_fork_and_is_reviewed() -> None:
    payload = example("pull_request.opened")
    payload["pull_request"]["head"]["repo"] = None
    event = events.parse(
        "pull_request", json.dumps(payload).encode(), repository=REPOSITORY, ref=""
    )
    assert isinstance(event, PullRequestEvent)
    assert event.from_fork
    assert isinstance(decision.decide(event, RULES), ReviewPullRequest)


@faults("EV8")
def test_an_empty_body_and_odd_characters_in_the_title_are_nothing_special() -> None:
    payload = example("pull_request.opened")
    payload["pull_request"] |= {"body": None, "title": "a\u2028b\x85c" + "d" * 250}
    assert isinstance(decide(payload, "pull_request"), ReviewPullRequest)


def from_fork(payload: dict[str, Any]) -> dict[str, Any]:
    payload["pull_request"]["head"]["repo"]["full_name"] = "stranger/Hello-World"
    return payload


def as_draft(payload: dict[str, Any]) -> dict[str, Any]:
    payload["pull_request"]["draft"] = True
    return payload


def by_bot(payload: dict[str, Any], login: str) -> dict[str, Any]:
    payload["pull_request"]["user"] |= {"login": login, "type": "Bot"}
    return payload


@faults("IN2")
def test_a_fork_without_a_key_is_skipped_because_github_gives_it_none() -> None:
    rules = replace(RULES, key_missing=True)
    decided = decide(from_fork(example("pull_request.opened")), "pull_request", rules=rules)
    assert isinstance(decided, Skip)
    assert "fork" in decided.reason
    assert isinstance(
        decide(from_fork(example("pull_request.opened")), "pull_request"), ReviewPullRequest
    )


@faults("EV9")
@pytest.mark.parametrize("login", ["dependabot[bot]", "evil[bot]"])
def test_a_bot_gains_nothing_from_its_name_and_is_skipped_without_a_key(login: str) -> None:
    payload = by_bot(example("pull_request.opened"), login)
    without = decide(payload, "pull_request", rules=replace(RULES, key_missing=True))
    assert isinstance(without, Skip)
    assert decide(payload, "pull_request") == wanted(payload)


@faults("RM1")
@pytest.mark.parametrize("login", ["dependabot[bot]", "Dependabot[bot]", "evil[bot]"])
def test_a_bot_without_a_key_waits_at_a_gate_unless_the_workflow_skips_it(login: str) -> None:
    payload = by_bot(example("pull_request.opened"), login)
    rules = replace(RULES, key_missing=True, skip_authors=("dependabot[bot]",), gated=True)
    for decided in (
        decide(payload, "pull_request", rules=rules),
        decide(as_draft(payload), "pull_request", rules=rules),
    ):
        assert isinstance(decided, Skip)
        assert decided.waits == (login == "evil[bot]")


@faults("EV9")
def test_a_user_who_calls_himself_a_bot_gets_the_error_about_the_key_not_the_skip() -> None:
    payload = example("pull_request.opened")
    payload["pull_request"]["user"]["login"] = "evil[bot]"
    decided = decide(payload, "pull_request", rules=replace(RULES, key_missing=True))
    assert isinstance(decided, ReviewPullRequest)


@faults("IN1")
def test_without_a_key_a_pull_request_of_the_repository_itself_is_not_skipped() -> None:
    rules = replace(RULES, key_missing=True)
    decided = decide(example("pull_request.opened"), "pull_request", rules=rules)
    assert isinstance(decided, ReviewPullRequest)


@faults("EV10")
def test_a_payload_about_another_pull_request_than_the_ref_is_refused() -> None:
    payload = example("pull_request.opened")
    with pytest.raises(EventError, match="another one"):
        decide(payload, "pull_request", ref="refs/pull/99/merge")
    ref = f"refs/pull/{payload['number']}/merge"
    assert decide(payload, "pull_request", ref=ref) == wanted(payload)
    assert decide(payload, "pull_request_target", ref="refs/heads/main") == wanted(payload)


@faults("EV10")
def test_a_payload_about_another_repository_is_refused() -> None:
    raw = json.dumps(example("pull_request.opened")).encode()
    with pytest.raises(EventError, match="another repository"):
        events.parse("pull_request", raw, repository="victim/secret", ref="")


@faults("EV2")
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b'{"action": "ope',
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"[" * 99999,
    ],
)
def test_an_unreadable_event_is_one_clear_error(raw: bytes) -> None:
    with pytest.raises(EventError, match="unreadable"):
        events.parse("pull_request", raw, repository=REPOSITORY, ref="")


@faults("EV2")
@pytest.mark.parametrize(
    "damage",
    [
        {"pull_request": None},
        {"pull_request": {"number": "7"}},
        {"pull_request": {"number": True}},
        {"pull_request": []},
        {"repository": "text"},
    ],
)
def test_a_payload_of_the_wrong_shape_is_one_clear_error(damage: dict[str, Any]) -> None:
    raw = json.dumps(example("pull_request.opened") | damage).encode()
    with pytest.raises(EventError):
        events.parse("pull_request", raw, repository=REPOSITORY, ref="")


@faults("EV3")
@pytest.mark.parametrize("name", ["push", "schedule", "workflow_dispatch", "repository_dispatch"])
def test_without_a_number_there_is_nothing_to_review(name: str) -> None:
    decided = decision.decide(OtherEvent(name), RULES)
    assert isinstance(decided, Skip)
    assert "nothing to review" in decided.reason


@faults("RM9")
@pytest.mark.parametrize(
    "name", ["push", "create", "pull_request_review", "schedule", "status", "check_run", "fork"]
)
def test_at_a_gate_an_event_without_a_number_waits_with_a_remedy(name: str) -> None:
    decided = decision.decide(OtherEvent(name), replace(RULES, gated=True))
    assert isinstance(decided, Skip)
    assert decided.waits
    assert "on:" in decided.remedy
    queue = decision.decide(OtherEvent("merge_group"), replace(RULES, gated=True))
    assert isinstance(queue, Skip)
    assert not queue.waits


@faults("RM9")
@pytest.mark.parametrize(
    "changes",
    [
        {"action": "edited"},
        {"action": "deleted"},
        {"in_reply_to": None},
        {"author_is_bot": True},
        {"association": "NONE"},
        {"body": "<!-- code-review-action:answer name=default to=9 -->"},
        {"body": " "},
    ],
)
def test_at_a_gate_a_comment_at_lines_ends_as_the_review_that_is_there(
    changes: dict[str, Any],
) -> None:
    gate = replace(RULES, gated=True)
    event = reply_event(**changes)
    assert decision.decide(event, gate) == ReviewPullRequest(event.number, only_repeat=True)
    publishes = replace(gate, publishes=True)
    repeated = ReviewPullRequest(event.number, only_repeat=True)
    assert decision.decide(event, publishes) == repeated
    without = decision.decide(replace(event, from_fork=True), replace(gate, key_missing=True))
    assert isinstance(without, Skip)
    assert without.waits


def test_a_manual_run_reviews_the_number_it_was_given() -> None:
    payload = example("workflow_dispatch") | {"inputs": {"pr-number": "12"}}
    assert decide(payload, "workflow_dispatch") == ReviewPullRequest(12, requested=True)
    sent = example("repository_dispatch") | {"client_payload": {"pr-number": 13}}
    assert decide(sent, "repository_dispatch") == ReviewPullRequest(13, requested=True)
    rules = replace(RULES, pr_number=14, full=True)
    assert decide(example("push"), "push", rules=rules) == ReviewPullRequest(
        14, full=True, requested=True
    )


@pytest.mark.parametrize(
    "given",
    ["seven", "-1", "0", "1e3", "7; rm -rf /", "9" * 30, "0" * 10 + "1" * 30, "1" * 5000, "\u0667"],
)
def test_a_manual_run_with_something_else_than_a_number_is_an_error(given: str) -> None:
    with pytest.raises(EventError, match="pr-number"):
        decision.decide(OtherEvent("workflow_dispatch", given), RULES)


def comment_event(body: str, **changes: Any) -> CommentEvent:  # noqa: ANN401 - fields of all kinds
    event = CommentEvent(
        number=5,
        action="created",
        on_pull_request=True,
        body=body,
        association="MEMBER",
        author_is_bot=False,
        comment_id=31,
        login="mona",
    )
    return replace(event, **changes)


MONA = Commenter("mona", Subject.COMMENT, 31)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("/review", ReviewPullRequest(5, requested=True, commenter=MONA)),
        ("flows review full", ReviewPullRequest(5, full=True, requested=True, commenter=MONA)),
        ("/summary", ReviewPullRequest(5, requested=True, refresh_overview=True, commenter=MONA)),
        ("/resume", ReviewPullRequest(5, requested=True, resume=True, commenter=MONA)),
        (
            "/ignore F3 meant so",
            ReviewPullRequest(
                5, requested=True, ignore=commands.IgnoreCommand(3, "meant so"), commenter=MONA
            ),
        ),
        ("/ask Why?", AnswerQuestion(5, "Why?", MONA)),
        ("/learn Use cents.", ProposeLearning(5, "Use cents.", MONA)),
        (
            "/learn F3 Use cents.",
            ProposeLearning(5, "Use cents.", MONA, finding=3, whole="F3 Use cents."),
        ),
        ("/pause", PauseReviews(5, MONA)),
        ("/help", ShowHelp(5, MONA)),
        ("/review now", ShowHelp(5, MONA, "now")),
    ],
)
def test_a_command_in_a_comment_is_obeyed(body: str, expected: Activity) -> None:
    assert decision.decide(comment_event(body), RULES) == expected


@pytest.mark.parametrize(
    "body", ["Looks good!", "> /review", "<!-- code-review-action name=default v=1 -->\n/review"]
)
def test_text_without_a_command_and_our_own_comments_are_skipped(body: str) -> None:
    assert isinstance(decision.decide(comment_event(body), RULES), Skip)


COMMANDS = (
    "/review", "/summary", "/ask Why?", "/ignore F3", "/learn Cents.", "/pause", "/resume", "/help",
)  # fmt: skip


@faults("EV4")
@pytest.mark.parametrize("body", [*COMMANDS, "/review now"])
@pytest.mark.parametrize(
    "changes",
    [
        {"action": "edited"},
        {"action": "deleted"},
        {"on_pull_request": False},
        {"author_is_bot": True},
        {"association": "CONTRIBUTOR"},
        {"association": "NONE"},
        {"association": "FIRST_TIME_CONTRIBUTOR"},
    ],
)
def test_edits_issues_bots_and_outside_contributors_command_nothing(
    changes: dict[str, Any], body: str
) -> None:
    assert isinstance(decision.decide(comment_event(body, **changes), RULES), Skip)


@faults("EV4")
def test_githubs_example_of_a_comment_on_an_issue_is_skipped_even_with_a_command() -> None:
    payload = example("issue_comment.created")
    payload["comment"]["body"] = "/review"
    decided = decide(payload, "issue_comment")
    assert decided == Skip("the comment is on an issue, not on a pull request")
    payload["issue"]["pull_request"] = {"url": "https://api.github.com/repos/o/r/pulls/1"}
    commenter = Commenter("Codertocat", Subject.COMMENT, payload["comment"]["id"])
    assert decide(payload, "issue_comment") == ReviewPullRequest(
        1, requested=True, commenter=commenter
    )


def reply_event(body: str = "Why is that?", **changes: Any) -> ReviewCommentEvent:  # noqa: ANN401 - fields of all kinds
    event = ReviewCommentEvent(
        number=5,
        action="created",
        comment_id=42,
        in_reply_to=41,
        body=body,
        association="MEMBER",
        login="mona",
        author_is_bot=False,
        from_fork=False,
    )
    return replace(event, **changes)


AT_LINES = Commenter("mona", Subject.REVIEW_COMMENT, 42)


def test_a_reply_in_a_review_thread_is_a_question() -> None:
    expected = AnswerQuestion(5, "Why is that?", AT_LINES, thread=41)
    assert decision.decide(reply_event(), RULES) == expected
    long = decision.decide(reply_event("x" * 60_000), RULES)
    assert isinstance(long, AnswerQuestion)
    assert len(long.question) == commands.LONGEST_QUESTION


def test_a_reply_that_only_repeats_a_mail_is_no_question() -> None:
    body = "On Mon, Nov 23, 2026, Mona wrote:\n> Why?"
    assert isinstance(decision.decide(reply_event(body), RULES), Skip)


def test_a_command_in_a_reply_is_obeyed() -> None:
    assert decision.decide(reply_event("/ask Why?"), RULES) == AnswerQuestion(
        5, "Why?", AT_LINES, thread=41
    )
    assert decision.decide(reply_event("/ignore F3"), RULES) == ReviewPullRequest(
        5, requested=True, ignore=commands.IgnoreCommand(3), commenter=AT_LINES
    )
    assert decision.decide(reply_event("/learn Use cents."), RULES) == ProposeLearning(
        5, "Use cents.", AT_LINES, thread=41
    )


@faults("EV4")
@pytest.mark.parametrize(
    "changes",
    [
        {"action": "edited"},
        {"in_reply_to": None},
        {"author_is_bot": True},
        {"association": "NONE"},
        {"association": "CONTRIBUTOR"},
        {"body": "Because.\n\n<!-- code-review-action:answer name=default to=9 -->"},
    ],
)
def test_comments_that_are_edited_new_of_bots_or_of_outside_contributors_get_no_answer(
    changes: dict[str, Any],
) -> None:
    assert isinstance(decision.decide(reply_event(**changes), RULES), Skip)


@faults("IN2")
def test_a_reply_on_a_fork_without_a_key_is_skipped() -> None:
    rules = replace(RULES, key_missing=True)
    assert isinstance(decision.decide(reply_event(from_fork=True), rules), Skip)
    assert isinstance(decision.decide(reply_event(), rules), AnswerQuestion)


def test_githubs_example_of_a_remark_starts_a_thread_and_as_a_reply_is_a_question() -> None:
    payload = example("pull_request_review_comment.created")
    assert isinstance(decide(payload, "pull_request_review_comment"), Skip)
    payload["comment"]["in_reply_to_id"] = 41
    decided = decide(payload, "pull_request_review_comment")
    commenter = Commenter("Codertocat", Subject.REVIEW_COMMENT, payload["comment"]["id"])
    assert decided == AnswerQuestion(2, payload["comment"]["body"], commenter, thread=41)


@faults("EV10")
def test_a_remark_on_another_pull_request_than_the_ref_is_refused() -> None:
    payload = example("pull_request_review_comment.created")
    with pytest.raises(EventError, match="another one"):
        decide(payload, "pull_request_review_comment", ref="refs/pull/99/merge")


@faults("EV2")
@pytest.mark.parametrize("damage", [{"id": "x"}, {"id": True}, {"user": {"type": "User"}}])
@pytest.mark.parametrize("name", ["pull_request_review_comment", "issue_comment"])
def test_a_comment_of_the_wrong_shape_is_one_clear_error(name: str, damage: dict[str, Any]) -> None:
    payload = example(f"{name}.created")
    payload["comment"] |= damage
    with pytest.raises(EventError):
        decide(payload, name)


def test_a_deleted_account_is_called_as_github_calls_it() -> None:
    payload = example("issue_comment.created")
    payload["issue"]["pull_request"] = {"url": "https://api.github.com/repos/o/r/pulls/1"}
    payload["comment"] |= {"user": None, "body": "/pause"}
    decided = decide(payload, "issue_comment")
    assert decided == PauseReviews(1, Commenter("ghost", Subject.COMMENT, payload["comment"]["id"]))


@faults("SE12")
def test_title_and_description_are_those_of_the_moment_the_run_was_triggered() -> None:
    payload = example("pull_request.opened")
    payload["pull_request"] |= {"title": "As triggered", "body": None}
    decided = decide(payload, "pull_request")
    assert isinstance(decided, ReviewPullRequest)
    assert (decided.title, decided.body) == ("As triggered", "")


def run_of(event: str, **members: object) -> dict[str, Any]:
    payload = example("workflow_run.completed")
    payload["workflow_run"] |= {"event": event, **members}
    return payload


@pytest.mark.parametrize("conclusion", ["success", "failure"])
def test_the_end_of_a_pull_requests_run_is_about_the_head_that_github_names(
    conclusion: str,
) -> None:
    payload = run_of(
        "pull_request",
        conclusion=conclusion,
        head_sha="a" * 40,
        head_branch="main",
        head_repository={"full_name": "stranger/fork"},
        # A fork's run names none; a value here could be about any pull request.
        pull_requests=[],
    )
    assert decide(payload, "workflow_run") == ReviewHead(
        Head("a" * 40, "main", "stranger/fork"),
        full=False,
        upstream_succeeded=conclusion == "success",
    )


@pytest.mark.parametrize("members", [{"event": "push"}, {"event": "schedule"}])
def test_the_end_of_a_run_that_was_not_about_a_pull_request_is_skipped(
    members: dict[str, str],
) -> None:
    assert isinstance(decide(run_of(**members), "workflow_run"), Skip)


def test_the_end_of_a_run_is_about_the_pull_request_that_the_workflow_names() -> None:
    rules = replace(RULES, pr_number=9)
    assert decide(run_of("push"), "workflow_run", rules=rules) == ReviewPullRequest(
        9, upstream_succeeded=True
    )


@pytest.mark.parametrize("event", ["push", "workflow_run.completed", "workflow_dispatch"])
def test_the_workflow_can_ask_for_all_open_pull_requests(event: str) -> None:
    rules = replace(RULES, pr_number=PullRequests.OPEN, full=True)
    name = event.partition(".")[0]
    assert decide(example(event), name, rules=rules) == ReviewOpenPulls(full=True)


def test_a_person_can_ask_for_all_open_pull_requests() -> None:
    assert decision.decide(OtherEvent("workflow_dispatch", "open"), RULES) == ReviewOpenPulls(
        full=False
    )


def test_the_event_of_a_pull_request_is_about_that_one_whatever_pr_number_says() -> None:
    rules = replace(RULES, pr_number=PullRequests.OPEN)
    decided = decide(example("pull_request.opened"), "pull_request", rules=rules)
    assert isinstance(decided, ReviewPullRequest)
    assert not decided.unselected


def test_a_run_of_a_deleted_fork_is_about_nothing_that_can_be_found() -> None:
    decided = decide(run_of("pull_request", head_repository=None), "workflow_run")
    assert isinstance(decided, ReviewHead)
    assert decided.head.repository == ""


def test_a_run_that_only_publishes_obeys_no_comment() -> None:
    decided = decide(
        example("issue_comment.created"), "issue_comment", rules=replace(RULES, publishes=True)
    )
    assert decided == Skip("`mode: publish` publishes reports and obeys no comments")
