"""What in a comment is a command, and which one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.events import commands
from reviewer.events.commands import (
    AskCommand,
    Command,
    HelpCommand,
    IgnoreCommand,
    PauseCommand,
    ResumeCommand,
    ReviewCommand,
    SummaryCommand,
    UnknownCommand,
)

TRIGGER = "flows review"


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("/review", ReviewCommand()),
        ("/Review  \t", ReviewCommand()),
        ("/review full", ReviewCommand(full=True)),
        ("/review\tFULL", ReviewCommand(full=True)),
        ("flows review", ReviewCommand()),
        ("Flows Review full", ReviewCommand(full=True)),
        ("Thanks!\r\n\r\n/review\r\n", ReviewCommand()),
        ("```\n/review full\n```\n/review", ReviewCommand()),
        ("> /review full\n\n/review", ReviewCommand()),
        ("/review\n/pause", ReviewCommand()),
        ("/summary", SummaryCommand()),
        ("flows review summary", SummaryCommand()),
        ("/pause", PauseCommand()),
        ("/PAUSE", PauseCommand()),
        ("flows review pause", PauseCommand()),
        ("/resume", ResumeCommand()),
        ("/review resume", ResumeCommand()),
        ("/help", HelpCommand()),
        ("flows review help", HelpCommand()),
    ],
)
def test_a_command_is_alone_on_its_line(body: str, command: Command) -> None:
    assert commands.parse(body, TRIGGER) == command


@pytest.mark.parametrize(
    ("body", "question"),
    [
        ("/ask Why cents?", "Why cents?"),
        ("/ask\nWhy cents?\r\n\r\nAnd why now?", "Why cents?\n\nAnd why now?"),
        ("/ask Is this right?\n```py\n/review\n```", "Is this right?\n```py\n/review\n```"),
        ("flows review ask Why?", "Why?"),
        ("Hello.\n/ASK Why?\n> quoted", "Why?\n> quoted"),
        ("/ask " + "x" * 5_000, "x" * commands.LONGEST_QUESTION),
    ],
)
def test_a_question_goes_on_to_the_end_of_the_comment_and_is_capped(
    body: str, question: str
) -> None:
    assert commands.parse(body, TRIGGER) == AskCommand(question)


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("/ignore F3", IgnoreCommand(3)),
        ("/ignore f12 It is meant so.", IgnoreCommand(12, "It is meant so.")),
        ("/ignore [F3] known", IgnoreCommand(3, "known")),
        ("flows review ignore F3", IgnoreCommand(3)),
        ("/ignore F3 " + "x" * 999, IgnoreCommand(3, "x" * commands.LONGEST_REASON)),
    ],
)
def test_a_finding_is_ignored_by_its_number_with_or_without_a_reason(
    body: str, command: Command
) -> None:
    assert commands.parse(body, TRIGGER) == command


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("/review now", "now"),
        ("flows review the tests, please", "the tests, please"),
        ("/review pause now", "pause now"),
        ("flows review ignore F0", "ignore F0"),
        ("flows review ask", "ask"),
        ("/ask", "ask"),
        ("/ignore", "ignore"),
    ],
)
def test_a_comment_to_us_without_a_known_command_is_unknown(body: str, text: str) -> None:
    assert commands.parse(body, TRIGGER) == UnknownCommand(text)


@pytest.mark.parametrize(
    "body",
    [
        "please /review this",
        "/reviewer",
        "> /review",
        "> flows review",
        "```\n/review\n```",
        "~~~sh\n/review\n~~~",
        "````\n```\n/review\n```\n````",
        "```\n/review",
        "    /review",
        " /review",
        "quoted:\u2028/review",
        "",
        "/approve",
        "/revieww",
        "/pauses",
        "/ignore this file",
        "/ignore F1234567",
        "/ignore F\u0663",
        "/pause the deployment",
        "/help me",
        "/summary of events",
        "/label bug",
    ],
)
def test_quoted_fenced_and_embedded_words_and_those_of_other_bots_are_nothing(body: str) -> None:
    assert commands.parse(body, TRIGGER) is None


def test_of_two_trigger_words_that_begin_alike_the_longer_applies() -> None:
    assert commands.parse("/review please", "/review please") == ReviewCommand()
    assert commands.parse("/review please full", "/review please") == ReviewCommand(full=True)
    assert commands.parse("/review full", "/review please") == ReviewCommand(full=True)


@given(st.text(), st.text(min_size=1, max_size=60))
def test_no_comment_and_no_trigger_is_too_odd_to_read(body: str, trigger: str) -> None:
    command = commands.parse(f"{body}\n{trigger}{body}", trigger)
    if isinstance(command, AskCommand):
        assert 0 < len(command.question) <= commands.LONGEST_QUESTION


@given(st.lists(st.sampled_from(["/review", "/ask x", "text", "> /pause", ""]), max_size=20))
def test_nothing_in_a_fence_is_a_command(lines: list[str]) -> None:
    assert commands.parse("\n".join(("```", *lines)), TRIGGER) is None
