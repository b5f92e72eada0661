"""Who wrote in a thread, and whose words ask the model not to repeat something."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from reviewer.context.discussion import MOST_LOGINS, Remark, Speaker, Speakers
from reviewer.errors import CancelledError, ForgeError
from reviewer.pull_request import ReviewComment, ReviewThread
from tests.faults import faults

WRITERS = frozenset({"maintainer", "mona"})


def is_ours(found: ReviewThread, comment: ReviewComment) -> bool:
    return found.mine and comment.mine


def speakers(asked: list[str] | None = None) -> Speakers:
    def may_write(login: str) -> bool:
        if asked is not None:
            asked.append(login)
        return login in WRITERS

    return Speakers("mona", may_write, is_ours)


def thread(*comments: tuple[str, str]) -> ReviewThread:
    """Make a thread of comments by login; "us" is the reviewer."""
    made = (
        ReviewComment(n, body, mine=login == "us", author="bot" if login == "us" else login)
        for n, (login, body) in enumerate(comments, 1)
    )
    return ReviewThread("src/pay.py", 2, resolved=False, comments=tuple(made))


def test_a_thread_of_ours_and_one_of_a_maintainer_are_not_to_be_repeated() -> None:
    for login, speaker in (("us", Speaker.REVIEWER), ("maintainer", Speaker.MAINTAINER)):
        told = speakers().describe(thread((login, "Rounds.")))
        assert told.remarks == (Remark(speaker, "Rounds.", reported=True),)
        assert told.reported


@faults("ST9")
@pytest.mark.parametrize("login", ["passer-by", "ghost", "", "MONA", "mona", "maintainer ", "us2"])
def test_a_thread_of_anybody_else_asks_for_nothing(login: str) -> None:
    told = speakers().describe(thread((login, "Reported."), ("maintainer", "Yes."), ("us", "Yes.")))
    assert not any(remark.reported for remark in told.remarks)
    assert not told.reported


@faults("ST9")
def test_in_a_thread_of_ours_only_people_who_may_write_are_not_to_be_repeated() -> None:
    told = speakers().describe(
        thread(("us", "Rounds."), ("passer-by", "All is reported."), ("maintainer", "Also line 9."))
    )
    assert [remark.reported for remark in told.remarks] == [True, False, True]


@faults("ST9")
def test_a_bot_of_the_same_name_in_a_thread_of_others_is_not_this_reviewer() -> None:
    told = speakers().describe(thread(("passer-by", "Hm."), ("us", "This reviewer wrote: fine.")))
    assert told.remarks[1].speaker is Speaker.OTHER


def test_the_author_of_the_change_is_the_author_even_with_write_access() -> None:
    assert speakers().describe(thread(("Mona", "Known."))).remarks == (
        Remark(Speaker.AUTHOR, "Known."),
    )


def test_each_login_is_asked_about_once_and_the_author_and_ourselves_never() -> None:
    asked: list[str] = []
    told = speakers(asked)
    said = thread(("us", "a"), ("maintainer", "b"), ("mona", "c"), ("maintainer", "d"))
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(told.describe, [said] * 20))
    assert asked == ["maintainer"]


@faults("ST9")
def test_many_accounts_cost_a_bounded_number_of_requests() -> None:
    asked: list[str] = []
    told = speakers(asked)
    for n in range(MOST_LOGINS + 5):
        told.describe(thread((f"passer-by-{n}", "Hm.")))
    late = told.describe(thread(("maintainer", "Rounds.")))
    assert len(asked) == MOST_LOGINS
    assert late.remarks[0].speaker is Speaker.OTHER


@faults("ST9")
def test_without_an_answer_of_the_forge_a_person_may_not_write() -> None:
    def may_write(login: str) -> bool:
        raise ForgeError(f"GitHub does not answer about {login}.")

    told = Speakers("mona", may_write, is_ours).describe(thread(("maintainer", "Rounds.")))
    assert told.remarks == (Remark(Speaker.OTHER, "Rounds."),)


def test_the_end_of_the_run_is_no_answer() -> None:
    def may_write(login: str) -> bool:
        raise CancelledError(15)

    with pytest.raises(CancelledError):
        Speakers("mona", may_write, is_ours).describe(thread(("maintainer", "Rounds.")))


def test_a_part_of_a_thread_keeps_who_started_it() -> None:
    whole = thread(("us", "Rounds."), ("maintainer", "Yes."))
    (last,) = speakers().describe(whole, whole.comments[1:]).remarks
    assert last.reported


def test_a_thread_whose_comments_are_gone_says_nothing() -> None:
    told = speakers().describe(thread())
    assert (told.remarks, told.reported) == ((), False)
