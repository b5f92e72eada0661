"""What the GitHub adapter writes: one comment, once, whatever becomes of the answers."""

import pytest

from reviewer.adapters.http.retry import Deadline, Policy
from reviewer.errors import ForgeError, NotFoundError, OvertakenError
from reviewer.operations import CreateComment, UpdateComment
from tests.adapters.forges import HurriedDeadline, apply_write, forge
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Around, Failure, Hang, Reset
from tests.loopback.github import LoopbackGitHub
from tests.loopback.messages import Response

MARKER = "<!-- code-review-action name=default v=1 -->"
BODY = f"{MARKER}\n## Code review\n"
POST = "POST .*/issues/7/comments"
PATCH = "PATCH .*/issues/comments/"

CREATE = CreateComment(7, BODY, MARKER)
ONCE = Policy(attempts=1)


def test_a_comment_is_posted(github: LoopbackGitHub) -> None:
    github.add_pull()
    comment = apply_write(forge(github), CREATE)
    assert github.bodies == [BODY]
    assert (comment.id, comment.body) == (github.repository.comments[0].id, BODY)
    assert (comment.mine, comment.url) == (True, comment.url)
    assert comment.url.endswith(f"#issuecomment-{comment.id}")
    assert len(github.requests) == 1


def test_a_comment_is_updated(github: LoopbackGitHub) -> None:
    github.add_pull()
    existing = github.comment(BODY)
    comment = apply_write(forge(github), UpdateComment(existing.id, "New"))
    assert github.bodies == ["New"]
    assert (comment.id, comment.body) == (existing.id, "New")


@faults("GH1")
def test_a_post_that_was_carried_out_but_answered_502_is_adopted(
    github: LoopbackGitHub,
) -> None:
    github.add_pull()
    github.fail(POST, failures.status(502, processed=True))
    comment = apply_write(forge(github), CREATE)
    assert github.bodies == [BODY]
    assert comment.id == github.repository.comments[0].id
    assert len(github.sent(POST)) == 1


