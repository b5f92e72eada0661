"""What the GitHub adapter does at lines and threads: once, whatever becomes of the answers."""

import pytest

from reviewer.errors import ForbiddenError, NotFoundError, UnprocessableError
from reviewer.finding import Side
from reviewer.operations import (
    CheckAnnotation,
    CheckConclusion,
    CreateCheckRun,
    CreateReview,
    InlineComment,
    React,
    Reaction,
    ReplyToThread,
    ResolveThread,
    Subject,
)
from tests.adapters.forges import forge
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.github import BOT, LoopbackGitHub

REVIEWS = "POST .*/reviews"
REPLIES = "POST .*/replies"


def inline(line: int = 1, marker: str = "<!-- m -->", path: str = "src/app.py") -> InlineComment:
    return InlineComment(path, line, line, Side.NEW, f"Wrong.\n\n{marker}", marker)


def review(github: LoopbackGitHub, *comments: InlineComment) -> CreateReview:
    return CreateReview(7, github.repository.pulls[7].head_sha, comments or (inline(),))


def test_comments_at_lines_are_posted_as_one_review(github: LoopbackGitHub) -> None:
    github.add_pull(files={"src/app.py": ("a\nb\n", "c\nd\n")})
    wide = InlineComment("src/app.py", 1, 2, Side.NEW, "Both.\n\n<!-- n -->", "<!-- n -->")
    old = InlineComment("src/app.py", 2, 2, Side.OLD, "Gone.\n\n<!-- o -->", "<!-- o -->")
    assert forge(github).apply(review(github, inline(), wide, old)) is None
    assert [thread.line for thread in github.repository.pulls[7].threads] == [1, 2, 2]
    assert len(github.sent(REVIEWS)) == 1


@faults("GH1")
@pytest.mark.parametrize("processed", [True, False])
def test_a_review_whose_answer_is_lost_is_there_once(
    github: LoopbackGitHub, *, processed: bool
) -> None:
    github.add_pull()
    github.fail(REVIEWS, failures.status(502, processed=processed))
    forge(github).apply(review(github))
    assert len(github.repository.pulls[7].threads) == 1


def test_a_line_outside_of_every_hunk_is_refused_with_all_of_its_review(
    github: LoopbackGitHub,
) -> None:
    github.add_pull()
    with pytest.raises(UnprocessableError, match="422"):
        forge(github).apply(review(github, inline(), inline(99)))
    assert github.repository.pulls[7].threads == []


@faults("GH1")
@pytest.mark.parametrize("processed", [True, False])
def test_an_answer_in_a_thread_is_there_once(github: LoopbackGitHub, *, processed: bool) -> None:
    github.add_pull()
    thread = github.thread("src/app.py", 1, "Why?")
    github.fail(REPLIES, failures.status(502, processed=processed))
    answer = ReplyToThread(7, thread.comments[0].id, "Because.\n\n<!-- a -->", "<!-- a -->")
    forge(github).apply(answer)
    assert [said.body for said in thread.comments] == ["Why?", "Because.\n\n<!-- a -->"]


def test_an_answer_to_what_is_gone_is_an_error(github: LoopbackGitHub) -> None:
    github.add_pull()
    with pytest.raises(NotFoundError):
        forge(github).apply(ReplyToThread(7, 1, "Because.", "Because."))


def test_a_thread_is_resolved_and_known_as_resolved_by_us(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.thread("src/app.py", 1, "Why?")
    door = forge(github)
    (open_one,) = door.snapshot(7).conversation.threads
    door.apply(ResolveThread(open_one.id))
    (thread,) = door.snapshot(7).conversation.threads
    assert (thread.resolved, thread.resolved_by_me) == (True, True)


def test_a_token_that_may_not_resolve_threads_is_an_error_that_says_so(
    github: LoopbackGitHub,
) -> None:
    github.add_pull()
    thread = github.thread("src/app.py", 1, "Why?")
    github.may_not_resolve()
    with pytest.raises(ForbiddenError):
        forge(github).apply(ResolveThread(thread.id))


def test_a_thread_that_is_gone_cannot_be_resolved(github: LoopbackGitHub) -> None:
    github.add_pull()
    with pytest.raises(NotFoundError):
        forge(github).apply(ResolveThread("PRRT_none"))


@pytest.mark.parametrize("subject", list(Subject))
def test_a_reaction_is_put_once(github: LoopbackGitHub, subject: Subject) -> None:
    github.add_pull()
    for _ in range(2):
        forge(github).apply(React(subject, 12, Reaction.SEEN))
    assert github.repository.reactions == [(12, "eyes")]


def test_a_check_run_has_all_of_its_annotations(github: LoopbackGitHub) -> None:
    pull = github.add_pull()
    rows = tuple(
        CheckAnnotation("src/app.py", n, n, "warning", "Wrong", "It is.") for n in range(1, 121)
    )
    wanted = CreateCheckRun(
        "Code review", pull.head_sha, CheckConclusion.NEUTRAL, "1", "Text", rows
    )
    forge(github).apply(wanted)
    assert len(github.repository.annotations) == 120
    assert len(github.repository.check_runs) == 1


def test_the_merge_base_is_where_the_head_left_the_base(github: LoopbackGitHub) -> None:
    pull = github.add_pull()
    door = forge(github)
    assert door.merge_base(pull.base_sha, pull.head_sha) == pull.base_sha
    with pytest.raises(NotFoundError):
        door.merge_base("0" * 40, pull.head_sha)


def test_write_permission_is_looked_up_on_github(github: LoopbackGitHub) -> None:
    github.add_pull()
    github.repository.writers.add("maintainer")
    door = forge(github)
    assert door.may_write("maintainer")
    assert not door.may_write("passer-by")


@pytest.mark.parametrize("login", ["", "../../user", "a b", "a" * 101, "x/y"])
def test_what_is_no_login_is_never_asked_about(github: LoopbackGitHub, login: str) -> None:
    assert not forge(github).may_write(login)
    assert github.requests == []


def test_a_snapshot_shows_who_said_and_resolved_what(github: LoopbackGitHub) -> None:
    pull = github.add_pull()
    pull.commits, pull.issues = ["First", "Second"], ["It crashes"]
    thread = github.thread("src/app.py", 1, "Why?", resolved=True)
    thread.resolved_by = "dev"
    thread.comments[0].thumbs_down = ["dev"]
    github.answer_in(thread, "dev", "So.")
    snapshot = forge(github).snapshot(7)
    (shown,) = snapshot.conversation.threads
    assert (snapshot.pull.commits, snapshot.pull.issues) == (("First", "Second"), ("It crashes",))
    assert (shown.mine, shown.answered, shown.resolved_by) == (True, True, "dev")
    assert not shown.resolved_by_me
    assert [remark.author for remark in shown.comments] == [BOT, "dev"]
    assert shown.comments[0].thumbs_down == ("dev",)
