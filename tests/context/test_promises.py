"""What linked issues ask for, as requests show it and as the next run remembers it."""

from dataclasses import replace

import pytest

from reviewer.context.promises import ISSUE_CHARACTERS, MOST_ISSUES, Promises
from reviewer.pull_request import LinkedIssue
from tests import builders

ISSUE = LinkedIssue(12, "Add a flag", "Add `--json`.\n\n- [ ] Write the flag\n- [ ] Document it")


def of(*issues: LinkedIssue, wanted: bool = True) -> Promises:
    return Promises.of(replace(builders.pull(), linked_issues=issues), wanted=wanted)


def test_an_issue_without_a_text_asks_for_nothing() -> None:
    assert of(replace(ISSUE, body=" \n")).identity == ""


def test_nothing_is_compared_where_it_is_not_wanted() -> None:
    assert of(ISSUE, wanted=False) == Promises()


def test_few_issues_are_shown_and_a_part_of_a_long_one() -> None:
    many = of(*(replace(ISSUE, number=n, body="x " * ISSUE_CHARACTERS) for n in range(1, 9)))

    shown = many.show(str)

    assert [each.number for each in shown] == list(range(1, MOST_ISSUES + 1))
    assert {(len(each.text), each.cut) for each in shown} == {(ISSUE_CHARACTERS, True)}


def test_a_secret_is_masked_before_the_text_is_cut() -> None:
    secret = "s" * 40
    long = replace(ISSUE, body="x" * (ISSUE_CHARACTERS - 20) + secret)

    (shown,) = of(long).show(lambda text: text.replace(secret, "[masked]"))

    assert "sss" not in shown.text


@pytest.mark.parametrize(
    "body",
    [
        ISSUE.body.replace("\n", "\r\n"),
        ISSUE.body.replace("[ ] Write", "[x] Write"),
        ISSUE.body.replace("[ ] Document", "[X] Document") + "\n\n",
    ],
)
def test_a_ticked_box_or_other_white_space_asks_for_nothing_new(body: str) -> None:
    assert of(replace(ISSUE, body=body)).identity == of(ISSUE).identity


@pytest.mark.parametrize(
    "issue",
    [
        replace(ISSUE, body=ISSUE.body.replace("json", "yaml")),
        replace(ISSUE, title="Add two flags"),
        replace(ISSUE, number=13),
    ],
)
def test_another_wish_has_another_identity(issue: LinkedIssue) -> None:
    assert of(issue).identity not in {"", of(ISSUE).identity}