@faults("GH1")
def test_a_post_that_was_not_carried_out_is_repeated(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.fail(POST, failures.status(502))
    forge(github).apply(CREATE)
    assert github.bodies == [BODY]
    assert len(github.sent(POST)) == 2


@faults("GH2")
@pytest.mark.parametrize("processed", [True, False])
def test_a_post_without_answer_in_time_leaves_one_comment(
    github: LoopbackGitHub, *, processed: bool
) -> None:
    github.add_pull()
    github.warm().checked = False
    github.fail(POST, Hang(processed=processed))
    comment = apply_write(forge(github, deadline=HurriedDeadline(github)), CREATE)
    assert github.bodies == [BODY]
    assert comment.id == github.repository.comments[0].id


@faults("GH3")
@pytest.mark.parametrize("processed", [True, False])
def test_a_post_whose_connection_is_reset_leaves_one_comment(
    github: LoopbackGitHub, *, processed: bool
) -> None:
    github.add_pull()
    github.fail(POST, Reset(processed=processed))
    forge(github).apply(CREATE)
    assert github.bodies == [BODY]


@faults("GH4")
def test_a_post_that_never_succeeds_is_sent_three_times(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.fail(POST, failures.status(500), forever=True)
    with pytest.raises(ForgeError, match="with 500") as raised:
        forge(github).apply(CREATE)
    assert raised.value.exit_code == 1
    assert len(github.sent(POST)) == 3


@faults("GH1")
def test_an_adopted_comment_keeps_what_another_run_has_written(github: LoopbackGitHub) -> None:
    github.add_pull()
    existing = github.comment(f"{MARKER}\nWritten by another run at the same moment")
    github.fail(POST, failures.status(502))
    comment = apply_write(forge(github), CREATE)
    assert github.bodies == [existing.body]
    assert (comment.id, comment.body) == (existing.id, existing.body)
    assert len(github.sent(POST)) == 1


@faults("GH1")
def test_of_two_comments_the_one_with_the_wanted_text_is_adopted(
    github: LoopbackGitHub,
) -> None:
    github.add_pull()

    def another(answer: Response) -> Response:
        github.comment(f"{MARKER}\nWritten by another run at the same moment")
        return failures.status(502).response

    github.fail(POST, Around(change=another))
    assert apply_write(forge(github), CREATE).id == github.repository.comments[0].id


@faults("GH5")
def test_an_edit_is_not_repeated_when_it_was_carried_out(github: LoopbackGitHub) -> None:
    github.add_pull()
    existing = github.comment("Old")
    github.fail(PATCH, failures.status(502, processed=True))
    edit = UpdateComment(existing.id, "New", 7, "Old")
    assert apply_write(forge(github), edit).body == "New"
    assert existing.edits == 1


@faults("GH5")
def test_an_edit_is_repeated_over_what_it_was_made_for(github: LoopbackGitHub) -> None:
    github.add_pull()
    existing = github.comment("Old")
    github.fail(PATCH, failures.status(502))
    forge(github).apply(UpdateComment(existing.id, "New", 7, "Old"))
    assert github.bodies == ["New"]


@faults("GH5")
def test_an_edit_is_not_repeated_over_what_another_run_has_written(
    github: LoopbackGitHub,
) -> None:
    github.add_pull()
    existing = github.comment("Old")

    def overtake(answer: Response) -> Response:
        existing.body = "Newer"
        return failures.status(502).response

    github.fail(PATCH, Around(change=overtake))
    with pytest.raises(OvertakenError):
        forge(github).apply(UpdateComment(existing.id, "New", 7, "Old"))
    assert github.bodies == ["Newer"]


@faults("GH1")
def test_only_a_comment_of_ours_with_the_marker_as_first_line_is_adopted(
    github: LoopbackGitHub,
) -> None:
    github.add_pull()
    others = [
        github.comment(BODY, author="evil").body,
        github.comment("<!-- code-review-action name=other v=1 -->\nOther").body,
        github.comment(f"Look:\n{MARKER}").body,
    ]
    github.fail(POST, failures.status(502))
    forge(github).apply(CREATE)
    assert github.bodies == [*others, BODY]


@faults("GH1")
def test_an_unanswered_post_is_not_repeated_when_the_conversation_cannot_be_read(
    github: LoopbackGitHub,
) -> None:
    github.add_pull()
    github.fail(POST, failures.status(502))
    github.fail("graphql", failures.status(502), forever=True)
    with pytest.raises(ForgeError):
        forge(github).apply(CREATE)
    assert len(github.sent(POST)) == 1


@faults("GH5")
@pytest.mark.parametrize(
    "fault", [failures.status(502, processed=True), failures.status(502), Reset(processed=True)]
)
def test_an_update_is_repeated(github: LoopbackGitHub, fault: Failure) -> None:
    github.add_pull()
    existing = github.comment(BODY)
    github.fail(PATCH, fault)
    forge(github).apply(UpdateComment(existing.id, "New"))
    assert github.bodies == ["New"]
    assert len(github.sent(PATCH)) == 2


@faults("GH5")
def test_an_update_is_not_repeated_for_ever(github: LoopbackGitHub) -> None:
    github.add_pull()
    existing = github.comment(BODY)
    github.fail(PATCH, failures.status(502), forever=True)
    with pytest.raises(ForgeError, match="with 502"):
        forge(github).apply(UpdateComment(existing.id, "New"))
    assert len(github.sent(PATCH)) == 4


@faults("GH6")
def test_an_update_of_a_deleted_comment_says_so_at_once(github: LoopbackGitHub) -> None:
    github.add_pull()
    with pytest.raises(NotFoundError):
        forge(github).apply(UpdateComment(12345, "New"))
    assert len(github.sent(PATCH)) == 1


@faults("GH16")
@pytest.mark.parametrize(
    "fault",
    [
        failures.html(),
        failures.empty(201),
        failures.status(201, {}),
        failures.status(201, {"id": None, "html_url": "u", "body": "b"}),
        failures.status(201, {"id": "7", "html_url": "u", "body": "b"}),
        failures.status(201, {"id": True, "html_url": "u", "body": "b"}),
        failures.status(201, []),
    ],
)
def test_a_success_without_a_comment_is_no_success(github: LoopbackGitHub, fault: Failure) -> None:
    github.add_pull()
    github.fail(POST, fault, forever=True)
    with pytest.raises(ForgeError, match="cannot be used") as raised:
        forge(github).apply(CREATE)
    assert raised.value.exit_code == 1
    assert len(github.sent(POST)) == 2


@faults("GH16")
def test_a_comment_behind_an_odd_answer_is_adopted(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.fail(POST, failures.status(201, {}, processed=True))
    comment = apply_write(forge(github), CREATE)
    assert comment.id == github.repository.comments[0].id
    assert github.bodies == [BODY]


@faults("GH16")
@pytest.mark.parametrize(
    ("code", "host", "why"),
    [
        *[(code, "", rf"redirect \({code}\)") for code in (302, 307, 308)],
        (301, "http://localhost:9", "redirect that is not followed"),
    ],
)
def test_a_redirect_is_neither_followed_nor_a_success(
    github: LoopbackGitHub, code: int, host: str, why: str
) -> None:
    github.add_pull()
    github.fail(POST, failures.redirect(f"{host or github.api_url}/elsewhere", code=code))
    with pytest.raises(ForgeError, match=why):
        forge(github).apply(CREATE)
    assert len(github.requests) == 1


def test_writes_keep_their_distance(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.checked = False
    deadline = Deadline(60)
    door = forge(github, between_writes=60, policy=ONCE, deadline=deadline)
    comment = apply_write(door, CREATE)
    deadline.shorten(1)
    with pytest.raises(ForgeError, match="did not finish"):
        door.apply(UpdateComment(comment.id, "New"))
    assert github.bodies == [BODY]


def test_queries_need_no_distance_to_each_other_or_to_writes(github: LoopbackGitHub) -> None:
    github.add_pull()
    for number in range(150):
        github.comment(f"Opinion {number}", author="dev")
    door = forge(github, between_writes=60, seconds=30)
    door.snapshot(7)
    door.apply(CREATE)
    assert len(door.snapshot(7).conversation.comments) == 1
