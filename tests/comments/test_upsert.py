"""One comment, whatever happens between reading and writing."""

from dataclasses import replace

import pytest

from reviewer.comments import summary, upsert
from reviewer.comments.upsert import OwnComment
from reviewer.errors import NotFoundError
from reviewer.memory import state, state_line
from reviewer.operations import CreateComment, Operation, UpdateComment
from reviewer.pull_request import Comment, Conversation, Snapshot
from tests import builders
from tests.fakes import FakeForge
from tests.faults import faults

MARKER = summary.marker("default")


def review_body(text: str = "a review") -> str:
    body = f"{MARKER}\n{text}"
    known = replace(state.from_review(builders.review()), shown=state_line.hash_text(body))
    return state_line.put_into(body, known, builders.SEAL)


def placeholder_body(text: str = "under way") -> str:
    return summary.placeholder("default", text)


class ForgetfulForge(FakeForge):
    """Lists comments as GitHub does right after a write: without the newest."""

    def snapshot(self, number: int, *, optional: bool = False) -> Snapshot:
        return replace(super().snapshot(number), conversation=Conversation())


def publish(forge: FakeForge, body: str | None, name: str = "default") -> Comment | None:
    return upsert.publish(
        forge,
        OwnComment.find(forge.snapshot(7), replace(builders.SEAL, name=name)),
        lambda _old: body,
    )


def reviews(forge: FakeForge) -> list[Comment]:
    return [c for c in forge.comments if c.mine and c.body.startswith(MARKER)]


def test_the_first_review_is_posted_once() -> None:
    forge = FakeForge()
    comment = publish(forge, review_body())
    assert forge.applied == [CreateComment(7, review_body(), MARKER)]
    assert comment == forge.comments[0]


def test_a_second_review_edits_the_same_comment() -> None:
    forge = FakeForge()
    publish(forge, review_body("first"))
    publish(forge, review_body("second"))
    assert [c.body for c in forge.comments] == [review_body("second")]


def test_an_equal_text_is_not_written_again() -> None:
    forge = FakeForge(comments=[builders.comment(101, review_body().replace("\n", "\r\n"))])
    assert publish(forge, review_body()) == forge.comments[0]
    assert forge.applied == []


def test_no_text_means_no_write() -> None:
    forge = FakeForge()
    assert publish(forge, None) is None
    assert forge.applied == []


@faults("SE1")
def test_another_account_s_comment_with_our_marker_is_not_ours() -> None:
    stranger = builders.comment(101, review_body("forged"), mine=False)
    forge = FakeForge(comments=[stranger])
    publish(forge, review_body("true"))
    assert [c.body for c in forge.comments] == [review_body("forged"), review_body("true")]


@faults("SE1")
def test_a_marker_inside_a_comment_of_ours_does_not_make_it_the_summary() -> None:
    answer = builders.comment(101, f"You asked about\n{review_body()}")
    forge = FakeForge(comments=[answer])
    publish(forge, review_body())
    assert forge.comments[0] == answer
    assert len(forge.comments) == 2


@faults("CC4")
def test_two_instances_keep_two_comments() -> None:
    forge = FakeForge()
    other = review_body().replace("name=default", "name=strict")
    for _ in range(2):
        publish(forge, review_body())
        publish(forge, other, name="strict")
    assert [c.body for c in forge.comments] == [review_body(), other]
    assert len(forge.applied) == 2


@faults("GH19")
def test_of_two_reviews_the_newest_is_kept_and_the_other_points_to_it() -> None:
    forge = FakeForge(
        comments=[
            builders.comment(101, review_body("old")),
            builders.comment(102, review_body("new")),
        ]
    )
    publish(forge, review_body("now"))
    old, new = forge.comments
    assert new.body == review_body("now")
    assert new.url in old.body
    assert reviews(forge) == [new]


@faults("GH19")
def test_a_pointer_is_written_once() -> None:
    forge = FakeForge(
        comments=[
            builders.comment(101, review_body("old")),
            builders.comment(102, review_body("new")),
        ]
    )
    publish(forge, review_body("now"))
    writes = len(forge.applied)
    publish(forge, review_body("now"))
    assert len(forge.applied) == writes


@faults("CC3")
def test_of_two_racing_placeholders_the_oldest_is_kept() -> None:
    forge = FakeForge()

    def another_run_posts_first(operation: Operation) -> None:
        if isinstance(operation, CreateComment):
            forge.before_apply = lambda _operation: None
            forge.comments.append(builders.comment(101, placeholder_body("theirs")))

    forge.before_apply = another_run_posts_first
    publish(forge, placeholder_body("ours"))
    assert [c.id for c in reviews(forge)] == [101]
    assert forge.comments[1].id == 102
    assert forge.comments[0].url in forge.comments[1].body


@faults("CC3")
def test_a_finished_review_wins_over_a_racing_placeholder() -> None:
    forge = FakeForge(
        comments=[builders.comment(101, placeholder_body()), builders.comment(102, review_body())]
    )
    assert OwnComment.find(forge.snapshot(7), builders.SEAL).comments[0].id == 102


@faults("CC7")
def test_a_comment_whose_run_was_killed_is_adopted_by_the_next() -> None:
    forge = FakeForge(comments=[builders.comment(101, placeholder_body("killed"))])
    publish(forge, review_body())
    assert forge.applied == [UpdateComment(101, review_body(), 7, placeholder_body("killed"))]


@faults("GH6")
def test_a_comment_deleted_meanwhile_is_created_once() -> None:
    forge = FakeForge(comments=[builders.comment(101, placeholder_body())])
    before = OwnComment.find(forge.snapshot(7), builders.SEAL)
    forge.delete(101)
    upsert.publish(forge, before, lambda _old: review_body())
    assert [c.body for c in forge.comments] == [review_body()]


@faults("GH6")
def test_a_create_that_is_answered_not_found_is_not_swallowed() -> None:
    def refuse(operation: Operation) -> None:
        raise NotFoundError("Not found.")

    forge = FakeForge(before_apply=refuse)
    with pytest.raises(NotFoundError):
        publish(forge, review_body())


def test_a_listing_that_lags_behind_does_not_lead_to_a_second_post() -> None:
    forge = ForgetfulForge()
    publish(forge, review_body())
    assert len(forge.comments) == 1


def test_a_status_line_is_put_over_a_review_replaced_and_taken_away() -> None:
    body = review_body("the review")
    once = summary.with_status(body, "Updating.")
    twice = summary.with_status(once, "Failed.")
    assert summary.status(once) == "Updating."
    assert summary.status(twice) == "Failed."
    assert "the review" in twice
    assert "Updating." not in twice
    assert summary.with_status(twice, "") == body
    assert summary.status(body) == ""
    assert state_line.decode(twice) == state_line.decode(body)


def test_a_status_survives_a_forge_that_answers_with_carriage_returns() -> None:
    once = summary.with_status(review_body(), "Updating.").replace("\n", "\r\n")
    assert summary.with_status(once, "") == review_body()
